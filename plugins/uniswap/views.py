"""The getters of Uniswap that are read, as its v3-core, v3-periphery, swap-router-contracts and v2-core have them."""

from moneta import view

SLOT0 = view("slot0()", "uint160", "int24", "uint16", "uint16", "uint16", "uint8", "bool")
LIQUIDITY = view("liquidity()", "uint128")
TOKEN0 = view("token0()", "address")
TOKEN1 = view("token1()", "address")
FEE = view("fee()", "uint24")
TICK_SPACING = view("tickSpacing()", "int24")
OBSERVE = view("observe(uint32[] secondsAgos)", "int56[]", "uint160[]")  # tick and liquidity, accumulated

POPULATED_TICKS = view(
    "getPopulatedTicksInWord(address pool,int16 tickBitmapIndex)", "(int24,int128,uint128)[]"
)  # TickLens: tick, net and gross liquidity

GET_POOL = view("getPool(address tokenA,address tokenB,uint24 fee)", "address")
ROUTER_FACTORY = view("factory()", "address")
ROUTER_WRAPPED = view("WETH9()", "address")
ROUTER_V2 = view("factoryV2()", "address")  # SwapRouter02 has it, the first router and the quoters don't

GET_PAIR = view("getPair(address tokenA,address tokenB)", "address")
RESERVES = view("getReserves()", "uint112", "uint112", "uint32")
