"""The signer's codes: above a threshold a plan needs one, once."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.execution.signer.record import Record
from agent.execution.signer.totp import code_at
from agent.plans import Plan, Role
from tests.unit.limit_parts import (
    DAY,
    LIMITED,
    SECRET,
    USDC,
    code,
    deposit,
    enroll,
    opened,
    signed,
    stepped_up,
)
from tests.unit.policy_parts import (
    APPROVE,
    FRIEND,
    POOL,
    STRANGER,
    SUPPLY,
    USDC_AT,
    WITHDRAW,
    approval,
    deposit_steps,
    plan,
    policy,
    step,
)
from tests.unit.signer_parts import GWEI, NOW, OWNER, Bench

pytestmark = pytest.mark.unit


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return opened(tmp_path, LIMITED)


@pytest.fixture
def stepped(tmp_path: Path) -> Bench:
    return stepped_up(tmp_path)


def test_above_the_threshold_a_plan_needs_one_code(stepped: Bench) -> None:
    signed(stepped, deposit(1, 5 * USDC), 0)
    whole = deposit(2, 5 * USDC + 1)
    refusal = stepped.sign(whole, 0, nonce=1)["error"]  # before its approval, not in its middle
    assert refusal["rule"] == "step-up"
    assert refusal["message"] == "A code is needed to move 5.000001 USDC at once: it is above 5 USDC."
    assert refusal["remedy"] == "Give the code that your authenticator app shows."
    assert stepped.rule(whole, 0, nonce=1, code="000000") == "step-up"
    given = code(stepped)
    signed(stepped, whole, 0, nonce=1, code=given)
    again = stepped.again()
    signed(again, whole, 1, nonce=2)  # the plan has had its code, after a restart too
    assert again.rule(deposit(3, 6 * USDC, again.clock.now), 0, nonce=3, code=given) == "step-up"


def test_two_moves_below_the_threshold_need_a_code_where_they_are_above_it_together(stepped: Bench) -> None:
    def both(number: int, units: int) -> Plan:
        twice = (*deposit_steps(units, OWNER), *deposit_steps(units, OWNER))
        return plan(*twice, account=OWNER, not_after=NOW + 120, plan_id=f"{number:032x}")

    signed(stepped, both(1, 5 * USDC // 2), 0)
    refusal = stepped.sign(both(2, 3 * USDC), 0, nonce=1)["error"]
    assert refusal["rule"] == "step-up"
    assert refusal["message"] == "A code is needed to move 6 USDC at once: it is above 5 USDC."
    signed(stepped, both(2, 3 * USDC), 0, nonce=1, code=code(stepped))
    signed(stepped, both(2, 3 * USDC), 3, nonce=4)  # one code for the whole


def test_what_was_signed_of_a_plan_counts_towards_its_threshold(tmp_path: Path) -> None:
    """The threshold came while the plan was under way: its rest alone is below it, the whole is above."""
    bench = opened(tmp_path, policy())
    enroll(bench)
    steps = (*deposit_steps(3 * USDC, OWNER), *deposit_steps(3 * USDC, OWNER))
    whole = plan(*steps, account=OWNER, not_after=NOW + 120, plan_id="d" * 32)
    signed(bench, whole, 1, nonce=1)
    assert bench.ask("limits", changes={"step_up": {"USDC": str(5 * USDC)}})["waits"] is None
    assert bench.rule(whole, 3, nonce=2) == "step-up"
    signed(bench, whole, 1, nonce=1)  # what was signed already is no new move


def test_a_replacement_needs_no_further_code(stepped: Bench) -> None:
    whole = deposit(1, 6 * USDC)
    first = signed(stepped, whole, 1, nonce=1, code=code(stepped))
    fees = {"nonce": 1, "fee": 2 * GWEI, "tip": 2}
    signed(stepped, whole, 1, op="replacement", replaces=first["hash"], **fees)


def test_exits_and_clean_ups_need_no_code(stepped: Bench) -> None:
    out = plan(step(POOL.address, WITHDRAW, USDC_AT, 10**12, OWNER), account=OWNER, not_after=NOW)
    signed(stepped, out, 0)
    clean = step(USDC_AT, APPROVE, POOL.address, 0, role=Role.CLEANUP)
    whole = plan(*deposit_steps(6 * USDC, OWNER), clean, account=OWNER, not_after=NOW, plan_id="c" * 32)
    assert stepped.rule(whole, 0, nonce=9) == "step-up"
    signed(stepped, whole, 2, nonce=9)


def test_a_code_isnt_spent_on_what_is_refused_anyway(stepped: Bench) -> None:
    given = code(stepped)
    assert stepped.rule(deposit(1, 10**12), 0, code=given) == "caps"
    assert stepped.rule(deposit(1, 6 * USDC), 0, fee=10**12, code=given) == "fees"
    signed(stepped, deposit(1, 6 * USDC), 0, code=given)


def test_a_code_counts_for_its_plan_where_the_signing_failed(stepped: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = deposit(1, 6 * USDC)

    def full(*_: object) -> None:
        raise OSError(28, "full")

    with monkeypatch.context() as broken:
        broken.setattr(Record, "add", full)
        assert stepped.sign(whole, 0, code=code_at(SECRET, NOW // 30))["error"]["kind"] == "unavailable"
    signed(stepped, whole, 0)
    assert stepped.rule(deposit(2, 6 * USDC), 0, nonce=9) == "step-up"


def test_without_an_authenticator_what_needs_a_code_isnt_signed(tmp_path: Path) -> None:
    bench = opened(tmp_path, policy(step_up={"USDC": 5 * USDC}))
    refusal = bench.sign(deposit(1, 6 * USDC), 0, code="123456")["error"]
    assert refusal["rule"] == "step-up"
    assert refusal["remedy"] == "At the machine: moneta wallet totp enroll."


def test_what_a_contract_is_recorded_as_changes_after_the_wait_and_with_a_code(tmp_path: Path) -> None:
    """Relisting: the record is what new money is held to, so another one is a loosening; the first one is, too."""
    bench = opened(tmp_path, policy())
    was, now = ({"code": "0x" + byte * 32} for byte in ("11", "22"))
    for record in (was, now):
        answer = bench.ask("limits", changes={"codes": {POOL.address: record}})
        assert answer["held"] == {}
        assert answer["waits"]["changes"] == {"codes": {POOL.address: record}}
        bench.clock.now += DAY
        bench.ask("status")
        assert bench.authority.policy.codes[POOL.address].code == record["code"]
    enroll(bench)
    assert bench.ask("limits", changes={"codes": {POOL.address: was}})["error"]["rule"] == "step-up"
    assert bench.ask("limits", changes={"codes": {POOL.address: was}}, code=code(bench))["waits"] is not None


def test_wrong_codes_for_one_account_leave_the_others_theirs(stepped: Bench) -> None:
    """An account is one of the signer's; whatever else is named counts as none."""
    other = stepped.ask("derive", index="1")["address"]

    def ask(code: str, **named: str) -> str:
        return str(stepped.ask("verify-totp", code=code, purpose="link", **named).get("error", {}).get("message"))

    assert [ask("nope", account=OWNER) for _ in range(6)][4:] == [
        "The code is wrong.",
        "Too many wrong codes were given.",
    ]
    assert stepped.sign(deposit(1, 6 * USDC), 0, code=code(stepped))["error"]["message"].startswith("Too many")
    assert ask(code(stepped), account=other) == "None"
    names = ["terminal", "", STRANGER, "nobody", FRIEND, "x"]
    assert [ask("nope", account=name) for name in names][4:] == [
        "The code is wrong.",
        "Too many wrong codes were given.",
    ]


