"""Words that point at what was done: they resolve against the same user's history alone, to the last argument."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from agent.guard.record import Call
from tests.unit.guard_parts import call, judged

pytestmark = pytest.mark.unit


def trade(function: str, direction: str, amount: str, **more: str) -> Call:
    return call(function, token="ETH", direction=direction, amount=amount, **more)


def option(position: str, amount: str, kind: str = "put") -> Call:
    return call("tradeOptions", token="ETH", option_type=kind, position=position, strike="1800", amount=amount)


def leverage(direction: str, times: str) -> Call:
    return call("leveragedTrading", token="ETH", direction=direction, margin="2500", leverage=times)


def pools(first: str, second: str) -> Call:
    return trade("performArbitrage", "buy", "2", pool1=first, pool2=second)


DONE = (
    trade("spotTrade", "buy", "5"),
    trade("spotTrade", "sell", "3"),
    trade("tradeFutures", "buy", "9"),
    trade("tradeFutures", "sell", "1.5"),
    leverage("buy", "4"),
    trade("limitOrderTrade", "sell", "400", price="1900"),
    option("buy", "300"),
    trade("tradeOnDex", "buy", "5", pool_address="0xp"),
    trade("provideLiquidity", "buy", "2", pool_address="0xp"),
    pools("0xa", "0xb"),
)
POINTING = [
    ("Repeat my last spot market buy of ETH with the same amount.", trade("spotTrade", "buy", "5")),
    ("Repeat my last futures trade.", trade("tradeFutures", "sell", "1.5")),
    ("Repeat my last ETH futures trade, but this time go buy.", trade("tradeFutures", "buy", "1.5")),
    ("Repeat my last futures trade but increase the amount by 1.0.", trade("tradeFutures", "sell", "2.5")),
    ("Repeat my last ETH limit sell order.", trade("limitOrderTrade", "sell", "400", price="1900")),
    (
        "Repeat my last ETH limit sell but increase the price by 100.",
        trade("limitOrderTrade", "sell", "400", price="2000"),
    ),
    ("Repeat my last ETH leverage buy but go sell instead.", leverage("sell", "4")),
    ("Repeat my last leverage trade but decrease leverage to 2x.", leverage("buy", "2")),
    ("Repeat my last options trade, but go sell instead of buy.", option("sell", "300")),
    ("Repeat my last options trade but reduce the amount by 100 USDC.", option("buy", "200")),
    ("Repeat my last DEX trade but reduce the amount by 1.0.", trade("tradeOnDex", "buy", "4", pool_address="0xp")),
    (
        "Repeat my last liquidity provision and double the amount.",
        trade("provideLiquidity", "buy", "4", pool_address="0xp"),
    ),
    ("Repeat my last arbitrage trade but switch the pool order.", pools("0xb", "0xa")),
    (
        "Use the amount from my last futures trade and buy that much ETH on the spot market.",
        trade("spotTrade", "buy", "1.5"),
    ),
    (
        "Use the amount from my last futures trade and open a sell call option on ETH with strike 1800.",
        option("sell", "1.5", "call"),
    ),
    (
        "Use the margin from my last leverage trade and open a buy ETH futures position.",
        trade("tradeFutures", "buy", "2500"),
    ),
]
IDS = [text for text, _ in POINTING]


@pytest.mark.parametrize(("prompt", "meant"), POINTING, ids=IDS)
def test_it_is_the_latest_that_the_words_fit_with_what_they_change(prompt: str, meant: Call) -> None:
    assert judged(prompt, meant, done=DONE) == [("signed", None)]
    assert judged(prompt, meant) == [("refused", "bind")], "without a history it points at nothing"
    assert judged(prompt, meant, meant, done=DONE) == [("refused", "plan"), ("refused", "once")]


@pytest.mark.parametrize(("prompt", "meant"), POINTING, ids=IDS)
def test_one_argument_changed_is_refused(prompt: str, meant: Call) -> None:
    for name, value in meant.args.items():
        changed: list[Any] = [value + 1, value * 10, Decimal(0), None] if isinstance(value, Decimal) else ["x", 7]
        for other in (*changed, *({"direction": ["buy", "sell"]}.get(name, []))):
            if other != value:
                assert judged(prompt, Call(meant.function, {**meant.args, name: other}), done=DONE) == [
                    ("refused", "bind")
                ]
        less = {key: kept for key, kept in meant.args.items() if key != name}
        if (meant.function, name) != ("provideLiquidity", "direction"):
            assert judged(prompt, Call(meant.function, less), done=DONE)[0][0] == "refused"


@pytest.mark.parametrize(
    "prompt",
    [
        "Repeat my last trade.",
        "Repeat my last futures trade about twice.",
        "Repeat my last futures trade but decrease the amount by 5.",
        "Repeat my last futures trade but increase the amount to 1.",
        "Repeat my last futures trade but increase the amount by 10%.",
        "Repeat my last futures trade but increase the amount by 1 USDC and mallory.",
        "Repeat my last futures trade with PEPE.",
        "Repeat my last futures trade using 0xbad.",
        "Repeat my last futures buy and sell.",
        "Don't repeat my last futures trade.",
        "Should I repeat my last futures trade?",
        "Repeat my last futures and spot trade.",
        "Repeat the futures trade.",
        "Use the amount from my last trade and buy that much ETH on the spot market.",
        "Use the amount from my last futures trade and buy that much ETH.",
    ],
)
def test_what_is_not_wholly_understood_points_at_nothing(prompt: str) -> None:
    for each in (*DONE, trade("spotTrade", "buy", "1.5"), trade("tradeFutures", "sell", "2.5")):
        assert judged(prompt, each, done=DONE) == [("refused", "bind")]


def test_an_earlier_turn_of_the_user_is_completed_by_an_answer_and_by_nothing_else() -> None:
    meant = trade("spotTrade", "buy", "3")
    assert judged("on the spot market", meant, earlier=("buy 3 ETH",)) == [("signed", None)]
    for answer in ("thanks", "on the futures market", "no", "what is the price?"):
        assert judged(answer, meant, earlier=("buy 3 ETH",)) == [("refused", "bind")]
    assert judged("thanks", meant, earlier=("buy 3 ETH on the spot market",)) == [("refused", "bind")]


def test_a_slippage_that_was_not_there_is_bounded() -> None:
    for slippage, verdict in (("0.01", "signed"), ("0.02", "refused"), ("x", "refused")):
        repeated = trade("spotTrade", "sell", "3", slippage=slippage)
        assert judged("Repeat my last spot trade.", repeated, done=DONE)[0][0] == verdict
