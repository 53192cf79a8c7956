"""The native coin where its wrapped form is held: venues and pools take that one, so it is wrapped on the way in and
unwrapped on the way out, one to one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from agent.chain.registry import Registry
from agent.chain.snapshot import Snapshot
from agent.errors import Refused
from agent.execution.costs import costs_at
from agent.gate.expect import DUST_UNITS, given_whole
from agent.gate.moves import Leave, Move, Swap, Wrap
from agent.gate.resolve import is_everything, units_of
from agent.intents import All, AmountSpec
from agent.intents import Swap as SwapIntent
from agent.money import Token

if TYPE_CHECKING:
    from agent.gate.desk import Desk

WRAP_GAS, WRAP_TRANSACTIONS = 100_000, 1
UNWRAP_GAS = 36_000
"""What WETH9.withdraw uses in a transaction of its own: 21,000 for that, some 14,000 for itself."""
ENTRY_GAS, ENTRY_TRANSACTIONS = 1_300_000, 4
"""Gas limits of putting what was wrapped to work, and of leaving that position again, kept where all of it is."""


def held_as(registry: Registry, token: Token) -> Token:
    """The token itself, or the wrapped form of the native coin, which pools and venues hold. Raises Refused."""
    if not token.is_native:
        return token
    if registry.wrapped is None:
        raise Refused("lists", f"{token.symbol} has no wrapped form on this chain.", "Ask for another token.")
    return registry.token(registry.wrapped)


def swap(desk: Desk, intent: SwapIntent) -> Wrap:
    """A swap of the coin for its wrapped form, or back: no pool is asked. Raises Refused: amount, balance."""
    pays, gets = desk.registry.token(intent.asset), desk.registry.token(intent.to_asset)
    coin, token = (pays, gets) if pays.is_native else (gets, pays)
    whole = spendable(desk, pays, intent.amount, WRAP_GAS, WRAP_TRANSACTIONS)
    units = units_of(intent.to_amount or intent.amount or All(), pays, whole, "Your wallet")
    return Wrap(coin, token, units, back=gets.is_native)


def spendable(desk: Desk, pays: Token, amount: AmountSpec | None, gas: int, transactions: int) -> int:
    """Base units of the wallet that an amount can be of; of all of the native coin, without what gas needs."""
    if not pays.is_native or amount is None or not is_everything(amount):
        return desk.balance(pays)
    return max(desk.spare_native - costs_at(desk.snapshot).wei(gas, transactions), 0)


def unwrapped(snapshot: Snapshot, coin: Token, token: Token, leaves: Iterable[Leave]) -> tuple[Move, ...]:
    """Each withdrawal of the wrapped form with the step that makes the coin of exactly what it gave."""
    moves: list[Move] = []
    for leave in leaves:
        least, most = given(snapshot, leave)
        source = replace(leave, least_out=least, most_out=most)
        moves += [source, Wrap(coin, token, now(snapshot, leave), back=True, source=source)]
    return tuple(moves)


def into(swap: Swap, coin: Token) -> tuple[Move, ...]:
    """A swap into the native coin: as it is where it gives the coin itself, else with the step that unwraps it all,
    or of an exact output exactly that.

    No receipt says how much of the coin somebody's contract paid out; of the wrapped form it does, to the unit.
    """
    if swap.gets.is_native:
        return (swap,)
    source = None if swap.trade.exact_out else swap
    return swap, Wrap(coin, swap.gets, swap.trade.units_out, back=True, source=source)


def now(snapshot: Snapshot, move: Leave) -> int:
    """Base units that a withdrawal gives at the snapshot."""
    return snapshot.venues[move.venue.id].position if move.units is None else move.units


def given(snapshot: Snapshot, move: Leave) -> tuple[int, int]:
    """The least and the most base units that a withdrawal gives."""
    if move.units is None:
        return given_whole(snapshot.venues[move.venue.id])
    return max(move.units - DUST_UNITS, 1), move.units
