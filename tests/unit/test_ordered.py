"""Orders as the chain names them: the uid of GPv2Order, its Trade event, and what is asked for beside others."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from eth_abi.abi import encode

from agent.chain.contracts import gpv2_settlement as gpv2
from agent.chain.rpc_types import Log
from agent.gate.trades.offered import asking, weighed
from agent.gate.trades.offers import Tried
from agent.money import ZERO_ADDRESS, address
from agent.plans import Step
from tests.unit.test_gate_offered import USDC, WETH, offer, own

pytestmark = pytest.mark.unit

SETTLEMENT = address("0x9008D19f58AAbD9eD0D60971565AA8510560ab41")
OWNER = address("0x" + "22" * 20)
KIND = (
    "Order(address sellToken,address buyToken,address receiver,uint256 sellAmount,uint256 buyAmount,uint32 validTo,"
    "bytes32 appData,uint256 feeAmount,string kind,bool partiallyFillable,string sellTokenBalance,"
    "string buyTokenBalance)"
)
ARGS = (
    str(USDC.address), str(WETH.address), OWNER, "5", "900", "1800000000", "0x" + "00" * 32, "0", "sell", False,
    "erc20", "erc20",
)  # fmt: skip
STEP = Step(SETTLEMENT, "CoW", KIND, ARGS, typed=True)
DIGEST = "0x" + "ab" * 32


def test_the_uid_is_digest_owner_and_end() -> None:
    order = gpv2.Order.of(STEP)
    uid = order.uid(DIGEST, OWNER)
    assert uid == "0x" + "ab" * 32 + "22" * 20 + "6b49d200"
    assert len(bytes.fromhex(uid[2:])) == 56
    assert (order.units, order.least, order.valid_to) == (5, 900, 1_800_000_000)


def test_another_message_is_no_order() -> None:
    with pytest.raises(ValueError, match="no order"):
        gpv2.Order.of(replace(STEP, function="Permit(address owner)", args=(OWNER,)))


def trade(uid: bytes, settlement: str = SETTLEMENT) -> Log:
    types = ["address", "address", "uint256", "uint256", "uint256", "bytes"]
    data = encode(types, [USDC.address, WETH.address, 5, 901, 0, uid])
    return Log(address(settlement), (gpv2.TRADE_TOPIC, "0x" + "00" * 12 + OWNER[2:]), data)


def test_a_trade_is_read_from_its_event() -> None:
    found = gpv2.fill_of(trade(b"\x01" * 56), SETTLEMENT)
    assert found is not None
    assert (found.owner, found.units, found.got, found.uid) == (OWNER, 5, 901, "0x" + "01" * 56)
    assert (found.gives, found.gets) == (USDC.address, WETH.address)


@pytest.mark.parametrize(
    "entry",
    [
        trade(b"\x01" * 56, ZERO_ADDRESS),
        replace(trade(b"\x01" * 56), topics=("0x" + "00" * 32, "0x" + "00" * 32)),
        replace(trade(b"\x01" * 56), topics=(gpv2.TRADE_TOPIC,)),
        replace(trade(b"\x01" * 56), data=b"\x00" * 31),
        replace(trade(b"\x01" * 56), data=trade(b"\x01" * 56).data + b"\x00" * 32),
    ],
)
def test_whatever_else_is_no_trade(entry: Log) -> None:
    assert gpv2.fill_of(entry, SETTLEMENT) is None


def order(got: int = 1_010, least: int = 900) -> Tried:
    args = (*ARGS[:4], str(least), *ARGS[5:])
    return offer("cow", got, function=KIND, args=args, least=least, until=1_800_000_000, spender=OWNER)


def test_an_order_asks_for_what_the_best_other_way_gives_net_of_gas() -> None:
    one, two = offer("one", 1_000, gas=10), offer("two", 1_004, gas=20)
    asked = asking([one, order(), two], order(), 950, own(999, 4), Fraction(1))
    assert asked.least == 995
    assert asked.args[4] == "995"
    assert (*asked.args[:4], *asked.args[5:]) == (*ARGS[:4], *ARGS[5:])
    assert asking([order()], order(), 950, None, Fraction(1)).least == 950
    assert asking([order()], order(least=980), 950, own(970), Fraction(0)).least == 980
    assert asking([order()], order(), 5_000, None, Fraction(0)).least == 1_010  # not more than it said


def test_others_that_are_refused_or_orders_themselves_raise_nothing() -> None:
    refused = offer("one", 1_009, why_not="it lied", rule="x")
    assert asking([refused, order(1_005)], order(), 950, None, Fraction(0)).least == 950


def test_an_order_that_says_too_much_is_inflated() -> None:
    (found,) = weighed([order(1_030)], 890, own(1_000), Fraction(0), 1_020)
    assert found.rule == "quote-inflated"
    (found,) = weighed([order(1_010)], 890, own(1_000), Fraction(0), 1_020)
    assert found.rule == ""
    (found,) = weighed([order(1_010)], 890, own(1_000), Fraction(0))  # nothing says what too much is
    assert found.rule == "quote-minimum"


def test_an_order_is_kept_and_made_again() -> None:
    tokens = {"USDC": USDC, "WETH": WETH}
    kept = Tried.from_json(order().as_json(), tokens)
    assert kept == order()
    assert kept.step().typed
    assert kept.taker == OWNER
    assert not Tried.from_json(offer().as_json(), tokens).typed
