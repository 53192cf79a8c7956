"""The signer's own caps: what it has signed counts for a day and for all time, after a restart, too."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from agent.money import Address
from agent.plans import Role
from tests.unit.limit_parts import (
    DAY,
    LIMITED,
    USDC,
    deposit,
    moved,
    opened,
    signed,
)
from tests.unit.policy_parts import (
    APPROVE,
    FRIEND,
    POOL,
    SAFE,
    TRANSFER,
    USDC_AT,
    VAULT_REDEEM,
    WITHDRAW,
    deposit_steps,
    plan,
    policy,
    step,
)
from tests.unit.signer_parts import GWEI, NOW, OWNER, Bench, request

pytestmark = pytest.mark.unit


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return opened(tmp_path, LIMITED)


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