def test_a_code_for_something_outside(stepped: Bench) -> None:
    assert stepped.ask("status")["totp"] is True
    given = code(stepped)
    assert stepped.ask("verify-totp", code=given, purpose="link") == {"verified": "link"}
    refusal = stepped.ask("verify-totp", code=given, purpose="link")["error"]
    assert (refusal["rule"], refusal["message"]) == ("step-up", "The code was used before.")
    assert stepped.ask("verify-totp", code="", purpose="export")["error"]["message"] == (
        "A code is needed to export."
    )
    for bad in ("", "a link", "Link", "x" * 17):
        assert stepped.ask("verify-totp", code="1", purpose=bad)["error"]["kind"] == "bad-request"
    assert stepped.ask("verify-totp", purpose="link")["error"]["kind"] == "bad-request"


def test_an_approval_above_the_threshold_needs_no_code_by_itself(stepped: Bench) -> None:
    """It is signed with its entry only; what takes allowances back counts for nothing."""
    back = plan(approval(POOL.address, 0), account=OWNER, not_after=NOW)
    signed(stepped, back, 0)
    both = plan(
        approval(POOL.address, 6 * USDC),
        step(POOL.address, SUPPLY, USDC_AT, 6 * USDC, OWNER, 0),
        account=OWNER,
        not_after=NOW,
        plan_id="d" * 32,
    )
    assert stepped.rule(both, 0, nonce=9) == "step-up"
