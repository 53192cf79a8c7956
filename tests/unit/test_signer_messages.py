"""Steps that are messages: the signer signs the plan's order as it stands there, and no other; it counts at once."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data

from agent.errors import Refused
from agent.money import MAX_UINT256
from agent.plans import Output, Plan, Role, Step, canonical, from_canonical
from agent.plugin import Listed
from agent.policy.policy import Policy
from agent.policy.typed import read_message
from agent.policy.typed_tables import Domain, load_typed_table, permit_tables
from tests.unit.policy_parts import (
    APPROVE,
    CAP,
    CHAIN,
    DAI_AT,
    FRIEND,
    POOL,
    STRANGER,
    TABLES,
    USDC_AT,
    approval,
    place,
    plan,
    policy,
    step,
)
from tests.unit.signer_parts import NOW, OWNER, Bench, request
from tests.unit.test_policy_typed_tables import BOTH, ORDER

pytestmark = pytest.mark.unit

UNITS, LEAST = 5_000_000, 10**18
BOOK = Listed(place("e2"), "an order book", "book")
RELAYER = Listed(place("e4"), "its relayer", "relayer")
TABLE: dict[str, Any] = {**ORDER, "messages": [{**ORDER["messages"][0], "taker": "relayer"}]}
KIND = load_typed_table(TABLE).messages[0].encoded
EMPTY = [{"table": "book", "functions": []}, {"table": "relayer", "functions": []}]
DOMAINS = {
    BOOK.address: Domain(table="orders", name="Orders", version="v2"),
    USDC_AT: Domain(table="erc2612", name="USD Coin", version="2"),
}


def listing(**changes: Any) -> Policy:
    return policy(
        **{
            "listed": [POOL, BOOK, RELAYER],
            "tables": [*TABLES, *EMPTY],
            "typed_tables": [*permit_tables(), TABLE],
            "domains": DOMAINS,
            **changes,
        }
    )


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return opened(tmp_path, listing())


def opened(folder: Path, rules: Policy) -> Bench:
    made = Bench(folder, policy=rules)
    made.unlock()
    return made


def fields(**changes: Any) -> dict[str, Any]:
    return {
        "sellToken": USDC_AT,
        "buyToken": DAI_AT,
        "receiver": OWNER,
        "sellAmount": str(UNITS),
        "buyAmount": str(LEAST),
        "validTo": str(NOW + 240),
        "appData": "0x" + "00" * 32,
        "feeAmount": "0",
        "kind": "sell",
        "partiallyFillable": False,
        **changes,
    }


def order(**changes: Any) -> Step:
    return Step(BOOK.address, BOOK.name, KIND, tuple(fields(**changes).values()), typed=True, venue="book")


def ordering(made: Step | None = None, spender: Any = RELAYER.address, units: int = UNITS, **changes: Any) -> Plan:
    back = step(USDC_AT, APPROVE, spender, 0, role=Role.CLEANUP)
    return plan(approval(spender, units), made or order(), back, account=OWNER, not_after=NOW + 120, **changes)


def asked(bench: Bench, whole: Plan, index: int = 1, **more: Any) -> dict[str, Any]:
    body = {name: value for name, value in request(whole, index).items() if name in ("plan", "digest", "step")}
    return bench.ask("typed-data", **body, **more)


def rule(bench: Bench, whole: Plan, index: int = 1, **more: Any) -> str:
    answer = asked(bench, whole, index, **more)
    assert answer.keys() == {"error"}, answer
    return str(answer["error"]["rule"])


def written(bench: Bench) -> str:
    return (bench.folder / "signed.jsonl").read_text()


def test_the_order_of_the_plan_is_signed_once_and_the_same_again(bench: Bench) -> None:
    answer = asked(bench, ordering())
    typed = read_message(listing(), order())
    exact = copy.deepcopy(typed.data)
    exact["message"]["appData"] = bytes.fromhex(exact["message"]["appData"][2:])
    assert Account.recover_message(encode_typed_data(full_message=exact), signature=answer["signature"]) == OWNER
    for again in (bench, bench.again()):
        assert asked(again, ordering()) == answer
    assert rule(bench, ordering(order(buyAmount=str(LEAST + 1)))) == "once"  # another plan of the same id


def test_it_counts_as_moved_the_moment_it_is_signed(bench: Bench) -> None:
    asked(bench, ordering())
    moved = bench.ask("moved", account=OWNER)["moved"]["USDC"]
    assert moved == {"day": str(UNITS), "all": str(UNITS)}


def test_a_day_cap_holds_for_orders(tmp_path: Path) -> None:
    bench = opened(tmp_path, listing(day_caps={"USDC": 2 * UNITS - 1}))
    asked(bench, ordering())
    assert rule(bench, ordering(plan_id="b" * 32)) == "day-cap"


def test_no_transaction_is_signed_for_a_message(bench: Bench) -> None:
    assert bench.rule(ordering(), 1) == "typed-data"
    assert bench.rule(ordering(), 1, op="replacement", replaces="0x") == "replacement"
    assert written(bench) == ""


def test_no_other_data_is_signed_for_it_nor_anything_for_a_call_without_data(bench: Bench) -> None:
    other = read_message(listing(), order(buyAmount="1")).data
    assert rule(bench, ordering(), data=other) == "typed-data"
    assert rule(bench, ordering(), 0) == "typed-data"
    assert written(bench) == ""


@pytest.mark.parametrize(
    ("made", "named"),
    [
        (order(receiver=STRANGER), "recipients"),
        (order(receiver=FRIEND), "recipients"),
        (order(receiver=RELAYER.address), "recipients"),
        (order(buyToken=USDC_AT), "swap"),
        (order(buyToken=place("99")), "lists"),
        (order(sellToken=place("99")), "lists"),
        (order(sellToken=DAI_AT, buyToken=USDC_AT), "approvals"),
        (order(sellAmount=str(UNITS - 1)), "approvals"),
        (order(sellAmount=str(UNITS + 1)), "approvals"),
        (order(sellAmount="0"), "swap"),
        (order(sellAmount=str(MAX_UINT256)), "caps"),
        (order(sellAmount=str(CAP + 1)), "caps"),
        (order(buyAmount="0"), "swap"),
        (order(validTo=str(2**32)), "typed-data"),
        (order(feeAmount="1"), "typed-data"),
        (order(kind="buy"), "typed-data"),
        (order(partiallyFillable=True), "typed-data"),
        (order(partiallyFillable="false"), "typed-data"),
        (order(appData="0x" + "11" * 32), "typed-data"),
        (order(sellAmount="05000000"), "typed-data"),
        (order(receiver=OWNER.lower()), "typed-data"),
        (replace(order(), value=1), "typed-data"),
        (replace(order(), gas=21_000), "typed-data"),
        (replace(order(), to=RELAYER.address), "typed-data"),
        (replace(order(), to=POOL.address), "typed-data"),
        (replace(order(), to=USDC_AT), "typed-data"),
        (replace(order(), function=KIND.replace("Order(", "Other(")), "typed-data"),
        (replace(order(), function=KIND.replace("uint256 feeAmount", "uint128 feeAmount")), "typed-data"),
        (replace(order(), args=order().args[:-1]), "typed-data"),
        (replace(order(), role=Role.APPROVAL), "typed-data"),
        (replace(order(), role=Role.CLEANUP), "typed-data"),
    ],
)
def test_what_the_order_may_not_say_is_refused_by_name(bench: Bench, made: Step, named: str) -> None:
    assert rule(bench, ordering(made)) == named
    assert bench.rule(ordering(made), 0) == named  # nor is its approval signed
    assert written(bench) == ""


@pytest.mark.parametrize("until", [NOW + 1_801, 2**32 - 1])
def test_an_order_ends_within_half_an_hour(bench: Bench, until: int) -> None:
    assert rule(bench, ordering(order(validTo=str(until)))) == "typed-data"
    assert written(bench) == ""


@pytest.mark.parametrize("spender", [BOOK.address, POOL.address, STRANGER])
def test_what_is_given_is_approved_to_the_taker_alone(bench: Bench, spender: Any) -> None:
    assert rule(bench, ordering(spender=spender)) == "approvals"
    assert bench.rule(ordering(spender=spender), 0) == "approvals"


def test_an_approval_of_the_taker_needs_its_order(bench: Bench) -> None:
    alone = plan(approval(RELAYER.address, UNITS), account=OWNER, not_after=NOW + 120)
    assert bench.rule(alone, 0) == "approvals"
    assert bench.rule(ordering(units=UNITS + 1), 0) == "approvals"
    assert "raw" in bench.sign(ordering(), 0)


def test_nothing_waits_for_what_an_order_gives(bench: Bench) -> None:
    supply = replace(step(DAI_AT, "transfer(address to,uint256 amount)", FRIEND, Output(1, DAI_AT, LEAST, LEAST + 5)))
    whole = plan(approval(RELAYER.address, UNITS), order(), supply, account=OWNER, not_after=NOW + 120)
    assert rule(bench, whole) in ("output", "recipients")


def test_two_takers_are_one_too_many(tmp_path: Path) -> None:
    second = Listed(place("e5"), "another relayer", "relayer")
    bench = opened(tmp_path, listing(listed=[POOL, BOOK, RELAYER, second]))
    assert rule(bench, ordering()) == "typed-data"


def test_a_closed_book_takes_no_order(tmp_path: Path) -> None:
    bench = opened(tmp_path, replace(listing(), closed=frozenset({BOOK.address})))
    assert rule(bench, ordering()) == "closed"


def test_an_order_isnt_signed_in_the_place_of_a_call(bench: Bench) -> None:
    data = read_message(listing(), order()).data
    swap = replace(order(), typed=False)
    assert rule(bench, ordering(swap), data=data) in ("lists", "typed-data")


def test_a_typed_step_comes_back_from_its_json_and_other_digests_stay(bench: Bench) -> None:
    whole = ordering()
    assert from_canonical(canonical(whole)).digest == whole.digest
    steps = canonical(whole)["steps"]
    assert [each.get("typed") for each in steps] == [None, True, None]
    with pytest.raises(ValueError, match="no calldata"):
        _ = order().data


def test_a_message_names_no_taker_where_it_approves() -> None:
    body = copy.deepcopy(permit_tables()[0])
    body["messages"][0]["taker"] = "relayer"
    with pytest.raises(ValueError, match="no taker"):
        load_typed_table(body)


def test_a_message_of_an_unlisted_domain_is_refused() -> None:
    with pytest.raises(Refused, match="No listed domain"):
        read_message(listing(domains={}), order())
    assert read_message(listing(), order()).effect.spender == RELAYER.address
    assert read_message(listing(), order()).data["domain"]["chainId"] == CHAIN


BUYS: dict[str, Any] = {**BOTH, "messages": [{**each, "taker": "relayer"} for each in BOTH["messages"]]}


def buying(made: Step | None = None) -> Plan:
    """The plan of a buy order: what isn't spent of its allowance is taken back at its end."""
    rest = step(USDC_AT, APPROVE, RELAYER.address, 0, role=Role.APPROVAL)
    back = replace(rest, role=Role.CLEANUP)
    steps = (approval(RELAYER.address, UNITS), made or order(kind="buy"), rest, back)
    return plan(*steps, account=OWNER, not_after=NOW + 120)


