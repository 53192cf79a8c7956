"""Uniswap v4: keys and ids, a pool out of the manager's storage, fees of two directions, events."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction
from typing import cast

import pytest

from agent.money import Address, Token, address
from agent.plugin import Listed
from agent.routes import PoolState, Route, Trade
from plugins.uniswap.best import weighed
from plugins.uniswap.pool import moved, swap
from plugins.uniswap.split import best_trade
from plugins.uniswap.ticks import WORD, sqrt_ratio_at
from plugins.uniswap.v4.calls import SWAP_EXACT_IN, swap_step
from plugins.uniswap.v4.events import MODIFY_LIQUIDITY, SWAP, swaps
from plugins.uniswap.v4.keys import COIN, DYNAMIC_FEE, NO_HOOKS, PoolKey, key_of
from plugins.uniswap.v4.slots import Pool, swap_fee
from plugins.uniswap.v4.trader import UniswapV4
from tests.unit.policy_parts import DAI, ETH, STRANGER, USDC, WETH

pytestmark = pytest.mark.unit

USDC_ON_ETHEREUM = address("0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48")
TOKENS = {token.symbol: token for token in (USDC, DAI, WETH)}
AT = {token.address: token for token in TOKENS.values() if token.address is not None}


def place(token: Token) -> Address:
    assert token.address is not None
    return token.address


KEY = PoolKey(place(USDC), place(DAI), 500, 10)


def test_an_id_is_the_managers() -> None:
    """That of ETH and USDC at 0.05 % on Ethereum, as the PoolManager's Initialize event there has it."""
    key = PoolKey(NO_HOOKS, USDC_ON_ETHEREUM, 500, 10)
    assert key.id == "0x21c67e77068de97969ba93d4aab21826d33ca12bb9f565d8496e8fda8a82ca27"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("USDC/DAI 500 10", ""),
        (f"USDC/DAI 500 10 {STRANGER}", "hooks"),
        (f"USDC/DAI {DYNAMIC_FEE} 10", "hooks"),
        (f"USDC/DAI {DYNAMIC_FEE} 10 {STRANGER}", "hooks"),
        ("USDC/DAI 1000000 10", "there is no such fee"),
        ("USDC/DAI 500 0", "there is no such fee"),
    ],
)
def test_pools_whose_swaps_cant_be_foretold_are_named(text: str, why: str) -> None:
    key = key_of(text, TOKENS)
    assert key is not None
    assert key.currency0 < key.currency1
    assert key.why_not.startswith(why) if why else not key.why_not


def test_a_pool_of_the_coin_itself_is_named_by_its_symbol() -> None:
    with_coin = {**TOKENS, ETH.symbol: ETH}
    key = key_of("USDC/ETH 500 10", with_coin)
    assert key == key_of("ETH/USDC 500 10", with_coin) == PoolKey(COIN, place(USDC), 500, 10)
    assert key_of("ETH/USDC 500 10", TOKENS) is None
    assert key_of("ETH/ETH 500 10", with_coin) is None


def test_what_isnt_pinned_is_no_pool_and_other_text_says_so() -> None:
    assert key_of("USDC/PEPE 500 10", TOKENS) is None
    assert key_of("USDC/USDC 500 10", TOKENS) is None
    for text in ("USDC DAI 500 10", "USDC/DAI 500", "USDC/DAI 500 10 1 2"):
        with pytest.raises(ValueError, match="is no pool"):
            key_of(text, TOKENS)


def word(number: int) -> bytes:
    return (number % (1 << 256)).to_bytes(32, "big")


def stored(
    pool: Pool, tick: int, liquidity: int, nets: dict[int, int], protocol: int = 0, fee: int = 500
) -> list[bytes]:
    """What the manager holds in the slots of a pool."""
    slot0 = sqrt_ratio_at(tick) | (tick % (1 << 24)) << 160 | protocol << 184 | fee << 208
    bits = dict.fromkeys(pool.words, 0)
    for each in nets:
        at = each // pool.key.spacing
        if at >> 8 in bits:
            bits[at >> 8] |= 1 << at % WORD
    infos = [word((nets.get(each, 0) % (1 << 128)) << 128 | 7) for each in pool.ticks]
    return [word(slot0), word(liquidity), *(word(bits[each]) for each in pool.words), *infos]


