"""Why a call reverted, in words a person can use."""

from __future__ import annotations

from agent.abi import Call, selector
from agent.money import ZERO_ADDRESS

_ERROR, _PANIC = selector("Error(string)"), selector("Panic(uint256)")

AAVE_NUMBERED = {
    "26": "the amount is zero",
    "27": "Aave has switched this reserve off",
    "28": "Aave has frozen this reserve: it takes no new deposits",
    "29": "Aave has paused this reserve",
    "32": "that is more than the position holds",
    "35": "a loan is secured by this position",
    "43": "there is no position here",
    "51": "the supply cap is reached",
    "59": "Aave's price sentinel has stopped this for now",
}
"""@aave/core-v3, protocol/libraries/helpers/Errors.sol: up to v3.3 errors are numbers as text."""

UNISWAP = {
    "TF": "a token refused to be paid out (TF)",
    "ST": "a token refused to be taken (ST)",
    "STF": "a token refused to be taken (STF)",
    "IIA": "less arrived in the pool than was sent (IIA)",
    "LOK": "somebody called the pool from within its own swap (LOK)",
    "Insufficient WETH9": "the coin to be unwrapped was gone (Insufficient WETH9)",
    "TransferHelper: TRANSFER_FROM_FAILED": "a token refused to be taken (TRANSFER_FROM_FAILED)",
    "UniswapV2: TRANSFER_FAILED": "a token refused to be paid out (TRANSFER_FAILED)",
    "UniswapV2: K": "less arrived in the pair than was sent (K)",
}
"""@uniswap/v3-core and v3-periphery, libraries/TransferHelper.sol; UniswapV3Pool.sol; swap-router-contracts,
PeripheryPaymentsExtended; @uniswap/v2-core, UniswapV2Pair.sol."""

PANICS = {
    0x01: "a check of its own failed",
    0x11: "there is less than that to take",  # arithmetic underflow: Aave and tokens beyond their liquidity
    0x12: "it divided by zero",
    0x32: "it read past the end of a list",
}
"""Solidity's panic codes (docs.soliditylang.org, Panic via assert and Error via require)."""

CUSTOM = {
    "ERC20InsufficientBalance(address,uint256,uint256)": "the account holds less of the token",
    "ERC20InsufficientAllowance(address,uint256,uint256)": "the approval is smaller than the amount",
    "ERC4626ExceededMaxDeposit(address,uint256,uint256)": "the vault takes no more than its cap",
    "ERC4626ExceededMaxMint(address,uint256,uint256)": "the vault takes no more than its cap",
    "ERC4626ExceededMaxWithdraw(address,uint256,uint256)": "the vault can't pay that much out now",
    "ERC4626ExceededMaxRedeem(address,uint256,uint256)": "the vault can't pay that much out now",
    "EnforcedPause()": "it is paused",
    "SafeERC20FailedOperation(address)": "the token refused to move",
    # Aave from v3.4: aave-v3-origin, contracts/protocol/libraries/helpers/Errors.sol
    "InvalidAmount()": "the amount is zero",
    "ReserveInactive()": "Aave has switched this reserve off",
    "ReserveFrozen()": "Aave has frozen this reserve: it takes no new deposits",
    "ReservePaused()": "Aave has paused this reserve",
    "NotEnoughAvailableUserBalance()": "that is more than the position holds",
    "SupplyCapExceeded()": "the supply cap is reached",
    "HealthFactorLowerThanLiquidationThreshold()": "a loan is secured by this position",
}
_BY_SELECTOR = {selector(signature): text for signature, text in CUSTOM.items()}


def words(data: bytes, fallback: str = "") -> str:
    """The reason in a revert's data; `fallback` or the bare selector where it has none that is known."""
    head = data[:4]
    if head == _ERROR:
        text = str(_decoded("string", data) or "")
        return AAVE_NUMBERED.get(text) or UNISWAP.get(text, text) or fallback or "it gave no reason"
    if head == _PANIC:
        code = _decoded("uint256", data)
        return PANICS.get(code, f"it panicked with code {code}") if isinstance(code, int) else "it panicked"
    if head in _BY_SELECTOR:
        return _BY_SELECTOR[head]
    if len(head) == 4:
        return f"it reverted with the error 0x{head.hex()}"
    return fallback or "it reverted without a reason"


def _decoded(kind: str, data: bytes) -> object:
    try:
        return Call(ZERO_ADDRESS, b"", (kind,)).decode(data[4:])[0]
    except ValueError:
        return None
