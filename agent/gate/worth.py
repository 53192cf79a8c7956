"""Worth: whether a deposit earns its gas back within the horizon, and the smallest that does. Said, never refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.chain.registry import Registry
from agent.chain.snapshot import Snapshot
from agent.execution.costs import costs_at
from agent.gate.candidates import gas_in_units
from agent.gate.moves import Enter, Move, Wrap
from agent.gate.trades.words import about
from agent.money import Amount, Token
from agent.plugin import Venue, VenueState
from agent.usd import cents, dollars

DAY = 86_400
DOUBLINGS = 128
SIGNIFICANT = 3
"""Digits of the smallest deposit as it is said, rounded up: gas changes by the block."""


@dataclass(frozen=True, slots=True)
class Worth:
    """Base units of `asset`: what the way `there` and back `out` cost at present gas, what all `units` earn in
    `seconds`, and the fewest that earn it back by then in the first of the venues (None: no amount does).
    """

    asset: Token
    units: int
    there: int
    out: int
    income: int
    smallest: int | None
    seconds: int

    @property
    def cost(self) -> int:
        return self.there + self.out

    @property
    def pays(self) -> bool:
        return self.income >= self.cost


def worth(
    moves: Sequence[Move], snapshot: Snapshot, registry: Registry, gas_used: Sequence[int], seconds: int
) -> Worth | None:
    """Of a plan that puts what is in the wallet into venues of one asset; None for another, or without a price."""
    entries = [move for move in moves if isinstance(move, Enter) and move.source is None]
    if not entries or len(entries) < sum(1 for move in moves if not isinstance(move, Wrap)):
        return None
    asset = entries[0].venue.asset
    price, native = snapshot.prices.get(asset.symbol), snapshot.prices.get(registry.native.symbol)
    if not price or not native:
        return None
    costs = costs_at(snapshot)
    fresh = [move.venue for move in entries if not snapshot.venues[move.venue.id].position]
    there = gas_in_units(costs.present(sum(gas_used), len(gas_used)), native, price, asset)
    out = sum(gas_in_units(costs.present(venue.exit_gas), native, price, asset) for venue in fresh)
    first = entries[0]
    return Worth(
        asset=asset,
        units=sum(move.units for move in entries),
        there=there,
        out=out,
        income=sum(_income(move.venue, snapshot.venues[move.venue.id], move.units, seconds) for move in entries),
        smallest=smallest(first.venue, snapshot.venues[first.venue.id], -(-(there + out) // len(entries)), seconds),
        seconds=seconds,
    )


def smallest(venue: Venue, state: VenueState, cost: int, seconds: int) -> int | None:
    """The fewest base units that earn `cost` in `seconds` at the rate that they leave; None where none do."""
    high = max(cost, 1)
    for _ in range(DOUBLINGS):
        if _income(venue, state, high, seconds) >= cost:
            break
        high *= 2
    else:
        return None
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        if _income(venue, state, middle, seconds) >= cost:
            high = middle
        else:
            low = middle
    return high


def _income(venue: Venue, state: VenueState, units: int, seconds: int) -> int:
    return venue.rate_after(state, units).income(units, seconds)


def told(found: Worth, price: int, chain: str) -> str:
    """One or two sentences for the preview."""
    days, gas = found.seconds // DAY, _dollars(found.cost, found.asset, price)
    if found.smallest is None:
        return f"At today's gas on {chain} a way in and out costs about {gas}, and this earns nothing to speak of."
    least = Amount(_rounded_up(found.smallest), found.asset)
    if found.pays:
        return (
            f"At today's gas on {chain} a way in and out costs about {gas}; from about {least} on, a deposit earns "
            f"that back within {days} days. Yours earns {about(found.income, found.asset)} {found.asset.symbol}."
        )
    earned = f"{about(found.income, found.asset)} {found.asset.symbol}"
    return (
        f"Small for {chain}: at today's gas a way in and out costs about {gas}, and this earns about {earned} in "
        f"{days} days. For so long holding is cheaper; from about {least} on, a deposit earns its gas back by then."
    )


def _dollars(units: int, asset: Token, price: int) -> str:
    return dollars(max(cents(units, asset.decimals, price), 1))


def _rounded_up(units: int) -> int:
    scale = 10 ** max(len(str(units)) - SIGNIFICANT, 0)
    return int(-(-units // scale) * scale)
