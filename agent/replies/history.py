"""'What did you do?': plans with their ends and their transactions."""

from __future__ import annotations

from collections.abc import Sequence

from agent.replies.clock import day_and_time
from agent.replies.reply import Reply, Table
from memory.rows import Attempt, PlanRow

MOST_ROWS = 20


def history(rows: Sequence[tuple[PlanRow, Sequence[Attempt]]], count: int) -> Reply:
    """`rows` are the last plans, the oldest first; `count` is how many there were in all."""
    if not rows:
        return Reply("Nothing was asked for in that time, so nothing was done.")
    cells = tuple(
        (
            day_and_time(row.created_at),
            str(row.preview.get("headline", row.intent.get("action", ""))),
            f"{row.status}{': ' + row.reason if row.reason else ''}",
            " ".join(attempt.hash for attempt in attempts),
        )
        for row, attempts in rows
    )
    text = f"{count} plan{'' if count == 1 else 's'}" + (f"; the last {len(rows)}:" if count > len(rows) else ":")
    return Reply(text, Table(("when", "what", "how it ended", "transactions"), cells))
