"""Uniswap: factories of v2 and v3, position manager, SwapRouter02, QuoterV2, TickLens, pools and a pair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isqrt

from web3.contract import Contract

from devnet.accounts import ADMIN
from devnet.contracts.tokens import Tokens
from devnet.contracts.uniswap_v2 import PAIRS, PairPlan, deploy_factory, fill_pairs
from devnet.deployer import ZERO, Deployer

CORE, PERIPHERY, ROUTERS = "@uniswap/v3-core", "@uniswap/v3-periphery", "@uniswap/swap-router-contracts"
MAX_TICK = 887_272  # TickMath.MAX_TICK
TICK_SPACING = {100: 1, 500: 10, 3000: 60, 10_000: 200}
DEADLINE = 2**40
USDC, ETHER = 10**6, 10**18


@dataclass(frozen=True)
class Band:
    """Liquidity `ticks` to each side of the current price, None for the full range."""

    first: int
    second: int
    ticks: int | None


@dataclass(frozen=True)
class PoolPlan:
    first: str
    second: str
    fee: int
    bands: tuple[Band, ...]


# The first band of each sets the price: 3,000 USDC for a WETH, 1 for a DAI. 2,000 ticks are about 20 %.
POOLS = (
    PoolPlan(
        "WETH",
        "USDC",
        500,
        (
            Band(3_000 * ETHER, 9_000_000 * USDC, None),
            Band(2_000 * ETHER, 6_000_000 * USDC, 2_000),
        ),
    ),
    PoolPlan(
        "WETH",
        "USDC",
        3000,
        (
            Band(1_500 * ETHER, 4_500_000 * USDC, None),
            Band(500 * ETHER, 1_500_000 * USDC, 6_000),
        ),
    ),
    PoolPlan(
        "DAI",
        "USDC",
        100,
        (
            Band(2_000_000 * ETHER, 2_000_000 * USDC, None),
            Band(5_000_000 * ETHER, 5_000_000 * USDC, 50),
        ),
    ),
    PoolPlan(
        "WETH",
        "DAI",
        3000,
        (
            Band(200 * ETHER, 600_000 * ETHER, None),
            Band(100 * ETHER, 300_000 * ETHER, 6_000),
        ),
    ),
)


@dataclass(frozen=True)
class Uniswap:
    factory: Contract
    manager: Contract
    router: Contract
    quoter: Contract
    tick_lens: Contract
    pools: tuple[str, ...]
    factory_v2: Contract | None
    pairs: tuple[str, ...]


def deploy_uniswap(chain: Deployer, tokens: Tokens) -> Uniswap:
    return deploy_exchange(chain, tokens, POOLS, deploy_factory(chain), PAIRS, {})


def deploy_exchange(
    chain: Deployer,
    tokens: Tokens,
    plans: Sequence[PoolPlan],
    factory_v2: Contract | None,
    pairs: Sequence[PairPlan],
    places: Mapping[str, str],
) -> Uniswap:
    """The exchange with these pools and pairs; `places` are where its contracts are to be, by the chain file's names.

    `factory_v2`: None where there is no Uniswap v2, and no pairs.
    """
    npm, weth = chain.contracts.npm, tokens.token["WETH"].address

    def new(package: str, name: str, role: str, *arguments: object) -> Contract:
        return chain.deploy(npm(package, name), *arguments, place=places.get(role))

    factory = new(CORE, "UniswapV3Factory", "factory")
    chain.send(factory.functions.enableFeeAmount(100, TICK_SPACING[100]))  # added on Ethereum by governance
    # the zero address: a descriptor that draws the position's picture, which nobody asks for here
    manager = new(PERIPHERY, "NonfungiblePositionManager", "position_manager", factory.address, weth, ZERO)
    second = factory_v2.address if factory_v2 is not None else ZERO
    router = new(ROUTERS, "SwapRouter02", "router", second, factory.address, manager.address, weth)
    quoter = new(ROUTERS, "QuoterV2", "quoter", factory.address, weth)
    tick_lens = new(PERIPHERY, "TickLens", "tick_lens")
    pools = tuple(_fill(chain, tokens, factory, manager, plan) for plan in plans)
    paired = fill_pairs(chain, tokens, factory_v2, pairs) if factory_v2 is not None else ()
    return Uniswap(factory, manager, router, quoter, tick_lens, pools, factory_v2, paired)


def _fill(chain: Deployer, tokens: Tokens, factory: Contract, manager: Contract, plan: PoolPlan) -> str:
    """Creates the pool and adds each band; its address."""
    pair = sorted((plan.first, plan.second), key=lambda symbol: int(tokens.token[symbol].address, 16))
    flipped = pair[0] != plan.first
    addresses = [tokens.token[symbol].address for symbol in pair]
    pool: str | None = None
    for band in plan.bands:
        amounts = (band.second, band.first) if flipped else (band.first, band.second)
        for symbol, amount in zip(pair, amounts, strict=True):
            tokens.mint(chain, symbol, amount, ADMIN)
            chain.approve(tokens.token[symbol], manager.address, chain.admin)
        if pool is None:
            price = isqrt((amounts[1] << 192) // amounts[0])  # sqrt(price) as a Q64.96
            create = manager.functions.createAndInitializePoolIfNecessary
            chain.send(create(addresses[0], addresses[1], plan.fee, price))
            pool = str(factory.functions.getPool(addresses[0], addresses[1], plan.fee).call())
        low, high = _range(chain, pool, plan.fee, band.ticks)
        position = (*addresses, plan.fee, low, high, *amounts, 0, 0, chain.admin, DEADLINE)
        chain.send(manager.functions.mint(position))
    return str(pool)


def _range(chain: Deployer, pool: str, fee: int, ticks: int | None) -> tuple[int, int]:
    spacing = TICK_SPACING[fee]
    if ticks is None:
        edge = MAX_TICK // spacing * spacing
        return -edge, edge
    contract = chain.at(chain.contracts.npm(CORE, "UniswapV3Pool"), pool)
    centre = int(contract.functions.slot0().call()[1]) // spacing * spacing
    return centre - ticks // spacing * spacing, centre + ticks // spacing * spacing
