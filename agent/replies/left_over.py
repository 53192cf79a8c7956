"""What is said of an allowance that a stopped plan left and could not take back."""

from __future__ import annotations

from agent.money import Address, Amount
from agent.replies.reply import Offer, Reply


def left_over(amount: Amount, name: str, spender: Address, venue: str, why: str) -> Reply:
    """`amount` is what `spender`, called `name`, may still take; `venue` is what the user calls it by."""
    words = f"revoke {amount.token.symbol} from {venue}"
    text = (
        f"An allowance is left over from a plan that stopped: {name} ({spender}) may still take {amount} out of your "
        f"wallet. I could not take it back: {why.rstrip('.')}. Say `{words}`, and I show you how it is taken back."
    )
    return Reply(text, offers=(Offer("Take it back", "say", words),), private=True)
