"""The getters of Venus that are read: @venusprotocol/venus-protocol, contracts/Tokens/VTokens and Comptroller."""

from moneta import view

# VToken
UNDERLYING = view("underlying()", "address")
COMPTROLLER = view("comptroller()", "address")
RATE_MODEL = view("interestRateModel()", "address")
SYMBOL = view("symbol()", "string")
DECIMALS = view("decimals()", "uint8")
CASH = view("getCash()", "uint256")
BORROWS = view("totalBorrows()", "uint256")
RESERVES = view("totalReserves()", "uint256")
SUPPLY = view("totalSupply()", "uint256")
RESERVE_FACTOR = view("reserveFactorMantissa()", "uint256")
ACCRUED_AT = view("accrualBlockNumber()", "uint256")
STORED_RATE = view("exchangeRateStored()", "uint256")
BALANCE = view("balanceOf(address owner)", "uint256")

ACCOUNT_SNAPSHOT = view("getAccountSnapshot(address account)", "uint256", "uint256", "uint256", "uint256")
"""An error code, vTokens, what is owed and the exchange rate, as of the market's last accrual."""

# Comptroller
ORACLE = view("oracle()", "address")
LIQUIDITY = view("getAccountLiquidity(address account)", "uint256", "uint256", "uint256")
"""An error code; how much more may be owed before liquidation, and how much too much is: USD with 18 decimals."""
ASSETS_IN = view("getAssetsIn(address account)", "address[]")
"""The vTokens that an account pledges or owes in."""
PRICE = view("getUnderlyingPrice(address vToken)", "uint256")  # of the oracle
PROTOCOL_PAUSED = view("protocolPaused()", "bool")
ACTION_PAUSED = view("actionPaused(address market,uint8 action)", "bool")
SUPPLY_CAP = view("supplyCaps(address market)", "uint256")
TREASURY_PERCENT = view("treasuryPercent()", "uint256")
MINT, REDEEM = 0, 1  # ComptrollerTypes.Action

# JumpRateModel: rates per block in wad
BASE = view("baseRatePerBlock()", "uint256")
MULTIPLIER = view("multiplierPerBlock()", "uint256")
JUMP = view("jumpMultiplierPerBlock()", "uint256")
KINK = view("kink()", "uint256")
BLOCKS_PER_YEAR = view("blocksPerYear()", "uint256")
"""What the model was built for; later deployments keep it, older ones lack the getter."""
