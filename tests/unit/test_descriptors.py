"""Descriptors as they are shipped, and what isn't understood in one: nothing of it is ever left unsaid."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.abi import selector
from agent.errors import Refused
from agent.gate.descriptors import Clear, Names, between, say
from agent.gate.erc7730 import Descriptor, load_all, load_descriptor
from agent.gate.preview import preview
from agent.money import MAX_UINT256, address
from agent.plans import Output, Role, Step, canonical
from agent.plugin import Listed
from agent.policy.tables import Table, load_table
from agent.replies.details import details
from memory.rows import PlanRow, PlanStatus
from plugins.uniswap.calls import EXACT_INPUT, EXACT_INPUT_SINGLE, EXACT_OUTPUT, EXACT_OUTPUT_SINGLE
from tests.unit import descriptor_parts as parts
from tests.unit.hostile import names as hostile_names
from tests.unit.policy_parts import (
    ACCOUNT,
    APPROVE,
    DAI_AT,
    ETH,
    FRIEND,
    MARKET,
    MINT,
    MORPHO_SUPPLY,
    MORPHO_WITHDRAW,
    STRANGER,
    SUPPLY,
    TRANSFER,
    USDC_AT,
    VAULT_DEPOSIT,
    VAULT_REDEEM,
    WETH_AT,
    WITHDRAW,
    plan,
    step,
)
from tests.unit.policy_parts import policy as policy_with

pytestmark = pytest.mark.unit

USDC_LISTED = parts.POLICY.contracts[USDC_AT]
MARKET_SAID = f"Loan Token USDC; Collateral Token WETH; Oracle {MARKET[2]}; Irm {MARKET[3]}; Lltv 860000000000000000"
PATH = bytes.fromhex(USDC_AT[2:] + "0001f4" + DAI_AT[2:] + "000bb8" + WETH_AT[2:])


@pytest.mark.parametrize(
    ("contract", "signature", "args", "text"),
    [
        (USDC_LISTED, APPROVE, (parts.POOL.address, 5_000_000), "Approve: Spender Aave v3 core Pool; Amount 5 USDC"),
        (USDC_LISTED, APPROVE, (STRANGER, MAX_UINT256), f"Approve: Spender {STRANGER}; Amount Unlimited USDC"),
        (USDC_LISTED, TRANSFER, (FRIEND, 1), f'Send: To "bob" ({FRIEND}); Amount 0.000001 USDC'),
        (
            parts.POOL,
            SUPPLY,
            (USDC_AT, 10**9, ACCOUNT, 0),
            "Supply: Amount to supply 1,000 USDC; Collateral recipient your account",
        ),
        (
            parts.POOL,
            WITHDRAW,
            (USDC_AT, MAX_UINT256, ACCOUNT),
            "Withdraw: Amount to withdraw Max USDC; To recipient your account",
        ),
        (
            parts.SAFE,
            VAULT_DEPOSIT,
            (5_000_000, ACCOUNT),
            "Deposit: Deposit asset 5 USDC; Receive shares stataUSDC vault; Send shares to your account",
        ),
        (
            parts.SAFE,
            "withdraw(uint256 assets,address receiver,address owner)",
            (1, ACCOUNT, ACCOUNT),
            "Withdraw: Withdraw exactly 0.000001 USDC; To your account; Owner your account",
        ),
        (
            parts.SAFE,
            VAULT_REDEEM,
            (1_234, ACCOUNT, ACCOUNT),
            "Redeem: Redeem exactly 1,234 base units of stataUSDC vault; To your account; Owner your account",
        ),
        (
            parts.BLUE,
            MORPHO_SUPPLY,
            (MARKET, 5_000_000, 0, ACCOUNT, b""),
            f"Supply on Morpho Market: {MARKET_SAID}; Assets 5 USDC; Shares 0; On Behalf your account; Data 0x",
        ),
        (
            parts.BLUE,
            MORPHO_WITHDRAW,
            (MARKET, 0, 77, ACCOUNT, ACCOUNT),
            f"Withdraw from Morpho Market: {MARKET_SAID}; Assets 0 USDC; Shares 77; On Behalf your account; "
            "Receiver your account",
        ),
        (
            parts.ROUTER,
            EXACT_INPUT_SINGLE,
            ((USDC_AT, WETH_AT, 500, ACCOUNT, 10**9, 10**17, 0),),
            "swap: Send 1,000 USDC; Receive Mininum 0.1 WETH; Uniswap fee 0.05 %; Beneficiary your account",
        ),
        (
            parts.ROUTER,
            EXACT_OUTPUT_SINGLE,
            ((USDC_AT, WETH_AT, 500, ACCOUNT, 10**17, 10**9, 0),),
            "Swap: Maximum Amount to Send 1,000 USDC; Amount to Receive 0.1 WETH; Uniswap fee 0.05 %; "
            "Beneficiary your account",
        ),
        (
            parts.ROUTER,
            EXACT_INPUT,
            ((PATH, ACCOUNT, 10**9, 10**17),),
            "Swap: Amount to Send 1,000 USDC; Minimum amount to Receive 0.1 WETH; Beneficiary your account; "
            "params.path USDC > 0.05 % > DAI > 0.3 % > WETH",
        ),
        (
            parts.ROUTER,
            EXACT_OUTPUT,
            ((PATH, ACCOUNT, 10**6, 10**17),),
            "Swap: Maximum Amount to Send 0.1 WETH; Amount to Receive 1 USDC; Beneficiary your account; "
            "params.path WETH > 0.3 % > DAI > 0.05 % > USDC",
        ),
    ],
)
def test_each_call_reads_as_published(contract: Listed, signature: str, args: Any, text: str) -> None:
    assert str(parts.said(parts.effect_of(contract, signature, args))) == text


def test_native_coin_that_is_sent_along_is_said() -> None:
    args = ((WETH_AT, USDC_AT, 500, ACCOUNT, 10**18, 1, 0),)
    clear = parts.said(parts.effect_of(parts.ROUTER, EXACT_INPUT_SINGLE, args, 10**18))
    assert clear.fields[-1] == ("Coin sent along", "1 ETH")


OFFERED = {
    "0x-allowance-holder", "0x-settler", "1inch-router-v6", "cow-relayer", "cow-settlement", "kyberswap-router-v2",
    "velora-augustus-v6",
}  # fmt: skip
"""The aggregators' calls carry bytes that nobody can read: they are said by what their tables bound."""


