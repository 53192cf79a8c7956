"""A deposit over several venues in words: each part with its reasons, and why there are parts at all."""

from __future__ import annotations

from agent.gate.choices import VenueChoice
from agent.gate.spread import Spread
from agent.gate.trades.words import about
from agent.money import Amount, Token

DAY = 86_400


def notes(choice: VenueChoice) -> tuple[str, ...]:
    """A line for each part, and one for all together."""
    if choice.spread is None:
        return ()
    of = {option.venue: option for option in choice.options}
    parts = [
        f"{Amount(share.units, choice.asset)} into {share.venue}: {'; '.join(of[share.venue].reasons)}."
        for share in choice.spread.shares
    ]
    return (*parts, why(choice.spread, choice.asset))


def why(spread: Spread, asset: Token) -> str:
    """Why it isn't all in one venue."""
    if not spread.alone:
        return "No venue takes all of it now, so it goes to several."
    days = spread.seconds // DAY
    gas = f"{about(spread.gas, asset)} {asset.symbol}"
    return (
        f"In {days} days that is expected to earn {about(spread.more, asset)} {asset.symbol} more than all of it in "
        f"{spread.alone} would; the further gas, in and out, comes to about {gas}."
    )


def told(choice: VenueChoice) -> str:
    """Why these venues, in the words of a reply."""
    if choice.spread is None:
        return ""
    amount = Amount(choice.units, choice.asset)
    rates = ", ".join(f"{share.after} in {share.venue}" for share in choice.spread.shares)
    text = f"For {amount} several venues pay more than one: {rates}, with your deposit in them."
    alone = next((option for option in choice.options if option.venue == choice.spread.alone), None)
    return text if alone is None else f"{text} {why(choice.spread, choice.asset)}"
