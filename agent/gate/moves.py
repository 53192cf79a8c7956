"""What an intent comes to once every word in it is resolved: whole numbers, tokens of the registry, venues."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from agent.gate.liquidity.provided import Close, Gather, Provide
from agent.money import Address, Token
from agent.plugin import Lender, Rewarder, Trader, Venue
from agent.routes import Trade


@dataclass(frozen=True, slots=True)
class Swap:
    """Take `trade`. `pays` and `gets` are its tokens, or the native coin in the place of the wrapped one.

    `limits`: of each part the least that comes back, or of an exact output the most that is given. `edge` is the
    other side of what may happen before it runs: the most that could come back, or the least that could be given.
    `back`: by what it is sold again when it is tried, where its own trader only gives. `beyond`: what its trader may
    give beyond an exact output.
    """

    trader: Trader
    trade: Trade
    pays: Token
    gets: Token
    limits: tuple[int, ...]
    edge: int
    back: tuple[Trader, Trade] | None = None
    beyond: int = 0

    @property
    def limit(self) -> int:
        """The limits of the parts together."""
        return sum(self.limits)

    @property
    def surplus(self) -> int:
        """Base units of `gets` that may come back beyond an exact output.

        A pair gives all that is worth what it takes, which is rounded up (@uniswap/swap-router-contracts,
        V2SwapRouter._swap): the worth of two units in a hop, and a 10,000th for tokens of few decimals in between.
        """
        parts = [part for part in self.trade.parts if part.version == 2] if self.trade.exact_out else []
        return self.beyond + sum(
            2 * len(part.pools) * -(-part.units_out // part.units_in) + part.units_out // 10_000 for part in parts
        )

    @property
    def worst(self) -> tuple[int, ...]:
        """For each part the most that somebody who orders transactions around it can take: base units of the side
        that isn't said.
        """
        if self.trade.exact_out:
            return tuple(limit - part.units_in for part, limit in zip(self.trade.parts, self.limits, strict=True))
        return tuple(part.units_out - limit for part, limit in zip(self.trade.parts, self.limits, strict=True))

    @property
    def most_in(self) -> int:
        """Base units of `pays` that it takes at the most."""
        return self.limit if self.trade.exact_out else self.trade.units_in

    @property
    def least_out(self) -> int:
        """Base units of `gets` that an exact input gives at the least."""
        return self.limit

    @property
    def most_out(self) -> int:
        """Base units of `gets` that an exact input gives at the most."""
        return self.edge


@dataclass(frozen=True, slots=True)
class Leave:
    """Take `units` base units out; None is the whole position, dust included.

    `least_out` and `most_out`: where an entry takes what this gives, the bounds of that in base units.
    """

    venue: Venue
    units: int | None
    least_out: int = 0
    most_out: int = 0


@dataclass(frozen=True, slots=True)
class Wrap:
    """`units` of the native coin into `token`, its wrapped form, or with `back` out of it, one to one. With `source`:
    all that it gives, now about `units`; a swap that is one is taken from outside, of an exact input.
    """

    coin: Token
    token: Token
    units: int
    back: bool = False
    source: Swap | Leave | None = None

    @property
    def least(self) -> int:
        """Base units of it at the least."""
        return self.units if self.source is None else self.source.least_out

    @property
    def most(self) -> int:
        """The same at the most."""
        return self.units if self.source is None else self.source.most_out


@dataclass(frozen=True, slots=True)
class Enter:
    """Put `units` base units of the venue's asset in. With `source`: all that it gives, now about `units`."""

    venue: Venue
    units: int
    source: Swap | Leave | None = None

    @property
    def most_in(self) -> int:
        """Base units that go in at the most."""
        return self.units if self.source is None else self.source.most_out


@dataclass(frozen=True, slots=True)
class Send:
    """Send `units` base units of `token` to the contact `name`."""

    token: Token
    units: int
    name: str
    recipient: Address


@dataclass(frozen=True, slots=True)
class TakeBack:
    """Let `spender` take nothing of `token` any more; `name` is a venue's id or an exchange's name."""

    token: Token
    spender: Address
    name: str


@dataclass(frozen=True, slots=True)
class PayBack:
    """Pay `units` base units of what is owed at a venue's market; None is the whole debt, for `most` at the most."""

    venue: Venue
    units: int | None
    most: int

    @property
    def lender(self) -> Lender:
        """Where it is owed."""
        if self.venue.lender is None:
            raise AssertionError(f"nothing can be owed at {self.venue.id}")
        return self.venue.lender


@dataclass(frozen=True, slots=True)
class Collect:
    """Claim exactly `units` base units of a reward that wait."""

    rewarder: Rewarder
    token: Token
    units: int


Move = Enter | Leave | Send | Swap | TakeBack | PayBack | Collect | Provide | Gather | Close | Wrap


def taken(moves: Iterable[Move]) -> list[Swap | Leave]:
    """The moves whose output a later one takes: what they give doesn't stay in the wallet."""
    return [move.source for move in moves if isinstance(move, Enter | Wrap) and move.source is not None]
