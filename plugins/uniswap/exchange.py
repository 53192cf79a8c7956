"""What exchanges of Uniswap's kind have in common: routes, the split and sandwiches, by their pools' own integers."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from moneta import AnyPool, Attack, Listed, Route, Token, Trade, Trader
from plugins.uniswap.after import swapped
from plugins.uniswap.best import weighed
from plugins.uniswap.exposure import attacks
from plugins.uniswap.split import best_trade


class Exchange(Trader):
    """`router` is what is called; `tokens` those that a path may go through, the coin itself where pools hold it."""

    def __init__(self, router: Listed, tokens: Sequence[Token]) -> None:
        self.contract = router
        self._tokens = {token.place: token for token in tokens}

    def quotes(
        self, states: Sequence[AnyPool], token_in: Token, token_out: Token, units: int, exact_out: bool = False
    ) -> tuple[Route, ...]:
        return weighed(states, self._tokens, token_in, token_out, units, exact_out)

    def best(
        self,
        states: Sequence[AnyPool],
        token_in: Token,
        token_out: Token,
        units: int,
        exact_out: bool = False,
        gas: Fraction = Fraction(0),
    ) -> Trade | None:
        return best_trade(states, self._tokens, token_in, token_out, units, exact_out, gas)

    def attacks(self, states: Sequence[AnyPool], trade: Trade, limits: Sequence[int]) -> tuple[Attack, ...] | None:
        known = {state.pool for state in states}
        if any(pool not in known for part in trade.parts for pool in part.pools):
            return None
        return attacks(tuple(states), trade, tuple(limits))

    def moved(self, pool: AnyPool, down: bool, units: int) -> tuple[int, AnyPool] | None:
        return swapped(pool, down, units)

    def check_coin(self, trade: Trade, native: tuple[bool, bool]) -> None:
        """Raises ValueError where the coin would stand for another token than the one that the router wraps."""
        for token, is_coin in zip(trade.tokens, native, strict=True):
            if is_coin and not token.is_native and token.address != self.contract.wrapped:
                raise ValueError(f"the router wraps its own coin, not {token}")
