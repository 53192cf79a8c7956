"""NonfungiblePositionManager's calls (@uniswap/v3-periphery, interfaces/INonfungiblePositionManager.sol)."""

from __future__ import annotations

from moneta import Address, Listed, PoolGrowth, Step
from plugins.uniswap.liquidity import MAX_UINT128

MINT = (
    "mint((address token0,address token1,uint24 fee,int24 tickLower,int24 tickUpper,uint256 amount0Desired,"
    "uint256 amount1Desired,uint256 amount0Min,uint256 amount1Min,address recipient,uint256 deadline) params)"
)
DECREASE = (
    "decreaseLiquidity((uint256 tokenId,uint128 liquidity,uint256 amount0Min,uint256 amount1Min,uint256 deadline) "
    "params)"
)
COLLECT = "collect((uint256 tokenId,address recipient,uint128 amount0Max,uint128 amount1Max) params)"
BURN = "burn(uint256 tokenId)"


def mint(
    manager: Listed,
    pool: PoolGrowth,
    ticks: tuple[int, int],
    most: tuple[int, int],
    least: tuple[int, int],
    account: Address,
    deadline: int,
) -> Step:
    """Opens a position between two ticks; what isn't needed of `most` isn't taken."""
    params = (pool.token0, pool.token1, pool.fee, *ticks, *most, *least, account, deadline)
    return Step(manager.address, manager.name, MINT, (params,))


def decrease(manager: Listed, position: int, liquidity: int, least: tuple[int, int], deadline: int) -> Step:
    """Turns liquidity into what the manager owes the position."""
    return Step(manager.address, manager.name, DECREASE, ((position, liquidity, *least, deadline),))


def collect(manager: Listed, position: int, account: Address) -> Step:
    """Takes out all that the manager owes the position."""
    return Step(manager.address, manager.name, COLLECT, ((position, account, MAX_UINT128, MAX_UINT128),))


def burn(manager: Listed, position: int) -> Step:
    """Gives an empty position's number back."""
    return Step(manager.address, manager.name, BURN, (position,))
