"""From a swap that was asked for to moves: the route, the least that may come back, what refuses a bad price.

The limits are the policy's: code sets them, no model and no word of a chat.
"""

from __future__ import annotations

from agent.errors import Refused
from agent.execution.costs import costs_at
from agent.gate.choices import RouteChoice
from agent.gate.moves import Desk, Resolved
from agent.gate.order import Swap
from agent.gate.resolve import units_of
from agent.gate.trade_words import percent
from agent.intents import All, AmountSpec
from agent.intents import Swap as SwapIntent
from agent.money import Amount, Token
from agent.plugin import Trader
from agent.routes import Route

BASIS_POINTS = 10_000
SLIPPAGE_BPS = 30
STABLE_SLIPPAGE_BPS = 5
EDGE_BPS = 200
"""How far a price may move in the user's favour before the plan is void, too: the next step's amount hangs on it."""
MAX_IMPACT_BPS = 200
SWAP_GAS = 700_000
"""Gas limit of the dearest swap plan (approval, two hops, clean-up), kept where all of the native coin is swapped."""
SWAP_TRANSACTIONS = 3
ENTRY_GAS = 1_300_000
"""The same for putting the output to work, and for leaving that position again."""
ENTRY_TRANSACTIONS = 4


def swap(desk: Desk, intent: SwapIntent, later_gas: int = 0) -> Resolved:
    """The swap with the best price. Raises Refused: lists, native, amount, balance, liquidity, impact."""
    pays = desk.registry.token(intent.asset)
    start, end = _contract_token(desk, pays), _contract_token(desk, desk.registry.token(intent.to_asset))
    if start == end:
        raise Refused(
            "lists",
            f"{intent.asset} and {intent.to_asset} are one to one; I can't wrap or unwrap yet.",
            "Ask for another token.",
        )
    if intent.to_amount is not None:
        units = units_of(intent.to_amount, end, 2**256 - 1, "A pool")
        choice = _priced(desk, pays, start, end, units, exact_out=True)
        _check_balance(desk, pays, choice.swap.most_in)
    else:
        whole = _spendable(desk, pays, intent.amount, later_gas)
        units = units_of(intent.amount or All(), pays, whole, "Your wallet")
        choice = _priced(desk, pays, start, end, units, exact_out=False)
    return Resolved((choice.swap,), (choice,), _notes(desk, intent, choice.swap))


def _contract_token(desk: Desk, token: Token) -> Token:
    """The token itself, or the wrapped form of the native coin, which pools hold."""
    if not token.is_native:
        return token
    if desk.registry.wrapped is None:
        raise Refused("lists", f"{token.symbol} has no wrapped form on this chain.", "Ask for another token.")
    return desk.registry.token(desk.registry.wrapped)


def _spendable(desk: Desk, pays: Token, amount: AmountSpec | None, later_gas: int) -> int:
    if not (pays.is_native and isinstance(amount, All)):
        return desk.balance(pays)
    transactions = SWAP_TRANSACTIONS + (ENTRY_TRANSACTIONS if later_gas else 0)
    return max(desk.spare_native - costs_at(desk.snapshot).wei(SWAP_GAS + later_gas, transactions), 0)


def _priced(desk: Desk, pays: Token, start: Token, end: Token, units: int, exact_out: bool) -> RouteChoice:
    found = [
        (trader, route)
        for name, trader in desk.traders.items()
        for route in trader.quotes(desk.snapshot.traders.get(name, ()), start, end, units, exact_out)
    ]
    found.sort(key=lambda each: (bool(each[1].why_not), each[1].units_in, -each[1].units_out))
    if not found or found[0][1].why_not:
        raise Refused(
            "liquidity",
            f"No pool that I know swaps {Amount(units, end if exact_out else pays)} {'from' if exact_out else 'to'} "
            f"{start.symbol if exact_out else end.symbol}.",
            "Ask for less, or for another token.",
        )
    trader, route = found[0]
    if route.impact_bps > MAX_IMPACT_BPS:
        raise Refused(
            "impact",
            f"That size would move the price by {percent(route.impact_bps)} against you; "
            f"{percent(MAX_IMPACT_BPS)} is the limit.",
            "Swap less at a time.",
        )
    return RouteChoice(_bounded(desk, trader, route, pays), tuple(route for _, route in found))


def _bounded(desk: Desk, trader: Trader, route: Route, pays: Token) -> Swap:
    """The swap with the policy's slippage as its limit; rounded so that it is never looser than that."""
    stable = {route.tokens[0].symbol, route.tokens[-1].symbol} <= desk.registry.usd_stable
    slippage = STABLE_SLIPPAGE_BPS if stable else SLIPPAGE_BPS
    if route.exact_out:
        limit = route.units_in * (BASIS_POINTS + slippage) // BASIS_POINTS
        return Swap(trader, route, pays, limit, route.units_in * (BASIS_POINTS - EDGE_BPS) // BASIS_POINTS)
    limit = -(-route.units_out * (BASIS_POINTS - slippage) // BASIS_POINTS)
    return Swap(trader, route, pays, limit, route.units_out * (BASIS_POINTS + EDGE_BPS) // BASIS_POINTS)


def _check_balance(desk: Desk, pays: Token, units: int) -> None:
    whole = desk.balance(pays)
    if units > whole:
        raise Refused(
            "balance",
            f"That may take {Amount(units, pays)}; your wallet holds {Amount(whole, pays)}.",
            "Ask for less.",
        )


def _notes(desk: Desk, intent: SwapIntent, move: Swap) -> tuple[str, ...]:
    route = move.route
    notes = []
    if desk.registry.token(intent.to_asset).is_native:
        notes.append(f"You get {move.gets.symbol}, the wrapped form of {intent.to_asset}, one to one.")
    if len(route.tokens) > 2:
        notes.append("By way of " + ", ".join(token.symbol for token in route.tokens[1:-1]) + ".")
    return tuple(notes)