def test_every_table_but_those_without_a_descriptor_has_one() -> None:
    """Venus has published none: its calls are said by their table. So are swaps by the universal router, whose tokens
    stand in lists that ERC-7730 has no path into.
    """
    names = [body["context"]["$id"] for body in parts.BODIES]
    assert {*names, *OFFERED, "venus-vtoken", "uniswap-universal-router"} == set(parts.TABLES)
    assert len(set(names)) == len(names)
    mint = parts.effect_of(parts.VUSDC, MINT, (5,))
    assert say(parts.NAMES, parts.DESCRIPTORS, mint) is None
    found = preview(plan(step(parts.VUSDC.address, MINT, 5_000_000)), parts.POLICY, ETH, [], {}, {}, descriptors=ALL)
    assert found.clear == ("Venus vUSDC: put 5 USDC in, in your name",)


ALL = parts.DESCRIPTORS


@pytest.mark.parametrize("body", parts.BODIES, ids=lambda body: body["context"]["$id"])
def test_a_shipped_descriptor_speaks_of_exactly_its_table(body: dict[str, Any]) -> None:
    table = parts.TABLES[body["context"]["$id"]]
    loaded = load_descriptor(body, table)
    assert set(loaded.formats) == {selector(entry.signature) for entry in table.functions}
    assert "LedgerHQ/clear-signing-erc7730-registry" in body["metadata"]["$comment"]
    for call in loaded.formats.values():
        assert {each.path for each in call.fields if each.path} == set(call.required)


def loaded(change: Any, table: str = "aave-v3-pool") -> Descriptor:
    """The descriptor of Aave's pool after a change of its body."""
    body = parts.body_of(table)
    change(body, next(iter(body["display"]["formats"].values())))
    return load_all([body], {table: parts.TABLES[table]})[table]


