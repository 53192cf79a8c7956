"""Bound to the user's words: a limit, or the cancelling of a change, is read again from what the user said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agent.errors import Refused
from agent.intents import Cancel, Intent, Limit, Origin
from agent.words.limits.allowances import CHANGES, CONTACT, TRANSACTION, OpenPeriod, allowance_in
from agent.words.vocabulary import Vocabulary

RULE = "bind"


def bind_limit(intent: Intent, origins: Mapping[str, Origin], said: Sequence[str], vocabulary: Vocabulary) -> bool:
    """Whether the intent is about a limit, and what the present turn says is exactly that.

    False where it is about something else. Raises Refused("bind"). The origin of the action may point at a part of
    the turn; around it nothing but courtesy may stand.
    """
    if not isinstance(intent, Limit) and not _cancels(intent):
        return False
    text = said[-1]
    place = origins.get("action", Origin(0, len(text), text))
    try:
        found = allowance_in(text, place.start, place.end, vocabulary) if place.turn == 0 else None
    except OpenPeriod:
        found = None
    if found != intent:
        raise Refused(RULE, "That limit isn't in your words.", "Say it yourself: `my limit is 500 USDC a day`.")
    return True


def _cancels(intent: Intent) -> bool:
    ref = intent.ref if isinstance(intent, Cancel) else None
    return ref is not None and ref.partition(":")[0] in (CHANGES, CONTACT, TRANSACTION)
