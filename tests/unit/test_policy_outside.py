"""Routers that run bytes which nobody can read: only where what can be read bounds what comes back."""

from __future__ import annotations

import copy
import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from agent.abi import decode_call, encode_call, parse_signature, rewritten
from agent.errors import Refused
from agent.money import Address, Token, address
from agent.plugin import Listed
from agent.policy.decode import decode
from agent.policy.effects import Effect
from agent.policy.outside import COIN
from agent.policy.policy import Policy, build, dumps, loads
from agent.policy.rules import check_step
from agent.policy.tables import load_table
from tests.unit.policy_parts import (
    ACCOUNT,
    CAPS,
    CHAIN,
    DAI_AT,
    ETH,
    LISTED,
    STRANGER,
    TABLES,
    USDC_AT,
    WETH_AT,
    place,
    policy,
)

pytestmark = pytest.mark.unit

NAMES = ("zerox", "settler", "oneinch", "velora", "kyberswap")
BODIES: dict[str, dict[str, Any]] = {
    name: json.loads(files("plugins.trade").joinpath(f"{name}.json").read_text(encoding="utf-8")) for name in NAMES
}
SETTLER, OLD_SETTLER = place("c5"), place("c6")
AT = {"zerox": place("c1"), "oneinch": place("c2"), "velora": place("c3"), "kyberswap": place("c4")}
ROUTERS = [
    *(Listed(AT[name], name, BODIES[name]["table"]) for name in AT),
    Listed(SETTLER, "0x Settler", "0x-settler"),
]
POLICY: Policy = policy(
    listed=[*LISTED, *ROUTERS], tables=[*TABLES, *BODIES.values()], caps={**CAPS, "WETH": 10**18, "ETH": 10**18}
)  # fmt: skip
FILES = {"0x": "zerox", "1inch": "oneinch", "velora": "velora"}
REAL: dict[str, str] = json.loads((Path(__file__).parent / "real_calls.json").read_text(encoding="utf-8"))
REAL_TOKENS = {
    "0x": [Address("0x" + "0" * 40), address("0x3c499c542cef5e3811e1192ce70d8cc03d5c3359")],
    "1inch": [
        address("0x833589fcd6edb6e08f4c7c32d4f71b54bda02913"),
        address("0xfde4c96c8593536e31f229ea8f37b2ada2699bb2"),
    ],
    "velora": [
        address("0x018008bfb33d285247a21d44e50697654f754e63"),
        address("0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48"),
    ],
}
REAL_AMOUNTS = {"0x": (1055510455939352058, 98_838), "1inch": (10**6, 988_955), "velora": (10**18, 999_499)}
GIVEN, LEAST = 5_000_000, 10**15
ANY = place("e7")
SETTLE = "execute((address recipient,address buyToken,uint256 minAmountOut) slippage,bytes[] actions,bytes32 zid)"


def call(name: str, **said: Any) -> bytes:
    """A call of a router that swaps GIVEN USDC for LEAST WETH or more, changed as `said`."""
    it: dict[str, Any] = {
        "start": USDC_AT, "end": WETH_AT, "given": GIVEN, "least": LEAST, "to": ACCOUNT, "flags": 0, "fee": 0,
        "quoted": LEAST + 10, "permit": b"", "operator": SETTLER, "target": SETTLER, "inner": None,
    } | said  # fmt: skip
    start, end, given, least, to = (it[key] for key in ("start", "end", "given", "least", "to"))
    signature = BODIES[name]["functions"][0]["signature"]
    if name == "zerox":
        inner = it["inner"] or encode_call(SETTLE, ((to, end, least), [b"\x01" * 40], b"\x02" * 32))
        return encode_call(signature, (it["operator"], start, given, it["target"], inner))
    if name == "oneinch":
        return encode_call(signature, (ANY, (start, end, ANY, to, given, least, it["flags"]), b"\x07" * 99))
    if name == "velora":
        swap = (start, end, given, least, it["quoted"], b"\x03" * 32, to)
        return encode_call(signature, (ANY, swap, it["fee"], it["permit"], b"\x07" * 99))
    desc: tuple[Any, ...] = (start, end, [ANY], [given], [], [], to, given, least, it["flags"], it["permit"])
    return encode_call(signature, ((ANY, ANY, b"\x07" * 99, desc, b"{}"),))


def effect(name: str, **said: Any) -> Effect:
    return decode(POLICY, AT[name], call(name, **said), int(said.get("value", 0)))


