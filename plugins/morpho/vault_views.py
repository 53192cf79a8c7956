"""The getters of MetaMorpho that are read (morpho-org/metamorpho, IMetaMorpho.sol; EIP-4626)."""

from moneta import view

MORPHO = view("MORPHO()", "address")
ASSET = view("asset()", "address")
SYMBOL = view("symbol()", "string")
DECIMALS = view("decimals()", "uint8")
SUPPLY_QUEUE_LENGTH = view("supplyQueueLength()", "uint256")
WITHDRAW_QUEUE_LENGTH = view("withdrawQueueLength()", "uint256")
SUPPLY_QUEUE = view("supplyQueue(uint256 index)", "bytes32")
WITHDRAW_QUEUE = view("withdrawQueue(uint256 index)", "bytes32")
CONFIG = view("config(bytes32 id)", "uint184", "bool", "uint64")
"""Cap, whether it is in the withdraw queue, when it may be removed."""
FEE = view("fee()", "uint96")
LOST_ASSETS = view("lostAssets()", "uint256")
"""Since version 1.1: bad debt that the share price doesn't show, and `totalAssets` counts as if it were there."""
BALANCE_OF = view("balanceOf(address owner)", "uint256")
PREVIEW_REDEEM = view("previewRedeem(uint256 shares)", "uint256")
MAX_DEPOSIT = view("maxDeposit(address receiver)", "uint256")
TOTAL_ASSETS = view("totalAssets()", "uint256")
OWNER = view("owner()", "address")
CURATOR = view("curator()", "address")
GUARDIAN = view("guardian()", "address")
TIMELOCK = view("timelock()", "uint256")
PENDING_TIMELOCK = view("pendingTimelock()", "uint192", "uint64")
"""What waits, and from when on it may be accepted; (0, 0) where nothing does."""
PENDING_GUARDIAN = view("pendingGuardian()", "address", "uint64")
PENDING_CAP = view("pendingCap(bytes32 id)", "uint192", "uint64")
