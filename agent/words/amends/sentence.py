"""An order or a position as one sentence, which the reader of orders and positions reads as exactly that.

What a correction comes to is said like this and read anew, so that it means what the same sentence means when
somebody says it outright.
"""

from __future__ import annotations

from dataclasses import replace

from agent.intents import All, AllBut, AmountSpec, Exact, Order, Percentage, Provide, Range
from agent.timetable import WEEKDAYS
from agent.words.liquidity.asked import ranging
from agent.words.orders.asked import order
from agent.words.vocabulary import Vocabulary

_LAST_DAY = 31


def reads_as(meant: Order | Provide, vocabulary: Vocabulary) -> bool:
    """Whether the sentence of it is read as exactly that."""
    english = replace(vocabulary, language="en")
    if isinstance(meant, Order):
        meant = meant.model_copy(update={"tz": None})  # a zone is a name, and nothing is put together of it
        return order((order_said(meant),), english) == meant
    return ranging(position_said(meant), english) == meant


def order_said(meant: Order) -> str:
    """'swap 100 USDC to ETH every week on Monday at 9:00'."""
    parts = [_trade(meant), _price(meant) if meant.kind != "dca" else _times(meant), _end(meant)]
    return " ".join(filter(None, parts))


def position_said(meant: Provide) -> str:
    """'provide 1000 USDC and ETH liquidity, range 2500 to 3500'."""
    sides = ((meant.asset, meant.amount), (meant.to_asset, meant.to_amount))
    both = " and ".join(token if amount is None else _amount(amount, token) for token, amount in sides)
    return f"provide {both} liquidity{_range(meant.range)}"


def _range(meant: Range | None) -> str:
    if meant is None:
        return ""
    match meant.kind:
        case "prices":
            return f", range {meant.low} to {meant.high}"
        case "percent":
            return f", range ±{meant.value} %"
    return f", {meant.kind} range"


def _trade(meant: Order) -> str:
    if meant.to_amount is not None:
        return f"buy {meant.to_amount.value} {meant.to_asset} with {meant.asset}"
    amount = meant.amount or All()
    return f"swap {_amount(amount, str(meant.asset))} to {meant.to_asset}"


def _amount(spec: AmountSpec, token: str) -> str:
    match spec:
        case Exact(value=value):
            return f"{value} {token}"
        case Percentage(value=value):
            return f"{value} % of my {token}"
        case AllBut(value=value):
            return f"all but {value} {token}"
    return f"all my {token}"


def _price(meant: Order) -> str:
    return f"when {meant.priced} is {meant.op} {meant.price}"


def _times(meant: Order) -> str:
    match meant.every:
        case "hour":
            return f"every {meant.hours} hours"
        case "day":
            said = "every day"
        case "week":
            days = " and ".join(WEEKDAYS[each - 1] for each in meant.weekdays or ())
            said = f"every week on {days}" if days else "every week"
        case _:
            said = "every month" if meant.day is None else f"every month on the {meant.day}th"
    if meant.hour is None:
        return said
    clock = f"{said} at {meant.hour}:{meant.minute or 0:02d}"
    return clock if meant.tz is None else f"{clock} {meant.tz}"


def _end(meant: Order) -> str:
    if meant.until is not None:
        return f"until {meant.until}"
    if meant.days is not None:
        return f"for {meant.days} days"
    if meant.months is not None:
        return f"for {meant.months} months"
    return "" if meant.count is None else f"{meant.count} times"