def rule(name: str, **said: Any) -> str:
    with pytest.raises(Refused) as refused:
        check_step(POLICY, ACCOUNT, (), effect(name, **said))
    return refused.value.rule


@pytest.mark.parametrize("name", AT)
def test_what_bounds_the_swap_is_read_and_the_rest_may_be_anything(name: str) -> None:
    found = effect(name)
    check_step(POLICY, ACCOUNT, (), found)
    assert (found.direction, found.token.symbol, found.units, str(found.recipient)) == (
        "swap",
        "USDC",
        GIVEN,
        ACCOUNT,
    )
    assert found.to is not None
    assert (found.to.symbol, found.least) == ("WETH", LEAST - (1 if name == "velora" else 0))


@pytest.mark.parametrize("name", AT)
@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ({"to": STRANGER}, "recipients"),
        ({"end": ANY}, "lists"),
        ({"start": ANY}, "lists"),
        ({"least": 0}, "swap"),
        ({"given": 0}, "swap"),
        ({"given": 2**256 - 1}, "caps"),
        ({"given": 10**13}, "caps"),
        ({"end": USDC_AT}, "swap"),
        ({"value": 1}, "value"),
    ],
    ids=lambda each: str(each)[:30],
)
def test_what_every_router_is_refused(name: str, said: dict[str, Any], wanted: str) -> None:
    assert rule(name, **said) == wanted


@pytest.mark.parametrize("name", AT)
def test_a_recipient_of_zero_is_the_caller_where_the_router_takes_it_so(name: str) -> None:
    """1inch's GenericRouter, Velora's GenericSwapExactAmountIn and KyberSwap's router do; a Settler pays nobody."""
    zero = Address("0x" + "0" * 40)
    if name == "zerox":
        assert rule(name, to=zero) == "recipients"
        return
    found = effect(name, to=zero)
    assert found.recipient is None
    check_step(POLICY, ACCOUNT, (), found)


@pytest.mark.parametrize("name", ["oneinch", "velora", "kyberswap"])
def test_the_coin_itself_is_sent_along_exactly_and_comes_back_as_itself(name: str) -> None:
    given = effect(name, start=COIN, value=GIVEN)
    assert (given.token, given.units, given.value) == (ETH, GIVEN, GIVEN)
    check_step(POLICY, ACCOUNT, (), given)
    assert [rule(name, start=COIN, value=wei) for wei in (0, GIVEN - 1, GIVEN + 1)] == ["value"] * 3
    back = effect(name, end=COIN)
    assert (back.token.symbol, back.to) == ("USDC", ETH)
    check_step(POLICY, ACCOUNT, (), back)
    assert rule(name, end=COIN, value=1) == "value"


@pytest.mark.parametrize("name", FILES)
def test_calls_that_the_services_gave_are_read(name: str) -> None:
    """As they were published with the answers of the APIs: unpadded, and followed by marks of the service."""
    signature = BODIES[FILES[name]]["functions"][0]["signature"]
    data = bytes.fromhex(REAL[name][2:])
    whole = rewritten(signature, data)
    assert decode_call(signature, whole) == decode_call(signature, rewritten(signature, whole))
    tokens = {place: Token(CHAIN, f"T{at}", place, 18) for at, place in enumerate(REAL_TOKENS[name])}
    caps = {token.symbol: 10**30 for token in tokens.values()}
    settler = Listed(address(f"0x{data[16:36].hex()}"), "0x Settler", "0x-settler")
    router = Listed(place("d1"), name, BODIES[FILES[name]]["table"])
    known = build(
        chain_id=CHAIN, chain_name="x", tokens=tokens.values(), native=ETH, caps=caps, max_fee_wei=1,
        listed=[router, *([settler] if name == "0x" else [])], tables=BODIES.values(),
    )  # fmt: skip
    found = decode(known, router.address, whole, 0)
    assert (found.token, found.to) == tuple(tokens.values())
    assert (found.units, found.least) == REAL_AMOUNTS[name]
    recipient = found.recipient or ACCOUNT
    assert (found.recipient is None) == (name == "velora")  # which writes 0 where the caller is the recipient
    if name == "velora":  # a partner's fee of that answer
        with pytest.raises(Refused, match="partnerAndFee"):
            check_step(known, recipient, (), found)
    else:
        check_step(known, recipient, (), found)


