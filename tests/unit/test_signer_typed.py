"""Typed data: permits are approvals and orders are swaps, of listed domains, in the place of a confirmed step."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data

from agent.money import MAX_UINT256, Address
from agent.plans import Plan, Role
from agent.plugin import Listed
from agent.policy.policy import Policy
from agent.policy.typed_tables import Domain, permit_tables
from tests.unit.policy_parts import (
    APPROVE,
    CHAIN,
    DAI_AT,
    FRIEND,
    POOL,
    SAFE,
    STRANGER,
    SUPPLY,
    TABLES,
    USDC_AT,
    WETH_AT,
    approval,
    deposit_steps,
    place,
    plan,
    policy,
    step,
)
from tests.unit.signer_parts import NOW, OWNER, Bench, request
from tests.unit.test_policy_typed_tables import ORDER

pytestmark = pytest.mark.unit

UNITS = 5_000_000
PERMIT2 = place("e1")
ORDERS = place("e2")
ROUTER = Listed(place("e3"), "an exchange", "exchange")
SWAP = "swap(address tokenIn,address tokenOut,uint256 amountIn,uint256 leastOut,address to)"
EXCHANGE: dict[str, Any] = {
    "table": "exchange",
    "functions": [
        {
            "signature": SWAP,
            "direction": "swap",
            "token": "tokenIn",
            "to_token": "tokenOut",
            "amount": "amountIn",
            "to_amount": "leastOut",
            "recipient": "to",
        }
    ],
}
TYPED = policy(
    listed=[POOL, SAFE, ROUTER],
    tables=[*TABLES, EXCHANGE],
    typed_tables=[*permit_tables(), ORDER],
    domains={
        USDC_AT: Domain(table="erc2612", name="USD Coin", version="2"),
        DAI_AT: Domain(table="dai-permit", name="Dai Stablecoin", version="1"),
        PERMIT2: Domain(table="permit2", name="Permit2"),
        ORDERS: Domain(table="orders", name="Orders", version="v2"),
    },
)
NAMES = ("name", "version", "chainId", "verifyingContract")
KINDS = {"name": "string", "version": "string", "chainId": "uint256", "verifyingContract": "address"}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return opened(tmp_path, TYPED)


def opened(folder: Path, with_policy: Policy) -> Bench:
    made = Bench(folder, policy=with_policy)
    made.unlock()
    return made


def typed(table: str, primary: str, domain: dict[str, Any], message: dict[str, Any]) -> dict[str, Any]:
    """As a web page would ask a wallet for it."""
    bodies = {body["table"]: body for body in (*permit_tables(), ORDER)}
    types = next(each["types"] for each in bodies[table]["messages"] if each["primary"] == primary)
    fields = [{"name": name, "type": KINDS[name]} for name in NAMES if name in domain]
    return {
        "types": {"EIP712Domain": fields, **types},
        "primaryType": primary,
        "domain": domain,
        "message": message,
    }


def permit(**changes: Any) -> dict[str, Any]:
    domain = {"name": "USD Coin", "version": "2", "chainId": CHAIN, "verifyingContract": USDC_AT}
    message = {"owner": OWNER, "spender": POOL.address, "value": str(UNITS), "nonce": 0, "deadline": str(NOW + 900)}
    return typed("erc2612", "Permit", domain, {**message, **changes})


def dai_permit(allowed: bool) -> dict[str, Any]:
    domain = {"name": "Dai Stablecoin", "version": "1", "chainId": CHAIN, "verifyingContract": DAI_AT}
    message = {"holder": OWNER, "spender": POOL.address, "nonce": 3, "expiry": NOW + 60, "allowed": allowed}
    return typed("dai-permit", "Permit", domain, message)


def permit2(**details: Any) -> dict[str, Any]:
    domain = {"name": "Permit2", "chainId": CHAIN, "verifyingContract": PERMIT2}
    inner = {"token": USDC_AT, "amount": UNITS, "expiration": NOW + 900, "nonce": 0, **details}
    message = {"details": inner, "spender": POOL.address, "sigDeadline": NOW + 900}
    return typed("permit2", "PermitSingle", domain, message)


def order(**changes: Any) -> dict[str, Any]:
    domain = {"name": "Orders", "version": "v2", "chainId": CHAIN, "verifyingContract": ORDERS}
    message = {
        "sellToken": USDC_AT,
        "buyToken": DAI_AT,
        "receiver": OWNER,
        "sellAmount": UNITS,
        "buyAmount": str(10**18),
        "validTo": NOW + 600,
        "appData": "0x" + "00" * 32,
        "feeAmount": 0,
        "kind": "sell",
        "partiallyFillable": False,
    }
    return typed("orders", "Order", domain, {**message, **changes})


def changed(body: dict[str, Any], section: str, **changes: Any) -> dict[str, Any]:
    made = copy.deepcopy(body)
    made[section].update(changes)
    return made


def deposit(**changes: Any) -> Plan:
    return plan(*deposit_steps(UNITS, OWNER), account=OWNER, not_after=NOW + 120, **changes)


def swap(**changes: Any) -> Plan:
    steps = (
        approval(ROUTER.address, UNITS),
        step(ROUTER.address, SWAP, USDC_AT, DAI_AT, UNITS, 10**18, OWNER),
    )
    return plan(*steps, account=OWNER, not_after=NOW + 120, **changes)


def revoking(token: Address) -> Plan:
    return plan(step(token, APPROVE, POOL.address, 0, role=Role.APPROVAL), account=OWNER, not_after=NOW)


def asked(bench: Bench, whole: Plan, index: int, data: Any, **more: Any) -> dict[str, Any]:
    body = {name: value for name, value in request(whole, index).items() if name in ("plan", "digest", "step")}
    return bench.ask("typed-data", **body, data=data, **more)


def rule(bench: Bench, whole: Plan, index: int, data: Any, **more: Any) -> str:
    answer = asked(bench, whole, index, data, **more)
    assert answer.keys() == {"error"}, answer
    assert answer["error"]["kind"] == "refused", answer
    assert answer["error"]["remedy"] or answer["error"]["rule"] in ("recipients", "account", "chain"), answer
    return str(answer["error"]["rule"])


def signer_of(answer: dict[str, Any], data: dict[str, Any]) -> str:
    """Who made the signature, by eth_account's reading of what was asked for, numbers in text or not."""
    exact = copy.deepcopy(data)
    numbers = {"value", "deadline", "buyAmount"}
    exact["message"] = {k: int(v) if k in numbers and isinstance(v, str) else v for k, v in exact["message"].items()}
    return str(Account.recover_message(encode_typed_data(full_message=exact), signature=answer["signature"]))