def test_a_pool_is_what_its_slots_hold() -> None:
    nets = {-600: 5, 600: -5, -20: 10, 30: -10}
    pool = Pool(KEY, (-1, 0), sorted(nets))
    state = pool.state(stored(pool, -3, 15, nets))
    assert state == PoolState(
        KEY.id,
        KEY.currency0,
        KEY.currency1,
        500,
        10,
        sqrt_ratio_at(-3),
        -3,
        15,
        tuple(sorted(nets.items())),
        -2560,
        2550,
        version=4,
    )
    assert len(pool.slots) == len(set(pool.slots)) == 2 + 2 + 4


def test_a_tick_that_nobody_told_of_bounds_what_is_known_until_the_next_look() -> None:
    nets = {-600: 5, 600: -5}
    pool = Pool(KEY, (-1, 0), sorted(nets))
    grown = {**nets, -100: 3, 40: -3, 300: 1}
    seen = pool.state(stored(pool, 0, 8, grown))
    assert seen is not None
    assert (seen.low, seen.high) == (-99, 39)
    assert seen.ticks == tuple(nets.items())
    assert swap(seen, True, 10**30) is None
    again = pool.state(stored(pool, 0, 8, grown))
    assert again is not None
    assert dict(again.ticks) == grown
    assert (again.low, again.high) == (-2560, 2550)


def test_an_answer_of_an_earlier_question_is_read_as_that() -> None:
    """Two looks at once: what the first one asked for is what its answer tells."""
    nets = {-600: 5, 600: -5}
    pool = Pool(KEY, (-1, 0), sorted(nets))
    earlier = stored(pool, 0, 8, {**nets, 40: -3, -40: 3})
    pool.state(earlier)
    assert len(pool.ticks) == 4
    state = pool.state(earlier)
    assert state is not None
    assert (dict(state.ticks), state.low, state.high) == (nets, -39, 39)
    assert len(pool.ticks) == 4


def test_ticks_that_are_gone_count_no_more() -> None:
    pool = Pool(KEY, (-1, 0), [-600, 600])
    state = pool.state(stored(pool, 0, 0, {}))
    assert state is not None
    assert state.ticks == ()


@pytest.mark.parametrize(
    ("fee", "price", "why"), [(3000, True, "another fee than its key's"), (500, False, "not opened")]
)
def test_what_isnt_there_is_no_pool(fee: int, price: bool, why: str) -> None:
    pool = Pool(KEY, (-1, 0), [])
    words = stored(pool, 0, 0, {}, fee=fee)
    assert pool.state(words if price else [word(0), *words[1:]]) is None, why


def test_the_protocols_part_is_one_of_each_direction() -> None:
    """0.1 % of what comes in as token 0, then 0.05 % of the rest: 1,499.5 millionths, rounded up."""
    assert swap_fee(1_000, 500) == 1_500
    assert swap_fee(0, 500) == 500
    pool = Pool(KEY, (-1, 0), [-600, 600])
    state = pool.state(stored(pool, 0, 10**20, {-600: 10**20, 600: -(10**20)}, protocol=1_000 | 200 << 12))
    assert state is not None
    assert (state.fee_of(True), state.fee_of(False)) == (1_500, 700)
    down, up = swap(state, True, 10**12), swap(state, False, 10**12)
    assert down is not None
    assert up is not None
    assert 10**12 - down == pytest.approx(1_500 * 10**6, rel=1e-3)
    assert 10**12 - up == pytest.approx(700 * 10**6, rel=1e-3)


def pools(dice: random.Random) -> list[PoolState]:
    made = []
    for first, second in ((USDC, DAI), (DAI, WETH), (USDC, WETH)):
        for fee in (100, 500):
            low, high = sorted((place(first), place(second)))
            key = PoolKey(low, high, fee, 10)
            pool = Pool(key, (-1, 0), [-900, 900])
            depth = 10**22 + dice.randrange(10**22)
            state = pool.state(stored(pool, dice.randrange(-50, 50), depth, {-900: depth, 900: -depth}, fee=fee))
            assert state is not None
            made.append(state)
    return made


@pytest.mark.parametrize("exact_out", [False, True])
def test_the_split_and_the_routes_are_those_of_v4(exact_out: bool) -> None:
    states, units = pools(random.Random(3)), 10**20  # noqa: S311
    routes = weighed(states, AT, USDC, WETH, units, exact_out)
    assert {route.version for route in routes} == {4}
    assert routes[0].name.startswith("uniswap-v4:USDC-")
    trade = best_trade(states, AT, USDC, WETH, units, exact_out, Fraction(0))
    assert trade is not None
    assert trade.trader == "uniswap-v4"
    assert (trade.units_out if exact_out else trade.units_in) == units
    single = routes[0]
    assert trade.units_in < single.units_in if exact_out else trade.units_out > single.units_out


