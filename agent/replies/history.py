"""'What did you do?': plans with their ends and their transactions."""

from __future__ import annotations

from collections.abc import Sequence

from agent.replies.clock import day_and_time
from agent.replies.reply import Reply, Table
from memory.rows import Attempt, OutboxRow, PlanRow

MOST_ROWS = 20
MOST_KEPT, MOST_WORDS = 3, 80


def history(
    rows: Sequence[tuple[PlanRow, Sequence[Attempt]]], count: int, unconfirmed: int, kept: Sequence[OutboxRow] = ()
) -> Reply:
    """`rows` are the last confirmed plans, the oldest first, of `count`; `unconfirmed` previews came to nothing.

    `kept` is what a platform refused to deliver, the oldest first.
    """
    more = f" {unconfirmed} preview{'' if unconfirmed == 1 else 's'} came to nothing." if unconfirmed else ""
    more += _kept(kept)
    if not rows:
        return Reply(f"Nothing was confirmed in that time, so nothing was done.{more}")
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
    return Reply(text + more, Table(("when", "what", "how it ended", "transactions"), cells))


def _kept(rows: Sequence[OutboxRow]) -> str:
    if not rows:
        return ""
    lines = [f"\nWhat could not reach you ({len(rows)}), and comes once I can write to you in private:"]
    for row in rows[-MOST_KEPT:]:
        first = str(row.body["text"]).partition("\n")[0]
        words = first if len(first) <= MOST_WORDS else first[: MOST_WORDS - 1] + "…"
        lines.append(f"{day_and_time(row.created_at)}, {row.platform}: “{words}” ({row.dropped})")
    return "\n".join(lines)
