"""A pool's price is held against its own mean and the feeds of its tokens before liquidity goes in."""

from __future__ import annotations

from math import isqrt
from types import SimpleNamespace
from typing import Any

import pytest

from agent.errors import Refused
from agent.gate.liquidity.pool_price import check_pool
from agent.gate.liquidity.words import Pair, both, price_text
from agent.money import Address, Token
from agent.ranges import PoolGrowth
from agent.routes import PoolState

pytestmark = pytest.mark.unit

USDC = Token(1, "USDC", Address("0x" + "11" * 20), 6)
WETH = Token(1, "WETH", Address("0x" + "22" * 20), 18)
PLACE = Address("0x" + "33" * 20)
FLIPPED = Pair(USDC, WETH, WETH, USDC)
UPRIGHT = Pair(WETH, USDC, WETH, USDC)


def pool(pair: Pair, dollars: int, fee: int = 500) -> PoolGrowth:
    tokens = (str(pair.token0.address), str(pair.token1.address))
    return PoolGrowth(PLACE, Address(tokens[0]), Address(tokens[1]), fee, 10, root(pair, dollars), 0, 1, 0, 0)


def root(pair: Pair, dollars: int) -> int:
    over, under = (dollars * 10**6, 10**18) if pair is UPRIGHT else (10**18, dollars * 10**6)
    return isqrt(over * 2**192 // under)


def seen(mean: int | None, feed: int | None, pair: Pair) -> Any:
    state = PoolState(PLACE, Address(""), Address(""), 500, 10, 1, 0, 1, (), 0, 0, mean and root(pair, mean))
    prices = {"USDC": 10**8} | ({} if feed is None else {"WETH": feed * 10**8})
    return SimpleNamespace(traders={"uniswap-v3": (state,)}, prices=prices)


@pytest.mark.parametrize("pair", [UPRIGHT, FLIPPED], ids=["dollars second", "dollars first"])
@pytest.mark.parametrize(
    ("mean", "feed", "fee", "what"),
    [
        (3_000, 3_000, 500, ""),
        (2_970, 3_030, 500, ""),
        (None, 3_000, 500, ""),
        (2_950, 3_000, 500, "own mean"),
        (3_060, 3_000, 500, "own mean"),
        (3_000, 2_950, 500, "feeds"),
        (3_000, 3_060, 500, "feeds"),
        (None, 3_060, 500, "feeds"),
        (3_000, 3_060, 10_000, ""),  # a pool of 1 % may stand as far from the others
    ],
)
def test_a_bent_price_refuses(pair: Pair, mean: int | None, feed: int, fee: int, what: str) -> None:
    if not what:
        check_pool(seen(mean, feed, pair), pool(pair, 3_000, fee), pair)
        return
    with pytest.raises(Refused, match=what) as caught:
        check_pool(seen(mean, feed, pair), pool(pair, 3_000, fee), pair)
    assert caught.value.rule == "pool-price"


def test_prices_are_said_in_dollars_whichever_token_is_first() -> None:
    for pair in (UPRIGHT, FLIPPED):
        price = pair.price(root(pair, 3_012))
        assert price_text(price) in ("3,012", "3,011.99")
        assert abs(pair.sqrt_price(price) - root(pair, 3_012)) <= 2**40
    assert both(FLIPPED, 5 * 10**6, 10**18) == "1 WETH and 5 USDC"
    assert both(UPRIGHT, 10**18, 0) == "1 WETH"
    assert both(UPRIGHT, 0, 0) == "0 USDC"
