"""What a sandwich took of a trade, in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from agent.money import Amount, Token
from memory.journal.sandwiches import Sandwich

NONE = "By its block, no sandwich took any of it."


def said(rows: Sequence[Sandwich], token_at: Callable[[str], Token | None]) -> str:
    """One sentence for all trades of a plan; '' where it has none."""
    if not rows:
        return ""
    taken = [_taken(row, token_at(row.token)) for row in rows if row.found == "taken"]
    unknown = [f"Whether a sandwich took any of it isn't known: {row.why}." for row in rows if row.found == "unknown"]
    return " ".join([*taken, *unknown[:1]]) or NONE


def _taken(row: Sandwich, token: Token | None) -> str:
    what = f"{row.units} base units of {row.token}" if token is None else str(Amount(row.units, token))
    return f"A sandwich took {what} of it: {row.front} went ahead of it in its block, {row.back} behind it."
