"""ERC-4626 (EIP-4626), and getters that some vaults have beside it."""

from moneta import view

ASSET = view("asset()", "address")
SYMBOL = view("symbol()", "string")
DECIMALS = view("decimals()", "uint8")
BALANCE_OF = view("balanceOf(address owner)", "uint256")
PREVIEW_REDEEM = view("previewRedeem(uint256 shares)", "uint256")
MAX_DEPOSIT = view("maxDeposit(address receiver)", "uint256")
MAX_WITHDRAW = view("maxWithdraw(address owner)", "uint256")
MAX_REDEEM = view("maxRedeem(address owner)", "uint256")
TOTAL_ASSETS = view("totalAssets()", "uint256")
PAUSED = view("paused()", "bool")  # OpenZeppelin's Pausable; not part of the standard
A_TOKEN = view("aToken()", "address")  # Aave's StataTokenV2 (aave-v3-origin, contracts/extensions/stata-token)
SSR = view("ssr()", "uint256")  # Sky's sUSDS (sky-ecosystem/sdai, SUsds.sol)
POT = view("pot()", "address")  # Maker's sDAI (sky-ecosystem/sdai, SavingsDai.sol)
DSR = view("dsr()", "uint256")  # makerdao/dss, pot.sol