def with_field(**changes: Any) -> Any:
    return lambda body, call: call["fields"][0].update(changes)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (with_field(format="nftName"), "format"),
        (with_field(format="calldata"), "format"),
        (with_field(format="sparkle"), "format"),
        (with_field(label=""), "label"),
        (with_field(extra=1), "extra"),
        (with_field(path="amounts"), "no argument 'amounts'"),
        (with_field(path="amount.[0:20]"), "a part of uint256"),
        (with_field(path="amount]"), "no path"),
        (with_field(format="addressName", params={}), "is uint256, which addressName doesn't show"),
        (with_field(params={"tokenPath": "referralCode"}), "is no address"),
        (with_field(params={"tokenPath": "asset", "nativeCurrencyAddress": "0x0"}), "nativeCurrencyAddress"),
        (with_field(params={"tokenPath": "asset", "threshold": "much"}), "much"),
        (with_field(params={"tokenPath": "asset", "threshold": "$.metadata.constants.none"}), "none"),
        (with_field(params={}), "either a token or a tokenPath"),
        (with_field(params={"tokenPath": "asset", "token": USDC_AT}), "either a token or a tokenPath"),
        (with_field(params={"tokenPath": "asset", "encoding": "timestamp"}), "no parameter 'encoding'"),
        (with_field(format="date", params={}), "needs its parameter 'encoding'"),
        (with_field(format="enum", params={"$ref": "$.metadata.enums.none"}), "no enumeration"),
        (with_field(value="1"), "either a path or a value"),
        (with_field(label="Collateral recipient"), "same label"),
        (lambda body, call: call.update(intent={"a": "b"}), "intent"),
        (lambda body, call: call.update(required=["amount", "asset"]), "'asset' is required and no field shows it"),
        (lambda body, call: call.update(excluded=["amount"]), "'amount' is excluded and shown"),
        (lambda body, call: call.update(excluded=["nothing"]), "no argument 'nothing'"),
        (lambda body, call: body["context"].update(eip712={}), "eip712"),
        (lambda body, call: body.update(includes="elsewhere.json"), "includes"),
        (lambda body, call: body["display"].update(formats={}), "formats"),
        (lambda body, call: body["display"]["formats"].update({"no signature": call}), "no signature"),
        (lambda body, call: body["display"]["formats"].update({"0x617ba037": call}), "twice"),
    ],
)
def test_what_is_not_understood_makes_a_descriptor_unusable(change: Any, why: str) -> None:
    assert why in loaded(change).wrong


def test_a_broken_descriptor_confirms_no_entry_and_holds_back_no_exit() -> None:
    broken = {"aave-v3-pool": loaded(with_field(format="sparkle"))}
    entry = plan(step(parts.POOL.address, SUPPLY, USDC_AT, 1, ACCOUNT, 0))
    with pytest.raises(Refused, match="can't say this call") as caught:
        preview(entry, parts.POLICY, ETH, [], {}, {}, descriptors=broken)
    assert caught.value.rule == "preview"
    assert "plug-in" in str(caught.value)
    leave = plan(step(parts.POOL.address, WITHDRAW, USDC_AT, MAX_UINT256, ACCOUNT))
    found = preview(leave, parts.POLICY, ETH, [], {}, {}, descriptors=broken)
    assert found.clear == ("Aave v3 core Pool: take everything out, to your account",)


def test_two_descriptors_of_one_table_are_none() -> None:
    other = parts.body_of("aave-v3-pool")
    other["display"]["formats"][SUPPLY]["intent"] = "Withdraw"
    found = load_all([parts.body_of("aave-v3-pool"), other], parts.TABLES)
    assert "two plug-ins" in found["aave-v3-pool"].wrong
    assert not load_all([parts.body_of("aave-v3-pool")] * 2, parts.TABLES)["aave-v3-pool"].wrong


@pytest.mark.parametrize("context", [None, {}, [], {"$id": "unlisted"}])
def test_a_descriptor_of_no_table_is_none(context: Any) -> None:
    body = parts.body_of("aave-v3-pool") | {"context": context}
    assert set(load_all([body], parts.TABLES)) == {"erc20"}


def test_a_function_that_the_descriptor_leaves_out_is_said_by_its_table() -> None:
    only = loaded(lambda body, call: body["display"]["formats"].pop(WITHDRAW))
    effect = parts.effect_of(parts.POOL, WITHDRAW, (USDC_AT, 1, ACCOUNT))
    assert not only.wrong
    assert say(parts.NAMES, {"aave-v3-pool": only}, effect) is None


# -- formats that no built-in descriptor uses -----------------------------------------------------------------------

