"""What is said of loans by itself: how near one is to its liquidation, and that it has recovered."""

from __future__ import annotations

from agent.errors import MonetaError
from agent.loans import health_text
from agent.replies.reply import Offer, Reply
from memory.rows import PlanRow, PlanStatus
from memory.standing.loan_levels import LoanNews

SHOW = Offer("Show what I owe", "say", "portfolio")


def level(news: LoanNews, floor: str) -> Reply:
    """A loan came to a level; `floor` is the setting below which it is told."""
    where = f"Your loan at {news.lender}"
    if news.health is None:
        return Reply(f"{where} is paid: nothing is owed there any more.", private=True)
    health = health_text(news.health)
    if news.level == "safe":
        return Reply(f"{where} has recovered: its health factor is {health}.", private=True)
    what = (
        f"{where} is close to its liquidation: its health factor is {health}, and below 1 anybody may liquidate it."
        if news.level == "near"
        else f"{where}: its health factor is {health}, below {floor}. Below 1 anybody may liquidate it."
    )
    how = "Say how much you repay, such as `repay half of my loan`, or put more behind it."
    return Reply(f"{what} {how}", offers=(SHOW,), private=True)


def kept(row: PlanRow) -> Reply:
    """A debt that was paid down or rewards that were claimed under a mandate."""
    what = str(row.preview.get("headline", "look after your loans"))
    notes = " ".join(str(note) for note in row.preview.get("notes", ()))
    if row.status is not PlanStatus.SETTLED:
        return Reply(f"Under your mandate I began to {what}, and it stopped on the way: see `history`.", private=True)
    return Reply(f"Done under your mandate: {what}. {notes}".rstrip(), private=True)


def could_not_repay(error: MonetaError) -> Reply:
    """Why a loan that is below the mandate's line wasn't paid down."""
    return Reply(
        f"I wanted to pay your loan down under your mandate and couldn't: {error}", offers=(SHOW,), private=True
    )
