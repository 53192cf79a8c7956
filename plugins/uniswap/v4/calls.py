"""A trade as one `execute` of the universal router, and what lets Permit2 hand the tokens on.

@uniswap/universal-router 2.0.0: libraries/Commands.sol; @uniswap/v4-periphery: libraries/Actions.sol,
ActionConstants.sol, interfaces/IV4Router.sol; permit2: interfaces/IAllowanceTransfer.sol.

All parts are swaps of one V4_SWAP: the pool manager counts them together, so what is owed is settled once and what is
due is taken once. Only the form that names each pool of a path is used, for one hop, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from moneta import Address, Listed, Route, Step, Token, Trade, encode_call
from plugins.uniswap.v4.keys import PoolKey

EXECUTE = "execute(bytes commands,bytes[] inputs,uint256 deadline)"
WRAP_ETH, UNWRAP_WETH, V4_SWAP = 0x0B, 0x0C, 0x10
SWAP_EXACT_IN, SWAP_EXACT_OUT = 0x07, 0x09
SETTLE, SETTLE_ALL, TAKE, TAKE_ALL = 0x0B, 0x0C, 0x0E, 0x0F
SENDER, HERE = ("0x" + "0" * 39 + digit for digit in "12")
OPEN_DELTA = 0

_PATH = "(address intermediateCurrency,uint24 fee,int24 tickSpacing,address hooks,bytes hookData)[] path"
EXACT_IN = f"SWAP_EXACT_IN((address currencyIn,{_PATH},uint128 amountIn,uint128 amountOutMinimum) params)"
EXACT_OUT = f"SWAP_EXACT_OUT((address currencyOut,{_PATH},uint128 amountOut,uint128 amountInMaximum) params)"
ACTIONS = "V4_SWAP(bytes actions,bytes[] params)"
ALL = "ALL(address currency,uint256 amount)"
SETTLED = "SETTLE(address currency,uint256 amount,bool payerIsUser)"
TAKEN = "TAKE(address currency,address recipient,uint256 amount)"
COIN = "COIN(address recipient,uint256 amount)"

GRANT = "approve(address token,address spender,uint160 amount,uint48 expiration)"

Keys = Mapping[Address, PoolKey]


def swap_step(
    router: Listed, keys: Keys, trade: Trade, limits: tuple[int, ...], native: tuple[bool, bool], deadline: int
) -> Step:
    """The one call of a trade. `limits`: of each part the least out, or the most in of an exact output."""
    given, got = native
    start, end = (str(token.address) for token in trade.tokens)
    most = sum(limits) if trade.exact_out else trade.units_in
    least = trade.units_out if trade.exact_out else sum(limits)
    kind = SWAP_EXACT_OUT if trade.exact_out else SWAP_EXACT_IN
    actions = [(kind, _swap(keys, part, limit)) for part, limit in zip(trade.parts, limits, strict=True)]
    if given:  # the router pays from the coin that it wrapped
        actions.append((SETTLE, inputs(SETTLED, start, OPEN_DELTA, False)))
    else:
        actions.append((SETTLE_ALL, inputs(ALL, start, most)))
    actions.append((TAKE, inputs(TAKEN, end, HERE, OPEN_DELTA)) if got else (TAKE_ALL, inputs(ALL, end, least)))
    codes, params = zip(*actions, strict=True)
    commands = [(V4_SWAP, inputs(ACTIONS, bytes(codes), params))]
    if given:  # what isn't needed of the coin comes back
        commands = [(WRAP_ETH, inputs(COIN, HERE, most)), *commands, (UNWRAP_WETH, inputs(COIN, SENDER, 0))]
    if got:
        commands.append((UNWRAP_WETH, inputs(COIN, SENDER, least)))
    names, bodies = zip(*commands, strict=True)
    return Step(router.address, router.name, EXECUTE, (bytes(names), bodies, deadline), most if given else 0)


def grant(permit2: Listed, router: Listed, token: Token, units: int, until: int) -> Step:
    """Lets the router take `units` of what Permit2 may take, until then (Unix seconds); 0 units take it back."""
    args = (str(token.address), router.address, units, until if units else 0)
    return Step(permit2.address, permit2.name, GRANT, args)


def inputs(signature: str, *args: object) -> bytes:
    """The arguments without a selector, as commands and actions have them."""
    return encode_call(signature, args)[4:]


def _swap(keys: Keys, route: Route, limit: int) -> bytes:
    """Each pool of a path stands with the token behind it; of an exact output, with the one before it."""
    ends = [str(token.address) for token in route.tokens]
    own = [keys[pool] for pool in route.pools]
    others: Sequence[str] = ends[:-1] if route.exact_out else ends[1:]
    path = [(end, key.fee, key.spacing, key.hooks, b"") for end, key in zip(others, own, strict=True)]
    if route.exact_out:
        return inputs(EXACT_OUT, (ends[-1], path, route.units_out, limit))
    return inputs(EXACT_IN, (ends[0], path, route.units_in, limit))
