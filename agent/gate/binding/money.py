"""Amount, asset and venue of a move are bound to one clause of the user's words, each in its role."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agent.errors import NeedsAnswer, Refused
from agent.intents import Deposit, Origin, Transfer, Withdraw
from agent.words.reading.clauses import INEXACT, Clause, assets, candidates, merged, pairs, spec_for
from agent.words.reading.readings import Kind, Reading
from agent.words.vocabulary import Vocabulary

RULE = "bind"
VENUE_ROLES = {"deposit": ("to", "in", "on", "via", ""), "withdraw": ("from", "in", "on", "")}


def is_for_another(clause: Clause) -> bool:
    """Somebody's name or address stands in what only moves between the user's own account and a venue."""
    return bool(clause.of(Kind.NAME, Kind.ADDRESS, Kind.BAD_ADDRESS))


def require(holds: bool, field: str) -> None:
    if not holds:
        raise Refused(RULE, f"The {field} isn't in your words.", "Say it yourself, in one sentence.")


def within(reading: Reading, origin: Origin) -> bool:
    """The reading and the origin's words overlap."""
    place = reading.origin
    return place.turn == origin.turn and place.start < origin.end and origin.start < place.end


def _at(readings: Sequence[Reading], field: str, origins: Mapping[str, Origin]) -> list[Reading]:
    origin = origins.get(field)
    return [reading for reading in readings if origin is None or within(reading, origin)]


def bind_money(
    intent: Deposit | Withdraw | Transfer, clause: Clause, origins: Mapping[str, Origin], vocabulary: Vocabulary
) -> None:
    named = _at(assets(clause), "asset", origins)
    if not any(reading.text == intent.asset for reading in named):
        raise NeedsAnswer("Which token?", "asset")
    if clause.of(*INEXACT):
        raise NeedsAnswer(f"How much {intent.asset}?", "amount")
    amounts = [
        amount
        for amount in _at(merged(clause.of(Kind.AMOUNT)), "amount", origins)
        if spec_for(amount, intent.asset, vocabulary) == intent.amount
    ]
    if len(amounts) != 1:
        raise NeedsAnswer(f"How much {intent.asset}?", "amount")
    beside = dict(pairs(clause.of(Kind.AMOUNT, Kind.TOKEN))).get(amounts[0])
    if beside is not None and beside.text != intent.asset:
        raise NeedsAnswer(f"How much {intent.asset}?", "amount")


def bind_venue(intent: Deposit | Withdraw, clause: Clause) -> None:
    roles = VENUE_ROLES[intent.action]
    placed = tuple(p for p in clause.placed if p.reading.kind is not Kind.VENUE or p.role in roles)
    if len(placed) != len(clause.placed):
        raise Refused(RULE, "A venue in your words stands in another role than the venue of this.", "Say one move.")
    fitting = candidates(clause, intent.asset)
    if intent.venue is None:
        require(not clause.of(Kind.VENUE), "venue (you named one, and this leaves it open)")
    else:
        require(fitting == (intent.venue,), "venue")
