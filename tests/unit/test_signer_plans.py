"""What the signer signs of a plan, and what it doesn't."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from eth_account.typed_transactions.typed_transaction import TypedTransaction
from hexbytes import HexBytes

from agent.abi import encode_call
from agent.money import MAX_UINT256, address
from agent.plans import Plan, Step
from tests.unit.policy_parts import (
    CAP,
    CHAIN,
    FRIEND,
    MAX_FEE,
    POOL,
    STRANGER,
    SUPPLY,
    TRANSFER,
    USDC_AT,
    WITHDRAW,
    approval,
    deposit_steps,
    plan,
    step,
)
from tests.unit.signer_parts import GWEI, NOW, OWNER, Bench, request, sender, terms

pytestmark = pytest.mark.unit


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    made = Bench(tmp_path)
    made.unlock()
    return made


def make(*steps: Step, **changes: Any) -> Plan:
    return plan(*(steps or deposit_steps(account=OWNER)), **{"account": OWNER, "not_after": NOW + 120, **changes})


def fields(raw: str) -> dict[str, Any]:
    return dict(TypedTransaction.from_bytes(HexBytes(raw)).as_dict())


def test_a_step_is_signed_as_it_stands(bench: Bench) -> None:
    whole = make()
    for index in (0, 1):
        answer = bench.sign(whole, index, 7 + index, 3 * GWEI, GWEI)
        found = fields(answer["raw"])
        assert sender(answer["raw"]) == OWNER
        assert address("0x" + found["to"].hex()) == whole.steps[index].to
        assert found["data"] == whole.steps[index].data
        assert (found["chainId"], found["nonce"], found["gas"], found["value"]) == (CHAIN, 7 + index, 100_000, 0)
        assert (found["maxFeePerGas"], found["maxPriorityFeePerGas"]) == (3 * GWEI, GWEI)
        assert (found["type"], found["accessList"]) == (2, ())


def test_native_coin_goes_to_a_contact(bench: Bench) -> None:
    bench.ask("contact", name="friend", address=FRIEND)
    bench.clock.now += 86_400
    answer = bench.sign(make(step(FRIEND, "", value=5, gas=21_000), not_after=bench.clock.now))
    found = fields(answer["raw"])
    assert (found["value"], found["data"], address("0x" + found["to"].hex())) == (5, b"", FRIEND)


def test_a_contact_waits(bench: Bench) -> None:
    send = make(step(USDC_AT, TRANSFER, FRIEND, 5), not_after=NOW + 10**6)
    assert bench.rule(send) == "recipients"
    assert bench.ask("contact", name="friend", address=FRIEND)["ripe_at"] == str(NOW + 86_400)
    assert bench.rule(send) == "recipients"
    bench.clock.now += 86_399
    assert bench.rule(send) == "recipients"
    bench = bench.again()
    bench.clock.now += 1
    assert bench.ask("contact", name="friend", address=FRIEND)["ripe_at"] == str(NOW + 86_400)  # again: no change
    assert "raw" in bench.sign(send)
    assert bench.ask("contact", name="friend", address=STRANGER)["error"]["rule"] == "recipients"
    assert bench.ask("contacts") == {
        "contacts": [{"name": "friend", "address": FRIEND, "ripe_at": str(NOW + 86_400)}]
    }


def _amount(body: dict[str, Any]) -> None:
    body["steps"][1]["args"][1] = "5000001"


def _recipient(body: dict[str, Any]) -> None:
    body["steps"][1]["args"][2] = STRANGER


def _order(body: dict[str, Any]) -> None:
    body["steps"].reverse()


def _expiry(body: dict[str, Any]) -> None:
    body["not_after"] = str(NOW + 10**6)


def _chain(body: dict[str, Any]) -> None:
    body["chain_id"] = "1"


def _fees(body: dict[str, Any]) -> None:
    body["max_total_fee_wei"] = str(MAX_FEE)


def _gas(body: dict[str, Any]) -> None:
    body["steps"][0]["gas"] = "100001"


def _user(body: dict[str, Any]) -> None:
    body["user"] = "somebody else"


def _expected(body: dict[str, Any]) -> None:
    body["expected"][0]["min"] = "-9000000"


ALTERATIONS = [_amount, _recipient, _order, _expiry, _chain, _fees, _gas, _user, _expected]


@pytest.mark.parametrize("alter", ALTERATIONS)
def test_an_altered_body_has_another_digest(bench: Bench, alter: Any) -> None:
    asked = request(make())
    body = copy.deepcopy(asked["plan"])
    alter(body)
    assert body != asked["plan"]
    assert bench.ask("sign", **{**asked, "plan": body})["error"]["rule"] == "digest"
    assert "raw" in bench.ask("sign", **asked)


def test_another_digest_is_refused(bench: Bench) -> None:
    assert bench.rule(make(), digest=make(max_total_fee_wei=1).digest) == "digest"
    assert bench.rule(make(), digest="") == "digest"


@pytest.mark.parametrize("spoil", ["extra", "number", "spaces"])
def test_a_body_in_another_form_is_refused(bench: Bench, spoil: str) -> None:
    asked = request(make())
    body = asked["plan"]
    if spoil == "extra":
        body["steps"][0]["calldata"] = "0x"
    elif spoil == "number":
        body["not_after"] = NOW + 120
    else:
        body["max_total_fee_wei"] = " 10000000000000000"
    assert bench.ask("sign", **asked)["error"]["kind"] == "bad-request"


@pytest.mark.parametrize(
    ("rule", "whole"),
    [
        ("chain", make(chain_id=1)),
        ("account", make(account=STRANGER)),
        ("expired", make(not_after=NOW - 601)),
        ("fees", make(max_total_fee_wei=MAX_FEE + 1)),
        ("fees", make(max_total_fee_wei=100_000 * GWEI - 1)),
        ("fees", make(replace(deposit_steps()[0], gas=0), *deposit_steps(account=OWNER)[1:])),
        ("lists", make(step(USDC_AT, "transferFrom(address a,address b,uint256 c)", OWNER, STRANGER, 5))),
        ("lists", make(step(STRANGER, "permit()"))),
        ("approvals", make(approval(POOL.address, MAX_UINT256))),
        ("approvals", make(approval(STRANGER, 5))),
        ("approvals", make(approval(POOL.address, 5))),
        ("recipients", make(step(POOL.address, WITHDRAW, USDC_AT, 5, STRANGER))),
        ("recipients", make(*deposit_steps(account=STRANGER))),
        ("caps", make(*deposit_steps(CAP + 1, OWNER))),
        ("value", make(step(POOL.address, WITHDRAW, USDC_AT, 5, OWNER, value=1))),
        ("must", make(approval(POOL.address, 5), step(POOL.address, SUPPLY, USDC_AT, 5, OWNER, 9))),
    ],
)
def test_a_plan_outside_the_policy_is_refused_though_its_digest_fits(bench: Bench, rule: str, whole: Plan) -> None:
    assert bench.rule(whole) == rule
    assert bench.record.of_plan(whole.plan_id) == []


def test_what_was_confirmed_in_time_may_be_carried_out_a_little_later(bench: Bench) -> None:
    assert "raw" in bench.sign(make(not_after=NOW - 600))


def test_a_way_out_has_no_cap(bench: Bench) -> None:
    assert "raw" in bench.sign(make(step(POOL.address, WITHDRAW, USDC_AT, MAX_UINT256, OWNER)))


def test_calldata_from_the_wire_is_never_used(bench: Bench) -> None:
    whole = make()
    theft = "0x" + encode_call(TRANSFER, (STRANGER, 5)).hex()
    answer = bench.sign(whole, data=theft, to=STRANGER, gas="9", value="5")
    found = fields(answer["raw"])
    assert (found["data"], found["gas"], found["value"]) == (whole.steps[0].data, 100_000, 0)


def test_a_step_is_signed_once(bench: Bench) -> None:
    whole = make()
    first = bench.sign(whole)
    assert bench.sign(whole) == first
    assert bench.rule(whole, nonce=8) == "once"
    assert bench.rule(whole, fee=2 * GWEI) == "once"
    bench = bench.again()
    assert bench.rule(whole, nonce=8) == "once"
    assert bench.sign(whole) == first
    assert len(bench.record.of_plan(whole.plan_id)) == 1
    assert bench.rule(make(user="x"), step=1) == "once"  # the same id, another plan
    assert "raw" in bench.sign(replace(whole, plan_id="f" * 32), nonce=8)


def test_the_fees_of_all_steps_stay_under_what_was_confirmed(bench: Bench) -> None:
    whole = make(max_total_fee_wei=300_000 * GWEI)
    assert "raw" in bench.sign(whole, 0, 7, fee=2 * GWEI)
    assert bench.rule(whole, 1, 8, fee=GWEI + 1) == "fees"
    assert "raw" in bench.sign(whole, 1, 8, fee=GWEI)
    old = bench.sign(whole, 1, 8, fee=GWEI)["hash"]
    assert bench.rule(whole, 1, 8, 2 * GWEI, 2, op="replacement", replaces=old) == "fees"


def test_a_replacement_pays_a_tenth_more_at_the_same_nonce(bench: Bench) -> None:
    whole = make()
    first = bench.sign(whole, fee=1000, tip=100)["hash"]

    def rule(nonce: int, fee: int, tip: int, replaces: str = first) -> str:
        return bench.rule(whole, 0, nonce, fee, tip, op="replacement", replaces=replaces)

    assert rule(7, 1099, 110) == "replacement"
    assert rule(7, 1100, 109) == "replacement"
    assert rule(8, 1100, 110) == "replacement"
    assert rule(7, 1100, 110, "0x" + "00" * 32) == "replacement"
    second = bench.sign(whole, 0, 7, 1100, 110, op="replacement", replaces=first)
    assert fields(second["raw"])["nonce"] == 7
    assert fields(second["raw"])["data"] == whole.steps[0].data
    assert bench.sign(whole, 0, 7, 1100, 110, op="replacement", replaces=first) == second
    assert bench.rule(whole, 1, 7, 1100, 110, op="replacement", replaces=first) == "replacement"  # of another step


def test_only_what_was_signed_in_time_is_signed_for_more_afterwards(bench: Bench) -> None:
    whole = make(not_after=NOW)
    first = bench.sign(whole, fee=1000, tip=100)
    bench.clock.now += 86_400
    again = {"op": "replacement", "replaces": first["hash"]}
    assert bench.sign(whole, fee=1000, tip=100) == first  # the same bytes are nothing new
    assert "raw" in bench.sign(whole, 0, 7, 1100, 110, **again)
    assert bench.rule(whole, 0, 8, 1100, 110, **again) == "replacement"  # never at another number
    assert bench.rule(whole, 1, 8, 1100, 110, **again) == "replacement"
    assert bench.rule(whole, 1, 8, 1000, 100) == "expired"
    assert bench.rule(make(not_after=NOW, plan_id="f" * 32), 0, 8, 1100, 110, **again) == "replacement"
    cap = whole.max_total_fee_wei // whole.steps[0].gas + 1
    assert bench.rule(whole, 0, 7, cap, 1000, **again) == "fees"
    bench.ask("cancel", account=OWNER, **terms(7, 2 * GWEI, GWEI))


def test_what_was_signed_for_a_plan_is_told(bench: Bench) -> None:
    whole = make()
    first = bench.sign(whole, fee=1000, tip=100)
    second = bench.sign(whole, 0, 7, 1100, 110, op="replacement", replaces=first["hash"])
    told = bench.ask("signed", plan_id=whole.plan_id)["signed"]
    assert [each["hash"] for each in told] == [first["hash"], second["hash"]]
    assert told[1] == {
        "hash": second["hash"],
        "step": "0",
        "nonce": "7",
        "gas": str(whole.steps[0].gas),
        "max_fee_per_gas": "1100",
        "max_priority_fee_per_gas": "110",
    }
    assert bench.again().ask("signed", plan_id=whole.plan_id)["signed"] == told
    assert bench.ask("signed", plan_id="f" * 32) == {"signed": []}


def test_a_cancellation_moves_nothing_at_a_nonce_that_was_signed(bench: Bench) -> None:
    bench.sign(make())
    answer = bench.ask("cancel", account=OWNER, **terms(7, 2 * GWEI, GWEI))
    found = fields(answer["raw"])
    assert (sender(answer["raw"]), address("0x" + found["to"].hex())) == (OWNER, OWNER)
    assert (found["value"], found["data"], found["nonce"], found["gas"]) == (0, b"", 7, 21_000)
    for bad, rule in (
        ({"account": OWNER, **terms(8, GWEI, 1)}, "nonce"),
        ({"account": STRANGER, **terms(7, GWEI, 1)}, "account"),
        ({"account": OWNER, **terms(7, MAX_FEE, 1)}, "fees"),
        ({"account": OWNER, **terms(7, 1, 2)}, "fees"),
    ):
        assert bench.ask("cancel", **bad)["error"]["rule"] == rule
    assert "raw" in bench.again().ask("cancel", account=OWNER, **terms(7, 2 * GWEI, GWEI))


def test_terms_are_sane(bench: Bench) -> None:
    assert bench.rule(make(), fee=1, tip=2) == "fees"
    assert bench.rule(make(), nonce=2**64 - 1) == "nonce"
    assert bench.rule(make(), step=2) == "lists"


def test_locked_means_nothing_is_signed(bench: Bench) -> None:
    whole = make()
    bench.ask("lock")
    assert bench.sign(whole)["error"]["kind"] == "locked"
    assert bench.ask("cancel", account=OWNER, **terms(7, GWEI, 1))["error"]["kind"] == "locked"
    assert bench.ask("accounts") == {"accounts": [OWNER]}
    bench.unlock()
    assert "raw" in bench.sign(whole)


def test_typed_data_is_refused_by_name(bench: Bench) -> None:
    whole = request(plan(account=OWNER, not_after=NOW))
    assert bench.ask("typed-data", **whole, data={})["error"]["rule"] == "typed-data"
    assert bench.ask("typed-data", data={})["error"]["rule"] == "request"  # no plan that it belongs to


def test_fees_are_held_to_the_last_wei(bench: Bench) -> None:
    """The plan's own most, the policy's, and a gas limit of one."""
    most = bench.authority.policy.max_fee_wei
    assert "raw" in bench.sign(make(max_total_fee_wei=most, plan_id="1" * 32), nonce=1)
    assert bench.rule(make(max_total_fee_wei=most + 1, plan_id="2" * 32), nonce=2) == "fees"
    steps = [replace(each, gas=1) for each in make().steps]
    assert "raw" in bench.sign(make(*steps, max_total_fee_wei=GWEI, plan_id="3" * 32), nonce=3)
    assert bench.rule(make(*steps, max_total_fee_wei=GWEI - 1, plan_id="4" * 32), nonce=4) == "fees"
    none = [replace(each, gas=0) for each in steps]
    assert bench.rule(make(*none, plan_id="5" * 32), nonce=5) == "fees"
