"""A clean-up only reduces: the signer signs it long after the plan could be confirmed, and nothing else then."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from agent.execution.signer.authority import SLACK_SECONDS
from agent.plans import Plan, Role, Step
from tests.unit.policy_parts import POOL, approval, deposit_steps, plan
from tests.unit.signer_parts import GWEI, NOW, OWNER, Bench

pytestmark = pytest.mark.integration

LONG_AFTER = 10 * 86_400


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    made = Bench(tmp_path)
    made.unlock()
    return made


def make(*more: Step) -> Plan:
    back = replace(approval(POOL.address, 0), role=Role.CLEANUP)
    return plan(*deposit_steps(account=OWNER), *more, back, account=OWNER, not_after=NOW + 120)


def test_an_allowance_is_taken_back_days_later(bench: Bench) -> None:
    whole = make()
    bench.sign(whole, 0, 7)
    bench.clock.now = NOW + LONG_AFTER
    assert bench.rule(whole, 1, 8) == "expired"
    first = bench.sign(whole, 2, 8)
    assert first["raw"].startswith("0x02")
    assert bench.sign(whole, 2, 8) == first
    assert bench.rule(whole, 2, 9) == "once"


def test_a_late_clean_up_may_be_replaced_where_gas_rose(bench: Bench) -> None:
    whole = make()
    bench.clock.now = NOW + LONG_AFTER
    first = bench.sign(whole, 2, 8, GWEI // 10, 10)
    second = bench.sign(whole, 2, 8, GWEI // 5, 20, op="replacement", replaces=first["hash"])
    assert second["hash"] != first["hash"]


@pytest.mark.parametrize("index", [0, 1, 3, 99])
def test_only_the_clean_up_is_signed_late(bench: Bench, index: int) -> None:
    bench.clock.now = NOW + 120 + SLACK_SECONDS + 1
    assert bench.rule(make(), index) == "expired"
    bench.clock.now -= 1
    assert bench.sign(make(), 0)["raw"]


def test_what_calls_itself_a_clean_up_takes_back_and_nothing_else(bench: Bench) -> None:
    """A stolen chat process can't use the exemption for a spending step."""
    bench.clock.now = NOW + LONG_AFTER
    disguised = tuple(replace(step, role=Role.CLEANUP) for step in deposit_steps(account=OWNER))
    for index in (0, 1):
        whole = plan(*disguised, account=OWNER, not_after=NOW + 120)
        assert bench.rule(whole, index) in ("approvals", "lists")
    mixed = plan(approval(POOL.address, 5_000_000), disguised[1], account=OWNER, not_after=NOW + 120)
    assert bench.rule(mixed, 1) in ("approvals", "lists")
