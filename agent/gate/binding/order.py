"""An order is bound to the user's own words: read anew by the same grammar, it must come to every field of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agent.errors import Refused
from agent.intents import Cancel, Intent, Order, Origin, Provide, Reposition
from agent.words.amends.turns import amended
from agent.words.orders.asked import order, order_in
from agent.words.orders.cancels import is_order
from agent.words.turns.deeds import NOTHING_DONE, Record
from agent.words.vocabulary import Vocabulary

RULE = "bind"


def is_amended(
    intent: Order | Provide | Reposition, said: Sequence[str], vocabulary: Vocabulary, record: Record
) -> bool:
    """Whether the last of the user's own turns makes exactly that of the order or the position before it."""
    found = amended(said, vocabulary, record.done, not record.times)
    return found is not None and found.found == intent


def bind_order(
    intent: Intent,
    origins: Mapping[str, Origin],
    said: Sequence[str],
    vocabulary: Vocabulary,
    record: Record = NOTHING_DONE,
) -> bool:
    """Whether the intent is about an order, and what the user says is exactly that.

    False where it is about something else. Raises Refused("bind"). The message may be an earlier turn, with answers
    to what it left open behind it, or corrections; or the origin of the action may point at a part of this turn, and
    around that nothing but courtesy may stand.
    """
    if not isinstance(intent, Order) and not (isinstance(intent, Cancel) and is_order(intent.ref)):
        return False
    turns = 1 - min((origin.turn for origin in origins.values()), default=0)
    place = origins.get("action")
    if not 0 < turns <= len(said):
        found = None
    elif turns == 1 and place is not None:
        found = order_in(said[-1], place.start, place.end, vocabulary)
    else:
        found = order(said[-turns:], vocabulary)
    if found != intent and not (isinstance(intent, Order) and is_amended(intent, said, vocabulary, record)):
        raise Refused(RULE, "That order isn't in your words.", "Say it yourself, in one sentence; `help` shows how.")
    return True