@pytest.mark.parametrize(
    ("name", "said", "wanted"),
    [
        ("oneinch", {"flags": 1}, "outside"),
        ("oneinch", {"flags": 4}, "outside"),
        ("kyberswap", {"flags": 0x281}, "outside"),
        ("kyberswap", {"permit": b"\x01"}, "must"),
        ("velora", {"permit": b"\x01"}, "must"),
        ("velora", {"fee": 1 << 96}, "outside"),
        ("velora", {"fee": int(STRANGER, 16) << 96 | 200}, "outside"),
        ("velora", {"quoted": LEAST - 1}, "outside"),
        ("velora", {"quoted": 1}, "outside"),
        ("zerox", {"target": ANY}, "outside"),
        ("zerox", {"operator": ANY}, "outside"),
        ("zerox", {"target": USDC_AT, "operator": USDC_AT}, "outside"),
        ("zerox", {"inner": b"\x01\x02"}, "lists"),
        ("zerox", {"inner": encode_call("transfer(address to,uint256 amount)", (STRANGER, 1))}, "lists"),
    ],
)
def test_what_would_undo_a_routers_own_bound(name: str, said: dict[str, Any], wanted: str) -> None:
    assert rule(name, **said) == wanted


@pytest.mark.parametrize(("name", "said"), [("kyberswap", {"flags": 0x280}), ("velora", {"fee": 1 << 95 | 200})])
def test_flags_that_change_nothing_may_be_set(name: str, said: dict[str, Any]) -> None:
    check_step(POLICY, ACCOUNT, (), effect(name, **said))


def test_a_settler_is_never_called_and_nothing_is_approved_to_it() -> None:
    inner = encode_call(SETTLE, ((ACCOUNT, WETH_AT, LEAST), [], b"\0" * 32))
    with pytest.raises(Refused) as refused:
        decode(POLICY, SETTLER, inner, 0)
    assert refused.value.rule == "lists"
    approve = decode(POLICY, USDC_AT, encode_call("approve(address,uint256)", (SETTLER, GIVEN)), 0)
    with pytest.raises(Refused) as refused:
        check_step(POLICY, ACCOUNT, (), approve)
    assert refused.value.rule == "approvals"


def test_the_file_of_a_policy_keeps_it_all() -> None:
    assert loads(dumps(POLICY)) == POLICY
    assert DAI_AT in POLICY.tokens


@pytest.mark.parametrize(
    ("name", "change", "says"),
    [
        ("oneinch", {"opaque": ["executor", "data"]}, "nothing says what the argument 'desc.srcReceiver' may be"),
        ("oneinch", {"opaque": ["executor", "desc.srcReceiver", "data", "nothing"]}, "no argument 'nothing'"),
        ("oneinch", {"opaque": ["executor", "desc.srcReceiver", "data", "desc.dstReceiver"]}, "depends on it"),
        ("oneinch", {"unset": {"executor": "0x1"}}, "not an unsigned integer"),
        ("oneinch", {"unset": {"desc.flags": "7"}}, "unset"),
        ("zerox", {"listed": {"operator": "x", "amount": "x"}}, "not an address"),
        ("zerox", {"calls": {"actions": SETTLE}}, "no bytes 'actions'"),
        ("zerox", {"calls": {"data": "execute"}}, "not a function signature"),
        ("velora", {"dust": 11}, "dust"),
        ("velora", {"floors": ["permit"]}, "not an unsigned integer"),
    ],
)
def test_a_table_that_leaves_something_open_is_refused(name: str, change: dict[str, Any], says: str) -> None:
    body = copy.deepcopy(BODIES[name])
    body["functions"][0]["outside"] |= change
    with pytest.raises(ValueError, match="call table") as caught:
        load_table(body)
    assert says in str(caught.value)


def test_floors_are_of_a_swap_of_exactly_its_amount() -> None:
    body = copy.deepcopy(BODIES["velora"])
    body["functions"][0]["at_most"] = True
    with pytest.raises(ValueError, match="floors are of a swap of exactly its amount"):
        load_table(body)


def bought(**said: Any) -> Effect:
    """What a call of Augustus does that gets LEAST WETH for GIVEN USDC at the most, changed as `said`."""
    it: dict[str, Any] = {
        "start": USDC_AT, "end": WETH_AT, "most": GIVEN, "wanted": LEAST + 1, "quoted": GIVEN - 10, "to": ACCOUNT,
        "fee": 0, "permit": b"", "value": 0,
    } | said  # fmt: skip
    swap = (*(it[key] for key in ("start", "end", "most", "wanted", "quoted")), b"\x03" * 32, it["to"])
    signature = BODIES["velora"]["functions"][1]["signature"]
    data = encode_call(signature, (ANY, swap, it["fee"], it["permit"], b"\x07" * 99))
    return decode(POLICY, AT["velora"], data, it["value"])


