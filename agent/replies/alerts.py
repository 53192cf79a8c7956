"""Alerts in words: set, rung, listed."""

from __future__ import annotations

from collections.abc import Sequence

from agent.money import grouped
from agent.replies.reply import Offer, Reply, Table
from memory.standing.alerts import AlertRow

EXAMPLE = "tell me when the USDC rate at aave core falls below 3 %"
_WHAT = {
    "health": "your health factor",
    "worth": "all that you have",
    "gas": "the base fee",
}


_SHOWN = {"rate": 2, "health": 2, "price": 4, "gas": 3}
"""Places of what was measured; the rest is cut off, never rounded."""


def value_text(metric: str, value: str) -> str:
    """'3.2 %', '$1,800', '1.25', '12 gwei'."""
    number = grouped(value)
    return {"rate": f"{number} %", "price": f"${number}", "worth": f"${number}", "gas": f"{number} gwei"}.get(
        metric, number
    )


def measured_text(metric: str, value: str) -> str:
    """The same of what was measured, which has more places than anybody wants to read."""
    whole, _, part = value.partition(".")
    cut = part[: _SHOWN.get(metric, len(part))].rstrip("0")
    return value_text(metric, f"{whole}.{cut}" if cut else whole)


def condition(row: AlertRow) -> str:
    """'the rate of aave-v3:core:USDC is below 3 %'."""
    subject = row.subject or ""
    venue = ":" in subject
    what = {
        "rate": f"the rate of {subject}" if venue else f"the best rate for {subject}",
        "price": f"the price of {subject}",
        "health": f"your health factor at {subject.rpartition(':')[0]}" if subject else _WHAT["health"],
    }.get(row.metric, _WHAT.get(row.metric, ""))
    return f"{what} is {row.op} {value_text(row.metric, row.value)}"


def is_set(row: AlertRow, now: str) -> Reply:
    """Set, with what it is now."""
    return Reply(
        f"I tell you once when {condition(row)}. It is {measured_text(row.metric, now)} now. "
        f"This is alert {row.number}; `cancel alert {row.number}` takes it away.",
        private=True,
    )


def holds_already(row: AlertRow, now: str) -> Reply:
    """What needs no alert."""
    return Reply(f"So it is already: {measured_text(row.metric, now)}. I set no alert.", private=True)


def rang(row: AlertRow) -> Reply:
    """It has come to that."""
    seen = measured_text(row.metric, row.seen or "0")
    return Reply(
        f"You wanted to know when {condition(row)}: it is {seen}. Alert {row.number} is over.",
        offers=(Offer("My portfolio", "say", "how am I doing?"),),
        private=True,
    )


def listed(rows: Sequence[AlertRow]) -> Reply:
    """All that are set."""
    if not rows:
        return Reply(f"You have no alerts. Say for instance `{EXAMPLE}`.", private=True)
    one = len(rows) == 1
    text = f"You have {'an alert' if one else f'{len(rows)} alerts'}; {'it is' if one else 'each is'} told once."
    table = Table(("alert", "when"), tuple((str(row.number), condition(row)) for row in rows))
    return Reply(f"{text} `cancel alert {rows[0].number}` takes it away.", table, private=True)


def cancelled(count: int, number: int | None) -> Reply:
    """Taken away."""
    which = f"Alert {number} is" if number is not None else "Your alert is" if count == 1 else f"{count} alerts are"
    return Reply(f"{which} gone.", private=True)
