"""Tables of typed data: every field has a role, one value, or is named as free; anything else is refused."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from agent.policy.policy import dumps, loads
from agent.policy.typed_tables import Domain, leaves, load_typed_table, permit_tables
from tests.unit.policy_parts import POLICY, USDC_AT, place, policy

pytestmark = pytest.mark.unit

PERMIT = permit_tables()[0]
ORDER: dict[str, Any] = {
    "table": "orders",
    "messages": [
        {
            "primary": "Order",
            "types": {
                "Order": [
                    {"name": "sellToken", "type": "address"},
                    {"name": "buyToken", "type": "address"},
                    {"name": "receiver", "type": "address"},
                    {"name": "sellAmount", "type": "uint256"},
                    {"name": "buyAmount", "type": "uint256"},
                    {"name": "validTo", "type": "uint32"},
                    {"name": "appData", "type": "bytes32"},
                    {"name": "feeAmount", "type": "uint256"},
                    {"name": "kind", "type": "string"},
                    {"name": "partiallyFillable", "type": "bool"},
                ]
            },
            "direction": "swap",
            "token": "sellToken",
            "amount": "sellAmount",
            "recipient": "receiver",
            "to_token": "buyToken",
            "to_amount": "buyAmount",
            "deadlines": ["validTo"],
            "must": {
                "appData": "0x" + "00" * 32,
                "feeAmount": "0",
                "kind": "sell",
                "partiallyFillable": "false",
            },
        }
    ],
}

SOLD = ORDER["messages"][0]
BOTH = {**ORDER, "messages": [SOLD, {**SOLD, "at_most": True, "must": {**SOLD["must"], "kind": "buy"}}]}


def message(table: dict[str, Any] = PERMIT, **changes: Any) -> dict[str, Any]:
    made = copy.deepcopy(table)
    made["messages"][0].update(changes)
    return made


def retyped(name: str, kind: str, table: dict[str, Any] = PERMIT) -> dict[str, Any]:
    made = copy.deepcopy(table)
    (types,) = made["messages"][0]["types"].values()
    next(each for each in types if each["name"] == name)["type"] = kind
    return made


def test_the_tables_in_common_use_load() -> None:
    assert [load_typed_table(body).table for body in permit_tables()] == ["erc2612", "dai-permit", "permit2"]
    permit2 = load_typed_table(permit_tables()[2])
    single = permit2.message("PermitSingle")
    assert single is not None
    assert leaves(single) == {
        "details.token": "address",
        "details.amount": "uint160",
        "details.expiration": "uint48",
        "details.nonce": "uint48",
        "spender": "address",
        "sigDeadline": "uint256",
    }
    assert permit2.message("Permit") is None
    assert load_typed_table(ORDER).messages[0].must["kind"] == "sell"
    table = load_typed_table(BOTH)
    assert [(each.must["kind"], each.at_most) for each in table.named("Order")] == [("sell", False), ("buy", True)]
    assert table.message("Order") == table.messages[0]


def test_messages_of_one_type_are_told_apart_by_a_field_that_must_be_something_else() -> None:
    sold, bought = BOTH["messages"]
    same = {**bought, "must": {**bought["must"], "kind": "SELL"}}
    with pytest.raises(ValueError, match="Order stands twice, and no field"):
        load_typed_table({**ORDER, "messages": [sold, same]})
    (types,) = copy.deepcopy(bought["types"]).values()
    types[-2]["type"] = "bytes32"
    with pytest.raises(ValueError, match="Order stands twice, and no field"):
        load_typed_table({**ORDER, "messages": [sold, {**bought, "types": {"Order": types}}]})
    with pytest.raises(ValueError, match="nothing of at_most"):
        load_typed_table(message(at_most=True))


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({}, "the table|table"),
        ({"table": "x", "messages": []}, "messages"),
        ({"table": "X Y", "messages": PERMIT["messages"]}, "table"),
        (message(extra=1), "extra"),
        (message(deadlines=[]), "deadlines"),
        ({**PERMIT, "messages": PERMIT["messages"] * 2}, "Permit stands twice, and no field"),
        (message(primary="Other"), "the type 'Other' is missing, or holds itself"),
        (message(types={"Permit": []}), "names of their own"),
        (message(types={"Permit": [{"name": "a", "type": "bool"}] * 2}), "names of their own"),
        (message(types={"Permit": [{"name": "a", "type": "Permit"}]}), "holds itself"),
        (message(types={"Permit": [{"name": "0a", "type": "bool"}]}), "name"),
        (retyped("spender", "address[]"), "spender is of the type address\\[\\], which isn't decoded"),
        (retyped("value", "uint255"), "isn't decoded"),
        (retyped("value", "uint"), "isn't decoded"),
        (retyped("value", "int256"), "isn't decoded"),
        (retyped("nonce", "bytes33"), "isn't decoded"),
        (retyped("value", "address"), "the field 'value' is address, not uint"),
        (retyped("spender", "uint256"), "the field 'spender' is uint256, not address"),
        (retyped("deadline", "bytes32"), "the field 'deadline' is bytes32, not uint"),
        (retyped("nonce", "bytes32"), "the field 'nonce' is bytes32, not uint"),
        (message(amount="none"), "it has no field 'none'"),
        (message(must={"none": "1"}), "it has no field 'none'"),
        (message(must={"value": "1"}), "a field has two roles"),
        (message(owner="spender"), "a field has two roles"),
        (message(free=[]), "nothing says what the field 'nonce' may be"),
        (message(owner=None), "nothing says what the field 'owner' may be"),
        (message(owner=None, free=[]), "nothing says what the field 'nonce' may be"),  # of two, the first by name
        (message(spender=None), "nothing says"),
        (message(spender=None, must={"spender": "0x"}), "an approval names a spender, an order a recipient"),
        (message(owner=None, recipient="owner"), "an approval names a spender, an order a recipient"),
        (message(ORDER, recipient=None, must={**ORDER["messages"][0]["must"], "receiver": "0x"}), "a recipient"),
        (message(ORDER, direction="approve"), "an approval names a spender"),
        (message(ORDER, to_amount=None, free=["buyAmount"]), "names to_token and to_amount"),
        (
            message(ORDER, to_token=None, must={**ORDER["messages"][0]["must"], "buyToken": "0x"}),
            "names to_token and to_amount",
        ),
        (message(amount=None, free=["nonce", "value"]), "it names an amount, or as an approval"),
        (message(permit_tables()[1], amount="nonce", free=[]), "it names an amount, or as an approval"),
        (message(permit_tables()[1], allowed="nonce", free=[]), "the field 'nonce' is uint256, not bool"),
        (
            message(
                ORDER,
                amount=None,
                free=["sellAmount"],
                allowed="partiallyFillable",
                must={k: v for k, v in ORDER["messages"][0]["must"].items() if k != "partiallyFillable"},
            ),
            "it names an amount, or as an approval",
        ),
    ],
)
def test_a_table_that_leaves_something_open_is_refused(body: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says) as error:
        load_typed_table(body)
    assert str(error.value).startswith("typed table ")


def test_a_policy_with_domains_survives_its_file() -> None:
    domains = {USDC_AT: Domain(table="erc2612", name="USD Coin", version="2")}
    whole = policy(typed_tables=permit_tables(), domains=domains)
    assert loads(dumps(whole)) == whole
    assert whole.sha256 not in (POLICY.sha256, policy(typed_tables=permit_tables()).sha256)
    changed = json.loads(dumps(whole))
    changed["typed_tables"]["erc2612"]["body"]["messages"][0]["free"] = []
    with pytest.raises(ValueError, match="the typed table 'erc2612' isn't the one that was pinned"):
        loads(json.dumps(changed))


def test_a_domain_needs_its_table() -> None:
    with pytest.raises(ValueError, match="needs the typed table 'erc2612'"):
        policy(domains={place("77"): Domain(table="erc2612")})