# -- permits -------------------------------------------------------------------------------------------------------


def test_a_permit_stands_for_the_approval_of_its_plan(bench: Bench) -> None:
    answer = asked(bench, deposit(), 0, permit())
    assert answer.keys() == {"signature", "hash"}
    assert signer_of(answer, permit()) == OWNER
    assert answer["signature"][-2:] in ("1b", "1c")
    for again in (bench, bench.again()):
        assert asked(again, deposit(), 0, permit()) == answer  # the same again, after a restart too
    assert "raw" in bench.sign(deposit(), 1)


def test_permit2_and_dai_are_read_too(bench: Bench) -> None:
    assert signer_of(asked(bench, deposit(), 0, permit2()), permit2()) == OWNER
    back = replace(revoking(DAI_AT), plan_id="b" * 32)
    assert signer_of(asked(bench, back, 0, dai_permit(False)), dai_permit(False)) == OWNER


def test_a_step_is_signed_one_way_only(bench: Bench) -> None:
    whole = deposit()
    asked(bench, whole, 0, permit())
    error = bench.sign(whole, 0)["error"]
    assert (error["rule"], error["message"]) == ("once", "Step 1 of the plan was signed before, as typed data.")
    assert bench.rule(whole, 0, op="replacement", replaces="0x") == "replacement"
    assert rule(bench, whole, 0, permit(nonce=1)) == "once"
    assert rule(bench, whole, 0, permit2()) == "once"
    other = deposit(plan_id="b" * 32)
    assert "raw" in bench.sign(other, 0, nonce=1)
    assert rule(bench, other, 0, permit()) == "once"
    assert rule(bench, deposit(user="terminal:mallory"), 0, permit()) == "once"  # another plan of the same id


