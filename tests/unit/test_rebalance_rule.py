"""The rebalance rule: it never moves at a loss, never above a limit, and the same input gives the same answer."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.curves import Candidate, Terms
from agent.money import RAY, Rate
from agent.past import SOON, Outlook
from agent.plugin import Limits, Shift
from plugins.rebalance import moneta_rebalance
from plugins.rebalance.allocate import sane
from plugins.rebalance.books import Books
from plugins.rebalance.rule import place
from plugins.rebalance.weigh import net, together
from tests.unit.rebalance_parts import DAY, GAS, LIMITS, ONE, POINT, POOR, RICH, USD, A, B, C, at, lent, placed, sure

pytestmark = pytest.mark.unit


def only(shifts: tuple[Shift, ...]) -> Shift:
    assert len(shifts) == 1
    return shifts[0]


def test_all_of_a_position_goes_where_it_earns_more() -> None:
    found = placed(POOR, RICH)
    shift = only(found.shifts)
    assert (shift.source, shift.target, shift.units, shift.whole) == (A, B, 10_000 * ONE, True)
    # 10,000 at 9 % less 10,000 at 2 %, for a week, own impact included: a little under $13.424
    assert 1_335 * USD // 100 < shift.gain_usd < 13_424 * USD // 1_000
    assert shift.gain_usd == shift.gain * 100
    assert (shift.cost_usd, shift.back_usd, shift.doubt_usd) == (2 * USD, 2 * USD, 0)
    assert (found.gain_usd, found.cost_usd, found.back_usd) == (shift.gain_usd, 2 * USD, 2 * USD)
    assert found.seconds == shift.seconds == SOON


def test_what_does_not_pay_within_a_week_may_pay_within_the_horizon() -> None:
    dear = [replace(each, enter=8 * ONE, leave=8 * ONE) for each in (POOR, RICH)]
    shift = only(placed(*dear).shifts)
    assert shift.seconds == 30 * DAY
    assert 57 * USD < shift.gain_usd < 5_753 * USD // 100
    assert (shift.cost_usd, shift.back_usd) == (16 * USD, 0)
    assert placed(*dear, limits=replace(LIMITS, seconds=8 * DAY)).why_not.startswith(f"{B}: a move there would gain")


def test_what_leads_later_and_not_at_first_is_done_later() -> None:
    found = placed(POOR, RICH, outlooks={B: sure(RICH, soon="1.9")})
    assert not found.shifts
    assert "better done later" in found.why_not
    assert placed(POOR, RICH, outlooks={B: sure(RICH, soon="2.1")}).shifts
    poorer = at(B, lent(10_000_000, 190_000))  # it pays less now, whatever is expected
    assert "better done later" in placed(POOR, poorer, outlooks={B: sure(poorer, "9")}).why_not


def test_a_gain_that_its_gas_eats_is_no_reason_to_move() -> None:
    dear = [replace(each, enter=30 * ONE, leave=30 * ONE) for each in (POOR, RICH)]
    found = placed(*dear)
    assert not found.shifts
    why = "its gas and fees, $60.00 and your minimum for that time, $1.00, together"
    assert why in found.why_not
    assert found.why_not.startswith(f"{B}: a move there would gain $57.4")


def test_a_gain_of_exactly_minimum_and_costs_is_too_little() -> None:
    short = replace(LIMITS, seconds=SOON)
    gain = placed(POOR, RICH, limits=replace(short, min_gain=0)).gain_usd
    assert not placed(POOR, RICH, limits=replace(short, min_gain=gain - 2 * USD)).shifts
    assert placed(POOR, RICH, limits=replace(short, min_gain=gain - 2 * USD - 1)).shifts


def test_what_is_expected_counts_and_not_the_rate_of_now() -> None:
    """A spike that is expected to be over soon is no reason; a market that is expected to recover is one."""
    spike = {B: sure(RICH, "2.1")}
    assert not placed(POOR, RICH, outlooks=spike).shifts
    even = at(B, lent(10_000_000, 201_000))
    assert not placed(POOR, even).shifts
    assert placed(POOR, even, outlooks={B: sure(even, "6")}).shifts
    assert placed(POOR, RICH, outlooks={B: sure(RICH, "2.1", seen=0)}).shifts  # nothing was seen: the rate of now


def test_the_less_is_known_of_the_gap_the_more_it_must_gain_over_the_horizon() -> None:
    dear = [replace(each, enter=8 * ONE, leave=8 * ONE) for each in (POOR, RICH)]
    shift = only(placed(*dear, outlooks={B: sure(RICH, sigma=POINT)}).shifts)
    assert shift.doubt_usd == pytest.approx(shift.units * 100 * 0.01 * 0.5 * 30 / 365, rel=1e-3)
    more = placed(*dear, outlooks={B: sure(RICH, sigma=12 * POINT)})
    assert not more.shifts
    assert "may err by" in more.why_not
    assert placed(POOR, RICH, outlooks={B: sure(RICH, sigma=12 * POINT)}).shifts  # it pays within a week


def test_part_of_a_position_moves_where_all_of_it_would_spoil_the_rate() -> None:
    """40,000 in a market of 50,000 would pull its rate below where the money stands."""
    shift = only(placed(at(A, lent(10_000_000, 300_000), 40_000), at(B, lent(50_000, 2_500))).shifts)
    assert shift.units < 40_000 * ONE
    assert not shift.whole


def test_money_goes_to_several_venues_at_once_where_each_leg_pays() -> None:
    large = at(A, lent(100_000_000, 1_000_000), 3_000_000)
    small = [at(each, lent(5_000_000, 450_000)) for each in (B, C)]
    found = placed(large, *small)
    assert {(each.source, each.target) for each in found.shifts} == {(A, B), (A, C)}
    assert found.gain_usd == sum(each.gain_usd for each in found.shifts)
    assert found.cost_usd == 4 * USD


def test_a_leg_that_does_not_pay_its_own_gas_is_dropped() -> None:
    large = at(A, lent(100_000_000, 1_000_000), 3_000_000)
    good, poor = at(B, lent(50_000_000, 4_500_000)), at(C, lent(50_000, 1_200))
    assert {each.target for each in placed(large, good, replace(poor, enter=0, leave=0)).shifts} >= {B}
    found = placed(large, good, replace(poor, enter=500 * ONE))
    assert {each.target for each in found.shifts} == {B}


@pytest.mark.parametrize(
    "closed",
    [
        replace(RICH, why_not="it is frozen"),
        replace(RICH, curve=None),
        at(B, lent(10_000_000, 11_000_000)),
        at(B, lent(0, 0)),
        at(B, replace(lent(10_000_000, 900_000), points=((0, 0), (RAY, 100_000 * RAY)))),
        replace(RICH, position=-1),
    ],
)
def test_what_is_closed_or_can_not_be_is_never_entered(closed: Candidate) -> None:
    assert not placed(POOR, closed).shifts
    assert not placed(closed, cash=10_000).shifts


def test_what_earns_nobody_knows_what_stays_until_it_is_told_to_leave() -> None:
    assert not placed(replace(POOR, curve=None), RICH).shifts


@pytest.mark.parametrize(
    ("target", "limits", "most"),
    [
        (replace(RICH, most=4_000 * ONE), LIMITS, 4_000),
        (RICH, replace(LIMITS, most=2_500 * ONE), 2_500),
        (at(B, lent(10_000_000, 900_000), 1_000, most=3_000 * ONE), LIMITS, 2_000),
    ],
)
def test_no_more_moves_than_a_cap_and_the_largest_move_allow(target: Candidate, limits: Limits, most: int) -> None:
    shift = only(placed(POOR, target, limits=limits).shifts)
    assert shift.units == most * ONE
    assert not shift.whole


def test_only_what_is_liquid_leaves() -> None:
    assert only(placed(replace(POOR, liquidity=1_000 * ONE), RICH).shifts).units == 1_000 * ONE
    assert not placed(replace(POOR, liquidity=0), RICH).shifts


def test_a_position_above_its_cap_does_not_leave_for_nothing() -> None:
    """A cap that was lowered keeps money from entering; it is no reason to pay for a way out."""
    assert not placed(replace(POOR, most=1_000 * ONE), at(B, lent(10_000_000, 100_000))).shifts


def test_venues_over_one_market_gain_nothing_from_each_other() -> None:
    """A vault over the market where the money stands already: what enters it has left it."""
    curve = lent(10_000_000, 200_000)
    found = placed(at(A, curve, 10_000, source="market"), at(B, curve, source="market"))
    assert not found.shifts
    assert found.weighed[0].gain <= 0


def test_money_from_the_wallet_is_entered_where_it_pays_for_both_ways() -> None:
    shift = only(placed(RICH, at(A, lent(10_000_000, 200_000)), cash=10_000).shifts)
    assert (shift.source, shift.target, shift.units, shift.cost_usd) == ("", B, 10_000 * ONE, 2 * USD)
    assert shift.seconds == 90 * DAY  # it has longer for that than a move: it earns nothing where it is
    assert not placed(RICH, cash=100).shifts  # $2.22 in that time


def test_nothing_at_work_is_left_alone() -> None:
    assert placed(RICH).why_not == "nothing is at work"
    assert placed(POOR).why_not == "there is no other venue"


def expecting(of: Candidate, rate: int) -> dict[str, Outlook]:
    """The rate (ray) expected on average, over whatever time."""
    return {of.venue: replace(sure(of), mean=Rate(rate), soon=Rate(rate))}


@pytest.mark.parametrize("days", [2, 30])
def test_the_figures_that_would_change_its_mind_do(days: int) -> None:
    near, limits = at(B, lent(10_000_000, 203_000)), replace(LIMITS, seconds=days * DAY)
    kept = placed(POOR, near, limits=limits)
    assert not kept.shifts
    turns = {(each.subject, each.venue): each for each in kept.turns}
    assert {each.seconds for each in kept.turns} == {days * DAY}
    rate = turns["rate", B]
    assert rate.above
    for change, moves in ((-RAY // 10**6, False), (RAY // 10**6, True)):
        assert bool(placed(POOR, near, limits=limits, outlooks=expecting(near, rate.value + change)).shifts) is moves
    if days == 2:  # no rate above 0 is low enough at the source
        return
    poorer = turns["rate", A]
    assert not poorer.above
    for change, moves in ((RAY // 10**6, False), (-RAY // 10**6, True)):
        outlooks = expecting(POOR, poorer.value + change)
        assert bool(placed(POOR, near, limits=limits, outlooks=outlooks).shifts) is moves


def test_the_cost_that_would_change_its_mind_does() -> None:
    dear = [replace(each, enter=30 * ONE, leave=30 * ONE) for each in (POOR, RICH)]
    cost = next(each for each in placed(*dear).turns if each.subject == "cost")
    assert not cost.above
    assert cost.seconds == 30 * DAY
    for change, moves in ((ONE // 100, False), (-ONE // 100, True)):
        each_way = cost.value // 100 // 2 + change
        cheaper = [replace(each, enter=each_way, leave=each_way) for each in dear]
        assert bool(placed(*cheaper).shifts) is moves


def test_the_hook_is_the_rule() -> None:
    terms, outlooks = Terms(0, LIMITS.seconds), {B: sure(RICH)}
    asked = moneta_rebalance([POOR, RICH], terms, LIMITS, outlooks, [])
    assert asked == place([POOR, RICH], terms, LIMITS, outlooks, [])


Drawn = tuple[list[Candidate], Limits, dict[str, Outlook]]


@st.composite
def markets(draw: st.DrawFn) -> Drawn:
    """Two to five venues, some closed, some over one market, with doubts, costs and limits that may bind."""
    candidates, outlooks = [], {}
    for place_ in range(draw(st.integers(2, 5))):
        supplied = draw(st.integers(1, 10**8))
        curve = lent(supplied, draw(st.integers(0, supplied)))
        position = draw(st.one_of(st.just(0), st.integers(1, supplied)))
        name = f"v{place_}:m:USDC"
        candidates.append(
            at(
                name,
                None if draw(st.integers(0, 9)) == 0 else curve,
                position,
                most=draw(st.one_of(st.none(), st.integers(0, 10**14))),
                liquidity=draw(st.integers(0, position * ONE)),
                enter=draw(st.integers(0, 100 * ONE)),
                leave=draw(st.integers(0, 100 * ONE)),
                why_not=draw(st.sampled_from(["", "", "", "it is frozen"])),
            )
        )
        mean, soon = (Rate(draw(st.integers(0, RAY))) for _ in range(2))
        outlooks[name] = Outlook(mean, draw(st.integers(0, RAY // 5)), 10, DAY, now=curve.rate(0), soon=soon)
    limits = Limits(
        venues=None,
        cap=None,
        most=draw(st.one_of(st.none(), st.integers(0, 10**14))),
        min_gain=draw(st.integers(0, 10**10)),
        gas=0,
        price=draw(st.integers(1, 10**12)),
        seconds=draw(st.integers(DAY, 365 * DAY)),
        decimals=6,
    )
    return candidates, limits, outlooks


@given(markets())
def test_it_never_moves_at_a_loss_nor_above_a_limit(drawn: Drawn) -> None:
    candidates, limits, outlooks = drawn
    terms = Terms(0, limits.seconds)
    found = place(candidates, terms, limits, outlooks, [])
    if not found.shifts:
        assert found.why_not
        return
    usable, _ = sane.apart(candidates, terms)
    books = Books.of(usable, terms, limits, outlooks, soon=found.seconds <= SOON)
    by_venue = {each.venue: each for each in candidates}
    moved = together([(each.source, each.target, each.units) for each in found.shifts])
    costs = sum(
        -(-(by_venue[each.source].leave + by_venue[each.target].enter) * limits.price // ONE) for each in found.shifts
    )
    assert books.usd(books.gain(moved)) >= books.least + costs * (2 if books.soon else 1)  # to rounding down
    for venue, units in moved.items():
        each = by_venue[venue]
        if units > 0:
            assert each.open
            assert each.most is None or each.position + units <= each.most
        else:
            assert -units <= each.liquidity
    assert limits.most is None or sum(each.units for each in found.shifts) <= limits.most
    for shift in found.shifts:
        assert shift.units > 0
        assert shift.gain_usd > shift.cost_usd + shift.back_usd + shift.doubt_usd
        assert shift.source != shift.target


@given(markets())
def test_the_same_input_gives_the_same_answer_in_any_order(drawn: Drawn) -> None:
    candidates, limits, outlooks = drawn
    terms = Terms(0, limits.seconds)
    backwards = dict(reversed(outlooks.items()))
    assert place(candidates, terms, limits, outlooks, []) == place(
        list(reversed(candidates)), terms, limits, backwards, []
    )


@given(markets())
def test_every_other_move_has_its_reason(drawn: Drawn) -> None:
    candidates, limits, outlooks = drawn
    found = place(candidates, Terms(0, limits.seconds), limits, outlooks, [])
    assert all(each.why_not for each in found.weighed)
    assert bool(found.why_not) == (not found.shifts)
    for other in found.weighed:
        later = other.why_not.startswith("it would gain enough in the end")
        assert later or net(other) <= max(sum(net(each) for each in found.shifts), limits.min_gain)


def test_gas_is_what_the_candidates_say() -> None:
    """`Limits.gas` is for people; what a leg costs stands with its venues."""
    assert placed(POOR, RICH).cost_usd == 2 * GAS * 100
