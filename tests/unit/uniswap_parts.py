"""Random exchanges for the tests of routing: tokens, pools with ticks, pairs; all drawn from a seed."""

from __future__ import annotations

import random
from math import isqrt

from hypothesis import strategies as st

from agent.money import Address, Token, address
from agent.routes import AnyPool, PairState, PoolState
from plugins.uniswap.ticks import tick_at

FEES = ((100, 1), (500, 10), (3_000, 60), (10_000, 200))
WORDS = 3


def place(number: int) -> Address:
    return address("0x" + number.to_bytes(20, "big").hex())


def tokens(count: int) -> list[Token]:
    """In the order of their addresses; 18 and 6 decimals in turn."""
    return [Token(31_337, f"T{each}", place(0x1000 + each), 6 if each % 2 else 18) for each in range(count)]


class Exchange:
    """`count` pools between `tokens`, of which the first and the last are joined; about a third are pairs.

    `worth`: USD of each token. Pools hold 100,000 to 30 million USD a side, at prices within 0.2 % of each other, in
    bands of liquidity that may leave gaps.
    """

    def __init__(self, seed: int, count: int, kinds: int | None = None) -> None:
        self.dice = random.Random(seed)  # noqa: S311
        self.tokens = tokens(kinds or self.dice.choice((3, 4, 5)))
        self.worth = [10 ** self.dice.uniform(-1, 3.5) for _ in self.tokens]
        last = len(self.tokens) - 1
        first = [(0, last), (0, 1), (1, last)]
        self.pools = tuple(
            self._pool(number, *(first[number] if number < len(first) else self._two())) for number in range(count)
        )
        self.by_address = {token.address: token for token in self.tokens if token.address}

    @property
    def start(self) -> Token:
        return self.tokens[0]

    @property
    def end(self) -> Token:
        return self.tokens[-1]

    def units(self, usd: float, token: int) -> int:
        return max(int(usd / self.worth[token] * 10 ** self.tokens[token].decimals), 1)

    def _two(self) -> tuple[int, int]:
        one, other = sorted(self.dice.sample(range(len(self.tokens)), 2))
        return one, other

    def _pool(self, number: int, one: int, other: int) -> AnyPool:
        usd = 10 ** self.dice.uniform(5, 7.5)
        held = self.units(usd * self.dice.uniform(0.998, 1.002), one), self.units(usd, other)
        ends = self.ends(one, other)
        if self.dice.random() < 0.3:
            return PairState(place(0x9000 + number), *ends, *held)
        fee, spacing = self.dice.choice(FEES)
        price = isqrt((held[1] << 192) // held[0])
        here = tick_at(price)
        word = here // spacing // 256
        low, high = (word - WORDS) * 256 * spacing, ((word + WORDS) * 256 + 255) * spacing
        ticks = self._ticks(isqrt(held[0] * held[1]), here // spacing, spacing, low, high)
        inside = sum(change for tick, change in ticks if tick <= here)
        return PoolState(place(0x9000 + number), *ends, fee, spacing, price, here, inside, ticks, low, high)

    def ends(self, one: int, other: int) -> tuple[Address, Address]:
        first, second = self.tokens[one].address, self.tokens[other].address
        assert first is not None
        assert second is not None
        return first, second

    def _ticks(self, whole: int, centre: int, spacing: int, low: int, high: int) -> tuple[tuple[int, int], ...]:
        """Bands around the usable tick `centre`, some aside of it; `whole`: what each is about as liquid as."""
        net: dict[int, int] = {}
        for _ in range(self.dice.randint(1, 30)):
            wide = int(10 ** self.dice.uniform(0, 2.3))
            off = self.dice.randint(-wide, wide) if self.dice.random() < 0.5 else 0
            lower = max((centre + off - wide) * spacing, low)
            upper = min((centre + off + wide + 1) * spacing, high)
            added = int(whole * 10 ** self.dice.uniform(-1, 1)) + 1
            net[lower] = net.get(lower, 0) + added
            net[upper] = net.get(upper, 0) - added
        return tuple(sorted((tick, change) for tick, change in net.items() if change))


exchanges = st.builds(Exchange, st.integers(0, 2**32), st.integers(3, 12))