@pytest.mark.parametrize(
    "phishing",
    [
        permit(spender=STRANGER),
        permit(spender=OWNER),
        permit(value=str(MAX_UINT256)),
        permit(value=str(2_000_000_000)),
        permit(deadline=str(MAX_UINT256)),
        permit(deadline=str(NOW + 1_801)),
        permit(owner=STRANGER),
        permit2(amount=2**160 - 1),
        permit2(expiration=2**48 - 1),
        changed(permit2(), "message", spender=STRANGER),
        changed(permit2(), "message", sigDeadline=MAX_UINT256),
        permit2(token=WETH_AT),
        permit2(token=place("99")),
        dai_permit(True),
    ],
)
def test_permit_phishing_is_refused(bench: Bench, phishing: dict[str, Any]) -> None:
    named = rule(bench, deposit(), 0, phishing)
    assert named in ("approvals", "caps", "recipients", "typed-data", "lists")
    assert (bench.folder / "signed.jsonl").read_text() == ""


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (permit(value=str(UNITS - 1)), "typed-data"),
        (permit(value=str(UNITS + 1)), "typed-data"),
        (permit(spender=SAFE.address), "typed-data"),
        (permit(spender=STRANGER), "approvals"),
        (permit(value=str(MAX_UINT256)), "approvals"),
        (dai_permit(True), "approvals"),
        (permit(value=str(10**12)), "caps"),
        (permit(deadline=str(NOW + 1_801)), "typed-data"),
        (permit(owner=STRANGER), "recipients"),
        (permit2(token=place("99")), "lists"),
    ],
)
def test_each_refusal_names_its_rule(bench: Bench, data: dict[str, Any], named: str) -> None:
    assert rule(bench, deposit(), 0, data) == named


def test_the_mark_of_a_mandate_is_no_way_around_a_code(bench: Bench) -> None:
    marked = deposit(intent={"action": "reposition", "mandate": "3"})
    assert rule(bench, marked, 0, permit()) == "mandate"
    assert bench.rule(marked) == "mandate"


def test_a_deadline_of_half_an_hour_is_near_enough(bench: Bench) -> None:
    assert "signature" in asked(bench, deposit(), 0, permit(deadline=NOW + 1_800))


def test_an_allowance_may_be_taken_back_from_anybody_for_ever(bench: Bench) -> None:
    back = plan(step(USDC_AT, APPROVE, STRANGER, 0, role=Role.APPROVAL), account=OWNER, not_after=NOW)
    assert "signature" in asked(bench, back, 0, permit(spender=STRANGER, value=0, deadline=MAX_UINT256))


def test_a_permit_does_nothing_but_what_the_plan_says(bench: Bench) -> None:
    assert rule(bench, deposit(), 1, permit()) == "typed-data"  # the entry is no approval
    assert rule(bench, revoking(USDC_AT), 0, permit()) == "typed-data"
    error = asked(bench, deposit(), 1, permit())["error"]
    assert error["message"] == "The message doesn't do what step 2 of the plan does."
    assert asked(bench, deposit(), 2, permit())["error"]["rule"] == "lists"
    lone = plan(approval(POOL.address, UNITS), account=OWNER, not_after=NOW)
    assert rule(bench, lone, 0, permit()) == "approvals"  # nothing spends it


