"""The signer's own limits: what it has signed counts, loosening waits, codes, contacts; all of it after a restart."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent.errors import Refused
from agent.execution.signer.limits import MOST_PENDING, Limits
from agent.execution.signer.record import Record
from agent.execution.signer.totp import Totp, code_at
from agent.money import Address
from agent.plans import Plan, Role
from agent.policy.policy import Policy, load
from tests.unit.policy_parts import (
    APPROVE,
    FRIEND,
    POLICY,
    POOL,
    SAFE,
    STRANGER,
    SUPPLY,
    TRANSFER,
    USDC_AT,
    VAULT_REDEEM,
    WITHDRAW,
    approval,
    deposit_steps,
    place,
    plan,
    policy,
    step,
)
from tests.unit.signer_parts import GWEI, NOW, OWNER, Bench, request

pytestmark = pytest.mark.unit

DAY = 86_400
USDC = 10**6
SECRET = b"12345678901234567890"
LIMITED = policy(day_caps={"USDC": 10 * USDC}, lifetime_caps={"USDC": 25 * USDC}, contact_delay_seconds=0)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return opened(tmp_path, LIMITED)


def opened(folder: Path, with_policy: Policy) -> Bench:
    made = Bench(folder, policy=with_policy)
    made.unlock()
    return made


def deposit(number: int, units: int, now: int = NOW, **changes: Any) -> Plan:
    return plan(*deposit_steps(units, OWNER), account=OWNER, not_after=now + 120, plan_id=f"{number:032x}", **changes)


def signed(bench: Bench, whole: Plan, index: int, **more: Any) -> dict[str, Any]:
    answer = bench.sign(whole, index, nonce=more.pop("nonce", 100 + index), **more)
    assert "raw" in answer, answer
    return answer


def moved(bench: Bench) -> tuple[int, int]:
    found = bench.ask("moved", account=OWNER)["moved"]["USDC"]
    return int(found["day"]), int(found["all"])


def enroll(bench: Bench) -> None:
    Totp(bench.folder / "totp.json", bench.clock).enroll(SECRET, code_at(SECRET, bench.clock.now // 30 - 1))


def code(bench: Bench) -> str:
    bench.clock.now += 30
    return code_at(SECRET, bench.clock.now // 30)


# -- caps of a day and of all time ---------------------------------------------------------------------------------


def test_what_is_signed_counts_mined_or_not_and_after_a_restart(bench: Bench) -> None:
    whole = deposit(1, 6 * USDC)
    signed(bench, whole, 0)
    assert moved(bench) == (0, 0)  # an approval doesn't count
    signed(bench, whole, 1)
    assert moved(bench) == (6 * USDC, 6 * USDC)
    for again in (bench, bench.again()):
        refusal = again.sign(deposit(2, 4 * USDC + 1), 0, nonce=200)["error"]  # at the plan's first step already
        assert refusal["rule"] == "day-cap"
        assert refusal["message"] == (
            "4.000001 USDC more would make 10.000001 USDC within 24 hours; the cap is 10 USDC. "
            "What was signed counts, mined or not."
        )
        assert refusal["remedy"] == "Wait, move less, or let the operator raise it."


def test_a_day_rolls_and_all_time_doesnt(bench: Bench) -> None:
    signed(bench, deposit(1, 10 * USDC), 1, nonce=1)
    bench.clock.now += DAY - 1
    assert bench.rule(deposit(2, 1, bench.clock.now), 1, nonce=2) == "day-cap"
    bench.clock.now += 1
    assert moved(bench) == (0, 10 * USDC)
    signed(bench, deposit(2, 10 * USDC, bench.clock.now), 1, nonce=2)
    bench.clock.now += DAY
    assert bench.rule(deposit(3, 5 * USDC + 1, bench.clock.now), 1, nonce=3) == "lifetime-cap"
    signed(bench, deposit(3, 5 * USDC, bench.clock.now), 1, nonce=3)


def test_a_clock_that_was_set_back_frees_nothing(bench: Bench) -> None:
    bench.clock.now += 10 * DAY
    signed(bench, deposit(1, 10 * USDC, bench.clock.now), 1, nonce=1)
    bench.clock.now = NOW
    assert moved(bench) == (10 * USDC, 10 * USDC)


def test_replacements_and_the_same_again_count_once(bench: Bench) -> None:
    whole = deposit(1, 10 * USDC)
    first = signed(bench, whole, 1, nonce=7)
    assert signed(bench, whole, 1, nonce=7) == first
    bench.clock.now += 60
    fees = {"nonce": 7, "fee": 2 * GWEI, "tip": 2}
    signed(bench, whole, 1, op="replacement", replaces=first["hash"], **fees)  # the cap is full, and it is in it
    assert moved(bench) == (10 * USDC, 10 * USDC)
    bench.clock.now += DAY - 1  # it counts from its last signature on
    assert moved(bench)[0] == 10 * USDC
    assert moved(bench.again())[0] == 10 * USDC
    bench.clock.now += 1
    assert moved(bench)[0] == 0


def test_a_cancelled_step_keeps_counting(bench: Bench) -> None:
    signed(bench, deposit(1, 10 * USDC), 1, nonce=7)
    terms = {"nonce": "7", "max_fee_per_gas": str(2 * GWEI), "max_priority_fee_per_gas": "2"}
    assert "raw" in bench.ask("cancel", account=OWNER, **terms)
    assert bench.rule(deposit(2, 1), 1, nonce=8) == "day-cap"


def test_exits_approvals_and_clean_ups_go_beyond_every_cap(bench: Bench) -> None:
    signed(bench, deposit(1, 10 * USDC), 1, nonce=1)
    exits = plan(
        step(POOL.address, WITHDRAW, USDC_AT, 10**12, OWNER),
        step(SAFE.address, VAULT_REDEEM, 10**12, OWNER, OWNER),
        step(USDC_AT, APPROVE, POOL.address, 0, role=Role.APPROVAL),
        account=OWNER,
        not_after=NOW,
        plan_id="e" * 32,
    )
    for index in range(3):
        signed(bench, exits, index, nonce=10 + index)
    clean = plan(
        *deposit_steps(USDC, OWNER),
        step(USDC_AT, APPROVE, POOL.address, 0, role=Role.CLEANUP),
        account=OWNER,
        not_after=NOW,
        plan_id="c" * 32,
    )
    assert bench.rule(clean, 0, nonce=20) == "day-cap"
    signed(bench, clean, 2, nonce=20)
    assert moved(bench) == (10 * USDC, 10 * USDC)


def test_a_whole_plan_is_held_to_the_cap_before_its_first_step(bench: Bench) -> None:
    bench.ask("contact", name="friend", address=FRIEND)
    send = step(USDC_AT, TRANSFER, FRIEND, 6 * USDC)
    whole = plan(*deposit_steps(5 * USDC, OWNER), send, account=OWNER, not_after=NOW)
    assert bench.rule(whole, 0) == "day-cap"
    assert bench.rule(whole, 2) == "day-cap"
    less = plan(*deposit_steps(4 * USDC, OWNER), send, account=OWNER, not_after=NOW)
    for index in range(3):
        signed(bench, less, index)
    assert moved(bench) == (10 * USDC, 10 * USDC)


def test_each_account_and_token_has_its_own_count(bench: Bench) -> None:
    second = Address(bench.ask("derive", index="1")["address"])
    signed(bench, deposit(1, 10 * USDC), 1, nonce=1)
    theirs = plan(*deposit_steps(10 * USDC, second), account=second, not_after=NOW, plan_id="b" * 32)
    signed(bench, theirs, 1, nonce=1)
    assert bench.ask("moved", account=second)["moved"]["USDC"] == {"day": str(10 * USDC), "all": str(10 * USDC)}
    assert bench.ask("moved", account=second)["moved"]["DAI"] == {"day": "0", "all": "0"}
    assert sorted(bench.ask("moved", account=FRIEND)["moved"]) == ["DAI", "ETH", "USDC", "WETH"]


def test_native_coin_counts_under_its_own_symbol(tmp_path: Path) -> None:
    bench = opened(tmp_path, policy(day_caps={"ETH": 5}, contact_delay_seconds=0))
    bench.ask("contact", name="friend", address=FRIEND)
    signed(bench, plan(step(FRIEND, "", value=5), account=OWNER, not_after=NOW), 0)
    more = plan(step(FRIEND, "", value=1), account=OWNER, not_after=NOW, plan_id="b" * 32)
    assert bench.rule(more) == "day-cap"


def test_of_many_at_once_only_as_many_are_signed_as_fit(bench: Bench) -> None:
    answers: list[dict[str, Any]] = []

    def ask(number: int) -> None:
        body = request(deposit(number, 3 * USDC), 1, nonce=number)
        answers.append(json.loads(bench.desk.answer(json.dumps({"op": "sign", **body}).encode())))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sum("raw" in answer for answer in answers) == 3
    assert {answer["error"]["rule"] for answer in answers if "error" in answer} == {"day-cap"}


def test_a_record_of_an_earlier_version_is_read(bench: Bench) -> None:
    signed(bench, deposit(1, 10 * USDC), 1, nonce=1)
    bench.record.close()
    path = bench.folder / "signed.jsonl"
    row = json.loads(path.read_text())
    old = {name: value for name, value in row.items() if name not in ("symbol", "units", "coded")}
    path.write_text(json.dumps(old) + "\n")
    again = Bench(bench.folder, bench.clock)
    again.unlock()
    assert moved(again) == (0, 0)
    assert again.rule(deposit(1, 10 * USDC), 1, nonce=2) == "once"


# -- codes ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def stepped(tmp_path: Path) -> Bench:
    made = opened(tmp_path, policy(step_up={"USDC": 5 * USDC}, contact_delay_seconds=0))
    enroll(made)
    return made


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


# -- contacts ------------------------------------------------------------------------------------------------------


def test_a_new_contact_needs_a_code_and_an_old_one_doesnt(stepped: Bench) -> None:
    refusal = stepped.ask("contact", name="friend", address=FRIEND)["error"]
    assert (refusal["rule"], refusal["message"]) == ("step-up", "A code is needed for a new contact.")
    given = code(stepped)
    added = stepped.ask("contact", name="friend", address=FRIEND, code=given)
    assert added["ripe_at"] == str(stepped.clock.now)
    assert stepped.ask("contact", name=" friend ", address=FRIEND) == added
    assert stepped.ask("contact", name="other", address=FRIEND)["error"]["rule"] == "step-up"
    assert stepped.ask("contact", name="friend", address=STRANGER)["error"]["rule"] == "step-up"


def test_a_contact_is_gone_at_once_ripe_or_waiting(tmp_path: Path) -> None:
    bench = opened(tmp_path, POLICY)
    ripe_at = int(bench.ask("contact", name="friend", address=FRIEND)["ripe_at"])
    assert ripe_at == NOW + DAY
    assert bench.ask("remove-contact", name="friend") == {
        "name": "friend",
        "address": FRIEND,
        "ripe_at": str(ripe_at),
    }
    assert bench.ask("contacts") == {"contacts": []} == bench.again().ask("contacts")
    refusal = bench.ask("remove-contact", name="friend")["error"]
    assert (refusal["rule"], refusal["message"]) == ("recipients", "There is no contact friend.")
    assert refusal["remedy"] == "Look at who may be paid."


def test_a_contact_that_was_removed_is_not_paid_and_waits_anew(tmp_path: Path) -> None:
    bench = opened(tmp_path, POLICY)
    for name, at in (("friend", FRIEND), ("other", STRANGER)):
        bench.ask("contact", name=name, address=at)
    bench.clock.now += DAY
    pay = plan(step(USDC_AT, TRANSFER, FRIEND, 5), account=OWNER, not_after=bench.clock.now)
    signed(bench, pay, 0)
    bench.ask("remove-contact", name="friend")
    late = replace(pay, plan_id="b" * 32)
    assert bench.rule(late, 0, nonce=9) == "recipients"
    assert [each["name"] for each in bench.ask("contacts")["contacts"]] == ["other"]
    bench.ask("contact", name="friend", address=FRIEND)
    assert bench.rule(late, 0, nonce=9) == "recipients"


@pytest.mark.parametrize(
    ("written", "says"),
    [("0x" + "0" * 40, "Nobody has the zero address."), (OWNER.replace("f39F", "F39f"), "wrong checksum (EIP-55)")],
)
def test_an_address_that_cant_be_meant_is_refused(bench: Bench, written: str, says: str) -> None:
    assert says in bench.ask("contact", name="friend", address=written)["error"]["message"]
    assert bench.ask("contacts") == {"contacts": []}


# -- limits --------------------------------------------------------------------------------------------------------


def test_tightening_holds_at_once_and_after_a_restart(bench: Bench) -> None:
    answer = bench.ask("limits", changes={"caps": {"USDC": "1000"}, "closed": {SAFE.address: True}})
    assert answer["held"] == {"caps": {"USDC": "1000"}, "closed": {SAFE.address: True}}
    assert answer["waits"] is None
    assert answer["policy"] == bench.ask("status")["policy"] == load(bench.folder / "policy.json").sha256
    assert not (bench.folder / "pending.json").exists()
    for each in (bench, bench.again()):
        assert each.rule(deposit(1, 1001), 0) == "caps"
        assert each.ask("caps")["closed"] == [SAFE.address]


def test_loosening_waits_its_day_and_holds_then(bench: Bench) -> None:
    before = bench.ask("status")["policy"]
    answer = bench.ask("limits", changes={"day_caps": {"USDC": str(20 * USDC)}, "caps": {"DAI": "0"}})
    waits = {
        "id": "1",
        "asked_at": str(NOW),
        "ripe_at": str(NOW + DAY),
        "changes": {"day_caps": {"USDC": str(20 * USDC)}},
    }
    assert (answer["held"], answer["waits"]) == ({"caps": {"DAI": "0"}}, waits)
    assert answer["policy"] != before
    again = bench.again()
    again.clock.now += DAY - 1
    assert again.ask("pending") == {"pending": [waits]}
    assert again.ask("caps")["day_caps"] == {"USDC": str(10 * USDC)}
    assert again.rule(deposit(1, 11 * USDC, again.clock.now), 0) == "day-cap"
    again.clock.now += 1
    signed(again, deposit(1, 11 * USDC, again.clock.now), 0)
    assert again.ask("pending") == {"pending": []}
    assert load(again.folder / "policy.json").day_caps == {"USDC": 20 * USDC}


def test_what_waits_can_be_withdrawn(bench: Bench) -> None:
    waits = bench.ask("limits", changes={"max_fee_wei": str(10**18)})["waits"]
    assert bench.ask("withdraw", id="2")["error"]["message"] == "No change 2 is waiting."
    assert bench.ask("withdraw", id="1") == {"withdrawn": waits}
    refusal = bench.ask("withdraw", id="1")["error"]
    assert (refusal["rule"], refusal["remedy"]) == ("limits", "Look at what is pending.")
    bench.clock.now += 2 * DAY
    assert bench.again().ask("caps")["max_fee_wei"] == str(10**17)
    assert bench.ask("limits", changes={"max_fee_wei": str(10**18)})["waits"]["id"] == "2"  # no id comes twice


def test_tightening_takes_back_what_waits_for_the_same_value(bench: Bench) -> None:
    bench.ask("limits", changes={"caps": {"USDC": str(10**12), "DAI": str(10**30)}, "max_fee_wei": str(10**18)})
    bench.ask("limits", changes={"caps": {"USDC": "5"}})
    (left,) = bench.ask("pending")["pending"]
    assert left == {
        "id": "1",
        "asked_at": str(NOW),
        "ripe_at": str(NOW + DAY),
        "changes": {"caps": {"DAI": str(10**30)}, "max_fee_wei": str(10**18)},
    }
    bench.clock.now += DAY
    assert bench.ask("caps")["caps"] == {"USDC": "5", "DAI": str(10**30), "ETH": str(10**18)}


def test_asking_again_waits_anew(bench: Bench) -> None:
    bench.ask("limits", changes={"caps": {"USDC": str(10**12)}})
    bench.clock.now += DAY - 1
    second = bench.ask("limits", changes={"caps": {"USDC": str(10**13)}})["waits"]
    assert second["ripe_at"] == str(NOW + 2 * DAY - 1)
    assert bench.ask("pending")["pending"] == [second]
    bench.clock.now += 1
    assert bench.ask("caps")["caps"]["USDC"] == "1000000000"


def test_a_listing_waits_and_then_is_listed(bench: Bench) -> None:
    listed = {"name": "DAI vault", "table": "erc4626", "asset": USDC_AT, "markets": []}
    bench.ask("limits", changes={"contracts": {place("d1"): listed}})
    assert place("d1") not in bench.ask("caps")["contracts"]
    bench.clock.now += DAY
    assert bench.ask("caps")["contracts"][place("d1")] == {"name": "DAI vault", "table": "erc4626"}


def test_a_closed_venue_is_left_and_not_entered(bench: Bench) -> None:
    bench.ask("limits", changes={"closed": {POOL.address: True}})
    assert bench.rule(deposit(1, 5), 0) == "closed"
    out = plan(step(POOL.address, WITHDRAW, USDC_AT, 5, OWNER), account=OWNER, not_after=NOW)
    signed(bench, out, 0)


def test_a_refused_change_changes_nothing(bench: Bench) -> None:
    before = (bench.folder / "policy.json").read_text()
    for bad in ({"caps": {"USDC": "5", "DOGE": "5"}}, {"contracts": {POOL.address: None}}, {}):
        refusal = bench.ask("limits", changes=bad)["error"]
        assert (refusal["rule"], refusal["kind"]) == ("limits", "refused")
    assert bench.ask("limits", changes=[])["error"]["kind"] == "bad-request"
    assert (bench.folder / "policy.json").read_text() == before
    assert bench.ask("pending") == {"pending": []}


def test_without_a_delay_loosening_holds_at_once(tmp_path: Path) -> None:
    bench = opened(tmp_path, policy(loosen_delay_seconds=0))
    answer = bench.ask("limits", changes={"caps": {"USDC": str(10**12), "DAI": "5"}})
    assert answer["held"] == {"caps": {"USDC": str(10**12), "DAI": "5"}}
    assert answer["waits"] is None
    assert bench.ask("caps")["caps"] == {"USDC": str(10**12), "DAI": "5", "ETH": str(10**18)}
    assert bench.ask("pending") == {"pending": []}


def test_loosening_needs_a_code_where_there_are_codes_and_tightening_doesnt(stepped: Bench) -> None:
    looser = {"caps": {"USDC": str(10**12)}}
    refusal = stepped.ask("limits", changes=looser)["error"]
    assert (refusal["rule"], refusal["message"]) == ("step-up", "A code is needed to loosen a limit.")
    assert stepped.ask("limits", changes={"caps": {"USDC": "5"}})["held"] == {"caps": {"USDC": "5"}}
    assert stepped.ask("limits", changes=looser, code=code(stepped))["waits"]["id"] == "1"
    assert stepped.ask("withdraw", id="1")["withdrawn"]["id"] == "1"


def test_there_is_an_end_to_what_waits(bench: Bench) -> None:
    for number in range(MOST_PENDING):
        token = {"symbol": f"T{number}", "decimals": 18}
        assert bench.ask("limits", changes={"tokens": {place(f"{number + 16:02x}"): token}})["waits"]
    refusal = bench.ask("limits", changes={"max_fee_wei": str(10**18)})["error"]
    assert refusal["message"] == "32 changes are waiting already."
    assert refusal["remedy"] == "Withdraw one of them."
    assert bench.ask("limits", changes={"max_fee_wei": "5"})["held"] == {"max_fee_wei": "5"}


def test_what_no_longer_fits_when_it_is_ripe_is_dropped(bench: Bench) -> None:
    for at in ("d1", "d2"):
        bench.ask("limits", changes={"tokens": {place(at): {"symbol": "GHO", "decimals": 18}}})
    bench.clock.now += DAY
    assert bench.ask("pending") == {"pending": []}
    assert load(bench.folder / "policy.json").tokens.keys() >= {place("d1")}
    assert place("d2") not in load(bench.folder / "policy.json").tokens


def test_a_cut_between_policy_and_list_ends_the_same(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.ask("limits", changes={"caps": {"USDC": str(10**12)}})
    bench.clock.now += DAY

    def cut(*_: object) -> None:
        raise OSError(5, "cut")

    with monkeypatch.context() as broken:
        broken.setattr("agent.execution.signer.limits.write_private", cut)
        assert bench.ask("caps")["error"]["kind"] == "unavailable"
    again = bench.again()
    assert again.ask("caps")["caps"]["USDC"] == str(10**12)
    assert again.ask("pending") == {"pending": []}


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"version": 2, "next": "1", "pending": []}',
        '{"version": 1, "next": "x", "pending": []}',
        '{"version": 1, "next": "1"}',
        '{"version": 1, "next": "1", "pending": [5]}',
        '{"version": 1, "next": "2", "pending": [{"id": "1", "asked_at": "1", "ripe_at": "1", "changes": {}}]}',
    ],
)
def test_a_damaged_list_of_what_waits_is_not_guessed_at(tmp_path: Path, text: str) -> None:
    (tmp_path / "pending.json").write_text(text)
    with pytest.raises(Refused, match=r"pending.json is damaged. Restore it, or remove it and ask anew.") as refused:
        Limits(POLICY, tmp_path / "policy.json", tmp_path / "pending.json")
    assert refused.value.rule == "limits"


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
