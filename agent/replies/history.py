"""'What did you do?': plans with their ends and their transactions."""

from __future__ import annotations

from collections.abc import Sequence

from agent.replies.clock import day_and_time
from agent.replies.reply import Reply, Table
from memory.rows import Attempt, PlanRow

MOST_ROWS = 20


def history(rows: Sequence[tuple[PlanRow, Sequence[Attempt]]], count: int, unconfirmed: int) -> Reply:
    """`rows` are the last confirmed plans, the oldest first, of `count`; `unconfirmed` previews came to nothing."""
    previews = f" {unconfirmed} preview{'' if unconfirmed == 1 else 's'} came to nothing." if unconfirmed else ""
    if not rows:
        return Reply(f"Nothing was confirmed in that time, so nothing was done.{previews}")
    cells = tuple(
        (
            day_and_time(row.created_at),
            str(row.preview.get("headline", row.intent.get("action", ""))),
            f"{row.status}{': ' + row.reason if row.reason else ''}",
            " ".join(attempt.hash for attempt in attempts),
        )
        for row, attempts in rows
    )
    text = f"{count} plan{'' if count == 1 else 's'} carried out"
    text += f", here are the last {len(rows)}." if count > len(rows) else "."
    return Reply(text + previews, Table(("when", "what", "how it ended", "transactions"), cells))