# -- domains and types ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (changed(permit(), "domain", chainId=1), "chain"),
        (changed(permit(), "domain", chainId=str(CHAIN + 1)), "chain"),
        (changed(permit(), "domain", chainId=None), "chain"),
        (changed(permit(), "domain", chainId=True), "chain"),
        (changed(permit(), "domain", verifyingContract=STRANGER), "typed-data"),
        (changed(permit(), "domain", verifyingContract="0x"), "typed-data"),
        (changed(permit(), "domain", verifyingContract=DAI_AT), "typed-data"),
        (changed(permit(), "domain", name="USD C0in"), "typed-data"),
        (changed(permit(), "domain", version="1"), "typed-data"),
        (changed(permit(), "domain", salt="0x" + "00" * 32), "typed-data"),
        ({**permit(), "domain": {}}, "typed-data"),
        ({**permit(), "domain": None}, "typed-data"),
        ({**permit(), "primaryType": "Order"}, "typed-data"),
        ({**permit(), "primaryType": ["Permit"]}, "typed-data"),
        ({**permit(), "primaryType": None}, "typed-data"),
        ({**permit(), "types": {}}, "typed-data"),
        ({**permit(), "types": None}, "typed-data"),
        (changed(permit(), "types", Other=[]), "typed-data"),
        (changed(permit(), "types", EIP712Domain=[]), "typed-data"),
        (changed(permit(), "types", Permit=permit2()["types"]["PermitDetails"]), "typed-data"),
        ({}, "typed-data"),
    ],
)
def test_another_domain_chain_or_type_is_refused(bench: Bench, data: dict[str, Any], named: str) -> None:
    assert rule(bench, deposit(), 0, data) == named


def test_the_type_of_the_domain_may_be_left_out(bench: Bench) -> None:
    bare = permit()
    del bare["types"]["EIP712Domain"]
    assert signer_of(asked(bench, deposit(), 0, bare), permit()) == OWNER


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("value", -1),
        ("value", "-1"),
        ("value", "0x10"),
        ("value", "05"),
        ("value", " 5"),
        ("value", 5.0),
        ("value", True),
        ("value", None),
        ("value", 2**256),
        ("value", "9" * 79),
        ("owner", "0x1"),
        ("owner", OWNER.swapcase()),
        ("owner", 5),
        ("spender", None),
        ("more", 1),
    ],
)
def test_a_value_that_isnt_exactly_of_its_type_is_refused(bench: Bench, name: str, value: Any) -> None:
    error = asked(bench, deposit(), 0, permit(**{name: value}))["error"]
    assert error["rule"] == "typed-data"
    kind = "address" if name in ("owner", "spender") else "uint256"
    says = (
        "The fields of Permit aren't those of its type."
        if name == "more"
        else (f"The field {name} of Permit is no {kind}.")
    )
    assert error["message"] == says


def test_values_of_every_type_are_exact(bench: Bench) -> None:
    for bad in (
        order(appData="0x" + "00" * 31),
        order(appData="0x" + "0" * 65),
        order(appData="00" * 32),
        order(appData="0x" + "0G" * 32),
        order(kind=5),
        order(partiallyFillable="false"),
        order(partiallyFillable=0),
        order(validTo=2**32),
        permit2(amount=2**160),
        changed(permit2(), "message", details=5),
    ):
        error = asked(bench, swap(), 1, bad)["error"]
        assert error["rule"] == "typed-data"
        assert " is no " in error["message"] or "aren't those of its type" in error["message"]
    missing = permit()
    del missing["message"]["nonce"]
    assert rule(bench, deposit(), 0, missing) == "typed-data"
    assert rule(bench, deposit(), 0, {**permit(), "message": []}) == "typed-data"


def test_without_domains_nothing_is_signed(tmp_path: Path) -> None:
    bench = opened(tmp_path, policy(typed_tables=permit_tables()))
    error = asked(bench, deposit(), 0, permit())["error"]
    assert (error["rule"], error["message"]) == (
        "typed-data",
        f"The domain of {USDC_AT} is not in the policy's list.",
    )
    assert error["remedy"] == "The operator can list its domain, with a table that decodes it."
    assert bench.ask("typed-data")["error"]["kind"] == "bad-request"
    assert asked(bench, deposit(), 0, "0x")["error"]["kind"] == "bad-request"