def test_an_exact_output_gets_what_it_names_but_for_what_the_router_keeps() -> None:
    for to, read in ((ACCOUNT, ACCOUNT), (Address("0x" + "0" * 40), None)):
        found = bought(to=to)
        check_step(POLICY, ACCOUNT, (), found)
        assert (found.units, found.least, found.at_most, found.recipient) == (GIVEN, LEAST, True, read)
    assert not effect("velora").at_most


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ({"to": STRANGER}, "recipients"),
        ({"wanted": 1}, "swap"),
        ({"wanted": 0}, "swap"),
        ({"most": 0}, "swap"),
        ({"most": 2**256 - 1}, "caps"),
        ({"most": 10**13}, "caps"),
        ({"end": USDC_AT}, "swap"),
        ({"permit": b"\x01"}, "must"),
        ({"fee": 1 << 96}, "outside"),
        ({"fee": int(STRANGER, 16) << 96 | 200}, "outside"),
        ({"value": 1}, "value"),
    ],
    ids=lambda each: str(each)[:30],
)
def test_what_an_exact_output_is_refused(said: dict[str, Any], wanted: str) -> None:
    with pytest.raises(Refused) as refused:
        check_step(POLICY, ACCOUNT, (), bought(**said))
    assert refused.value.rule == wanted


def test_an_exact_output_that_velora_gave_is_read() -> None:
    """For exactly 2 WBTC at 1 % of slippage: what its executor buys is that, of which the router keeps a unit."""
    places = [
        address("0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48"),
        address("0x2260fac5e5542a773aa44fbcfedf7c193bc2c599"),
    ]
    tokens = [
        Token(CHAIN, symbol, at, decimals)
        for symbol, at, decimals in zip(("USDC", "WBTC"), places, (6, 8), strict=True)
    ]
    known = build(
        chain_id=CHAIN, chain_name="x", tokens=tokens, native=ETH, caps={"USDC": 10**12, "WBTC": 10**12},
        max_fee_wei=1, listed=[Listed(place("d1"), "velora", BODIES["velora"]["table"])], tables=BODIES.values(),
    )  # fmt: skip
    data = bytes.fromhex(REAL["velora-buy"][2:])
    found = decode(known, place("d1"), rewritten(BODIES["velora"]["functions"][1]["signature"], data), 0)
    check_step(known, ACCOUNT, (), found)
    assert (found.token, found.to, found.recipient, found.at_most) == (*tokens, None, True)
    assert (found.units, found.least) == (0x2C2DE5311F, 2 * 10**8 - 1)
    assert found.units == -(-found.args["swapData"]["quotedAmount"] * 101 // 100)  # rounded up


@pytest.mark.parametrize("side", ["start", "end"])
def test_of_the_coin_itself_no_exact_output_is_read(side: str) -> None:
    """What isn't needed of it would come back without any event."""
    with pytest.raises(Refused) as refused:
        bought(**{side: COIN, "value": GIVEN if side == "start" else 0})
    assert refused.value.rule == "lists"


def test_the_signatures_are_those_that_the_routers_answer_to() -> None:
    """The selectors that the deployed routers' verified sources give."""
    from agent.abi import selector

    known = {"zerox": "2213bc0b", "oneinch": "07ed2379", "velora": "e3ead59e", "kyberswap": "e21fd0e9"}
    for name, wanted in known.items():
        signature = BODIES[name]["functions"][0]["signature"]
        assert selector(signature).hex() == wanted
        assert all(part.name for part in parse_signature(signature)[1])
    assert selector(BODIES["velora"]["functions"][1]["signature"]).hex() == "7f457675"


def test_a_call_that_unfolds_to_much_more_than_it_is_is_refused_unread() -> None:
    """A thousand actions that are all the same bytes: a decoder would copy them a thousand times."""

    def word(number: int) -> bytes:
        return number.to_bytes(32, "big")

    def folded(count: int, size: int) -> bytes:
        head = encode_call(SETTLE, ((ACCOUNT, WETH_AT, LEAST), [], b"\x02" * 32))[:-32]
        return head + word(count) + word(32 * count) * count + word(size) + b"\x01" * size

    for count, size, why in ((3, 64, "canonical"), (2_000, 64_000, "more than")):
        with pytest.raises(Refused, match=why) as caught:
            effect("zerox", inner=folded(count, size))
        assert caught.value.rule == "lists"
    with pytest.raises(ValueError, match="more than"):
        rewritten(SETTLE, folded(2_000, 64_000))
