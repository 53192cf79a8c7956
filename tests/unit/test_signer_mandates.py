"""A mandate that was given with a code: moves between venues inside it need no other one, and nothing else does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent.errors import Refused
from agent.execution.signer.mandates import Mandates
from agent.execution.signer.totp import Totp, code_at
from agent.plans import Output, Plan, Role
from plugins.uniswap.manager_calls import MINT as LIQUIDITY_MINT
from tests.unit import moving_parts as moving
from tests.unit.policy_parts import (
    APPROVE,
    FRIEND,
    LISTED,
    POOL,
    STRANGER,
    SUPPLY,
    TABLES,
    TRANSFER,
    USDC_AT,
    WETH_AT,
    WITHDRAW,
    deposit_steps,
    plan,
    policy,
    step,
)
from tests.unit.signer_parts import GWEI, NOW, OWNER, Bench
from tests.unit.test_policy_positions import BODY, MANAGER

pytestmark = pytest.mark.unit

USDC = 10**6
LIQUIDITY = policy(
    listed=[*LISTED, MANAGER], tables=[*TABLES, BODY], caps={"USDC": 10**12, "WETH": 10**21}
)  # fmt: skip
SECRET = b"12345678901234567890"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    made = Bench(tmp_path, policy=policy(step_up={"USDC": 5 * USDC}, contact_delay_seconds=0))
    made.unlock()
    Totp(tmp_path / "totp.json", made.clock).enroll(SECRET, code_at(SECRET, made.clock.now // 30 - 1))
    return made


def code(bench: Bench) -> str:
    bench.clock.now += 30
    return code_at(SECRET, bench.clock.now // 30)


def made(*steps: Any, number: int = 1) -> Plan:
    return plan(*steps, account=OWNER, not_after=NOW + 3_000, plan_id=f"{number:032x}")


def moved(units: int, number: int = 1) -> Plan:
    """Out of a venue and into one, with what came out."""
    out = Output(0, USDC_AT, units - 1, units)
    return made(
        step(POOL.address, WITHDRAW, USDC_AT, units, OWNER),
        step(USDC_AT, APPROVE, POOL.address, out, role=Role.APPROVAL),
        step(POOL.address, SUPPLY, USDC_AT, out, OWNER, 0),
        number=number,
    )


def give(bench: Bench, units: int, **more: Any) -> dict[str, Any]:
    return bench.ask("mandate", account=OWNER, most={"USDC": str(units)} if units else {}, **more)


def test_a_move_between_venues_needs_no_code_of_its_own(bench: Bench) -> None:
    assert bench.rule(moved(8 * USDC)) == "step-up"
    assert give(bench, 8 * USDC, code=code(bench)) == {"most": {"USDC": str(8 * USDC)}}
    again = bench.again()  # it is known after a restart
    for index, outputs in enumerate(({}, {"0": str(8 * USDC)}, {"0": str(8 * USDC)})):
        answer = again.sign(moved(8 * USDC), index, nonce=7 + index, outputs=outputs)
        assert "raw" in answer, answer
    assert again.rule(moved(8 * USDC + 1, 2), nonce=20) == "step-up"


@pytest.mark.parametrize(
    "steps",
    [
        deposit_steps(6 * USDC, OWNER),  # what lies in the wallet
        (step(POOL.address, WITHDRAW, USDC_AT, 6 * USDC, OWNER), *deposit_steps(6 * USDC, OWNER)),  # beside a move
        (*moved(6 * USDC).steps, step(USDC_AT, TRANSFER, FRIEND, 1)),  # with something sent away behind it
        (*moved(5 * USDC).steps, *deposit_steps(1 * USDC, OWNER)),
    ],
)
def test_anything_else_needs_its_own_code(bench: Bench, steps: tuple[Any, ...]) -> None:
    give(bench, 100 * USDC, code=code(bench))
    assert bench.ask("contact", name="bob", address=FRIEND, code=code(bench))["address"] == FRIEND
    assert bench.rule(made(*steps)) == "step-up"


def test_liquidity_is_no_move_between_venues(tmp_path: Path) -> None:
    """One token may be what a withdrawal gave: the other one comes out of the wallet, by an allowance that stands."""
    under = replace(LIQUIDITY, step_up={"USDC": 5 * USDC, "WETH": 1}, contact_delay_seconds=0)
    bench = Bench(tmp_path, policy=under)
    bench.unlock()
    Totp(tmp_path / "totp.json", bench.clock).enroll(SECRET, code_at(SECRET, bench.clock.now // 30 - 1))
    most = {"USDC": str(100 * USDC), "WETH": str(10**20)}
    assert "error" not in bench.ask("mandate", account=OWNER, most=most, code=code(bench))
    out, (first, second) = Output(0, USDC_AT, 1, USDC), (USDC_AT, WETH_AT)
    params = (first, second, 500, -600, 600, out, 10**18, 0, 0, OWNER, 2**40)
    steps = (
        step(POOL.address, WITHDRAW, USDC_AT, USDC, OWNER),
        step(USDC_AT, APPROVE, MANAGER.address, out, role=Role.APPROVAL),
        step(MANAGER.address, LIQUIDITY_MINT, params),
        step(USDC_AT, APPROVE, MANAGER.address, 0, role=Role.APPROVAL),
    )
    assert bench.rule(made(*steps)) == "step-up"


def ranged(**over: Any) -> Plan:
    """A position moved under a mandate: 1,000 dollars come out, half is swapped, and both go in."""
    return moving.moved(account=OWNER, not_after=NOW + 3_000, **over)


def right(bench: Bench, units: int = 2_000 * USDC, every: int = 86_400, gas: int = 10**17, **more: Any) -> Any:
    most = {"USDC": str(units), "WETH": str(10**18)}
    ranges = {"most": most, "every": str(every), "gas": str(gas)}
    return bench.ask("mandate", account=OWNER, most={}, ranges=ranges, **more)


@pytest.fixture
def ranging(tmp_path: Path) -> Bench:
    made = Bench(tmp_path, policy=replace(moving.POLICY, step_up={"USDC": 5 * USDC}, contact_delay_seconds=0))
    made.unlock()
    Totp(tmp_path / "totp.json", made.clock).enroll(SECRET, code_at(SECRET, made.clock.now // 30 - 1))
    return made


def test_a_position_is_moved_under_a_mandate_that_says_so_and_without_a_code_each(ranging: Bench) -> None:
    assert ranging.rule(ranged()) == "mandate"
    assert right(ranging)["error"]["rule"] == "step-up"  # the right itself takes one
    assert "error" not in right(ranging, code=code(ranging))
    again = ranging.again()
    for index in range(len(ranged().steps)):
        answer = again.sign(ranged(), index, nonce=7 + index)
        assert "raw" in answer, answer
    unmarked = ranged(intent={"action": "reposition"})
    assert again.rule(replace(unmarked, plan_id="f" * 32), nonce=30) == "step-up"


def test_the_mark_of_a_mandate_lets_nothing_else_through(ranging: Bench) -> None:
    right(ranging, code=code(ranging))
    big = replace(moved(8 * USDC), intent=ranged().intent)
    assert ranging.rule(big) == "mandate"
    assert ranging.rule(replace(made(*deposit_steps(1, OWNER)), intent=ranged().intent)) == "mandate"


def test_a_fee_may_be_raised_and_an_allowance_taken_back_after_the_right_ended(ranging: Bench) -> None:
    right(ranging, code=code(ranging))
    signed = [ranging.sign(ranged(), index, nonce=7 + index) for index in range(4)]
    give(ranging, 0)
    more = ranging.sign(ranged(), 3, nonce=10, fee=2 * GWEI, tip=2, op="replacement", replaces=signed[3]["hash"])
    assert "raw" in more, more
    cleanup = next(index for index, step in enumerate(ranged().steps) if step.role is Role.CLEANUP)
    assert "raw" in ranging.sign(ranged(), cleanup, nonce=11)


def test_a_second_position_waits_a_day_also_after_a_restart(ranging: Bench) -> None:
    right(ranging, code=code(ranging))
    other = replace(ranged(), plan_id="e" * 32)
    assert "raw" in ranging.sign(ranged(), 0)
    assert "raw" in ranging.sign(ranged(), 1, nonce=8)  # the same one goes on
    ranging.clock.now += 3_000
    assert ranging.again().rule(other, 0, nonce=9) == "mandate"
    ranging.record.close()
    fresh = Bench(ranging.folder, ranging.clock, ranging.policy)
    fresh.unlock()
    fresh.clock.now += 86_400
    later = replace(other, not_after=fresh.clock.now + 60)
    assert "raw" in fresh.sign(later, 0, nonce=9)


def test_a_right_that_ended_stops_a_move_where_it_is(ranging: Bench) -> None:
    right(ranging, code=code(ranging))
    assert "raw" in ranging.sign(ranged(), 0)
    assert give(ranging, 0) == {"most": {}}
    assert ranging.rule(ranged(), 1, nonce=8) == "mandate"
    assert "raw" in ranging.sign(ranged(), 0)  # the same bytes again, as a node that lost them wants


def test_a_right_is_over_listed_tokens_and_holds_the_gas(ranging: Bench) -> None:
    refused = right(ranging, gas=10**15, code=code(ranging))
    assert refused["ranges"]["gas"] == str(10**15)
    assert ranging.rule(ranged()) == "mandate"
    ranges = {"most": {"DOGE": "1"}, "every": "1", "gas": "1"}
    assert ranging.ask("mandate", account=OWNER, most={}, ranges=ranges)["error"]["rule"] == "limits"
    ranges = {"most": {"USDC": 1}, "every": "1", "gas": "1"}
    assert ranging.ask("mandate", account=OWNER, most={}, ranges=ranges)["error"]["kind"] == "bad-request"


def test_without_a_table_that_bounds_a_move_there_is_no_right(bench: Bench) -> None:
    refused = right(bench, units=USDC, code=code(bench))["error"]
    assert (refused["rule"], "No call table" in refused["message"]) == ("limits", True)


def test_a_mandate_above_the_threshold_needs_a_code_once(bench: Bench) -> None:
    refusal = give(bench, 6 * USDC)["error"]
    assert (refusal["rule"], refusal["message"]) == (
        "step-up",
        "A code is needed for a mandate that moves up to 6 USDC at once.",
    )
    assert give(bench, 6 * USDC, code="000000")["error"]["rule"] == "step-up"
    assert bench.ask("mandated", account=OWNER) == {"most": {}}
    assert "error" not in give(bench, 5 * USDC)  # at the threshold none is needed
    assert "error" not in give(bench, 6 * USDC, code=code(bench))
    assert "error" not in give(bench, 6 * USDC)  # the same again
    assert give(bench, 7 * USDC)["error"]["rule"] == "step-up"


def test_a_mandate_that_ended_covers_nothing(bench: Bench) -> None:
    give(bench, 8 * USDC, code=code(bench))
    assert give(bench, 0) == {"most": {}}
    assert bench.rule(moved(8 * USDC)) == "step-up"
    assert give(bench, 8 * USDC)["error"]["rule"] == "step-up"  # what was once given isn't given for ever


def test_a_mandate_is_of_one_account_and_of_listed_tokens(bench: Bench) -> None:
    other = bench.ask("derive", index="1")["address"]
    give(bench, 8 * USDC, code=code(bench))
    assert bench.ask("mandated", account=other) == {"most": {}}
    refused = bench.ask("mandate", account=STRANGER, most={})["error"]
    assert refused["rule"] == "account"
    assert bench.ask("mandate", account=OWNER, most={"DOGE": "1"})["error"]["rule"] == "limits"
    assert bench.ask("mandate", account=OWNER, most={"USDC": 5})["error"]["kind"] == "bad-request"
    assert bench.ask("mandated", account=OWNER) == {"most": {"USDC": str(8 * USDC)}}


def test_without_an_authenticator_there_is_no_such_mandate(tmp_path: Path) -> None:
    bench = Bench(tmp_path, policy=policy(step_up={"USDC": 5 * USDC}))
    bench.unlock()
    refusal = give(bench, 6 * USDC, code="123456")["error"]
    assert (refusal["rule"], "totp enroll" in refusal["remedy"]) == ("step-up", True)


def test_the_caps_hold_under_a_mandate_too(tmp_path: Path) -> None:
    bench = Bench(tmp_path, policy=policy(step_up={"USDC": USDC}, day_caps={"USDC": 7 * USDC}))
    bench.unlock()
    Totp(tmp_path / "totp.json", bench.clock).enroll(SECRET, code_at(SECRET, bench.clock.now // 30 - 1))
    give(bench, 8 * USDC, code=code(bench))
    assert bench.rule(moved(8 * USDC)) == "day-cap"


@pytest.mark.parametrize(
    "text", ["", "[]", '{"version": 2, "mandates": {}}', '{"version": 1, "mandates": {"0x1": {}}}']
)
def test_a_damaged_file_is_said_to_be_one(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mandates.json"
    path.write_text(text)
    with pytest.raises(Refused, match="is damaged") as caught:
        Mandates(path)
    assert caught.value.rule == "mandates"
