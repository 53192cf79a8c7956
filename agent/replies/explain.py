"""'Why did you choose that?': the recorded choice, its rule and its alternatives with their numbers.

All of it is told from what was recorded then, and not from today's rates and prices.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from agent.gate.choices import RANGE, ROUTE, TURN
from agent.gate.mandates.ranging import KIND
from agent.gate.trades.words import FEE_PLACES, about, percent
from agent.money import Amount, Rate, Token, text_from_units
from agent.replies import ranges, rebalanced
from agent.replies.clock import day_and_time
from agent.replies.reply import Reply, Table
from memory.rows import DecisionRow, PlanRow, PlanStatus

Tokens = Callable[[str], Token]


WAITS = "That is what I showed you; you haven't confirmed it, so nothing is done of it."


def told(rows: Sequence[DecisionRow], tokens: Tokens, waits: bool = False) -> Reply:
    """All the choices of one plan, in their order. The table is the last one's that has alternatives.

    `waits`: the plan isn't confirmed yet.
    """
    replies = [_told(row, tokens) for row in rows]
    tables = [reply.table for reply in replies if reply.table is not None]
    text, private = (
        " ".join([*(reply.text for reply in replies), *([WAITS] if waits else [])]),
        any(reply.private for reply in replies),
    )
    return Reply(text, tables[-1] if tables else None, private=private)


def with_earlier(later: Reply, earlier: Reply, swapped: bool) -> Reply:
    """What was chosen before is told, too, where the last choice wasn't about where money goes.

    A swap goes first, with its table; a withdrawal, whose numbers are few, stands behind the venue's choice.
    """
    if swapped:
        return replace(later, text=f"{later.text} Before that: {earlier.text}", table=later.table or earlier.table)
    text = f"{earlier.text} After that, {later.text[:1].lower()}{later.text[1:]}"
    return replace(later, text=text, table=earlier.table or later.table)


def with_request(choice: Reply | None, row: PlanRow) -> Reply:
    """The same with a plan that was made later and left nothing to choose."""
    what = row.preview.get("headline") or f"a {row.intent.get('action', 'plan')}"  # forgotten words leave the kind
    text = f"on {day_and_time(row.created_at)} you asked for this and confirmed it: {what}."
    if row.status is not PlanStatus.SETTLED:
        text += f" It ended as {row.status}{': ' + row.reason if row.reason else ''}."
    if choice is None:
        return Reply(f"O{text[1:]}", private=True)
    return replace(choice, text=f"{choice.text} After that, {text}", private=True)


def nothing() -> Reply:
    """The answer where no choice was made yet."""
    return Reply("I haven't chosen a venue for you yet. Say `put 1,000 USDC to work` and I will, with my reasons.")


def _told(row: DecisionRow, tokens: Tokens) -> Reply:
    asset, when = tokens(str(row.snapshot["asset"])), day_and_time(row.at)
    if row.kind.startswith("rebalance"):
        return rebalanced.why(row, asset, when)
    if row.kind == ROUTE:
        return _route(row, asset, tokens(str(row.snapshot["to_asset"])), when)
    if row.kind == RANGE:
        return ranges.chosen(row, when)
    if row.kind == KIND:
        return ranges.moved(row, when)
    if row.kind == TURN:
        return _turn(row, asset, when)
    return _venue(row, Amount(int(row.snapshot["units"]), asset), when)


def _several(row: DecisionRow, amount: Amount, when: str) -> Reply:
    """A deposit that went to several venues."""
    asset, spread = amount.token, row.snapshot["spread"]
    parts = [each for each in row.alternatives if each["part"] != "0"]
    said = [f"{Amount(int(each['part']), asset)} into {each['venue']} ({_rate(each['after'])})" for each in parts]
    text = f"On {when} I chose to put {amount} into several venues: {', '.join(said)}. The rule: {row.rule}."
    if spread["alone"]:
        more, gas = (f"{about(int(spread[key]), asset)} {asset.symbol}" for key in ("more", "gas"))
        days = int(spread["seconds"]) // 86_400
        text += f" In {days} days that was expected to earn {more} more than all of it in {spread['alone']},"
        text += f" for {gas} of further gas."
    rows = tuple(
        (
            each["venue"],
            Amount(int(each["part"]), asset).value,
            _rate(each["rate"]),
            _rate(each["after"]),
            each["why_not"] or _why(each),
        )
        for each in row.alternatives
    )
    return Reply(text, Table(("venue", "part", "rate then", "with yours in it", "why"), rows, frozenset({1, 2, 3})))


def _venue(row: DecisionRow, amount: Amount, when: str) -> Reply:
    if "spread" in row.snapshot:
        return _several(row, amount, when)
    picked = _picked(row, "venue")
    if picked is None:
        return Reply(f"On {when} you named {row.chosen} yourself for {amount}.")
    text = f"On {when} I chose {row.chosen} for {amount}: {row.rule}."
    text += f" It paid {_rate(picked['after'])} a year with your deposit in it."
    second = _second(row, "venue")
    if second:
        text += f" The next best was {second['venue']} with {_rate(second['after'])}."
    rows = tuple(
        (each["venue"], _rate(each["rate"]), _rate(each["after"]), each["why_not"] or _why(each))
        for each in row.alternatives
    )
    return Reply(text, Table(("venue", "rate then", "with yours in it", "why"), rows, frozenset({1, 2})))


def _route(row: DecisionRow, pays: Token, gets: Token, when: str) -> Reply:
    """The way of a swap. What is compared is what each way gives, or of an exact output what it takes."""
    exact_out = bool(row.snapshot["exact_out"])
    side, open_token, said = ("units_in", pays, gets) if exact_out else ("units_out", gets, pays)
    amount, limit = Amount(int(row.snapshot["units"]), said), Amount(int(row.snapshot["limit"]), open_token)
    verb, bound = ("takes", "at most") if exact_out else ("gives", "at least")
    what = f"buy {amount} with {pays.symbol}" if exact_out else f"swap {amount} to {gets.symbol}"
    text = f"On {when} I chose {row.chosen} to {what}: {row.rule}."
    if row.snapshot.get("order"):
        text += f" Your order {row.snapshot['order']} asked for it."
    picked, second = _picked(row, "route"), _second(row, "route")
    if picked is not None:
        now = f"{about(int(picked[side]), open_token)} {open_token.symbol}"
        if picked.get("ordered"):  # which nobody can simulate
            text += f" It says that it {verb} {now}"
        elif "said" in picked:  # an offer, which counts for what its call gave
            text += f" Run on our own node it {verb} {now}"
        else:
            text += f" By the pools' state at that moment it {verb} {now}"
        if row.snapshot.get("bound"):
            text += f", and {bound} {limit} by the price of your order."
        elif picked.get("ordered"):
            text += f", and {bound} {limit} by the order that is signed."
        else:
            text += f", and {bound} {limit} within the slippage that the policy allows."
    if second is not None:
        text += (
            f" The next best was {second['route']} with {about(int(second[side]), open_token)} {open_token.symbol}."
        )
    if len(row.alternatives) < 2:
        text += " No other way is known."
    rows = tuple(_route_row(each, side, open_token, verb, each is picked) for each in row.alternatives)
    columns = ("way", f"{verb} {open_token.symbol}", "price impact", "pool fee", "verdict")
    return Reply(text, Table(columns, rows, frozenset({1, 2, 3})), private=True)


def _route_row(each: Mapping[str, Any], side: str, token: Token, verb: str, picked: bool) -> tuple[str, ...]:
    fee = f"{text_from_units(int(each['fee']), FEE_PLACES)} %"
    if each["why_not"]:
        return (str(each["route"]), "-", "-", fee, str(each["why_not"]))
    verdict = "the best" if picked else f"{verb} {'more' if verb == 'takes' else 'less'}"
    given = Amount(int(each[side]), token).value
    return (str(each["route"]), given, percent(int(each["impact_bps"])), fee, verdict)


def _turn(row: DecisionRow, asset: Token, when: str) -> Reply:
    """Which positions a withdrawal was taken from."""
    amount = Amount(int(row.snapshot["units"]), asset)
    given = [each for each in row.alternatives if int(each["units"])]
    parts = [f"{Amount(int(each['units']), asset)} from {each['venue']} ({_rate(each['rate'])})" for each in given]
    text = f"On {when} I chose where to take {amount} out: {' and '.join(parts)}. The rule: {row.rule}."
    if len(row.alternatives) == 1:
        text = f"On {when} I chose to take {amount} out of {row.chosen}: you had {asset.symbol} nowhere else."
    rows = tuple(
        (
            str(each["venue"]),
            _rate(each["rate"]),
            Amount(int(each["position"]), asset).value,
            Amount(int(each["units"]), asset).value,
        )
        for each in row.alternatives
    )
    return Reply(text, Table(("venue", "rate then", "you had", "taken"), rows, frozenset({1, 2, 3})), private=True)


def _picked(row: DecisionRow, name: str) -> Mapping[str, Any] | None:
    return next((each for each in row.alternatives if each[name] == row.chosen), None)


def _second(row: DecisionRow, name: str) -> Mapping[str, Any] | None:
    return next((each for each in row.alternatives if each[name] != row.chosen and not each["why_not"]), None)


def _why(option: Mapping[str, Any]) -> str:
    """The reasons but for the rates, which have columns of their own."""
    return "; ".join(reason for reason in option["reasons"] if not reason.startswith(_rate(option["rate"])))


def _rate(ray: str) -> str:
    return str(Rate(int(ray)))
