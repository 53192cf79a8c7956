"""Spread: a deposit over several venues, where that earns more after the gas of the further ones. Pure.

Positions that stand stay as they are; what they lose to the new money's own impact counts. Rates are those of now,
over a horizon, as `rank` sees them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agent.chain.registry import Registry
from agent.chain.snapshot import Snapshot
from agent.curves import Allocation, Candidate, Terms
from agent.execution.costs import costs_at
from agent.gate.candidates import Field, candidates, gas_in_units, kept_small, source_most
from agent.money import Rate, Token
from agent.plugin import Option, Venue

FEWEST_PARTS = 20
"""No part is smaller than a twentieth: crumbs are no help to anybody who has to look after them."""

DIGITS = 3
"""Of the whole, in its parts: what a person reads at a glance costs less than a millionth of the income."""

Allocate = Callable[[Sequence[Candidate], Terms], Allocation | None]
Rank = Callable[[Token, int], list[Option]]


@dataclass(frozen=True, slots=True)
class Horizon:
    """What a deposit is spread by: `seconds` that it is to earn in, `most` base units by symbol that one may be.

    What is more than that isn't spread: parts are no way around a limit of one deposit.
    """

    seconds: int
    most: Mapping[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """What a decision keeps, so that it can be made again; integers as decimal text."""
        return {"seconds": str(self.seconds), "most": {key: str(units) for key, units in sorted(self.most.items())}}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Horizon:
        """What `as_json` wrote."""
        return cls(int(data["seconds"]), {key: int(units) for key, units in data["most"].items()})


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a deposit: `units` of it, the venue's rate now and with all parts in."""

    venue: str
    units: int
    before: Rate
    after: Rate


@dataclass(frozen=True, slots=True)
class Spread:
    """The parts of a deposit, the largest first. Base units over `seconds`: `more` than all of it in `alone` would
    earn, and the `gas` that it costs beyond that. `alone` is '' where no venue takes all of it.
    """

    shares: tuple[Share, ...]
    alone: str
    more: int
    gas: int
    seconds: int

    def as_json(self) -> dict[str, str]:
        """What a decision keeps of it beside the parts; integers as decimal text."""
        numbers = {"more": self.more, "gas": self.gas, "seconds": self.seconds}
        return {"alone": self.alone, **{key: str(number) for key, number in numbers.items()}}


@dataclass(frozen=True, slots=True)
class Spreader:
    """`spread` at one snapshot."""

    registry: Registry
    venues: Mapping[str, Venue]
    snapshot: Snapshot
    rank: Rank
    allocate: Allocate
    horizon: Horizon

    def spread(self, asset: Token, units: int, alone: str) -> Spread | None:
        """The parts, or None where one venue is better; `alone` is the best one for all of it, '' for none."""
        most = self.horizon.most.get(asset.symbol)
        prices = self.snapshot.prices.get(asset.symbol), self.snapshot.prices.get(self.registry.native.symbol)
        if (most is not None and units > most) or not all(prices):
            return None
        weighed, terms = self._candidates(asset, units), self._terms(asset, units)
        found = self.allocate(weighed, terms)
        moved = {part.venue: part.moved for part in found.parts if part.moved > 0} if found else {}
        if len(moved) < 2 or sum(moved.values()) != units:
            return None
        moved, one = _rounded(moved, units, weighed, terms), {alone: units} if alone else {}
        more = _income(weighed, moved, terms) - _income(weighed, one, terms)
        gas = _cost(weighed, moved) - _cost(weighed, one)
        return Spread(self._shares(moved), alone, more, gas, terms.seconds) if more > gas or not alone else None

    def _candidates(self, asset: Token, units: int) -> list[Candidate]:
        """Those that take a part, and those where something of the account's is: its positions stay."""
        least = max(units // FEWEST_PARTS, 1)
        found = candidates(self.venues, self.snapshot.venues, self._field(asset, least), self.snapshot.signals)
        return [each for each in found if each.open or each.position]

    def _field(self, asset: Token, least: int) -> Field:
        price = self.snapshot.prices[asset.symbol]
        native = self.snapshot.prices[self.registry.native.symbol]
        costs = costs_at(self.snapshot)

        def units(gas: int, transactions: int) -> int:
            return gas_in_units(costs.present(gas, transactions), native, price, asset)

        return Field(
            asset=asset,
            seconds=0,
            entered=frozenset(option.venue for option in self.rank(asset, least) if not option.why_not),
            left=frozenset(),
            least=least,
            gas={key: (units(venue.entry_gas, 2), units(venue.exit_gas, 1)) for key, venue in self.venues.items()},
            untrusted=self.snapshot.untrusted,
        )

    def _terms(self, asset: Token, units: int) -> Terms:
        kept = kept_small(self.snapshot.signals)  # in a market, by whatever way it came there
        shared = Field(asset, 0, markets=kept)
        rooms = source_most(self.venues, self.snapshot.venues, shared)
        return Terms(units, self.horizon.seconds, source_most=rooms)

    def _shares(self, moved: Mapping[str, int]) -> tuple[Share, ...]:
        added = Counter[str]()
        for key, units in moved.items():
            added[self.venues[key].liquidity_source] += units
        return tuple(
            Share(
                key,
                units,
                self.snapshot.venues[key].rate,
                self.venues[key].rate_after(self.snapshot.venues[key], added[self.venues[key].liquidity_source]),
            )
            for key, units in sorted(moved.items(), key=lambda each: (-each[1], each[0]))
        )


def _rounded(moved: Mapping[str, int], units: int, weighed: Sequence[Candidate], terms: Terms) -> dict[str, int]:
    """Parts of three digits of the whole, the largest with what is left over: where that keeps to its limits."""
    grain = 10 ** max(len(str(units)) - DIGITS, 0)
    largest = next(each for each in weighed if each.venue == max(moved, key=lambda key: (moved[key], key)))
    found = {key: part // grain * grain for key, part in moved.items() if key != largest.venue}
    found[largest.venue] = units - sum(found.values())
    held = {each.venue: each.position + found.get(each.venue, 0) for each in weighed if each.source == largest.source}
    if largest.most is not None and held[largest.venue] > largest.most:
        return dict(moved)
    if sum(held.values()) > terms.source_most.get(largest.source, sum(held.values())):
        return dict(moved)
    return found


def _income(weighed: Sequence[Candidate], moved: Mapping[str, int], terms: Terms) -> int:
    """What all positions earn with `moved` in, over the horizon and the band of borrowers' response."""
    added = Counter[str]()
    for each in weighed:
        added[each.source] += moved.get(each.venue, 0)
    low = high = 0
    for each in weighed:
        held = each.position + moved.get(each.venue, 0)
        if held and each.curve is not None:
            rates = [each.curve.rate(added[each.source], response) for response in terms.response]
            low, high = low + rates[0].income(held, terms.seconds), high + rates[1].income(held, terms.seconds)
    return terms.expected(low, high)


def _cost(weighed: Sequence[Candidate], moved: Mapping[str, int]) -> int:
    return sum(each.cost(each.position + moved[each.venue]) for each in weighed if each.venue in moved)
