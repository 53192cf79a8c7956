"""SwapRouter02's swaps (@uniswap/swap-router-contracts: IV3SwapRouter, IV2SwapRouter, IMulticallExtended), all of a
trade in one `multicall` with its deadline.
"""

from __future__ import annotations

from moneta import Address, Listed, Route, Step, Trade, encode_call

_SINGLE = "address tokenIn,address tokenOut,uint24 fee,address recipient"
EXACT_INPUT_SINGLE = (
    f"exactInputSingle(({_SINGLE},uint256 amountIn,uint256 amountOutMinimum,uint160 sqrtPriceLimitX96) params)"
)
EXACT_OUTPUT_SINGLE = (
    f"exactOutputSingle(({_SINGLE},uint256 amountOut,uint256 amountInMaximum,uint160 sqrtPriceLimitX96) params)"
)
EXACT_INPUT = "exactInput((bytes path,address recipient,uint256 amountIn,uint256 amountOutMinimum) params)"
EXACT_OUTPUT = "exactOutput((bytes path,address recipient,uint256 amountOut,uint256 amountInMaximum) params)"
PAIRS_IN = "swapExactTokensForTokens(uint256 amountIn,uint256 amountOutMin,address[] path,address to)"
PAIRS_OUT = "swapTokensForExactTokens(uint256 amountOut,uint256 amountInMax,address[] path,address to)"
MULTICALL = "multicall(uint256 deadline,bytes[] data)"
UNWRAP = "unwrapWETH9(uint256 amountMinimum,address recipient)"
REFUND = "refundETH()"
NO_PRICE_LIMIT = 0
ROUTER = "0x0000000000000000000000000000000000000002"
"""Stands for the router itself as a recipient (@uniswap/swap-router-contracts, libraries/Constants.ADDRESS_THIS)."""


def swap_step(
    router: Listed,
    trade: Trade,
    account: Address,
    limits: tuple[int, ...],
    native: tuple[bool, bool],
    deadline: int,
) -> Step:
    """The one call of a trade. `limits`: of each part the least out, or the most in of an exact output."""
    given, got = native
    recipient = ROUTER if got else account
    calls = [_call(part, recipient, limit) for part, limit in zip(trade.parts, limits, strict=True)]
    if got:
        least = trade.units_out if trade.exact_out else sum(limits)
        calls.append(encode_call(UNWRAP, (least, account)))
    if given:  # an exact output takes less than the most; a pool that runs dry, less than an exact input
        calls.append(encode_call(REFUND, ()))
    value = (sum(limits) if trade.exact_out else trade.units_in) if given else 0
    return Step(router.address, router.name, MULTICALL, (deadline, tuple(calls)), value)


def _call(route: Route, recipient: str, limit: int) -> bytes:
    amounts = (route.units_out if route.exact_out else route.units_in, limit)
    if route.version == 2:
        path = tuple(str(token.address) for token in route.tokens)
        return encode_call(PAIRS_OUT if route.exact_out else PAIRS_IN, (*amounts, path, recipient))
    if len(route.fees) == 1:
        function = EXACT_OUTPUT_SINGLE if route.exact_out else EXACT_INPUT_SINGLE
        ends = tuple(str(token.address) for token in route.tokens)
        return encode_call(function, ((*ends, *route.fees, recipient, *amounts, NO_PRICE_LIMIT),))
    function = EXACT_OUTPUT if route.exact_out else EXACT_INPUT
    return encode_call(function, ((packed(route), recipient, *amounts),))


def packed(route: Route) -> bytes:
    """Path.sol of v3-periphery: token, fee, token …; an exact output's begins with what comes out."""
    tokens = [bytes.fromhex(str(token.address)[2:]) for token in route.tokens]
    fees = [fee.to_bytes(3, "big") for fee in route.fees]
    if route.exact_out:
        tokens.reverse()
        fees.reverse()
    return tokens[0] + b"".join(fee + token for fee, token in zip(fees, tokens[1:], strict=True))