ODD: Table = load_table(
    {
        "table": "odd",
        "functions": [
            {
                "signature": "put(uint256 amount,uint256 number,bool flag,bytes4 word)",
                "direction": "enter",
                "token": "@asset",
                "amount": "amount",
                "recipient": "@sender",
                "must": {"word": "0x01020304"},
            }
        ],
    }
)
PUT = ODD.functions[0].signature
SHED = Listed(address("0x" + "d1" * 20), "Shed", "odd", USDC_AT)


def odd(number: int, name: str, flag: bool = True, **params: Any) -> str:
    """How `number` reads in a format."""
    body = {
        "context": {"$id": "odd", "contract": {}},
        "metadata": {"enums": {"mode": {"1": "stable", "2": "variable"}}},
        "display": {
            "formats": {
                "put(uint256, uint256, bool, bytes4)": {
                    "intent": "Put",
                    "fields": [
                        {"path": "#.number", "label": "N", "format": name, "params": params},
                        {"path": "word", "label": "Word", "format": "raw"},
                        {"value": "yes", "label": "Constant", "format": "raw"},
                    ],
                }
            }
        },
    }
    policy = policy_with(
        listed=[SHED], tables=[{"table": "odd", "functions": [each.model_dump() for each in ODD.functions]}]
    )
    effect = replace(
        parts.effect_of(parts.POOL, SUPPLY, (USDC_AT, 1, ACCOUNT, 0)),
        contract=SHED,
        entry=ODD.functions[0],
        signature=PUT,
        args={"amount": 5, "number": number, "flag": flag, "word": b"\x01\x02\x03\x04"},
    )
    clear = parts.said(effect, Names(policy, ACCOUNT), {"odd": load_descriptor(body, ODD)})
    fields = dict(clear.fields)
    assert fields.pop("amount") == "5"
    assert fields.pop("flag") == str(flag).lower()
    assert (fields.pop("Word"), fields.pop("Constant")) == ("0x01020304", "yes")
    return fields.pop("N")


@pytest.mark.parametrize(
    ("number", "name", "params", "text"),
    [
        (1_000, "raw", {}, "1000"),
        (198_661_440_000_000_000, "amount", {}, "0.19866144 ETH"),
        (1_709_191_632, "date", {"encoding": "timestamp"}, "2024-02-29T07:27:12Z"),
        (10**20, "date", {"encoding": "timestamp"}, "100,000,000,000,000,000,000 seconds after 1970"),
        (19_332_140, "date", {"encoding": "blockheight"}, "block 19,332,140"),
        (93_784, "duration", {}, "26:03:04"),
        (3_599, "duration", {}, "00:59:59"),
        (3_600, "duration", {}, "01:00:00"),
        (60 * 3_600, "duration", {}, "60:00:00"),
        (3_000, "unit", {"base": "%", "decimals": 4}, "0.3 %"),
        (36, "unit", {"base": "bps"}, "36 bps"),
        (2, "enum", {"$ref": "$.metadata.enums.mode"}, "variable"),
        (7, "tokenAmount", {"token": USDC_AT}, "0.000007 USDC"),
        (7, "tokenAmount", {"tokenPath": "@.to"}, "7 base units of Shed"),
        (7, "tokenAmount", {"token": USDC_AT, "threshold": "7"}, "Unlimited USDC, 0.000007 USDC"),
        (6, "tokenAmount", {"token": USDC_AT, "threshold": "0x7"}, "0.000006 USDC"),
    ],
)
def test_formats(number: int, name: str, params: dict[str, Any], text: str) -> None:
    assert odd(number, name, **params) == text


@pytest.mark.parametrize(
    ("number", "name", "params"),
    [
        (3, "enum", {"$ref": "$.metadata.enums.mode"}),
        (3, "tokenAmount", {"token": STRANGER}),
        (3, "tokenAmount", {"token": "0x0"}),
        (3, "tokenAmount", {"token": "$.metadata.constants.none"}),
        (3, "tokenAmount", {"token": "$.context.none"}),
    ],
)
def test_what_can_not_be_resolved_is_refused(number: int, name: str, params: dict[str, Any]) -> None:
    with pytest.raises(Refused) as caught:
        odd(number, name, **params)
    assert caught.value.rule == "preview"


@pytest.mark.parametrize("name", ["date", "duration", "unit", "raw", "amount"])
@given(one=st.integers(0, MAX_UINT256), other=st.integers(0, MAX_UINT256))
def test_two_numbers_never_read_the_same(name: str, one: int, other: int) -> None:
    known: dict[str, dict[str, Any]] = {"date": {"encoding": "timestamp"}, "unit": {"base": "%", "decimals": 4}}
    params = known.get(name, {})
    assert (odd(one, name, **params) == odd(other, name, **params)) == (one == other)


