"""How far loans let money go: health factors are said rounded down, and none is brought below the floor."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.chain.snapshot import Snapshot
from agent.chain.snapshot_json import from_json, to_json
from agent.gate.lending import target_of, to_repay
from agent.gate.loans import InUse, check_health, floor_of, health_notes, with_growth
from agent.gate.mandates.mandate import Bounds, Terms
from agent.gate.moves import Leave
from agent.intents import Exact, Repay
from agent.loans import Loan, health_text
from agent.money import RAY, Amount
from agent.replies.portfolio import portfolio
from plugins.aave.loans import AaveLender, Owed
from tests.unit.gate_parts import BLOCK, FakeVenue, registry, rule_of, snapshot
from tests.unit.policy_parts import DAI, USDC, USDC_AT

pytestmark = pytest.mark.unit

VENUE = FakeVenue("aave-v3:core:USDC", USDC)
FLOOR = floor_of("1.25")


def loan(health: int | None, debt: int = 10**9) -> Loan:
    return Loan("aave-v3:core", {VENUE.id: debt} if debt else {}, {VENUE.id: debt} if debt else {}, health)


@pytest.mark.parametrize(
    ("health", "text"),
    [
        (None, "none"),
        (RAY, "1.00"),
        (RAY - 1, "0.99"),
        (125 * RAY // 100, "1.25"),
        (3 * RAY // 2, "1.50"),
        (1_299_999_999 * RAY // 10**9, "1.29"),
        (1_000 * RAY, "over 1,000"),
    ],
)
def test_a_health_factor_is_never_said_safer_than_it_is(health: int | None, text: str) -> None:
    assert health_text(health) == text


@given(before=st.integers(0, 3 * RAY), after=st.integers(0, 3 * RAY), floor=st.integers(0, 2 * RAY))
def test_only_what_brings_it_below_the_floor_is_refused(before: int, after: int, floor: int) -> None:
    told = {"aave-v3:core": loan(before)}, {"aave-v3:core": loan(after)}
    refused = rule_of(lambda: check_health(*told, floor, None)) == "health"
    assert refused == (after < before and after < floor)


@given(units=st.integers(10**6, 10**12), after=st.integers(RAY // 10, FLOOR - 1))
def test_what_would_pass_is_said_and_passes(units: int, after: int) -> None:
    before = 2 * RAY
    with pytest.raises(InUse) as caught:
        check_health({"aave-v3:core": loan(before)}, {"aave-v3:core": loan(after)}, FLOOR, Leave(VENUE, units))
    said = caught.value.remedy
    if "would pass" in said:
        number = said.removeprefix("Up to about ").partition(" USDC")[0].replace(",", "")
        passing = round(float(number) * 10**6)
        assert passing < units
        assert before - (before - after) * passing // units >= FLOOR


def test_a_loan_that_is_gone_or_unknown_stops_nothing() -> None:
    known = {"aave-v3:core": loan(RAY)}
    for after in ({}, {"aave-v3:core": loan(None, 0)}):
        check_health(known, after, FLOOR, None)
    check_health({"aave-v3:core": loan(None)}, known, FLOOR, None)


def test_a_snapshot_keeps_its_loans_and_rewards() -> None:
    kept = replace(loan(RAY, 5), threshold=RAY // 2, collateral_usd=7, debt_usd=8, pledged={"WETH": 9})
    seen = replace(
        snapshot(),
        loans={"aave-v3:core": kept, "venus:core": loan(None)},
        rewards={"aave-v3:core": {USDC_AT: 2**200}},
    )
    assert from_json(json.loads(json.dumps(to_json(seen)))) == seen
    older = to_json(seen)
    del older["loans"], older["rewards"]
    assert from_json(older) == snapshot()


@given(st.integers(1, 10**30))
def test_what_pays_a_debt_whole_covers_an_hour_of_dear_interest(debt: int) -> None:
    most = with_growth(debt)
    assert debt * 4 // (365 * 24) <= most - debt <= debt // 1_000 + 2  # 400 % a year


def test_a_preview_says_what_becomes_of_the_health() -> None:
    assert health_notes([Leave(VENUE, 1)], {"aave-v3:core": loan(RAY)}, {"aave-v3:core": loan(RAY)}) == ()


DAI_VENUE = FakeVenue("aave-v3:core:DAI", DAI)
VENUES = {each.id: each for each in (VENUE, DAI_VENUE)}
ONE = 10**6


def under(most: int = 10**12, *symbols: str, line: str = "1.2") -> Terms:
    names = symbols or ("USDC",)
    bounds = {name: Bounds(10**30, most) for name in names}
    return Terms(bounds, None, 0, 0, 30, repay=floor_of(line))


def seen(health: str, idle: int, debts: dict[str, int] | None = None, usd: int | None = None) -> Snapshot:
    owed = Loan("aave-v3:core", debts or {VENUE.id: 1_000 * ONE}, {}, floor_of(health), debt_usd=usd)
    return replace(snapshot(balances={"USDC": idle, "DAI": 10**24}), loans={"aave-v3:core": owed})


TARGET = target_of(under(), FLOOR)


@given(health=st.integers(RAY // 2, 12 * RAY // 10 - 1))
def test_a_repayment_brings_a_loan_to_the_target_and_no_further(health: int) -> None:
    there = replace(seen("1", 10**12), loans={"aave-v3:core": loan(health, 1_000 * ONE)})
    found = to_repay(there, VENUES, under(), TARGET)
    assert found is not None
    (move,) = found[1]
    assert move.units is not None
    left = 1_000 * ONE - move.units
    after = health * 1_000 * ONE // left
    assert TARGET <= after <= TARGET + TARGET // left + 1
    assert found[0] == Repay(asset="USDC", amount=Exact(value=Amount(move.units, USDC).value), venue=VENUE.id)


def test_it_spends_idle_money_within_the_largest_move_and_pays_whole_where_it_must() -> None:
    def units(there: Snapshot, terms: Terms) -> list[int | None]:
        found = to_repay(there, VENUES, terms, TARGET)
        return [] if found is None else [move.units for move in found[1]]

    assert units(seen("1.2", 10**12), under()) == []  # at the line, not below
    assert units(seen("1.1", 10 * ONE), under()) == [10 * ONE]
    assert units(seen("1.1", 10**12), under(7 * ONE)) == [7 * ONE]
    assert units(seen("0", 10**12), under()) == [None]  # all of it, and what it grows by
    assert rule_of(lambda: to_repay(seen("1.1", 0), VENUES, under(), TARGET)) == "mandate"
    only_dai = under(10**12, "DAI")
    assert rule_of(lambda: to_repay(seen("1.1", 10**12), VENUES, only_dai, TARGET)) == "mandate"


def test_of_several_debts_it_pays_the_one_that_helps_most_and_counts_all() -> None:
    debts = {VENUE.id: 100 * ONE, DAI_VENUE.id: 900 * 10**18}
    there = seen("1.1", 10**12, debts, usd=1_000 * 10**8)
    found = to_repay(there, VENUES, under(10**24, "USDC", "DAI"), TARGET)
    assert found is not None
    (move,) = found[1]
    wanted = -(-1_000 * 10**18 * (TARGET - floor_of("1.1")) // TARGET)
    assert (move.venue, move.units) == (DAI_VENUE, wanted)
    both = to_repay(there, VENUES, under(10**24), TARGET)
    assert both is not None
    assert [each.units for each in both[1]] == [None]  # all of the USDC, which isn't enough by itself


def test_a_mandate_of_before_pays_no_loan() -> None:
    older = under().as_json()
    del older["repay"], older["claims"]
    found = Terms.from_json(older)
    assert (found.repay, found.claims) == (None, False)
    assert {"repay_below", "claim_rewards"} <= set(found.defaults)
    assert to_repay(seen("0.9", 10**12), VENUES, found, TARGET) is None


def aave_answers(used: int, debt: int = 0) -> list[tuple[int, ...]]:
    health = 2 * 10**18 if debt else 2**256 - 1
    return [(10**11, debt, 0, 8_000, 7_500, health), (used,), (debt,), (0,)]


@pytest.mark.parametrize(
    ("used", "unlisted"),
    [(0, 0), (0b11, 0), (0b1100_0011, 0), (0b1100, 1), (0b0100_1000, 1), (0b10 << 254, 1), (0b01_11_00_10_01, 2)],
)
def test_what_is_pledged_or_owed_in_assets_that_nobody_lists_is_counted(used: int, unlisted: int) -> None:
    owed = {VENUE.id: Owed(USDC, USDC, 0), DAI_VENUE.id: Owed(DAI, DAI, 3)}
    lender = AaveLender("core", VENUE.contract, owed, in_dollars=True)
    found = lender.loan(aave_answers(used), BLOCK)
    assert (found.unlisted, found.owes) == (unlisted, False)
    assert lender.loan(aave_answers(used, 5), BLOCK).debts == {VENUE.id: 5}


def test_assets_that_nobody_lists_are_told_and_are_no_debt() -> None:
    there = replace(snapshot(), loans={"aave-v3:core": replace(loan(None, 0), unlisted=2)})
    text = portfolio(there, registry(), {}, {}).text
    assert "At aave-v3:core you also use 2 assets that I don't list" in text
    assert "owe" not in text.partition("\n")[0]
