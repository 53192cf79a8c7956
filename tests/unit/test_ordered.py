"""Orders as the chain names them: the uid of GPv2Order, its Trade event, and what is asked for beside others."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from eth_abi.abi import encode

from agent.chain.contracts import gpv2_settlement as gpv2
from agent.chain.rpc_types import Log
from agent.gate.trades.measure import Measure
from agent.gate.trades.offered import asking, weighed
from agent.gate.trades.offers import Tried
from agent.money import ZERO_ADDRESS, address
from agent.plans import Step
from tests.unit.test_gate_offered import USDC, WETH, buying, offer, own, takes

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
    (found,) = weighed([order(1_030)], Measure(890, 1_020), own(1_000), Fraction(0))
    assert found.rule == "quote-inflated"
    (found,) = weighed([order(1_010)], Measure(890, 1_020), own(1_000), Fraction(0))
    assert found.rule == ""
    (found,) = weighed([order(1_010)], Measure(890, None), own(1_000), Fraction(0))  # what would be too much?
    assert found.rule == "quote-minimum"


def buy(given: int = 990, most: int = 1_100) -> Tried:
    args = (*ARGS[:3], str(most), "7", *ARGS[5:8], "buy", *ARGS[9:])
    return buying("cow", given, function=KIND, args=args, units=most, until=1_800_000_000, spender=OWNER)


def test_a_buy_order_asks_for_what_the_best_other_way_takes_with_its_gas() -> None:
    one, two = buying("one", 1_000, gas=10), buying("two", 996, gas=20)
    asked = asking([one, buy(), two], buy(), 1_050, takes(1_001, 20), Fraction(1))
    assert (asked.units, asked.args[3], asked.least) == (1_010, "1010", 7)
    assert (*asked.args[:3], *asked.args[4:]) == (*buy().args[:3], *buy().args[4:])
    assert asking([buy()], buy(), 1_050, None, Fraction(1)).units == 1_050
    assert asking([buy()], buy(), None, None, Fraction(1)).units == 1_100
    assert asking([buy()], buy(most=1_020), 1_050, takes(1_040), Fraction(0)).units == 1_020
    assert asking([buy()], buy(), 5, None, Fraction(0)).units == 990  # not less than it said


@pytest.mark.parametrize(
    ("units", "got", "sold", "bought"), [(5, 900, True, True), (5, 901, True, False), (4, 900, False, True),
                                         (6, 900, False, False), (5, 899, False, False)]
)  # fmt: skip
def test_a_fill_keeps_to_its_kind_of_order(units: int, got: int, sold: bool, bought: bool) -> None:
    fill = gpv2.Fill(OWNER, address(str(USDC.address)), address(str(WETH.address)), units, got, 0, "0x")
    args = (*ARGS[:8], "buy", *ARGS[9:])
    for step, kept in ((STEP, sold), (replace(STEP, args=args), bought)):
        assert gpv2.Order.of(step).is_kept_by(fill) is kept
        assert not gpv2.Order.of(step).is_kept_by(replace(fill, gets=OWNER))


def test_an_order_is_kept_and_made_again() -> None:
    tokens = {"USDC": USDC, "WETH": WETH}
    kept = Tried.from_json(order().as_json(), tokens)
    assert kept == order()
    assert kept.step().typed
    assert kept.taker == OWNER
    assert not Tried.from_json(offer().as_json(), tokens).typed
