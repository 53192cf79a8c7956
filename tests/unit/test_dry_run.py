"""The dry run: two purses over what was seen, each moment with nothing known of what came after it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.chain.snapshot import Snapshot
from agent.curves import Curve
from agent.gate.mandates.mandate import Bounds, Terms
from agent.money import RAY, ZERO_ADDRESS, Rate, address
from agent.past import PARTS, UNKNOWN, Past
from agent.plugin import Block, Placement, Shift, Venue, VenueState
from agent.replies.dry_run import Ran, line, told
from agent.runtime.dry_run import Judge, Purse, Walk, first_place, moments_of, walked
from agent.runtime.rewound import Held, Reel, fitted
from agent.runtime.trying import owned
from memory.rows import Flow, FlowKind
from tests.unit.plugin_parts import USDC, NumbersVenue, state_of

pytestmark = pytest.mark.unit

ONE, USD, HOUR, DAY = 10**6, 10**8, 3_600, 86_400
END = 1_795_248_000
STEP, SINCE = 6 * HOUR, END - 20 * DAY
A, B = "a:m:USDC", "b:m:USDC"
TERMS = Terms({"USDC": Bounds(10**12, 10**12)}, None, USD, 20 * USD, 30)
WHOLE = 10_000 * ONE


class Curved(NumbersVenue):
    """Its rate is utilisation itself, as a curve too."""

    def curve(self, state: VenueState, seconds: int) -> Curve | None:
        del seconds
        facts = state.facts
        return Curve(facts["supplied"], facts["borrowed"], ((0, 0), (RAY, RAY)), on_borrowed=False)


def seen(rate: str | Callable[[int], str], every: int = STEP, since: int = SINCE, until: int = END) -> Past:
    """A market of a million tokens of which half is lent out, at the rate of each moment."""
    at = [*range(since, until + 1, every)]
    said = rate if callable(rate) else lambda _: rate
    rates = [Rate.of_fraction(said(moment)).ray * PARTS // RAY for moment in at]
    many = len(at)
    return Past(
        at,
        rates,
        [PARTS // 2] * many,
        [10**6 * 10**6] * many,
        [10**6 * 10**6 // 2] * many,
        [UNKNOWN] * many,
        [USD] * many,
    )


def reel(pasts: Mapping[str, Past]) -> Reel:
    venues: dict[str, Venue] = {key: Curved(key) for key in pasts}
    states = {key: state_of(key, 10**12, 5 * 10**11) for key in pasts}
    block = Block(1, "0x", END, 10**9)
    now = Snapshot(1, block, ZERO_ADDRESS, 0, {}, {"USDC": USD}, states)
    return Reel.of(now, venues, pasts)


def shift(source: str, target: str, units: int = WHOLE, cost: int = USD, signal: str = "") -> Shift:
    return Shift(source, target, units, True, Rate(1), Rate(2), 1, 1, cost, signal=signal)


def never(snapshot: Snapshot, pasts: Mapping[str, Past]) -> Placement:
    return Placement((), (), "no")


def once(*shifts: Shift, at: int = 0) -> Judge:
    """Says these shifts at a moment (the first, unless one is named) and never again."""
    done: list[int] = []

    def judge(snapshot: Snapshot, pasts: Mapping[str, Past]) -> Placement:
        if done or snapshot.block.timestamp < at:
            return Placement((), (), "no")
        done.append(1)
        return Placement(shifts, ())

    return judge


def nothing(at: int) -> Held:
    return {}


def run(
    pasts: Mapping[str, Past],
    judge: Judge = never,
    *,
    terms: Terms = TERMS,
    then: Callable[[int], Held] = nothing,
    fees: Sequence[tuple[int, int]] = (),
    start: Held | None = None,
) -> Ran:
    walk = Walk(reel(pasts), USDC, terms, UTC, judge, then, fees)
    return walked(walk, Purse({A: WHOLE} if start is None else start, USD), STEP, END)


def earned(rate: Rate, units: int, steps: int) -> int:
    for _ in range(steps):
        units += rate.income(units, STEP)
    return units


def test_holding_earns_what_was_seen_step_by_step() -> None:
    found = run({A: seen("0.05"), B: seen("0.08")}, then=lambda _: {A: WHOLE})
    assert found.is_enough
    assert (found.looks, found.every, found.since, found.did) == (81, STEP, SINCE, ())
    assert found.end == found.held
    whole = earned(Rate.of_fraction("0.05"), WHOLE, 80)
    assert whole - ONE // 1_000 < found.end <= whole  # its own interest lowers the rate by less than a millionth
    assert found.net_usd == 0


def test_a_move_earns_the_other_rate_with_its_own_impact_and_its_gas_is_taken_off() -> None:
    found = run({A: seen("0.05"), B: seen("0.08")}, once(shift(A, B)), then=lambda _: {A: WHOLE})
    (did,) = found.did
    assert (did.at, did.cost_usd, found.gas_usd) == (SINCE, USD, USD)
    alone, diluted = earned(Rate.of_fraction("0.08"), WHOLE, 80), found.end
    assert found.held < diluted < alone  # 1 % more in the market lowers its rate by 1 %
    assert diluted - WHOLE == pytest.approx((alone - WHOLE) * 100 / 101, rel=1e-3)
    assert found.net_usd == (found.end - found.held) * 100 - USD
    assert found.points[-1][1] - found.points[-1][2] == found.net_usd


def test_nothing_of_the_future_is_known_at_any_moment() -> None:
    """A rate that is planted at the end must not be in anything that the rule is handed before."""
    planted = END - DAY
    moments: list[int] = []

    def judge(snapshot: Snapshot, pasts: Mapping[str, Past]) -> Placement:
        now = snapshot.block.timestamp
        moments.append(now)
        for key, past in pasts.items():
            assert past.at[-1] <= now
            assert all(len(column) == len(past.at) for column in (past.rate, past.usage, past.price))
            assert (past.rate[-1] == PARTS) == (now >= planted and key == B)
        assert (snapshot.venues[B].rate.ray > RAY // 2) == (now >= planted)
        return Placement((), (), "no")

    run({A: seen("0.05"), B: seen(lambda at: "1" if at >= planted else "0.08")}, judge)
    assert moments == [*range(SINCE, END, STEP)]


def test_ones_own_money_is_in_what_was_seen_only_while_it_was_there() -> None:
    pasts = {A: seen("0.05")}
    there, elsewhere = run(pasts, then=lambda _: {A: WHOLE}), run(pasts)
    assert there.held > elsewhere.held
    late = run(pasts, then=lambda at: {A: WHOLE} if at >= END - 10 * DAY else {})
    assert elsewhere.held < late.held < there.held


def test_hours_without_moves_and_the_gas_budget_hold_back_what_is_not_for_safety() -> None:
    pasts = {A: seen("0.05"), B: seen("0.08")}
    hour = (SINCE // HOUR) % 24
    quiet = replace(TERMS, quiet=(hour, (hour + 1) % 24))
    held = run(pasts, once(shift(A, B)), terms=quiet)
    assert (held.did, held.held_back) == ((), {"your hours without moves": 1})
    dear = run(pasts, once(shift(A, B, cost=21 * USD)))
    assert (dear.did, dear.held_back) == ((), {"your gas budget": 1})
    assert len(run(pasts, once(shift(A, B, signal="danger")), terms=quiet).did) == 1


def test_gas_spent_within_the_horizon_counts_and_an_older_one_does_not() -> None:
    pasts = {A: seen("0.05"), B: seen("0.08")}

    def often(snapshot: Snapshot, _: Mapping[str, Past]) -> Placement:
        held = A if snapshot.venues[A].position else B
        return Placement((shift(held, B if held == A else A, cost=8 * USD),), ())

    month = run(pasts, often)
    assert (len(month.did), month.gas_usd) == (2, 16 * USD)
    week = run(pasts, often, terms=replace(TERMS, horizon_days=7))
    assert len(week.did) == 6  # two in each of the three weeks


def test_what_leaves_for_safety_lies_in_the_wallet_and_earns_nothing() -> None:
    middle = SINCE + 10 * DAY
    found = run({A: seen("0.05"), B: seen("0.08")}, once(shift(A, "", signal="its peg"), at=middle))
    assert found.held > found.end
    assert found.end - WHOLE == pytest.approx((found.held - WHOLE) / 2, rel=1e-2)  # ten days of the twenty


@pytest.mark.parametrize(
    ("past", "words"),
    [
        (seen("0.05", since=END - DAY), "5 looks over 1 day: too little"),
        (seen("0.05", every=5 * DAY), "5 looks over 20 days: too little"),
        (seen("0.05", since=END), "1 look over 1 hour: too little"),
    ],
)
def test_with_too_little_it_says_so(past: Past, words: str) -> None:
    found = run({A: past, B: past}, once(shift(A, B)))
    assert (found.is_enough, found.did) == (False, ())
    assert words in told([found]).text
    assert line([found]) == ""


def test_days_that_were_not_seen_earn_nothing_and_are_told() -> None:
    gone = range(SINCE + 5 * DAY, SINCE + 15 * DAY, STEP)
    past = seen("0.05")
    rows = [place for place, at in enumerate(past.at) if at not in gone]
    columns = (past.at, past.rate, past.usage, past.supplied, past.liquidity, past.share, past.price)
    found = run({A: Past(*([column[row] for row in rows] for column in columns))})
    whole = run({A: past})
    assert 6 * DAY < found.blind < 8 * DAY  # what was seen three days ago still counts
    assert WHOLE < found.end < whole.end
    assert "7 days of it I saw nothing, and counted nothing" in told([found]).text


def test_what_is_told_has_dates_figures_and_how_much_it_is_from() -> None:
    found = run({A: seen("0.05"), B: seen("0.08")}, once(shift(A, B)), then=lambda _: {A: WHOLE})
    reply = told([found], pending=True)
    text = reply.text
    assert "20 days of observations (81 looks since 2026-11-01 08:00 UTC), walked in steps of 6 hours" in text
    assert "the mandate that waits for your yes, with your 10,000 USDC in a:m:USDC, I would have moved once" in text
    assert "ahead of holding" in reply.text
    assert "cost $1.00 of gas" in reply.text
    assert reply.table is not None
    ((when, what, _, gas),) = reply.table.rows
    assert (when, what, gas) == ("2026-11-01 08:00 UTC", "10,000 USDC from a:m:USDC to b:m:USDC", "$1.00")
    assert "would have moved once and come out $" in line([found])
    assert "would have moved nothing" in line([run({A: seen("0.05")})])
    behind = run({A: seen("0.05"), B: seen("0.001")}, once(shift(A, B)))
    assert "behind holding" in told([behind]).text


def test_money_in_the_wallet_is_tried_where_it_earned_most_within_its_cap() -> None:
    of = reel({A: seen("0.05"), B: seen("0.08")})
    assert first_place(of, TERMS, WHOLE, USDC) == {B: WHOLE}
    assert first_place(of, replace(TERMS, caps={B: 5 * ONE}), WHOLE, USDC) == {A: WHOLE}
    assert first_place(of, replace(TERMS, excluded=(B,)), WHOLE, USDC) == {A: WHOLE}
    assert first_place(of, TERMS, 0, USDC) == {}
    nothing_here = run({A: seen("0.05")}, start={})
    assert "There is no USDC of yours" in told([nothing_here]).text


def test_gas_is_that_of_the_day_where_it_was_seen() -> None:
    paid: list[int] = []

    def judge(snapshot: Snapshot, pasts: Mapping[str, Past]) -> Placement:
        paid.append(snapshot.block.base_fee)
        return Placement((), (), "no")

    run({A: seen("0.05")}, judge, fees=[(SINCE + DAY, 7), (SINCE + 2 * DAY, 9)])
    assert [paid[0], paid[4], paid[7], paid[8], paid[-1]] == [10**9, 7, 7, 9, 9]


def flow(venue: str, units: int, at: int, kind: FlowKind = FlowKind.DEPOSIT) -> Flow:
    holder = address("0x" + "1" * 40)
    return Flow("0x", venue, "USDC", str(USDC.address), holder, units, kind, at, 1)


def test_what_was_ones_own_follows_the_ledger() -> None:
    flows = [
        flow(A, -100, 10),
        flow(A, 40, 20, FlowKind.WITHDRAW),
        flow(B, -5, 30),
        flow(A, 90, 40, FlowKind.WITHDRAW),
    ]
    then = owned(flows, USDC)
    assert [then(at) for at in (9, 10, 25, 30, 40)] == [{}, {A: 100}, {A: 60}, {A: 60, B: 5}, {A: 0, B: 5}]


@given(st.integers(1, 10**4), st.integers(1, 400), st.sampled_from([6 * HOUR, HOUR]))
def test_the_steps_of_a_walk_are_few_and_end_now(days: int, steps: int, every: int) -> None:
    moments = moments_of(END - days * DAY, END, every, steps)
    assert (moments[0], moments[-1]) == (END - days * DAY, END)
    assert len(moments) - 1 <= steps
    assert all(after - before > 0 for before, after in pairwise(moments))


@given(
    supplied=st.integers(1, 10**15),
    part=st.integers(0, 99),
    rate=st.integers(0, RAY),
    more=st.integers(0, 10**15),
)
def test_a_curve_is_at_the_rate_that_was_seen_and_falls_with_what_comes_in(
    supplied: int, part: int, rate: int, more: int
) -> None:
    shape = Curve(10**12, 6 * 10**11, ((0, 0), (RAY * 9 // 10, RAY // 20), (RAY, RAY)))
    found: Any = fitted(shape, supplied, supplied * part // 100, Rate(rate))
    assert abs(found.rate(0).ray - rate) <= max(rate // 10**6, 10**9)
    assert found.rate(more).ray <= found.rate(0).ray
    assert fitted(shape, 0, 0, Rate(rate)) is None
