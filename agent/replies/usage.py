"""What language models cost: calls, tokens, dollars by purpose and model, what is left of each budget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agent.model_cost import shown
from agent.replies.reply import Reply, Table
from memory.people.model_book import Left, Measure, UsageRow

COLUMNS = ("purpose", "model", "calls", "failed", "tokens in", "tokens out", "cost", "on average", "measured")
_NUMERIC = frozenset(range(2, 9))
WHOSE = {"user": "your", "server": "this server's", "instance": "the whole"}


def told(rows: Sequence[UsageRow], left: Sequence[Left], measures: Mapping[str, Measure], since: str) -> Reply:
    """The reply in a chat; `since` is a day as ISO text."""
    budgets = " ".join(f"{_budget(each)}." for each in left)
    if not rows:
        text = f"No language model has been asked for you since {since}, so nothing was spent."
        return Reply(f"{text} {budgets}".strip(), private=True)
    return Reply(f"{_sum(rows, since)} {budgets}".strip(), table(rows, measures), private=True)


def _sum(rows: Sequence[UsageRow], since: str) -> str:
    calls, nano = sum(row.calls for row in rows), sum(row.nano_usd for row in rows)
    text = f"Since {since} language models were asked {calls} times for you and cost {shown(nano)}"
    unpriced = sum(row.unpriced for row in rows)
    return f"{text}, without {unpriced} calls whose price isn't set." if unpriced else f"{text}."


def _budget(each: Left) -> str:
    budget = each.budget
    whose = WHOSE[budget.scope]
    return f"Of {whose} budget of {shown(budget.nano)} a {budget.period}, {shown(each.left)} is left"


def table(rows: Sequence[UsageRow], measures: Mapping[str, Measure]) -> Table:
    """A line for each purpose and model."""
    return Table(COLUMNS, tuple(_line(row, measures.get(row.model)) for row in rows), _NUMERIC)


def _line(row: UsageRow, measure: Measure | None) -> tuple[str, ...]:
    cost = shown(row.nano_usd) if row.nano_usd or not row.unpriced else "not known"
    numbers = (row.calls, row.faults, row.prompt_tokens, row.answer_tokens)
    latency = "" if row.latency is None else f"{row.latency} ms"
    return (row.purpose, row.model, *(str(each) for each in numbers), cost, latency, accuracy(measure))


def accuracy(measure: Measure | None) -> str:
    """'94.5 %', '' where it wasn't measured."""
    return "" if measure is None else f"{measure.accuracy // 100}.{measure.accuracy % 100 // 10} %"


def row_json(row: UsageRow, measure: Measure | None) -> dict[str, Any]:
    """One line of `moneta usage --json`: dollars as decimal text, rates in basis points."""
    return {
        "purpose": row.purpose,
        "model": row.model,
        "calls": row.calls,
        "failed": row.faults,
        "without_price": row.unpriced,
        "prompt_tokens": row.prompt_tokens,
        "answer_tokens": row.answer_tokens,
        "usd": shown(row.nano_usd).removeprefix("$").replace(",", ""),
        "average_ms": row.latency,
        "accuracy_bps": None if measure is None else measure.accuracy,
    }


def left_json(each: Left) -> dict[str, Any]:
    """A budget in the same."""
    budget = each.budget
    return {
        "budget": budget.scope,
        "period": budget.period,
        "usd": shown(budget.nano).removeprefix("$").replace(",", ""),
        "left_usd": shown(each.left).removeprefix("$").replace(",", ""),
    }
