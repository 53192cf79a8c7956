"""What is told of a rebalance: several legs, for safety, and decisions of the version before."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from agent.gate.weighed import limits_json
from agent.plugin import Placement
from agent.replies import rebalanced
from memory.rows import DecisionRow
from tests.unit.plugin_parts import USDC
from tests.unit.rebalance_parts import DAY, LIMITS, ONE, POOR, RICH, A, B, C, at, leave, lent, placed

pytestmark = pytest.mark.unit

LARGE = at(A, lent(100_000_000, 1_000_000), 3_000_000)
SMALL = [at(each, lent(5_000_000, 450_000)) for each in (B, C)]


def decided(placement: Placement, outcome: str = "settled", **more: Any) -> DecisionRow:
    snapshot = {
        "asset": "USDC",
        "limits": limits_json(LIMITS),
        "why_not": placement.why_not,
        "sums": rebalanced.sums(placement),
        "venues": {A: {"position": str(3_000_000 * ONE)}, B: {"position": "0"}},
    }
    return DecisionRow(
        id=1,
        plan_id=None,
        user="u",
        at=0,
        kind="rebalance",
        rule=rebalanced.RULE,
        snapshot=snapshot | more,
        alternatives=tuple(rebalanced.record(placement)),
        chosen=rebalanced.chosen_of(placement),
        outcome=outcome,
    )


def test_each_leg_is_told_with_what_all_of_them_gain() -> None:
    row = decided(placed(LARGE, *SMALL))
    told = rebalanced.told(row, USDC).text
    for leg in rebalanced.chosen(row):
        assert f"USDC from {A} to {leg['venue']}" in told
    assert ", and " in told
    assert "more in 7 days, against $4.00 of gas and fees, $4.00 for the way back and your minimum, $1.00" in told


def test_where_it_is_afterwards_counts_every_leg() -> None:
    row = decided(placed(LARGE, *SMALL))
    assets = {A: "USDC", B: "USDC", C: "USDC"}
    before, after = (rebalanced.allocation(row, assets, done) for done in (False, True))
    assert before == {A: 3_000_000 * ONE}
    assert sum(after.values()) == sum(before.values())
    assert after[B] > 0
    assert after[C] > 0


def test_what_left_for_safety_says_why_and_where() -> None:
    held = at(A, lent(10_000_000, 900_000), 3_000)
    row = decided(placed(held, limits=replace(LIMITS, exits=True), signals=[leave(A)]))
    assert row.chosen == rebalanced.WALLET
    told = rebalanced.told(row, USDC).text
    assert f"I moved 3,000 USDC from {A} to your wallet. 97 % of {A} left within an hour." in told
    why = rebalanced.why(row, USDC, "1 March")
    assert rebalanced.SAFETY in why.text
    assert rebalanced.allocation(row, {A: "USDC"}, done=True)[A] == 3_000_000 * ONE - 3_000 * ONE


def test_why_nothing_moved_says_what_would_change_that() -> None:
    dear = [replace(each, enter=30 * ONE, leave=30 * ONE) for each in (POOR, RICH)]
    placement = placed(*dear)
    text = rebalanced.why(decided(placement, "kept"), USDC, "1 March").text
    assert f"I left your USDC where it was: {B}: a move there would gain $57.4" in text
    assert f"I would move it if {B} could be expected to pay above 9.43 %" in text
    assert "on average over 30 days or " in text
    assert "or all gas and fees were below $56.4" in text
    assert rebalanced.stays(USDC, placement).text.endswith("were below $56.46.")


def test_why_it_moved_says_what_would_have_kept_it() -> None:
    why = rebalanced.why(decided(placed(POOR, RICH)), USDC, "1 March")
    assert f"I would have left it if {B} could be expected to pay below " in why.text
    assert "were above $13.1" in why.text
    assert why.table is not None
    assert why.table.rows[0][-1] == "taken"


def test_a_decision_of_the_version_before_is_told_as_it_was() -> None:
    leg = {
        "venue": B,
        "source": A,
        "units": str(10 * ONE),
        "whole": False,
        "rate": "2" + "0" * 25,
        "after": "5" + "0" * 25,
        "gain": "1",
        "gain_usd": "1200000000",
        "why_not": "",
    }
    old = {key: value for key, value in limits_json(LIMITS).items() if key not in ("decimals", "exits")}
    row = replace(decided(Placement((), ())), alternatives=(leg, {**leg, "venue": C}), chosen=B)
    row = replace(row, snapshot={"asset": "USDC", "limits": old, "why_not": "", "venues": {}})
    assert [each["venue"] for each in rebalanced.chosen(row)] == [B]
    text = rebalanced.why(row, USDC, "1 March").text
    assert "2.00 % a year where it was, 5.00 % where it goes: $12.00 more in 30 days, before gas." in text
    assert "Gas was counted as $2.00, the minimum gain as $1.00." in text
    assert rebalanced.told(row, USDC).text.startswith(f"I moved 10 USDC from {A} to {B}.")


def test_a_preview_names_every_leg_and_its_gas() -> None:
    placement = placed(LARGE, *SMALL)
    text = rebalanced.preview_text(placement, USDC)
    assert text.count(f"from {A} (1.00 %) to ") == 2
    assert "in 7 days, before gas; gas and fees are about $4.00. Confirm?" in text
    assert DAY == rebalanced.DAY
