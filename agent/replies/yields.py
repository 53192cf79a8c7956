"""'Best yield for USDC?': the venues in order, with what one's own deposit does to the rate, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agent.money import Amount, Token
from agent.plugin import Option
from agent.replies.reply import Reply, Table


def yields(asset: Token, ranked: Sequence[Option], units: int, sizes: Mapping[int, Mapping[str, Option]]) -> Reply:
    """`ranked` for a deposit of `units` (0: none); `sizes` are further deposits in base units, each venue's option."""
    if not ranked:
        return Reply(f"I know no venue for {asset.symbol} on this chain.")
    best = next((option for option in ranked if not option.why_not), None)
    if best is None:
        text = f"No venue takes {asset.symbol} now."
    else:
        size = f" for {Amount(units, asset)}" if units else ""
        text = f"The best for {asset.symbol}{size} is {best.venue}: {best.after} a year"
        text += " with your deposit in it." if units else " now; a deposit of your own lowers it."
    shown = sorted(sizes)
    columns = ("venue", "rate a year", *(f"with {Amount(size, asset)}" for size in shown), "why")
    rows = tuple(_row(option, [sizes[size].get(option.venue) for size in shown]) for option in ranked)
    return Reply(text, Table(columns, rows, frozenset(range(1, 2 + len(shown)))))


def _row(option: Option, at_sizes: Sequence[Option | None]) -> tuple[str, ...]:
    cells = ["no room" if size is None or size.why_not else str(size.after) for size in at_sizes]
    why = f"not now: {option.why_not}" if option.why_not else "; ".join(option.reasons)
    return (option.venue, str(option.rate), *cells, why)
