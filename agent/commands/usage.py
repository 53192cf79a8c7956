"""`moneta usage`: what language models cost everybody of an instance together, from its ledger alone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

from agent.commands.output import json_line, text_line
from agent.config import Settings
from agent.errors import Refused
from agent.mind.configured import budgets_of
from agent.model_cost import Payer, shown
from agent.replies import usage as replies
from agent.replies.reply import table_text
from memory.ledger import FILE, Ledger
from memory.people.model_book import DAY, Left, Measure, UsageRow


def usage(folder: Path, days: int, as_json: bool) -> int:
    """Prints the last `days`, today among them, and what is left of all budgets. Raises Refused("ledger")."""
    rows, left, measures = asyncio.run(_read(folder, days))
    if as_json:
        for row in rows:
            json_line(replies.row_json(row, measures.get(row.model)))
        for each in left:
            json_line(replies.left_json(each))
        return 0
    total = shown(sum(row.nano_usd for row in rows))
    text_line(f"{sum(row.calls for row in rows)} calls of language models in {days} days cost {total}.")
    if rows:
        text_line(table_text(replies.table(rows, measures)))
    for each in left:
        budget = each.budget
        text_line(f"Of the budget of {shown(budget.nano)} a {budget.period}, {shown(each.left)} is left.")
    return 0


async def _read(folder: Path, days: int) -> tuple[Sequence[UsageRow], Sequence[Left], dict[str, Measure]]:
    if not (folder / FILE).exists():
        raise Refused("ledger", f"There is no ledger in {folder}.", "Name the folder of an instance.")
    settings = Settings.of(folder)
    ledger = await Ledger.open(folder, lambda: int(time.time()))
    try:
        rows = await ledger.model_usage(int(time.time()) - (days - 1) * DAY)
        return rows, await ledger.model_budgets(Payer(""), budgets_of(settings)), await ledger.measures()
    finally:
        await ledger.close()
