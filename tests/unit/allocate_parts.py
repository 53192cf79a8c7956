"""Random markets for the allocator, and the best that trying every allocation on a grid finds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random
from typing import Any

from agent.curves import Candidate, Curve, Terms
from agent.money import RAY

ONE = 10**6
DAY = 86_400
POINT = RAY // 100  # a percent


def aave(supplied: int, borrowed: int, optimal: int = 90, slope_2: int = 40) -> Curve:
    """A market of so many whole tokens: 4 % at the kink, and `slope_2` more beyond it; a tenth is kept back."""
    points = ((0, 0), (optimal * POINT, 4 * POINT), (RAY, (4 + slope_2) * POINT))
    return Curve(supplied * ONE, borrowed * ONE, points, kept=9 * RAY // 10)


def savings(percent: int, supplied: int = 10**9) -> Curve:
    return Curve(supplied * ONE, 0, ((0, percent * POINT), (RAY, percent * POINT)), on_borrowed=False)


def at(name: str, curve: Curve | None, source: str = "", **more: Any) -> Candidate:
    return Candidate(name, source or name, curve, **more)


def random_curve(random: Random) -> Curve:
    supplied = int(10 ** random.uniform(4, 8)) * ONE
    borrowed = int(supplied * random.choice([random.uniform(0.2, 0.9), random.uniform(0.85, 0.99)]))
    kink, base = random.randint(50, 95) * POINT, random.randint(0, 20) * POINT // 10
    at_kink = base + random.randint(10, 120) * POINT // 10
    full = at_kink + random.randint(5, 150) * POINT
    kind = random.randrange(4)
    if kind == 0:
        rate = random.randint(5, 80) * POINT // 10
        return Curve(supplied, 0, ((0, rate), (RAY, rate)), on_borrowed=False)
    points = ((0, base), (kink, at_kink), (RAY, full))
    kept = RAY - random.randint(0, 30) * POINT
    return Curve(supplied, borrowed, points, on_borrowed=kind != 1, kept=RAY if kind == 1 else kept)


def random_candidate(random: Random, name: str, size: int) -> Candidate:
    """One of `size` base units' magnitude: with costs, minimum, cap and position as chance has it."""
    curve = random_curve(random)
    held = random.random() < 0.3
    position = min(int(size * random.uniform(0.05, 0.6)), curve.supplied // 2) if held else 0
    return Candidate(
        name,
        name,
        curve,
        position=position,
        liquidity=min(curve.supplied - curve.borrowed, int(size * random.choice([0.1, 3]))),
        most=random.choice([None, int(size * random.uniform(0.1, 1.2))]),
        least=random.choice([0, int(size * random.uniform(0.01, 0.2))]),
        enter=int(size * random.choice([0, random.uniform(0, 0.002)])),
        leave=int(size * random.choice([0, random.uniform(0, 0.001)])),
        exit_fee=random.choice([0, 0, RAY // 2_000]),
    )


def random_instance(seed: int, most: int, fewest: int = 1, shared: bool = True) -> tuple[list[Candidate], Terms]:
    random = Random(seed)  # noqa: S311
    size = int(10 ** random.uniform(3, 7.3)) * ONE
    found = [random_candidate(random, f"v{number}", size) for number in range(random.randint(fewest, most))]
    if shared and len(found) > 1 and random.random() < 0.4:  # a vault over the first one's market
        over = found[0]
        assert over.curve is not None
        vault = replace(over.curve, kept=over.curve.kept * random.randint(85, 100) // 100)
        half = (over.curve.supplied - over.curve.borrowed) // 2  # both could leave at once
        found[0] = replace(over, liquidity=min(over.liquidity, half))
        found[1] = replace(
            found[1],
            source=over.source,
            curve=vault,
            position=min(found[1].position, over.curve.supplied // 4),
            liquidity=min(found[1].liquidity, half),
        )
    high = random.choice([0, RAY // 2, RAY])
    return found, Terms(size, random.choice([7, 30, 180]) * DAY, response=(0, high))


def net(candidates: Sequence[Candidate], units: Sequence[int], terms: Terms) -> int:
    """Income less costs of an allocation, by the curves' own integers."""
    added: dict[str, int] = {}
    for each, held in zip(candidates, units, strict=True):
        added[each.source] = added.get(each.source, 0) + held - each.position
    low = high = cost = 0
    for each, held in zip(candidates, units, strict=True):
        assert each.curve is not None
        rates = [each.curve.rate(added[each.source], response) for response in terms.response]
        low, high = low + rates[0].income(held, terms.seconds), high + rates[1].income(held, terms.seconds)
        cost += each.cost(held)
    return terms.expected(low, high) - cost


def allowed(of: Candidate, units: int) -> bool:
    """Whether one may hold so much there: limits, minimum, liquidity."""
    stuck = of.position - min(of.liquidity, of.position)
    ceiling = stuck if of.most is None else max(of.most, stuck)
    if units == of.position:
        return of.most is None or units <= ceiling
    if units < stuck or (of.most is not None and units > ceiling):
        return False
    return units == 0 or units >= of.least or units == stuck


def on_a_grid(candidates: Sequence[Candidate], terms: Terms, steps: int) -> Iterator[tuple[int, ...]]:
    """Every allowed allocation in whole steps, positions as they are among them."""
    money = terms.cash + sum(each.position for each in candidates)
    marks = sorted({money * step // steps for step in range(steps + 1)})

    def filled(left: Sequence[Candidate], rest: int) -> Iterator[tuple[int, ...]]:
        if not left:
            yield ()
            return
        first = left[0]
        stuck = first.position - min(first.liquidity, first.position)
        ends = {first.position, first.least, stuck, *([] if first.most is None else [first.most])}
        for units in sorted({*marks, *ends}):
            if units <= rest and allowed(first, units):
                for others in filled(left[1:], rest - units):
                    yield (units, *others)

    return filled(candidates, money)
