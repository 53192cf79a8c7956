"""The rate formulas against the contracts' own view functions, over hundreds of seeded random markets."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from agent.abi import Call, view
from agent.chain.multicall import read_all
from agent.money import RAY, address
from devnet import Node
from plugins.aave import views as aave
from plugins.aave.curve import supply_rate
from plugins.morpho import irm
from plugins.morpho import views as morpho
from plugins.morpho.maths import div_down
from plugins.venus import views as venus
from plugins.venus.market import ONE, Market, Model
from tests.integration.chain_parts import Devnet

SAMPLES = 300
RATES_V30 = view(
    "calculateInterestRates((uint256,uint256,uint256,uint256,uint256,uint256,uint256,address,address))",
    "uint256",
    "uint256",
    "uint256",
)
RATES_V32 = view(
    "calculateInterestRates((uint256,uint256,uint256,uint256,uint256,address,bool,uint256))", "uint256", "uint256"
)
BORROW_RATE = view(
    "borrowRateView((address,address,address,address,uint256),(uint128,uint128,uint128,uint128,uint128,uint128))",
    "uint256",
)


@pytest_asyncio.fixture
async def chain(devnet_node: Node) -> AsyncIterator[Devnet]:
    opened = await Devnet.opened(devnet_node)
    yield opened
    await opened.rpc.close()


def seeded(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311  (the same markets in every run)


def amount(rng: random.Random) -> int:
    """Base units of any size, zero among them."""
    return rng.choice((0, 1, rng.randrange(10 ** rng.randrange(1, 27))))


async def answers(chain: Devnet, calls: list[Call]) -> list[tuple[int, ...]]:
    found = await read_all(chain.rpc, chain.registry, calls)
    assert None not in found
    return [answer for answer in found if answer is not None]


async def curve(chain: Devnet, market: str, symbol: str) -> tuple[dict[str, int], str, str]:
    """The curve's facts, its strategy and the aToken."""
    venue = chain.venues[f"aave-v3:{market}:{symbol}"]
    state = (await chain.snapshot()).venues[venue.id]
    asset = venue.asset.address
    data = await chain.read(venue.contract.address, "getReserveData(address)", aave.RESERVE_DATA, asset)
    return dict(state.facts), data[11], data[8]


@pytest.mark.parametrize("symbol", ["USDC", "WETH"])
async def test_aave_v30_with_stable_debt(chain: Devnet, symbol: str) -> None:
    facts, strategy, a_token = await curve(chain, "core", symbol)
    asset, rng = chain.registry.token(symbol).address, seeded(30)
    cases, calls = [], []
    for _ in range(SAMPLES):
        case = facts | {
            "unbacked": amount(rng),
            "stable_debt": amount(rng),
            "variable_debt": amount(rng),
            "stable_rate": rng.randrange(RAY),
            "reserve_factor": rng.randrange(10_001),
        }
        added = amount(rng)
        cases.append((case, added))
        debts = (case["stable_debt"], case["variable_debt"], case["stable_rate"], case["reserve_factor"])
        calls.append(RATES_V30.at(address(strategy), (case["unbacked"], added, 0, *debts, asset, a_token)))
    expected = [answer[0] for answer in await answers(chain, calls)]
    assert [supply_rate(case, added) for case, added in cases] == expected


@pytest.mark.parametrize("symbol", ["USDC", "WETH"])
async def test_aave_v32(chain: Devnet, symbol: str) -> None:
    facts, strategy, _ = await curve(chain, "prime", symbol)
    asset, rng = chain.registry.token(symbol).address, seeded(32)
    cases, calls = [], []
    for _ in range(SAMPLES):
        case = facts | {
            "available": amount(rng),
            "unbacked": amount(rng),
            "variable_debt": amount(rng),
            "reserve_factor": rng.randrange(10_001),
        }
        added = amount(rng)
        cases.append((case, added))
        numbers = (case["unbacked"], added, 0, case["variable_debt"], case["reserve_factor"])
        calls.append(RATES_V32.at(address(strategy), (*numbers, asset, True, case["available"])))
    expected = [answer[0] for answer in await answers(chain, calls)]
    assert [supply_rate(case, added) for case, added in cases] == expected


async def test_morphos_adaptive_curve(chain: Devnet) -> None:
    rng, section = seeded(4), chain.registry.protocols["morpho-blue"]
    blue, market = address(section["morpho"]), bytes.fromhex(section["markets"]["WETH-86"][2:])
    call = morpho.PARAMS.at(blue, market)
    params = call.decode(await chain.rpc.call(blue, call.data))
    model = address(params[3])
    start = int(await chain.read(model, "rateAtTarget(bytes32)", "int256", market))
    now = (await chain.rpc.block()).timestamp
    cases, calls = [], []
    for _ in range(SAMPLES):
        supplied = rng.randrange(1, 10**24)
        borrowed = rng.randrange(supplied + 1)
        elapsed = rng.choice((0, 1, rng.randrange(86_400), rng.randrange(3 * 365 * 86_400)))
        cases.append((div_down(borrowed, supplied), elapsed))
        calls.append(BORROW_RATE.at(model, params, (supplied, 0, borrowed, 0, now - elapsed, 0)))
    expected = [answer[0] for answer in await answers(chain, calls)]
    assert [irm.borrow_rate(utilisation, start, elapsed)[0] for utilisation, elapsed in cases] == expected


async def test_venus_jump_rate_model(chain: Devnet) -> None:
    rng = seeded(10)
    vtoken = chain.venues["venus:core:WETH"].contract.address
    address_of_model = address(await chain.read(vtoken, venus.RATE_MODEL.signature, "address"))
    getters = (venus.BASE, venus.MULTIPLIER, venus.JUMP, venus.KINK)
    model = Model(*(answer[0] for answer in await answers(chain, [each.at(address_of_model) for each in getters])))
    signature = view("getSupplyRate(uint256,uint256,uint256,uint256)", "uint256")
    markets, calls = [], []
    for _ in range(SAMPLES):
        cash, borrows, factor = rng.randrange(1, 10**24), amount(rng), rng.randrange(ONE + 1)
        reserves = rng.randrange(cash // 2 + 1)
        markets.append(Market(cash, borrows, reserves, 1, factor, ONE, model))
        calls.append(signature.at(address_of_model, cash, borrows, reserves, factor))
    expected = [answer[0] for answer in await answers(chain, calls)]
    assert [market.supply_rate_per_block() for market in markets] == expected