# -- names ----------------------------------------------------------------------------------------------------------


@given(name=hostile_names)
def test_a_hostile_name_is_one_harmless_line_with_its_address(name: str) -> None:
    shown = Names(parts.POLICY, ACCOUNT, {FRIEND: name}).of(FRIEND)
    assert shown.isprintable()
    assert shown == FRIEND or (shown.startswith('"') and shown.endswith(f'" ({FRIEND})') and shown.count('"') == 2)
    assert len(shown) <= 64 + 1 + 5 + 42
    contract = Listed(STRANGER, name, "erc20")
    policy = replace(parts.POLICY, contracts={**parts.POLICY.contracts, STRANGER: contract})
    listed = Names(policy, ACCOUNT).of(STRANGER)
    assert listed.isprintable()
    assert STRANGER in listed or (listed == name and name.isascii() and ";" not in name and '"' not in name)


@pytest.mark.parametrize(
    "name", ["your account", "Your Account", "Morpho Blue", "morpho blue", "USDC", "0xabc", "Aave; v3", ""]
)
def test_a_contract_never_passes_for_another(name: str) -> None:
    policy = replace(parts.POLICY, contracts={**parts.POLICY.contracts, STRANGER: Listed(STRANGER, name, "erc20")})
    assert STRANGER in Names(policy, ACCOUNT).of(STRANGER)


@given(text=hostile_names.filter(lambda each: 0 < len(each) <= 64))
def test_a_hostile_label_is_one_harmless_line(text: str) -> None:
    found = loaded(lambda body, call: (call.update(intent=text), call["fields"][0].update(label=text)))
    effect = parts.effect_of(parts.POOL, SUPPLY, (USDC_AT, 1, ACCOUNT, 0))
    if text == "Collateral recipient":
        return
    clear = parts.said(effect, descriptors={"aave-v3-pool": found})
    assert str(clear).isprintable()
    assert clear.fields[0][1] == "0.000001 USDC"


# -- in a preview ---------------------------------------------------------------------------------------------------


def made() -> tuple[Step, ...]:
    swap = step(parts.ROUTER.address, EXACT_INPUT_SINGLE, (USDC_AT, WETH_AT, 500, ACCOUNT, 10**9, 10**17, 0))
    opened = Output(0, WETH_AT, 10**17, 2 * 10**17)
    back = step(WETH_AT, APPROVE, parts.POOL.address, 0, role=Role.CLEANUP)
    return swap, step(parts.POOL.address, SUPPLY, WETH_AT, opened, ACCOUNT, 0), back


def test_a_preview_says_every_step_and_details_show_it() -> None:
    asked = plan(*made())
    found = preview(asked, parts.POLICY, ETH, [], {}, {}, descriptors=ALL)
    assert found.clear[1:] == (
        "Supply: Amount to supply what step 1 gave (0.1 WETH to 0.2 WETH); Collateral recipient your account",
        "Approve: Spender Aave v3 core Pool; Amount 0 WETH",
    )
    assert type(found).of_json(found.as_json(), ETH, expires=1, now=0, digest="").clear == found.clear
    row = PlanRow(
        plan_id=asked.plan_id,
        digest=asked.digest,
        user=asked.user,
        channel="here",
        account=asked.account,
        chain_id=asked.chain_id,
        body=json.dumps(canonical(asked)),
        intent=asked.intent,
        origins={},
        preview=found.as_json(),
        decision_id=None,
        status=PlanStatus.PROPOSED,
        reason="",
        created_at=0,
        confirmed_at=None,
        settled_at=None,
        not_after=asked.not_after,
    )
    shown = details(row).table
    assert shown is not None
    says = shown.columns.index("says")
    assert tuple(each[says] for each in shown.rows) == found.clear
    forgotten = details(replace(row, preview={})).table
    assert forgotten is not None
    assert [each[says] for each in forgotten.rows] == ["", "", ""]


def test_only_what_is_left_open_is_said_as_open() -> None:
    low, high = (Clear("a", "b", (("x", "1"), ("y", end))) for end in ("2", "3"))
    assert between(low, high, 4).fields == (("x", "1"), ("y", "what step 5 gave (2 to 3)"))