# -- orders --------------------------------------------------------------------------------------------------------


def test_an_order_stands_for_the_swap_of_its_plan(bench: Bench) -> None:
    answer = asked(bench, swap(), 1, order())
    assert signer_of(answer, order()) == OWNER
    better = swap(plan_id="b" * 32)
    assert "signature" in asked(bench, better, 1, order(buyAmount=str(10**18 + 1)))


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (order(receiver=STRANGER), "recipients"),
        (order(receiver="0x" + "0" * 40), "recipients"),
        (order(receiver=FRIEND), "recipients"),
        (order(buyAmount=10**18 - 1), "typed-data"),
        (order(sellAmount=UNITS + 1), "typed-data"),
        (order(buyToken=WETH_AT), "typed-data"),
        (order(sellToken=DAI_AT, buyToken=USDC_AT), "typed-data"),
        (order(feeAmount=1), "typed-data"),
        (order(kind="buy"), "typed-data"),
        (order(partiallyFillable=True), "typed-data"),
        (order(appData="0x" + "01" * 32), "typed-data"),
        (order(validTo=NOW + 1_801), "typed-data"),
        (order(buyAmount=0), "swap"),
        (order(sellAmount=0), "swap"),
        (order(buyToken=USDC_AT), "swap"),
        (order(buyToken=place("99")), "lists"),
        (order(sellAmount=10**12), "caps"),
        (order(sellAmount=MAX_UINT256), "caps"),
    ],
)
def test_an_order_that_gives_more_or_to_another_is_refused(bench: Bench, data: dict[str, Any], named: str) -> None:
    assert rule(bench, swap(), 1, data) == named


def test_orders_count_and_need_codes_as_swaps_do(tmp_path: Path) -> None:
    limits = {"day_caps": {"USDC": UNITS}, "step_up": {"USDC": UNITS - 1}}
    shared = {"listed": [POOL, ROUTER], "tables": [*TABLES, EXCHANGE], "typed_tables": [ORDER]}
    domains = {ORDERS: Domain(table="orders", name="Orders", version="v2")}
    bench = opened(tmp_path, policy(**shared, domains=domains, **limits))
    assert rule(bench, swap(), 1, order()) == "step-up"
    free = policy(**shared, domains=domains, day_caps={"USDC": UNITS})
    bench.record.close()
    (tmp_path / "free").mkdir()
    bench = opened(tmp_path / "free", free)
    asked(bench, swap(), 1, order())
    assert bench.ask("moved", account=OWNER)["moved"]["USDC"] == {"day": str(UNITS), "all": str(UNITS)}
    assert bench.again().ask("moved", account=OWNER)["moved"]["USDC"]["day"] == str(UNITS)
    assert rule(bench, swap(plan_id="b" * 32), 1, order(validTo=NOW)) == "day-cap"


def test_a_closed_domain_and_a_late_plan(bench: Bench) -> None:
    bench.ask("limits", changes={"domains": {USDC_AT: None}})
    assert rule(bench, deposit(), 0, permit()) == "typed-data"
    late = plan(*deposit_steps(UNITS, OWNER), account=OWNER, not_after=NOW - 601)
    assert rule(bench, late, 0, permit2()) == "expired"
    bench.ask("limits", changes={"closed": {POOL.address: True}})
    assert rule(bench, deposit(), 0, permit2()) == "closed"
    bench.ask("lock")
    assert asked(bench, deposit(), 0, permit2())["error"]["kind"] == "locked"


def test_supply_is_still_a_call(bench: Bench) -> None:
    """The entry behind a permit is signed as ever."""
    whole = plan(
        approval(POOL.address, UNITS),
        step(POOL.address, SUPPLY, USDC_AT, UNITS, OWNER, 0),
        account=OWNER,
        not_after=NOW,
    )
    asked(bench, whole, 0, permit())
    assert "raw" in bench.sign(whole, 1, nonce=0)
