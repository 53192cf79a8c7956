"""The getters of Aave v3 that are read, as @aave/core-v3 and aave-v3-origin declare them."""

from moneta import view

RESERVE_DATA = (
    "(uint256,uint128,uint128,uint128,uint128,uint128,uint40,uint16,"
    "address,address,address,address,uint128,uint128,uint128)"
)
"""DataTypes.ReserveData (ReserveDataLegacy from v3.2), 15 words in every generation."""

GET_POOL = view("getPool()", "address")
GET_RESERVE_DATA = view("getReserveData(address asset)", RESERVE_DATA)
VIRTUAL_BALANCE = view("getVirtualUnderlyingBalance(address asset)", "uint128")  # from 3.1
DEFICIT = view("getReserveDeficit(address asset)", "uint256")  # from 3.3
ACCOUNT_DATA = view(
    "getUserAccountData(address user)", "uint256", "uint256", "uint256", "uint256", "uint256", "uint256"
)
"""Collateral and debt in the oracle's base currency, what may be borrowed, liquidation threshold and LTV in basis
points, health factor in wad."""
INCENTIVES = view("getIncentivesController()", "address")  # of an aToken
ALL_REWARDS = view("getAllUserRewards(address[] assets,address user)", "address[]", "uint256[]")
"""Of RewardsController: the reward tokens, and what of each could be claimed."""
CONFIGURATION = view("getUserConfiguration(address user)", "uint256")
"""UserConfigurationMap: of the reserve with id n, bit 2n says that it is owed, bit 2n + 1 that it is collateral."""
PRICE_ORACLE = view("getPriceOracle()", "address")  # of the provider
BASE_UNIT = view("BASE_CURRENCY_UNIT()", "uint256")  # of AaveOracle
PROVIDER = view("ADDRESSES_PROVIDER()", "address")
POOL_REVISION = view("POOL_REVISION()", "uint256")

BALANCE_OF = view("balanceOf(address user)", "uint256")
SCALED_TOTAL_SUPPLY = view("scaledTotalSupply()", "uint256")
UNDERLYING = view("UNDERLYING_ASSET_ADDRESS()", "address")  # of an aToken
POOL = view("POOL()", "address")  # of an aToken: whom it obeys
SYMBOL = view("symbol()", "string")
DECIMALS = view("decimals()", "uint8")
STABLE_SUPPLY = view("getSupplyData()", "uint256", "uint256", "uint256", "uint40")  # StableDebtToken, to 3.1

# DefaultReserveInterestRateStrategy (3.0): one contract a curve, in ray
OPTIMAL = view("OPTIMAL_USAGE_RATIO()", "uint256")
BASE = view("getBaseVariableBorrowRate()", "uint256")
SLOPE_1 = view("getVariableRateSlope1()", "uint256")
SLOPE_2 = view("getVariableRateSlope2()", "uint256")
# DefaultReserveInterestRateStrategyV2 (from 3.1): one contract a pool; optimal, base, slope 1, slope 2 in ray
RATE_DATA = view("getInterestRateData(address reserve)", "(uint256,uint256,uint256,uint256)")

GENERATION_MARKS = (
    (31, view("getVirtualUnderlyingBalance(address)", "uint128")),
    (32, view("getEModeCategoryCollateralBitmap(uint8)", "uint128")),
    (33, view("getReserveDeficit(address)", "uint256")),
    (34, view("RESERVE_INTEREST_RATE_STRATEGY()", "address")),
    (36, view("getEModeCategoryLtvzeroBitmap(uint8)", "uint128")),
    (37, view("getIsEModeCategoryIsolated(uint8)", "bool")),
)
"""The getter that each generation brought (30 is v3.0): the newest that answers tells. 3.5 brought none."""
