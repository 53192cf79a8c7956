"""What is read of positions, as NonfungiblePositionManager of @uniswap/v3-periphery and the pool have it."""

from moneta import view

COUNT = view("balanceOf(address owner)", "uint256")
NUMBER = view("tokenOfOwnerByIndex(address owner,uint256 index)", "uint256")
POSITION = view(
    "positions(uint256 tokenId)",
    *("uint96", "address", "address", "address", "uint24", "int24", "int24", "uint128"),
    *("uint256", "uint256", "uint128", "uint128"),  # growths inside at the last look, and what is owed since then
)
FACTORY = view("factory()", "address")
WRAPPED = view("WETH9()", "address")
SUPPORTS = view("supportsInterface(bytes4 id)", "bool")

GROWTH0 = view("feeGrowthGlobal0X128()", "uint256")
GROWTH1 = view("feeGrowthGlobal1X128()", "uint256")
TICK = view(
    "ticks(int24 tick)", "uint128", "int128", "uint256", "uint256", "int56", "uint160", "uint32", "bool"
)  # the third and fourth: the growths on its other side
POOL_POSITION = view(
    "positions(bytes32 key)", "uint128", "uint256", "uint256", "uint128", "uint128"
)  # liquidity, growths at the last look, owed: of all positions of the manager over these ticks together
