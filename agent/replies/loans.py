"""What is said of loans by itself: how near one is to its liquidation, and that it has recovered."""

from __future__ import annotations

from agent.loans import health_text
from agent.replies.reply import Offer, Reply
from memory.loan_levels import LoanNews

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
