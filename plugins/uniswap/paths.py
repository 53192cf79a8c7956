"""Ways between two tokens: hops through pools or pairs, no token and no pool twice, all of one version."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

from moneta import Address, AnyPool, PairState
from plugins.uniswap.after import swapped
from plugins.uniswap.pairs import swap_pair
from plugins.uniswap.pool import swap

MOST_HOPS = 3
MOST_PATHS = 2_000
"""More are never weighed; the shorter come first."""


@dataclass(frozen=True, slots=True, eq=False)
class Hop:
    """One pool in one direction."""

    pool: AnyPool
    zero_for_one: bool

    @property
    def start(self) -> Address:
        return self.pool.token0 if self.zero_for_one else self.pool.token1

    @property
    def end(self) -> Address:
        return self.pool.token1 if self.zero_for_one else self.pool.token0

    def give(self, units: int) -> int | None:
        """What `units` in give."""
        return self._swap(units, exact_out=False)

    def need(self, units: int) -> int | None:
        """What `units` out take."""
        return self._swap(units, exact_out=True)

    def _swap(self, units: int, exact_out: bool) -> int | None:
        if isinstance(self.pool, PairState):
            return swap_pair(self.pool, self.zero_for_one, units, exact_out)
        return swap(self.pool, self.zero_for_one, units, exact_out)

    def after(self, units: int, exact_out: bool = False) -> tuple[int, AnyPool] | None:
        """The side that isn't said, and the pool as the swap leaves it."""
        return swapped(self.pool, self.zero_for_one, units, exact_out)


Path = tuple[Hop, ...]


def paths(pools: Iterable[AnyPool], known: Container[Address], start: Address, end: Address) -> list[Path]:
    """All of them, the shorter first; through tokens that are known only."""
    found: list[Path] = []
    by_version: dict[int, list[AnyPool]] = {}
    for pool in pools:
        by_version.setdefault(pool.version, []).append(pool)
    for _, own in sorted(by_version.items(), reverse=True):
        hops = _hops(own, known)
        found += _between(hops, start, end)
    found.sort(key=len)
    return found[:MOST_PATHS]


def version(path: Path) -> int:
    return path[0].pool.version


def _hops(pools: Sequence[AnyPool], known: Container[Address]) -> dict[Address, list[Hop]]:
    """By the token that goes in."""
    hops: dict[Address, list[Hop]] = {}
    for pool in pools:
        if pool.token0 in known and pool.token1 in known:
            hops.setdefault(pool.token0, []).append(Hop(pool, zero_for_one=True))
            hops.setdefault(pool.token1, []).append(Hop(pool, zero_for_one=False))
    return hops


def _between(hops: Mapping[Address, Sequence[Hop]], start: Address, end: Address) -> list[Path]:
    """A token that is met once only keeps each pool from being met twice."""
    found: list[Path] = []
    growing: list[tuple[Path, frozenset[Address]]] = [((), frozenset((start,)))]
    for _ in range(MOST_HOPS):
        longer: list[tuple[Path, frozenset[Address]]] = []
        for path, met in growing:
            for hop in hops.get(path[-1].end if path else start, ()):
                if hop.end == end:
                    found.append((*path, hop))
                elif hop.end not in met and len(path) < MOST_HOPS - 1 and len(longer) < MOST_PATHS:
                    longer.append(((*path, hop), met | {hop.end}))
        growing = longer
    return found
