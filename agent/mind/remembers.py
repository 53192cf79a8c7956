"""The grammar of memory: a message that wants something remembered, forgotten, shown or handed out."""

from __future__ import annotations

from agent.intents import Explain, Forget, Origin, Remember, Understood
from agent.mind import questions
from agent.words.requests.forgetting import forgetting, unsaid
from agent.words.requests.remembering import asks_of_memory, remembering


def read(text: str) -> Understood | None:
    """What a message wants of memory, None where it is about something else."""
    return _forgotten(text) or _remembered(text) or _asked(text)


def _forgotten(text: str) -> Understood | None:
    found = forgetting(text)
    if found is None:
        return Understood(None, question=questions.FORGET_WHAT) if unsaid(text) else None
    origin = Origin(found.start, found.end, text[found.start : found.end])
    return Understood(Forget(scope=found.scope), {"action": origin, "scope": origin})


def _remembered(text: str) -> Understood | None:
    found = remembering(text)
    if found is None:
        return None
    origin = Origin(found.start, found.end, found.text)
    return Understood(Remember(text=found.text), {"action": Origin(0, len(text), text), "text": origin})


def _asked(text: str) -> Understood | None:
    ref = asks_of_memory(text)
    if ref is None:
        return None
    whole = Origin(0, len(text), text)
    return Understood(Explain(ref=ref), {"action": whole, "ref": whole})