def test_a_buy_order_is_signed_as_it_stands_and_counts_with_the_most_that_it_gives(tmp_path: Path) -> None:
    bench = opened(tmp_path, listing(typed_tables=[*permit_tables(), BUYS]))
    answer = asked(bench, buying())
    exact = copy.deepcopy(read_message(listing(typed_tables=[*permit_tables(), BUYS]), order(kind="buy")).data)
    exact["message"]["appData"] = bytes.fromhex(exact["message"]["appData"][2:])
    assert Account.recover_message(encode_typed_data(full_message=exact), signature=answer["signature"]) == OWNER
    assert bench.ask("moved", account=OWNER)["moved"]["USDC"] == {"day": str(UNITS), "all": str(UNITS)}
    assert rule(bench, buying(order())) == "once"  # the same fields, for a sale, under the same id


@pytest.mark.parametrize(
    ("made", "named"),
    [
        (ordering(order(kind="buy")), "approvals"),  # nothing takes the rest of its allowance back
        (buying(order(kind="buy", sellAmount=str(UNITS + 1))), "approvals"),
        (buying(order(kind="buy", receiver=STRANGER)), "recipients"),
        (buying(order(kind="buy", buyAmount="0")), "swap"),
        (buying(order(kind="buy", sellAmount=str(CAP + 1))), "caps"),
        (buying(order(kind="buy", partiallyFillable=True)), "typed-data"),
        (buying(order(kind="swap")), "typed-data"),
    ],
)
def test_what_a_buy_order_may_not_say_is_refused_by_name(tmp_path: Path, made: Plan, named: str) -> None:
    bench = opened(tmp_path, listing(typed_tables=[*permit_tables(), BUYS]))
    assert rule(bench, made) == named
    assert written(bench) == ""


def test_a_policy_that_knows_no_buy_orders_signs_none(bench: Bench) -> None:
    assert rule(bench, buying()) == "typed-data"