def test_pools_of_v3_and_v4_share_no_path() -> None:
    states = pools(random.Random(5))  # noqa: S311
    mixed = [replace(state, version=3) if state.fee == 500 else state for state in states]
    for route in weighed(mixed, AT, USDC, WETH, 10**18, False):
        assert len({next(s.version for s in mixed if s.pool == pool) for pool in route.pools}) == 1


def test_each_part_of_a_trade_is_an_action_by_its_keys() -> None:
    states = pools(random.Random(3))  # noqa: S311
    trade = best_trade(states, AT, USDC, WETH, 10**20, False, Fraction(0))
    assert trade is not None
    keys = {state.pool: PoolKey(state.token0, state.token1, state.fee, 10) for state in states}
    step = swap_step(LISTED, keys, trade, tuple(1 for _ in trade.parts), (False, False), 7)
    codes, bodies, deadline = cast("tuple[bytes, tuple[bytes], int]", step.args)
    assert (codes, len(bodies), deadline) == (b"\x10", 1, 7)
    assert bodies[0].count(bytes([SWAP_EXACT_IN] * len(trade.parts) + [0x0C, 0x0F])) == 1
    strange = Trade((replace(trade.parts[0], pools=(Address("0x" + "0" * 64),)),))
    with pytest.raises(KeyError):
        swap_step(LISTED, keys, strange, (1,), (False, False), 7)


LISTED = Listed(STRANGER, "router", "uniswap-universal-router")


def coin_pool(tick: int) -> PoolState:
    """ETH and USDC, its price by the tick, as deep as the deepest of `pools`."""
    pool, depth = Pool(PoolKey(COIN, place(USDC), 500, 10), (-1, 0), [-900, 900]), 2 * 10**22
    state = pool.state(stored(pool, tick, depth, {-900: depth, 900: -depth}))
    assert state is not None
    return state


@pytest.mark.parametrize("exact_out", [False, True])
@pytest.mark.parametrize(("tick", "end"), [(-300, ETH), (300, WETH)], ids=["the coin's is better", "it is worse"])
def test_pools_of_the_coin_and_of_its_wrapped_form_are_both_asked(exact_out: bool, tick: int, end: Token) -> None:
    """All parts end in the one or all in the other, whichever is better."""
    states = [*pools(random.Random(3)), coin_pool(tick)]  # noqa: S311
    trader = UniswapV4(STRANGER, replace(LISTED, wrapped=place(WETH)), LISTED, (), [USDC, DAI, WETH, ETH])
    best = trader.best(states, USDC, WETH, 10**18, exact_out)
    assert best is not None
    assert {part.tokens[-1] for part in best.parts} == {end}
    routes = trader.quotes(states, USDC, WETH, 10**18, exact_out)
    assert routes[0].tokens[-1] == end
    assert {route.tokens[-1] for route in routes} == {ETH, WETH}
    assert list(routes) == sorted(routes, key=lambda each: (each.units_in, -each.units_out))


def test_without_its_wrapped_form_no_pool_of_the_coin_is_asked() -> None:
    states = [*pools(random.Random(3)), coin_pool(-300)]  # noqa: S311
    trader = UniswapV4(STRANGER, LISTED, LISTED, (), [USDC, DAI, WETH])
    assert {route.tokens[-1] for route in trader.quotes(states, USDC, WETH, 10**18)} == {WETH}


def test_events_tell_swaps_and_what_they_leave() -> None:
    state = pools(random.Random(3))[0]  # noqa: S311
    found = moved(state, True, 10**18)
    assert found is not None
    given, left = found
    topics = (SWAP, state.pool, "0x" + "0" * 24 + STRANGER[2:].lower())
    figures = (-(10**18), given, left.sqrt_price, left.liquidity, left.tick, 500)
    data = b"".join(word(each) for each in figures)
    manager = STRANGER
    other = (SWAP, "0x" + "1" * 64, topics[2])
    (own, strange, change, later) = swaps(
        [state],
        [
            (manager, topics, data),
            (manager, other, data),
            (manager, (MODIFY_LIQUIDITY, state.pool, topics[2]), b""),
            (manager, topics, data),
        ],
    )
    assert own is not None
    assert (own.pool, own.down, own.units_in, own.units_out, own.left) == (state.pool, True, 10**18, given, left)
    assert own.actors == {STRANGER}
    assert strange is None
    assert change is None
    assert later is not None
    assert later.left is None


def test_a_route_is_named_by_its_exchange() -> None:
    route = Route("uniswap-v4", (DAI, WETH), (500,), (KEY.id,), 1, 1, False, 0, version=4)
    assert route.name == "uniswap-v4:DAI-500-WETH"
