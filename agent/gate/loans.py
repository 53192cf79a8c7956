"""Loans: what a wish to repay comes to, and what a plan does to health factors. Pure.

A debt that is paid whole may have grown by the time it is: a little more than it is now may be taken, and the rest of
the approval is taken back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from agent.chain.snapshot import Snapshot
from agent.errors import NeedsAnswer, Refused
from agent.gate.desk import Desk, Resolved
from agent.gate.expect import GROWTH_PART
from agent.gate.moves import Enter, Leave, Move, PayBack
from agent.gate.rehearse import WouldRevert
from agent.gate.resolve import is_everything, units_of
from agent.intents import Repay
from agent.loans import Loan, health_text
from agent.money import Amount, units_from_text
from agent.plugin import Venue

RULE = "health"
GROWTH_UNITS = 2


class InUse(Refused):
    """What would leave stands against a loan; `lender` is where."""

    def __init__(self, message: str, remedy: str, lender: str) -> None:
        super().__init__(RULE, message, remedy)
        self.lender = lender


def with_growth(debt: int) -> int:
    """Base units that paying a debt whole may take at the most, until its transaction is mined."""
    return debt + debt // GROWTH_PART + GROWTH_UNITS


def floor_of(text: str) -> int:
    """A health factor in ray, of decimal text as the settings have it."""
    return units_from_text(text, 27)


def repay(desk: Desk, intent: Repay) -> Resolved:
    """Pays what is owed at the named venue, or at the one where it is owed; all of all debts where no token is said.

    Raises NeedsAnswer where it is owed at several and none is named, Refused: balance, amount, health.
    """
    owed = owed_at(desk.snapshot, desk.venues)
    if intent.asset is not None:
        asset = desk.erc20(intent.asset)
        owed = {key: units for key, units in owed.items() if desk.venues[key].asset == asset}
    if intent.venue is not None:
        owed = {key: units for key, units in owed.items() if key == intent.venue}
    if not owed:
        raise _nothing_owed(desk.snapshot, intent)
    if len(owed) > 1 and not is_everything(intent.amount):
        known = ", ".join(f"{key} ({Amount(units, desk.venues[key].asset)})" for key, units in sorted(owed.items()))
        raise NeedsAnswer(f"You owe at {known}. Say it with the venue's name.")
    moves = tuple(_pay_back(desk, desk.venues[key], units, intent) for key, units in sorted(owed.items()))
    _check_wallet(desk, moves, owed)
    return Resolved(moves)


def owed_at(snapshot: Snapshot, venues: Mapping[str, Venue]) -> dict[str, int]:
    """Base units that the account owes, by the id of the venue whose market lent them."""
    return {
        key: units for loan in snapshot.loans.values() for key, units in loan.debts.items() if units and key in venues
    }


def _nothing_owed(snapshot: Snapshot, intent: Repay) -> Refused:
    where = f" at {intent.venue}" if intent.venue else ""
    what = f" {intent.asset}" if intent.asset else "thing"
    unread = [key for key in snapshot.missing if key.count(":") == 1]
    rest = f" {', '.join(unread)} can't be read now." if unread else ""
    return Refused("balance", f"You owe no{what}{where}.{rest}", "Look at `portfolio` for what you owe where.")


def _pay_back(desk: Desk, venue: Venue, debt: int, intent: Repay) -> PayBack:
    if is_everything(intent.amount):
        return PayBack(venue, None, with_growth(debt))
    units = units_of(intent.amount, venue.asset, debt, f"Your debt at {venue.id}")
    return PayBack(venue, units, units)


def _check_wallet(desk: Desk, moves: Iterable[PayBack], owed: Mapping[str, int]) -> None:
    """Raises Refused("balance") where the wallet holds less than is to be paid."""
    wanted: dict[str, int] = {}
    for move in moves:
        symbol = move.venue.asset.symbol
        wanted[symbol] = wanted.get(symbol, 0) + (owed[move.venue.id] if move.units is None else move.units)
    for symbol, units in wanted.items():
        token = desk.registry.token(symbol)
        held = desk.balance(token)
        if units > held:
            raise Refused(
                "balance",
                f"Your wallet holds {Amount(held, token)}, less than {Amount(units, token)}.",
                f"Repay {Amount(held, token)} or less, or withdraw some {symbol} first.",
            )


def health_notes(moves: Iterable[Move], before: Mapping[str, Loan], after: Mapping[str, Loan]) -> tuple[str, ...]:
    """What a plan does to each health factor that it touches, in words."""
    touched = dict.fromkeys(
        move.venue.lender.id
        for move in moves
        if isinstance(move, Enter | Leave | PayBack) and move.venue.lender and move.venue.lender.id in before
    )
    return tuple(
        _note(before[key], after[key])
        for key in touched
        if key in after and (before[key].health, before[key].debts) != (after[key].health, after[key].debts)
    )


def _note(before: Loan, after: Loan) -> str:
    if not after.owes:
        return (
            f"Health factor at {before.lender}: {health_text(before.health)} now; nothing is owed there afterwards."
        )
    return (
        f"Health factor at {before.lender}: {health_text(before.health)} now, {health_text(after.health)} afterwards "
        "(below 1 it is liquidated)."
    )


def check_health(before: Mapping[str, Loan], after: Mapping[str, Loan], floor: int, leaving: Leave | None) -> None:
    """Raises InUse where a plan would lower a health factor to below `floor` (ray).

    `leaving`: the one withdrawal that the plan is, where it is one: then how much of it would pass is said.
    """
    for key, loan in sorted(before.items()):
        now = after.get(key)
        if now is None or loan.health is None or now.health is None:
            continue
        if now.health < loan.health and now.health < floor:
            raise InUse(
                f"That would lower your health factor at {key} from {health_text(loan.health)} to "
                f"{health_text(now.health)}, below {health_text(floor)}: what would leave stands against your loan "
                "there.",
                _would_pass(loan.health, now.health, floor, leaving),
                key,
            )


def _would_pass(before: int, after: int, floor: int, leaving: Leave | None) -> str:
    """A health factor falls evenly with what leaves, so how much of it passes follows."""
    if leaving is None or leaving.units is None or before <= floor:
        return "Repay some of the loan first: `repay`."
    units = leaving.units * (before - floor) // (before - after)
    asset = leaving.venue.asset
    scale: int = 10 ** max(asset.decimals - 2, 0)
    whole = units // scale * scale
    if not whole:
        return "Repay some of the loan first: `repay`."
    return f"Up to about {Amount(whole, asset)} would pass; or repay some of the loan first: `repay`."


def stands_against(move: Move, lender: str) -> bool:
    """Whether a move takes out what may stand against a loan there."""
    return isinstance(move, Leave) and move.venue.lender is not None and move.venue.lender.id == lender


def why_reverted(error: WouldRevert, moves: Iterable[Move], snapshot: Snapshot) -> Refused:
    """The refusal of a withdrawal by its venue, where a loan may stand against it: then that is said, too."""
    for move in moves:
        lender = move.venue.lender if isinstance(move, Leave) and move.venue.id == error.venue else None
        loan = snapshot.loans.get(lender.id) if lender is not None else None
        if loan is not None:
            return InUse(
                f"{error.message} You have a loan at {loan.lender}, with a health factor of "
                f"{health_text(loan.health)}, and what would leave may stand against it.",
                "Withdraw less, or repay some of the loan first: `repay`.",
                loan.lender,
            )
    return error
