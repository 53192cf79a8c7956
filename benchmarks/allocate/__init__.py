"""The allocator against the truth: mixed-integer programs, cvxpy on the concave relaxation; its speed.

Times are processor time of one core: other programs that run meanwhile don't count.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from random import Random

from agent.curves import Candidate, Terms
from benchmarks.figure import Figure
from plugins.rebalance.allocate import allocate
from plugins.rebalance.allocate.branch import solve
from plugins.rebalance.allocate.prepare import prepare
from plugins.rebalance.allocate.price import Market, relax
from tests.unit.allocate_parts import DAY, ONE, random_candidate, random_instance

PPM = 1e6
NEAR = 1e-8
RUNS = 7
TO_8, TO_12 = (1_000, 8, 1), (200, 12, 9)  # instances, most and fewest venues


def figures(quick: bool) -> Iterator[Figure]:
    """None of it in a quick run: the truth takes minutes."""
    if quick:
        return
    for count, most, fewest in (TO_8, TO_12):
        yield from _against_truth(count, most, fewest)
    yield from _against_cvxpy(200)
    yield from _many(10_000)


def _against_truth(count: int, most: int, fewest: int) -> Iterator[Figure]:
    """The largest part of the income that a better allocation adds, two base units a venue for rounding apart."""
    from benchmarks.allocate.truth import best

    exact, worst, left, wrong, known = 0, 0.0, 0.0, 0, 0
    for seed in range(count):
        candidates, terms = random_instance(seed + count, most, fewest, shared=False)
        truth = best(candidates, terms, NEAR)
        both = allocate(candidates, terms), allocate(candidates, terms, few=1)  # one by one, and in bulk
        income, rounding = max(both[0].income, 1), 2 * len(candidates)
        known += truth.bound - truth.value <= income / PPM
        exact += all(found.exact for found in both)
        for found in both:
            gap = max(truth.value - found.net - rounding, 0) / income
            wrong += found.bound + rounding < truth.value * (1 - NEAR)
            worst, left = (max(worst, gap), left) if found.exact else (worst, max(left, found.gap / income))
    unit = f"ppm of income, {exact} of {count} instances exact"
    yield Figure(f"allocate_gap_to_{most}_venues", worst * PPM, unit, 1)
    yield Figure(f"allocate_bound_to_{most}_venues", left * PPM, "ppm of income, the widest gap where not exact")
    yield Figure(f"allocate_truth_known_to_{most}_venues", known, f"of {count}, to a ppm", count, at_least=True)
    yield Figure(f"allocate_bound_wrong_to_{most}_venues", wrong, "instances", 0)


def _instance(count: int) -> tuple[list[Candidate], Terms]:
    random = Random(count)  # noqa: S311
    size = 4_000 * count * ONE
    return [random_candidate(random, f"v{at:05}", 4 * size // count) for at in range(count)], Terms(size, 30 * DAY)


def _against_cvxpy(count: int) -> Iterator[Figure]:
    """The same relaxation by both; cvxpy's curves are lines between points: its value is a little below."""
    from benchmarks.allocate.relaxation import concave

    candidates, terms = _instance(count)
    problem, unit = concave(candidates, terms)
    made = prepare(candidates, terms)
    table, counts, money = made.table, made.counts, float(made.money)
    ours = relax(Market.of(table, counts), money)
    assert ours is not None
    theirs = _least(1, lambda: problem.solve(solver="CLARABEL"))
    mine = _least(RUNS, lambda: relax(Market.of(table, counts), money))
    value = float(problem.value) * unit
    yield Figure(f"allocate_cvxpy_times_slower_{count}_venues", theirs / mine, "times", 50, at_least=True)
    apart = abs(value - ours.bound) / ours.bound
    yield Figure(f"allocate_cvxpy_difference_{count}_venues", apart * PPM, "ppm of income", 20)


def _many(count: int) -> Iterator[Figure]:
    """From candidates, Python's own objects, to the best allocation; and told in base units, venue by venue."""
    candidates, terms = _instance(count)
    found = allocate(candidates, terms)
    gap = found.gap / found.income * PPM
    made = prepare(candidates, terms)
    prepared = _least(RUNS, lambda: prepare(candidates, terms))
    searched = _least(RUNS, lambda: solve(made.table, made.counts, float(made.money)))
    whole = _least(RUNS, lambda: allocate(candidates, terms))
    name, said = f"allocate_{count}_venues", f"ms, {gap:.4f} ppm of income from its bound"
    yield Figure(name, (prepared + searched) * 1_000, said, 50)
    yield Figure(f"{name}_prepare", prepared * 1_000, "ms of it, from objects to columns of pieces")
    yield Figure(f"{name}_search", searched * 1_000, "ms of it")
    yield Figure(f"{name}_told", whole * 1_000, f"ms with {len(found.parts)} venues' parts in integers")


def _least(runs: int, what: Callable[[], object]) -> float:
    """Seconds of processor time of the quickest run."""
    taken = []
    for _ in range(runs):
        started = time.process_time()
        what()
        taken.append(time.process_time() - started)
    return min(taken)
