"""From steps that hang together to moves: each takes all that the one before it gave, and nothing of the wallet's."""

from __future__ import annotations

from dataclasses import replace

from agent.errors import Refused
from agent.gate.desk import Desk, Resolved
from agent.gate.moves import Enter, Leave, Move, Swap, Wrap
from agent.gate.trades import trading
from agent.gate.trades.wrapping import ENTRY_GAS, given, held_as, now
from agent.intents import Deposit, Exact, Sequence, Withdraw
from agent.intents import Swap as SwapIntent
from agent.money import Token, text_from_units


def sequence(desk: Desk, intent: Sequence) -> Resolved:
    """The moves of the steps. Raises Refused as each of them does, and "same-venue" for a way back."""
    match intent.steps:
        case (SwapIntent() as trade, Deposit() as then):
            return _and_deposit(desk, trading.swap(desk, trade, ENTRY_GAS, wrapped=True), then)
        case (Withdraw() as leave, Deposit() as then):
            return _moved(desk, leave, then)
        case (Withdraw() as leave, SwapIntent() as trade):
            return _traded(desk, leave, trade)
        case (Withdraw() as leave, SwapIntent() as trade, Deposit() as then):
            return _and_deposit(desk, _traded(desk, leave, trade, wrapped=True), then)
        case _:
            raise TypeError("no such sequence")


def _and_deposit(desk: Desk, before: Resolved, then: Deposit) -> Resolved:
    """All that the last move, a swap, gives goes into a venue: the named one, or the best for what comes out now."""
    move = before.moves[-1]
    if isinstance(move, Wrap):  # what a venue takes is the wrapped form, whichever of the two was named
        choice = desk.choose(move.token, move.units, then.venue)
        rest = before.moves[:-1] if move.back else before.moves
        return Resolved((*rest, Enter(desk.venues[choice.chosen], choice.units)), (choice,), before.notes)
    if not isinstance(move, Swap):
        raise TypeError("what ends in a swap comes to a swap")
    choice = desk.choose(move.gets, move.trade.units_out, then.venue)
    enter = Enter(desk.venues[choice.chosen], choice.units, move)
    return Resolved((*before.moves, enter), (*before.choices, choice), before.notes)


def _moved(desk: Desk, leave: Withdraw, then: Deposit) -> Resolved:
    """Out of one venue or several, and with exactly what came out into another."""
    left, leaves = _left(desk, leave)
    asset = held_as(desk.registry, desk.registry.token(leave.asset))
    choice = desk.choose(asset, sum(now(desk.snapshot, move) for move in leaves), then.venue)
    moves: list[Move] = []
    for move in leaves:
        if move.venue.id == choice.chosen:
            raise Refused(
                "same-venue",
                f"That would take {leave.asset} out of {choice.chosen} and put it back there.",
                "Name the venue that it shall come from, or another one for it to go to.",
            )
        least, most = given(desk.snapshot, move)
        source = replace(move, least_out=least, most_out=most)
        moves += [source, Enter(desk.venues[choice.chosen], now(desk.snapshot, move), source)]
    return Resolved(tuple(moves), (*left.choices, choice), left.notes)


def _traded(desk: Desk, leave: Withdraw, trade: SwapIntent, *, wrapped: bool = False) -> Resolved:
    """Out of a venue, and exactly that much of it swapped. Of a position that is left whole the interest of the last
    moments stays in the wallet: how much that is isn't known when the swap's amount is.
    """
    left, leaves = _left(desk, leave)
    asset = held_as(desk.registry, desk.registry.token(leave.asset))
    units = sum(given(desk.snapshot, move)[0] if move.units is None else move.units for move in leaves)
    richer = {**desk.snapshot.balances, asset.symbol: desk.balance(asset) + units}
    able = replace(desk, snapshot=replace(desk.snapshot, balances=richer))
    exact = trade.model_copy(update={"asset": asset.symbol, "amount": Exact(value=_text(units, asset))})
    traded = trading.swap(able, exact, wrapped=wrapped)
    stays = (f"Interest of the last moments stays in your wallet as {asset.symbol}.",)
    whole = any(move.units is None for move in leaves)
    notes = (*left.notes, *traded.notes, *(stays if whole else ()))
    return Resolved((*leaves, *traded.moves), (*left.choices, *traded.choices), notes)


def _left(desk: Desk, intent: Withdraw) -> tuple[Resolved, list[Leave]]:
    left = desk.withdraw(intent)
    return left, [move for move in left.moves if isinstance(move, Leave)]


def _text(units: int, token: Token) -> str:
    return text_from_units(units, token.decimals)
