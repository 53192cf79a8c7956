"""How a market's supply rate answers to a deposit, and what an allocation is made of and ends in. All integers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from agent.money import RAY, Rate


@dataclass(frozen=True, slots=True)
class Curve:
    """A market's supply rate as a function of what is deposited.

    `supplied`, `borrowed`: base units in the whole market now, one's own included. `points`: utilisation and yearly
    rate in ray, ascending from 0, linear between two of them. Where `on_borrowed` is set the rate is what borrowers
    pay, and suppliers get the `kept` part of it (ray) times the utilisation; else it is the suppliers' own, times
    `kept`. Rewards in other tokens aren't in it.
    """

    supplied: int
    borrowed: int
    points: tuple[tuple[int, int], ...]
    on_borrowed: bool = True
    kept: int = RAY

    def usage(self, deposit: int, response: int = 0) -> int:
        """Utilisation in ray once `deposit` base units more (negative: fewer) are in.

        `response` in ray is how much of a deposit new borrowing takes up, in parts of what would keep utilisation
        where it is: 0, nobody reacts; RAY, utilisation doesn't change.
        """
        supplied = self.supplied + deposit
        if supplied <= 0 or self.borrowed <= 0:
            return 0
        if response:  # borrowed + response · borrowed / supplied · deposit, over what is supplied then
            borrowed = self.borrowed * (self.supplied * RAY + response * deposit)
            usage = borrowed // (self.supplied * supplied)
        else:
            usage = self.borrowed * RAY // supplied
        most = self.points[-1][0]
        return most if usage > most else max(usage, 0)

    def rate(self, deposit: int, response: int = 0) -> Rate:
        """The supply rate once `deposit` is in, rounded down."""
        usage = self.usage(deposit, response)
        u0, rate = self.points[0]
        for u1, r1 in self.points:
            if u1 >= usage:
                if u1 > u0:
                    rate += (r1 - rate) * (usage - u0) // (u1 - u0)
                break
            u0, rate = u1, r1
        if self.on_borrowed:
            rate = rate * usage // RAY
        return Rate(rate * self.kept // RAY)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A venue that money could be at; amounts are base units of the asset.

    `source` is the market whose rate its deposits move (`Venue.liquidity_source`). `curve` None or `why_not` set: it
    isn't entered, and may be left as far as `liquidity` (what could leave now) allows. `most`: the largest position
    that caps, room and risk limits leave, None without one; `least`: the smallest that is worth having. `enter` and
    `leave` are what a move costs whatever its size, `exit_fee` in ray is kept back of what leaves.
    """

    venue: str
    source: str
    curve: Curve | None
    position: int = 0
    liquidity: int = 0
    most: int | None = None
    least: int = 0
    enter: int = 0
    leave: int = 0
    exit_fee: int = 0
    why_not: str = ""

    @property
    def open(self) -> bool:
        """Whether it may be entered."""
        return self.curve is not None and not self.why_not

    def cost(self, units: int) -> int:
        """What it costs to hold `units` there instead of the position, rounded up.

        Who enters pays for the way out as well; who leaves pays that move alone.
        """
        if units == self.position:
            return 0
        moved = abs(units - self.position)
        fee = -(-moved * self.exit_fee // RAY)
        if units < self.position:
            return self.leave + fee
        return self.enter + fee + (0 if self.position else self.leave)


class Weigh(StrEnum):
    """Which end of the band of borrowers' response counts; `mean`: both, half each."""

    LOW = "low"
    MEAN = "mean"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Terms:
    """`cash`: base units that aren't at work yet. `response`: both ends of the band, in ray (`Curve.usage`).

    `source_most`: the most in all venues over one market together.
    """

    cash: int
    seconds: int
    response: tuple[int, int] = (0, RAY // 2)
    weigh: Weigh = Weigh.MEAN
    source_most: Mapping[str, int] = field(default_factory=dict)

    def expected(self, low: int, high: int) -> int:
        """Income that counts, of that at both ends of the band, rounded down."""
        return {Weigh.LOW: low, Weigh.HIGH: high, Weigh.MEAN: (low + high) // 2}[self.weigh]


@dataclass(frozen=True, slots=True)
class Part:
    """What is at one venue. `low` and `high`: base units it earns over the horizon at both ends of the band."""

    venue: str
    units: int
    moved: int
    rate_low: Rate
    rate_high: Rate
    low: int
    high: int
    cost: int


@dataclass(frozen=True, slots=True)
class Allocation:
    """Where all money is: the parts and `idle` are exactly what there was. Base units, over the horizon.

    `parts`: of the venues that hold anything, or did.

    `bound`: no allocation earns more than that after costs; `gap` is how far this one could be below the best.
    `left_out`: the reason by venue. `nodes`: how many relaxations were solved.
    """

    parts: tuple[Part, ...]
    idle: int
    income: int
    cost: int
    bound: int
    left_out: Mapping[str, str]
    nodes: int

    @property
    def net(self) -> int:
        return self.income - self.cost

    @property
    def gap(self) -> int:
        return max(self.bound - self.net, 0)

    @property
    def exact(self) -> bool:
        """To a millionth of the income, and a base unit a venue for rounding."""
        return self.gap <= self.income // 1_000_000 + len(self.parts) + 1
