"""The grammar of limits: a message that sets one, takes one away, or cancels a change that waits."""

from __future__ import annotations

from agent.intents import Limit, Origin, Question, Understood
from agent.mind.context import Context
from agent.mind.questions import unread_limit
from agent.words.limits.allowances import OVER_WHAT, OpenPeriod, allowance, unread_amount
from agent.words.vocabulary import Vocabulary

_ANSWERS = frozenset({"venue", "asset", "recipient"})
"""Open questions that `only aave` answers."""


def read(text: str, context: Context, vocabulary: Vocabulary) -> Understood | None:
    """What a message says about limits, None where it is about something else."""
    try:
        found = allowance(text, vocabulary)
    except OpenPeriod:
        return Understood(None, question=Question(OVER_WHAT))
    if found is None:
        slot = unread_amount(text, vocabulary)
        return None if slot is None else Understood(None, question=unread_limit(slot))
    if isinstance(found, Limit) and _answers(found, context):
        return None
    whole = Origin(0, len(text), text)
    said = {name for name, value in found.model_dump().items() if value is not None}
    return Understood(found, dict.fromkeys(sorted(said), whole))


def _answers(found: Limit, context: Context) -> bool:
    return found.what != "cap" and context.pending is not None and context.pending.missing in _ANSWERS
