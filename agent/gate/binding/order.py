"""An order is bound to the user's own words: read anew by the same grammar, it must come to every field of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agent.errors import Refused
from agent.intents import Cancel, Intent, Order, Origin
from agent.words.orders.asked import order, order_in
from agent.words.orders.cancels import is_order
from agent.words.vocabulary import Vocabulary

RULE = "bind"


def bind_order(intent: Intent, origins: Mapping[str, Origin], said: Sequence[str], vocabulary: Vocabulary) -> bool:
    """Whether the intent is about an order, and what the user says is exactly that.

    False where it is about something else. Raises Refused("bind"). The message may be an earlier turn, with answers
    to what it left open behind it; or the origin of the action may point at a part of this turn, and around that
    nothing but courtesy may stand.
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
    if found != intent:
        raise Refused(RULE, "That order isn't in your words.", "Say it yourself, in one sentence; `help` shows how.")
    return True
