"""The grammar of alerts: a message that sets one, lists them, or takes one away."""

from __future__ import annotations

from agent.intents import Cancel, Origin, Question, Understood
from agent.words.alerts.asked import Unclear, alert
from agent.words.vocabulary import Vocabulary

_EXAMPLE = "Say it like `tell me when the USDC rate at aave core falls below 3 %`."


def read(text: str, vocabulary: Vocabulary) -> Understood | None:
    """What a message wants to hear of, None where it is about something else."""
    found = alert(text, vocabulary)
    if found is None:
        return None
    if isinstance(found, Unclear):
        names = f"Which one: {' or '.join(found.fitting)}? " if found.fitting else "I find no such venue. "
        return Understood(None, question=Question(names + _EXAMPLE))
    if isinstance(found, Cancel):
        return Understood(found, dict.fromkeys(("action", "ref"), Origin(0, len(text), text)))
    said = [name for name, value in found.model_dump().items() if value is not None]
    return Understood(found, dict.fromkeys(said, Origin(0, len(text), text)))
