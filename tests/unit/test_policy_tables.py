"""Call tables: what loads, what is refused, and that the hash pins them."""

from __future__ import annotations

import copy
import hashlib
from typing import Any

import pytest

from agent.abi import selector
from agent.policy.tables import erc20_table, load_table, sha256_of
from tests.unit.policy_parts import AAVE, MORPHO, MORPHO_WITHDRAW, TABLES

pytestmark = pytest.mark.unit


def altered(field: str, value: Any, function: int = 0) -> dict[str, Any]:
    body = copy.deepcopy(AAVE)
    if value is None:
        del body["functions"][function][field]
    else:
        body["functions"][function][field] = value
    return body


@pytest.mark.parametrize("body", [erc20_table(), *TABLES], ids=lambda body: str(body["table"]))
def test_good_tables_load(body: dict[str, Any]) -> None:
    table = load_table(body)
    assert table.table == body["table"]
    assert len(table.functions) == len(body["functions"])


def test_the_built_in_table_knows_approve_and_transfer_only() -> None:
    assert [entry.signature.partition("(")[0] for entry in load_table(erc20_table()).functions] == [
        "approve",
        "transfer",
    ]


def test_a_selector_finds_its_entries() -> None:
    table = load_table(MORPHO)
    assert len(table.entries(selector(MORPHO_WITHDRAW))) == 2
    assert table.entries(b"\0\0\0\0") == ()


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("direction", "steal", "direction"),
        ("amount", "quantity", "no argument 'quantity'"),
        ("amount", "asset", "not an unsigned integer"),
        ("token", "amount", "not an address"),
        ("token", "@sender", "the token is a path"),
        ("recipient", None, "all but an approval name a recipient"),
        ("recipient", "amount", "not an address"),
        ("recipient", "@self", "recipient is a path or @sender"),
        ("recipient", "@sender", "nothing says what the argument 'onBehalfOf' may be"),
        ("owner", "@sender", "can only stand for"),
        ("spender", "onBehalfOf", "names a spender"),
        ("unit", "shares", "only a leave or a repay may count shares"),
        ("unit", "dollars", "unit"),
        ("market", "amount", "not a tuple"),
        ("must", {"nothing": "0"}, "no argument 'nothing'"),
        ("must", {"referralCode": 0}, "must"),
        ("signature", "supply", "not a function signature"),
        ("signature", "supply(address,uint256 amount,address onBehalfOf,uint16 referralCode)", "name of its own"),
        ("surprise", "x", "surprise"),
        ("signature", None, "signature"),
    ],
)
def test_a_wrong_field_is_named(field: str, value: Any, says: str) -> None:
    with pytest.raises(ValueError, match=r"call table 'aave-v3-pool'") as caught:
        load_table(altered(field, value))
    assert says in str(caught.value)


def test_an_approval_is_never_marked_unbounded() -> None:
    body = copy.deepcopy(erc20_table())
    body["functions"][0]["all"] = True
    with pytest.raises(ValueError, match="never unbounded"):
        load_table(body)


@pytest.mark.parametrize("hidden", ["bytes data", "address referrer", "address[] path", "(address to,uint8 x) extra"])
def test_an_argument_that_nothing_speaks_of_is_refused(hidden: str) -> None:
    body = altered(
        "signature", f"supply(address asset,uint256 amount,address onBehalfOf,uint16 referralCode,{hidden})"
    )
    with pytest.raises(ValueError, match="nothing says what the argument"):
        load_table(body)


def test_the_same_function_twice_needs_a_must_each() -> None:
    body = copy.deepcopy(AAVE)
    body["functions"].append(body["functions"][1])
    with pytest.raises(ValueError, match="stands twice"):
        load_table(body)


def test_the_hash_is_of_the_canonical_json_and_of_every_letter() -> None:
    body = {"table": "t", "functions": [{"b": True, "a": "ü"}]}
    assert sha256_of(body) == hashlib.sha256('{"functions":[{"a":"ü","b":true}],"table":"t"}'.encode()).hexdigest()
    assert sha256_of(AAVE) != sha256_of(altered("must", {"referralCode": "1"}))
