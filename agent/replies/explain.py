"""'Why did you choose that venue?': the recorded choice, its rule and its alternatives with their numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from agent.money import Amount, Rate, Token
from agent.plugin import Option
from agent.replies.clock import day_and_time
from agent.replies.reply import Reply, Table
from memory.rows import PlanRow, PlanStatus

RULE = "the highest rate with your own deposit in it, of the venues that can take it"
NAMED = "you named it"
ROUTE = (
    "I took the best price among the pools that I know, one or two hops, within the slippage that the policy allows."
)


def record(options: Sequence[Option]) -> list[dict[str, Any]]:
    """Options as JSON data for the decision that the ledger keeps."""
    return [
        {
            "venue": option.venue,
            "rate": str(option.rate.ray),
            "after": str(option.after.ray),
            "income": str(option.income),
            "reasons": list(option.reasons),
            "why_not": option.why_not,
        }
        for option in options
    ]


def explain(
    asset: Token, units: int, chosen: str, rule: str, alternatives: Sequence[dict[str, Any]], when: str
) -> Reply:
    """The answer to 'why', from what was recorded then and not from today's rates."""
    amount = Amount(units, asset)
    picked = next((each for each in alternatives if each["venue"] == chosen), None)
    if picked is None:
        text = f"On {when} you named {chosen} yourself for {amount}."
    else:
        text = f"On {when} I chose {chosen} for {amount}: {rule}."
        text += f" It paid {_rate(picked['after'])} a year with your deposit in it."
        second = next((e for e in alternatives if e["venue"] != chosen and not e["why_not"]), None)
        if second:
            text += f" The next best was {second['venue']} with {_rate(second['after'])}."
    rows = tuple(
        (each["venue"], _rate(each["rate"]), _rate(each["after"]), each["why_not"] or _why(each))
        for each in alternatives
    )
    return Reply(
        text, Table(("venue", "rate then", "with yours in it", "why"), rows, frozenset({1, 2})) if rows else None
    )


def with_request(choice: Reply | None, row: PlanRow) -> Reply:
    """The same with a plan that was made later and needed no venue of the agent's choosing. A swap goes first: what
    it chose is its route.
    """
    swap = row.intent.get("action") == "swap"
    what = row.preview.get("headline") or f"a {row.intent.get('action', 'plan')}"  # forgotten words leave the kind
    text = f"on {day_and_time(row.created_at)} you asked for this and confirmed it: {what}."
    if swap:
        text += f" {ROUTE}"
    if row.status is not PlanStatus.SETTLED:
        text += f" It ended as {row.status}{': ' + row.reason if row.reason else ''}."
    first = f"O{text[1:]}"
    if choice is None:
        return Reply(first, private=True)
    whole = f"{first} Before that: {choice.text}" if swap else f"{choice.text} After that, {text}"
    return replace(choice, text=whole, private=True)


def nothing() -> Reply:
    """The answer where no choice was made yet."""
    return Reply("I haven't chosen a venue for you yet. Say `put 1,000 USDC to work` and I will, with my reasons.")


def _why(option: dict[str, Any]) -> str:
    """The reasons but for the rates, which have columns of their own."""
    return "; ".join(reason for reason in option["reasons"] if not reason.startswith(_rate(option["rate"])))


def _rate(ray: str) -> str:
    return str(Rate(int(ray)))
