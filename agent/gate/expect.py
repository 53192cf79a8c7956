"""Expected: the bounds of every balance change, taken from what was asked and checked against the simulation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from agent.errors import Refused
from agent.gate.order import Enter, Leave, Move, Send
from agent.money import Address, Token
from agent.plans import Change
from agent.plugin import Venue, VenueState

NATIVE = "native"
DUST_UNITS = 2
DRIFT_SECONDS = 3_600
"""A confirmed plan runs within minutes; an hour's interest is room for the blocks in between."""


def key_of(token: Token) -> str:
    return token.address or NATIVE


def exact_part(moves: Iterable[Move]) -> dict[str, int]:
    """Base units by token that the moves say to the unit. A position that is left whole isn't in it."""
    total: dict[str, int] = {}
    for move in moves:
        token = move.token if isinstance(move, Send) else move.venue.asset
        delta = (move.units or 0) if isinstance(move, Leave) else -move.units
        total[key_of(token)] = total.get(key_of(token), 0) + delta
    return total


def expected(
    moves: Sequence[Move],
    simulated: Mapping[str, int],
    states: Mapping[str, VenueState],
    account: Address,
) -> tuple[Change, ...]:
    """The bounds for each token that the plan touches.

    Raises Refused("simulate") where the simulation moved another amount than was asked for, or another token.
    """
    tokens = {key_of(token): token for token in _touched(moves)}
    for key, delta in simulated.items():
        if delta and key not in tokens:
            raise Refused("simulate", f"The plan would also change your balance of {key} by {delta} base units.")
    ordered, whole = exact_part(moves), _left_whole(moves, states)
    changes = []
    for key, token in tokens.items():
        delta = simulated.get(key, 0)
        less = more = _slack(token, moves, states, delta)
        if key in whole:  # interest only adds: no less than the position that stands now, in whatever block it is
            less = max(delta - ordered[key] - whole[key], 0) + DUST_UNITS
        if key in ordered and key not in whole:
            if delta != ordered[key]:
                raise Refused(
                    "simulate", f"The plan would change {token.symbol} by {delta} base units, not by {ordered[key]}."
                )
            less = more = 0
        if key in ordered or delta:
            changes.append(Change(key, token.symbol, token.decimals, account, delta - less, delta + more))
    return tuple(changes)


def _touched(moves: Iterable[Move]) -> list[Token]:
    tokens: list[Token] = []
    for move in moves:
        if isinstance(move, Send):
            tokens.append(move.token)
            continue
        tokens.append(move.venue.asset)
        if move.venue.receipt is not None:
            tokens.append(move.venue.receipt)
    return tokens


def _left_whole(moves: Iterable[Move], states: Mapping[str, VenueState]) -> dict[str, int]:
    """By token, the base units that stand in the positions that are left whole."""
    total: dict[str, int] = {}
    for move in moves:
        if isinstance(move, Leave) and move.units is None:
            key = key_of(move.venue.asset)
            total[key] = total.get(key, 0) + states[move.venue.id].position
    return total


def _slack(token: Token, moves: Iterable[Move], states: Mapping[str, VenueState], delta: int) -> int:
    """Base units that interest may add or rounding take between the simulation and the transaction."""
    venues: list[Venue] = [move.venue for move in moves if isinstance(move, Enter | Leave)]
    own = [venue for venue in venues if token in (venue.asset, venue.receipt)]
    interest = sum(states[venue.id].rate.income(states[venue.id].position, DRIFT_SECONDS) for venue in own)
    return DUST_UNITS + 2 * interest + abs(delta) // 10_000
