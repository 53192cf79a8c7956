"""The getters of Morpho Blue and its rate model that are read (@morpho-org/morpho-blue, IMorpho.sol)."""

from moneta import view

MARKET = view("market(bytes32 id)", "uint128", "uint128", "uint128", "uint128", "uint128", "uint128")
"""Supply assets, supply shares, borrow assets, borrow shares, last update, fee."""
POSITION = view("position(bytes32 id,address user)", "uint256", "uint128", "uint128")
"""Supply shares, borrow shares, collateral."""
PARAMS = view("idToMarketParams(bytes32 id)", "address", "address", "address", "address", "uint256")
"""Loan token, collateral token, oracle, rate model, liquidation LTV."""
RATE_AT_TARGET = view("rateAtTarget(bytes32 id)", "int256")
"""AdaptiveCurveIrm alone has it."""
ORACLE_PRICE = view("price()", "uint256")
"""IOracle: the loan token's worth of one collateral token, both in base units, times 10^36."""
IRM_MORPHO = view("MORPHO()", "address")
