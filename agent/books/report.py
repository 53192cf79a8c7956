"""What a period brought: gains, interest, rewards, gas; and what isn't realised yet. In USD with 8 decimals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from agent.books.entries import Way, worth
from agent.books.keep import Books, Gain, GasPaid, Income
from agent.money import Token
from memory.journal.booked import Price


@dataclass(frozen=True, slots=True)
class Sum:
    """What is known of it in USD, and base units by token of what has no known price or cost."""

    usd: int = 0
    unknown: Mapping[str, int] = field(default_factory=dict)

    def __add__(self, other: Sum) -> Sum:
        unknown = dict(self.unknown)
        for token, units in other.unknown.items():
            unknown[token] = unknown.get(token, 0) + units
        return Sum(self.usd + other.usd, unknown)


@dataclass(frozen=True, slots=True)
class Period:
    """`gas` is what it cost, positive. `assumed`: the part of the gains that counts from an assumed cost.

    `by_token`: gains, interest, rewards of each token.
    """

    gains: Sum
    interest: Sum
    rewards: Sum
    gas: Sum
    wei: int
    assumed: int
    by_token: Mapping[str, tuple[Sum, Sum, Sum]]

    @property
    def profit(self) -> int:
        """What is known of it: gains, interest and rewards less gas."""
        return self.gains.usd + self.interest.usd + self.rewards.usd - self.gas.usd


@dataclass(frozen=True, slots=True)
class Standing:
    """What isn't realised, at one block: `earned` stands in venues beyond what was put in, `risen` is what the lots
    that are left are worth beyond their cost.
    """

    earned: Sum
    risen: Sum

    @property
    def usd(self) -> int:
        return self.earned.usd + self.risen.usd


def period(books: Books, since: int, until: int) -> Period:
    """What blocks with a time in [since, until], Unix seconds, brought."""
    gains = [each for each in books.gains if since <= each.at <= until]
    incomes = [each for each in books.incomes if since <= each.at <= until]
    gas = [each for each in books.gas if since <= each.at <= until]
    interest = [each for each in incomes if each.way is not Way.REWARD]
    rewards = [each for each in incomes if each.way is Way.REWARD]
    tokens = {each.lot.token for each in gains} | {each.token for each in incomes}
    return Period(
        gains=_gains(gains),
        interest=_incomes(interest),
        rewards=_incomes(rewards),
        gas=_gas(gas),
        wei=sum(each.wei for each in gas),
        assumed=_gains(each for each in gains if each.lot.assumed).usd,
        by_token={
            token: (
                _gains(each for each in gains if each.lot.token == token),
                _incomes(each for each in interest if each.token == token),
                _incomes(each for each in rewards if each.token == token),
            )
            for token in sorted(tokens)
        },
    )


def standing(
    books: Books,
    coins: Mapping[str, Token],
    prices: Mapping[str, Price],
    positions: Sequence[tuple[str, str, int]],
) -> Standing:
    """`positions`: (venue, token, base units that stand there) of every venue that could be read."""
    earned = Sum()
    for venue, token, units in positions:
        inside = books.put_in.get((venue, token), 0)
        if units or inside:
            usd = _worth(token, units - inside, coins, prices)
            earned += Sum(0, {token: units - inside}) if usd is None else Sum(usd)
    risen = Sum()
    for lot in (each for lots in books.lots.values() for each in lots):
        now = _worth(lot.token, lot.units, coins, prices)
        known = None if now is None or lot.cost is None else now - lot.cost
        risen += Sum(0, {lot.token: lot.units}) if known is None else Sum(known)
    return Standing(earned, risen)


def _worth(token: str, units: int, coins: Mapping[str, Token], prices: Mapping[str, Price]) -> int | None:
    price = prices.get(token)
    return None if price is None else worth(units, coins[token].decimals, price)


def _gains(gains: Iterable[Gain]) -> Sum:
    return _sum((each.lot.token, each.lot.units, each.usd) for each in gains)


def _incomes(incomes: Iterable[Income]) -> Sum:
    return _sum((each.token, each.units, each.usd) for each in incomes)


def _gas(gas: Iterable[GasPaid]) -> Sum:
    return _sum(("native", each.wei, each.usd) for each in gas)


def _sum(rows: Iterable[tuple[str, int, int | None]]) -> Sum:
    known, unknown = 0, dict[str, int]()
    for token, units, usd in rows:
        if usd is None:
            unknown[token] = unknown.get(token, 0) + units
        else:
            known += usd
    return Sum(known, unknown)
