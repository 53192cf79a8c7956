"""Uniswap v4: the pool manager, the universal router, Permit2, and pools without hooks of one provider."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isqrt
from types import MappingProxyType

from eth_abi.abi import encode
from web3 import Web3
from web3.contract import Contract

from devnet.accounts import ADMIN
from devnet.contracts.tokens import Tokens
from devnet.contracts.uniswap import CORE, DEADLINE, ETHER, MAX_TICK, Uniswap
from devnet.contracts.uniswap_v2 import CORE as CORE_V2
from devnet.deployer import ZERO, Deployer

PACKAGE = "@uniswap/universal-router"
PERMIT2 = "0x000000000022D473030F116dDEE9F6B43aC78BA3"
"""The same on every network: @uniswap/universal-router 2.0.0, lib/permit2/test/utils/DeployPermit2.sol."""
UNSUBSCRIBE_GAS = 300_000  # as on Ethereum: @uniswap/v4-periphery, script/DeployPosm.s.sol
MINT_POSITION, SETTLE_PAIR, SWEEP = 0x02, 0x0D, 0x14  # @uniswap/v4-periphery, libraries/Actions.sol
SENDER = "0x" + "0" * 39 + "1"  # ActionConstants.MSG_SENDER
COIN = "ETH"
"""The native coin, which pools hold as the zero address."""
POOL_KEY = "(address,address,uint24,int24,address)"


@dataclass(frozen=True)
class PoolPlanV4:
    """A pool by its key; what a unit of `first` costs of `second`, in base units of each; its liquidity in bands,
    `ticks` to each side of the price, None for the full range.
    """

    first: str
    second: str
    fee: int
    spacing: int
    price: tuple[int, int]
    bands: tuple[tuple[int, int | None], ...]

    @property
    def listed(self) -> str:
        """As the chain file names it."""
        return f"{self.first}/{self.second} {self.fee} {self.spacing}"


# 500 WETH and 1.5 million DAI over the full range, 4,000 WETH and 12 million DAI within 20 % of the price; of DAI and
# USDC 1.5 million each, and a million each within 10 %. Of the coin itself 1,000 ETH and 3 million DAI over the full
# range, 4,000 ETH and 12 million DAI within 20 %; 500 ETH and 1.5 million USDC, 1,000 and 3 million. L = sqrt(x * y)
# of the full range; of a band to one side x / (1 / sqrt(P) - 1 / sqrt(P_high)).
POOLS = (
    PoolPlanV4(
        "WETH", "DAI", 500, 10, (ETHER, 3_000 * ETHER), ((27_386 * 10**18, None), (2_300_000 * 10**18, 2_000))
    ),
    PoolPlanV4("DAI", "USDC", 500, 10, (10**12, 1), ((1_500_000 * 10**12, None), (20_000_000 * 10**12, 1_000))),
    PoolPlanV4(COIN, "DAI", 500, 10, (ETHER, 3_000 * ETHER), ((54_772 * 10**18, None), (2_300_000 * 10**18, 2_000))),
    PoolPlanV4(COIN, "USDC", 500, 10, (ETHER, 3_000 * 10**6), ((27_386 * 10**12, None), (575_000 * 10**12, 2_000))),
)
MINTED = {COIN: 8_000 * ETHER, "WETH": 6_000 * ETHER, "DAI": 40_000_000 * ETHER, "USDC": 9_000_000 * 10**6}


@dataclass(frozen=True)
class UniswapV4:
    manager: Contract
    positions: Contract
    router: Contract
    permit2: Contract
    pools: tuple[str, ...]


def deploy_uniswap_v4(
    chain: Deployer,
    tokens: Tokens,
    v3: Uniswap,
    plans: Sequence[PoolPlanV4] = POOLS,
    minted: Mapping[str, int] = MINTED,
    places: Mapping[str, str] = MappingProxyType({}),
) -> UniswapV4:
    """With these pools; `minted` is what the provider gets, by symbol, `places` are where its contracts are to be, by
    the chain file's names.
    """
    npm, weth = chain.contracts.npm, tokens.token["WETH"].address
    chain.rpc("anvil_setCode", PERMIT2, chain.contracts.permit2())
    permit2 = chain.at(npm(PACKAGE, "IAllowanceTransfer"), PERMIT2)
    manager = chain.deploy(npm(PACKAGE, "PoolManager"), chain.admin, place=places.get("pool_manager"))
    # the zero address: a descriptor that draws the position's picture, which nobody asks for here
    descriptor = ZERO
    positions = chain.deploy(
        npm(PACKAGE, "PositionManager"), manager.address, PERMIT2, UNSUBSCRIBE_GAS, descriptor, weth
    )
    second = v3.factory_v2.address if v3.factory_v2 is not None else ZERO
    hashes = [Web3.keccak(hexstr=npm(*code).code) for code in ((CORE_V2, "UniswapV2Pair"), (CORE, "UniswapV3Pool"))]
    parameters = (PERMIT2, weth, second, v3.factory.address, *hashes, manager.address, v3.manager.address)
    router = chain.deploy(
        npm(PACKAGE, "UniversalRouter"), (*parameters, positions.address), place=places.get("router")
    )
    if COIN in minted:
        held = chain.w3.eth.get_balance(chain.admin)
        chain.rpc("anvil_setBalance", chain.admin, hex(held + minted[COIN]))
    for symbol in dict.fromkeys(symbol for plan in plans for symbol in (plan.first, plan.second) if symbol != COIN):
        tokens.mint(chain, symbol, minted[symbol], ADMIN)
        chain.approve(tokens.token[symbol], PERMIT2, chain.admin)
        place = tokens.token[symbol].address
        chain.send(permit2.functions.approve(place, positions.address, 2**160 - 1, 2**48 - 1))
    for plan in plans:
        _fill(chain, tokens, positions, plan, minted.get(COIN, 0))
    return UniswapV4(manager, positions, router, permit2, tuple(plan.listed for plan in plans))


def _fill(chain: Deployer, tokens: Tokens, positions: Contract, plan: PoolPlanV4, coin: int) -> None:
    """Opens the pool and adds each band; of the coin up to `coin` is sent along, and what isn't needed comes back."""
    places = [_place(tokens, symbol) for symbol in (plan.first, plan.second)]
    (first, units0), (second, units1) = sorted(zip(places, plan.price, strict=True), key=lambda end: int(end[0], 16))
    key = (first, second, plan.fee, plan.spacing, ZERO)
    root = isqrt((units1 << 192) // units0)  # sqrt(price) as a Q64.96
    tick = int(positions.functions.initializePool(key, root).call())
    chain.send(positions.functions.initializePool(key, root))
    for liquidity, ticks in plan.bands:
        edge, centre = MAX_TICK // plan.spacing * plan.spacing, tick // plan.spacing * plan.spacing
        low, high = (-edge, edge) if ticks is None else (centre - ticks, centre + ticks)
        most = 2**128 - 1
        mint = encode(
            [POOL_KEY, "int24", "int24", "uint256", "uint128", "uint128", "address", "bytes"],
            [key, low, high, liquidity, most, most, chain.admin, b""],
        )
        settled = encode(["address", "address"], key[:2])
        swept = encode(["address", "address"], [first, SENDER])
        actions = bytes((MINT_POSITION, SETTLE_PAIR, SWEEP))
        data = encode(["bytes", "bytes[]"], [actions, [mint, settled, swept]])
        value = coin if first == ZERO else 0
        chain.send(positions.functions.modifyLiquidities(data, DEADLINE), value=value)


def _place(tokens: Tokens, symbol: str) -> str:
    return ZERO if symbol == COIN else str(tokens.token[symbol].address)
