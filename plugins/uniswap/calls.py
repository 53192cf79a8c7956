"""SwapRouter02's four swaps (@uniswap/swap-router-contracts, interfaces/IV3SwapRouter.sol)."""

from __future__ import annotations

from moneta import Address, Listed, Route, Step

_SINGLE = "address tokenIn,address tokenOut,uint24 fee,address recipient"
EXACT_INPUT_SINGLE = (
    f"exactInputSingle(({_SINGLE},uint256 amountIn,uint256 amountOutMinimum,uint160 sqrtPriceLimitX96) params)"
)
EXACT_OUTPUT_SINGLE = (
    f"exactOutputSingle(({_SINGLE},uint256 amountOut,uint256 amountInMaximum,uint160 sqrtPriceLimitX96) params)"
)
EXACT_INPUT = "exactInput((bytes path,address recipient,uint256 amountIn,uint256 amountOutMinimum) params)"
EXACT_OUTPUT = "exactOutput((bytes path,address recipient,uint256 amountOut,uint256 amountInMaximum) params)"
NO_PRICE_LIMIT = 0


def swap_step(router: Listed, route: Route, account: Address, limit: int, native: bool) -> Step:
    """The one call of a route; `limit` is the least out, or the most in of an exact output."""
    amounts = (route.units_out if route.exact_out else route.units_in, limit)
    value = route.units_in if native else 0
    if len(route.fees) == 1:
        function = EXACT_OUTPUT_SINGLE if route.exact_out else EXACT_INPUT_SINGLE
        ends = tuple(str(token.address) for token in route.tokens)
        return Step(
            router.address, router.name, function, ((*ends, *route.fees, account, *amounts, NO_PRICE_LIMIT),), value
        )
    function = EXACT_OUTPUT if route.exact_out else EXACT_INPUT
    return Step(router.address, router.name, function, ((packed(route), account, *amounts),), value)


def packed(route: Route) -> bytes:
    """Path.sol of v3-periphery: token, fee, token …; an exact output's begins with what comes out."""
    tokens = [bytes.fromhex(str(token.address)[2:]) for token in route.tokens]
    fees = [fee.to_bytes(3, "big") for fee in route.fees]
    if route.exact_out:
        tokens.reverse()
        fees.reverse()
    return tokens[0] + b"".join(fee + token for fee, token in zip(fees, tokens[1:], strict=True))
