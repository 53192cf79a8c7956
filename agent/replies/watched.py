"""A sight for people: a table of the venues, and a line that says of what chain and when."""

from __future__ import annotations

from datetime import UTC, datetime

from agent.replies.reply import Table
from agent.replies.sight import Seen, Sight, short

MOST_ROOM = 10**15
"""Whole tokens; a cap above is there for the form (2**127 and the like), no token has as many."""
READ_ONLY = "read-only: no key is opened and nothing can be signed"


def title(sight: Sight) -> str:
    """'Base (chain 8453), block 1,234, 2026-11-21 14:30:05 UTC'."""
    at = datetime.fromtimestamp(sight.block.timestamp, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return f"{sight.network} (chain {sight.chain_id}), block {sight.block.number:,}, {at}"


def table(sight: Sight) -> Table:
    """A row a venue; with an account, what it has there."""
    own = ("the account's",) if sight.account else ()
    columns = ("venue", "rate a year", "could leave now", "room", *own, "now")
    return Table(columns, tuple(_row(seen, bool(own)) for seen in sight.venues), frozenset(range(1, 4 + len(own))))


def left_out(sight: Sight) -> list[str]:
    """A line for everything of the chain file that isn't used, with its reason."""
    return [f"left out: {key}: {why}" for key, why in sorted(sight.missing.items())]


def _row(seen: Seen, own: bool) -> tuple[str, ...]:
    capped = seen.room is not None and seen.room < MOST_ROOM * 10**seen.asset.decimals
    room = short(seen.room or 0, seen.asset) if capped else "no cap"
    state = f"no deposit: {seen.why_not}" if seen.why_not else ", ".join(seen.flags) or "open"
    there = (short(seen.position, seen.asset) if seen.position else "",) if own else ()
    return (seen.venue, str(seen.rate), short(seen.liquidity, seen.asset), room, *there, state)
