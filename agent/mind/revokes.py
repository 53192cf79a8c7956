"""The grammar of allowances: a message that takes one back."""

from __future__ import annotations

from agent.intents import Origin, Question, Understood
from agent.words.requests.revokes import Unnamed, revocation
from agent.words.vocabulary import Vocabulary


def read(text: str, vocabulary: Vocabulary) -> Understood | None:
    """What a message takes back, None where it is about something else."""
    found = revocation(text, vocabulary)
    if found is None:
        return None
    if isinstance(found, Unnamed):
        names = " or ".join(found.fitting) or "a venue or an exchange"
        example = found.fitting[0] if found.fitting else "aave"
        return Understood(
            None, question=Question(f"From whom: {names}? Say it like `revoke {found.asset} from {example}`.")
        )
    whole = Origin(0, len(text), text)
    return Understood(found, dict.fromkeys(("action", "asset", "spender"), whole))
