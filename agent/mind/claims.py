"""The grammar of rewards: a message that claims them."""

from __future__ import annotations

from agent.intents import Origin, Question, Understood
from agent.mind.questions import shortened
from agent.words.requests.claims import Elsewhere, claiming
from agent.words.vocabulary import Vocabulary


def read(text: str, vocabulary: Vocabulary) -> Understood | None:
    """What a message claims, None where it is about something else."""
    found = claiming(text, vocabulary)
    if found is None:
        return None
    if isinstance(found, Elsewhere):
        names = f"Where: {' or '.join(found.fitting)}?" if found.fitting else f"I know no “{shortened(found.words)}”."
        return Understood(None, question=Question(f"{names} `claim my rewards` claims them wherever some wait."))
    whole = Origin(0, len(text), text)
    return Understood(found, dict.fromkeys(("action", "venue") if found.venue else ("action",), whole))
