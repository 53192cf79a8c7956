"""A trade as one `execute` of the universal router, and what lets Permit2 hand the tokens on.

@uniswap/universal-router 2.0.0: libraries/Commands.sol, modules/Payments.sol; @uniswap/v4-periphery:
libraries/Actions.sol, ActionConstants.sol, interfaces/IV4Router.sol; permit2: interfaces/IAllowanceTransfer.sol.

All parts are swaps of one V4_SWAP: the pool manager counts them together, so what is owed is settled once and what is
due is taken once. Only the form that names each pool of a path is used, for one hop, too.

Pools hold the native coin itself or its wrapped form, and the account gives and gets either: what is the other form
is wrapped or unwrapped around the swap. The coin reaches the account out of the wrapped form alone, for the pool
manager tells nobody in an event what it pays in coin; the wrapped form's contract does, and so the receipt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from moneta import Address, Listed, Route, Step, Token, Trade, encode_call
from plugins.uniswap.v4.keys import PoolKey

EXECUTE = "execute(bytes commands,bytes[] inputs,uint256 deadline)"
PERMIT2_TRANSFER_FROM, WRAP_ETH, UNWRAP_WETH, V4_SWAP = 0x02, 0x0B, 0x0C, 0x10
SWAP_EXACT_IN, SWAP_EXACT_OUT = 0x07, 0x09
SETTLE, SETTLE_ALL, TAKE, TAKE_ALL = 0x0B, 0x0C, 0x0E, 0x0F
SENDER, HERE = ("0x" + "0" * 39 + digit for digit in "12")
OPEN_DELTA = 0
ALL_OF_IT = 1 << 255
"""All coin that lies in the router (ActionConstants.CONTRACT_BALANCE)."""

_PATH = "(address intermediateCurrency,uint24 fee,int24 tickSpacing,address hooks,bytes hookData)[] path"
EXACT_IN = f"SWAP_EXACT_IN((address currencyIn,{_PATH},uint128 amountIn,uint128 amountOutMinimum) params)"
EXACT_OUT = f"SWAP_EXACT_OUT((address currencyOut,{_PATH},uint128 amountOut,uint128 amountInMaximum) params)"
ACTIONS = "V4_SWAP(bytes actions,bytes[] params)"
ALL = "ALL(address currency,uint256 amount)"
SETTLED = "SETTLE(address currency,uint256 amount,bool payerIsUser)"
TAKEN = "TAKE(address currency,address recipient,uint256 amount)"
HELD = "HELD(address recipient,uint256 amount)"
PULLED = "PULLED(address token,address recipient,uint160 amount)"

GRANT = "approve(address token,address spender,uint160 amount,uint48 expiration)"

Keys = Mapping[Address, PoolKey]
Command = tuple[int, bytes]
"""A command or an action: its byte and its input."""


def swap_step(
    router: Listed, keys: Keys, trade: Trade, limits: tuple[int, ...], native: tuple[bool, bool], deadline: int
) -> Step:
    """The one call of a trade. `limits`: of each part the least out, or the most in of an exact output."""
    most = sum(limits) if trade.exact_out else trade.units_in
    least = trade.units_out if trade.exact_out else sum(limits)
    kind = SWAP_EXACT_OUT if trade.exact_out else SWAP_EXACT_IN
    swaps = [(kind, _swap(keys, part, limit)) for part, limit in zip(trade.parts, limits, strict=True)]
    before, pay, rest = _paid(router, trade.tokens[0], native[0], most)
    take, after = _taken(trade.tokens[1], native[1], least)
    codes, params = zip(*swaps, pay, take, strict=True)
    commands = [*before, (V4_SWAP, inputs(ACTIONS, bytes(codes), params)), *rest, *after]
    names, bodies = zip(*commands, strict=True)
    return Step(router.address, router.name, EXECUTE, (bytes(names), bodies, deadline), most if native[0] else 0)


def _paid(router: Listed, token: Token, coin: bool, most: int) -> tuple[list[Command], Command, list[Command]]:
    """What comes before the swap so that it can be paid for, the payment, and what brings back what isn't needed.

    `token` is what the pools take, `coin` whether the account gives the coin.
    """
    own = (SETTLE, inputs(SETTLED, token.place, OPEN_DELTA, False))
    if coin and token.is_native:
        return [], own, [_wrap(HERE, ALL_OF_IT), _unwrap(SENDER, 0)]
    if coin:
        return [_wrap(HERE, most)], own, [_unwrap(SENDER, 0)]
    if token.is_native:
        pulled = (PERMIT2_TRANSFER_FROM, inputs(PULLED, str(router.wrapped), HERE, most))
        return [pulled, _unwrap(HERE, most)], own, [_wrap(SENDER, ALL_OF_IT)]
    return [], (SETTLE_ALL, inputs(ALL, token.place, most)), []


def _taken(token: Token, coin: bool, least: int) -> tuple[Command, list[Command]]:
    """What takes what the pools give, and what brings it to the account as it wants it."""
    here = (TAKE, inputs(TAKEN, token.place, HERE, OPEN_DELTA))
    if token.is_native:
        wrapped = [_wrap(HERE, ALL_OF_IT), _unwrap(SENDER, least)] if coin else [_wrap(SENDER, ALL_OF_IT)]
        return here, wrapped
    if coin:
        return here, [_unwrap(SENDER, least)]
    return (TAKE_ALL, inputs(ALL, token.place, least)), []


def _wrap(recipient: str, units: int) -> Command:
    return WRAP_ETH, inputs(HELD, recipient, units)


def _unwrap(recipient: str, least: int) -> Command:
    return UNWRAP_WETH, inputs(HELD, recipient, least)


def grant(permit2: Listed, router: Listed, token: Token, units: int, until: int) -> Step:
    """Lets the router take `units` of what Permit2 may take, until then (Unix seconds); 0 units take it back."""
    args = (str(token.address), router.address, units, until if units else 0)
    return Step(permit2.address, permit2.name, GRANT, args)


def inputs(signature: str, *args: object) -> bytes:
    """The arguments without a selector, as commands and actions have them."""
    return encode_call(signature, args)[4:]


def _swap(keys: Keys, route: Route, limit: int) -> bytes:
    """Each pool of a path stands with the token behind it; of an exact output, with the one before it."""
    ends = [token.place for token in route.tokens]
    own = [keys[pool] for pool in route.pools]
    others: Sequence[Address] = ends[:-1] if route.exact_out else ends[1:]
    path = [(end, key.fee, key.spacing, key.hooks, b"") for end, key in zip(others, own, strict=True)]
    if route.exact_out:
        return inputs(EXACT_OUT, (ends[-1], path, route.units_out, limit))
    return inputs(EXACT_IN, (ends[0], path, route.units_in, limit))
