"""Pools of v4 by their keys: what names one, its id, and which ones are never used.

@uniswap/v4-core: types/PoolKey.sol, types/PoolId.sol, libraries/LPFeeLibrary.sol.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from eth_hash.auto import keccak

from moneta import FEE_SCALE, Address, Token, address

NO_HOOKS = COIN = address("0x" + "0" * 40)
"""The zero address, in the place of hooks and of a currency: CurrencyLibrary.ADDRESS_ZERO of types/Currency.sol."""
DYNAMIC_FEE = 0x800000
"""LPFeeLibrary.DYNAMIC_FEE_FLAG: the hooks say at each swap what it costs."""
MOST_SPACING = 2**15 - 1
"""TickMath.MAX_TICK_SPACING."""


@dataclass(frozen=True, slots=True)
class PoolKey:
    """What names a pool; `currency0` is the smaller address, the native coin's (COIN) the smallest."""

    currency0: Address
    currency1: Address
    fee: int
    spacing: int
    hooks: Address = NO_HOOKS

    @property
    def id(self) -> Address:
        """keccak256(abi.encode(key)), 0x-text."""
        from eth_abi.abi import encode  # late, as in agent.abi

        kinds = ["address", "address", "uint24", "int24", "address"]
        places = [self.currency0, self.currency1, self.fee, self.spacing, self.hooks]
        return Address("0x" + keccak(encode(kinds, places)).hex())

    @property
    def why_not(self) -> str:
        """Why its swaps can't be foretold, '' where they can."""
        if self.hooks != NO_HOOKS:
            return f"hooks: {self.hooks} has a say in its swaps, so what they give can't be foretold"
        if self.fee == DYNAMIC_FEE:
            return "hooks: its fee is a dynamic one, so what its swaps cost can't be foretold"
        if not 0 <= self.fee < FEE_SCALE or not 0 < self.spacing <= MOST_SPACING:
            return "there is no such fee or tick spacing"
        return ""


def key_of(text: str, tokens: Mapping[str, Token]) -> PoolKey | None:
    """The key in 'DAI/WETH 500 10', or with the hooks' address behind it; None where a token of it isn't known.

    `tokens` by symbol, the native coin among them where pools of it are used. Raises ValueError for another form.
    """
    pair, *figures = text.split()
    first, slash, second = pair.partition("/")
    if not slash or len(figures) not in (2, 3):
        raise ValueError(f"{text!r} is no pool: 'DAI/WETH 500 10' names two tokens, the fee and the tick spacing")
    fee, spacing = (int(each) for each in figures[:2])
    if first == second or not {first, second} <= tokens.keys():
        return None
    low, high = sorted((tokens[first].place, tokens[second].place), key=lambda place: int(place, 16))
    return PoolKey(low, high, fee, spacing, address(figures[2]) if len(figures) == 3 else NO_HOOKS)
