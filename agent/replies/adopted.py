"""What is said of a position that somebody else's program made."""

from __future__ import annotations

from agent.money import Amount
from agent.replies.clock import day_and_time
from agent.replies.reply import Offer, Reply


def adopted(amount: Amount, venue: str, at: int) -> Reply:
    """`at` in Unix seconds: from when on it is counted."""
    text = (
        f"I found {amount} at {venue} that I didn't put there. I count it from now on (adopted {day_and_time(at)}): "
        "what it earns from here shows in `portfolio`, `withdraw` and `exit` take it out, and a mandate over "
        f"{amount.token.symbol} may move it from its next look on."
    )
    return Reply(text, offers=(Offer("Show my portfolio", "say", "portfolio"),), private=True)
