"""Orders in words: read back before they are given, listed, and what became of each run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from agent.chain.registry import Registry
from agent.gate.orders.terms import Terms, most_a_run
from agent.hours import zone
from agent.intents import AllBut, Exact, Percentage, Swap
from agent.money import Amount, grouped, text_from_units
from agent.replies.reply import Offer, Reply, Table
from agent.timetable import WEEKDAYS
from agent.usd import PRICE_DECIMALS
from memory.standing.orders import OrderRow, RunRow

EXAMPLE = "100 USDC into ETH every Monday at 9"
OFFERS = (Offer("Confirm", "confirm"), Offer("Cancel", "cancel"))
_WORKDAYS = (1, 2, 3, 4, 5)


def trade_text(trade: Swap) -> str:
    """'swap 100 USDC to ETH'."""
    if trade.to_amount is not None:
        return f"swap {trade.asset} to exactly {grouped(trade.to_amount.value)} {trade.to_asset}"
    match trade.amount:
        case Exact(value=value):
            return f"swap {grouped(value)} {trade.asset} to {trade.to_asset}"
        case Percentage(value=value):
            return f"swap {value} % of your {trade.asset} to {trade.to_asset}"
        case AllBut(value=value):
            return f"swap all your {trade.asset} but {grouped(value)} to {trade.to_asset}"
    return f"swap all your {trade.asset} to {trade.to_asset}"


def when_text(terms: Terms) -> str:
    """'once ETH is at $4,000 or more', 'every Monday at 9:00 (UTC)'."""
    if terms.times is None:
        side = "less" if terms.op == "below" else "more"
        return f"once {terms.priced} is at {price_text(terms.price)} or {side}"
    times = terms.times
    if times.every == "hour":
        return "every hour" if times.hours == 1 else f"every {times.hours} hours"
    clock = f"{times.hour}:{times.minute:02d} ({times.tz})"
    if times.every == "day":
        return f"every day at {clock}"
    if times.every == "week":
        days = " and ".join(WEEKDAYS[each - 1] for each in times.weekdays)
        return f"every weekday at {clock}" if times.weekdays == _WORKDAYS else f"every {days} at {clock}"
    return f"every month on day {times.day} at {clock}"


def price_text(price: int) -> str:
    """'$2,500', to its last digit."""
    return f"${grouped(text_from_units(price, PRICE_DECIMALS))}"


def clock(at: int, tz: str) -> str:
    """'2026-11-23 09:00 (Europe/Vienna)'."""
    return f"{datetime.fromtimestamp(at, zone(tz)):%Y-%m-%d %H:%M} ({tz})"


def preview(terms: Terms, registry: Registry, seconds: int, notes: Sequence[str] = ()) -> Reply:
    """The question before an order comes into force. `notes` are sentences on what holds today."""
    text = f"I can {trade_text(terms.trade)}, {when_text(terms)}, on my own until {clock(terms.until, terms.tz)}. "
    text += {
        "limit": "It never takes a worse price than that, the pools' fees in it. ",
        "stop": "It takes the price that the pools give then, so it needs their prices: it is no way out in need. ",
        "dca": "Each time goes by the pools' price of that moment; what can't be done then is told and not made up "
        "for. ",
    }[terms.kind]
    text += "All limits, the pause and every check hold each time. `my orders` lists it. "
    text += "".join(f"{note} " for note in notes)
    text += f"Confirm within {seconds} s?"
    return Reply(text, table(terms, registry), offers=OFFERS, private=True)


def table(terms: Terms, registry: Registry) -> Table:
    """Every bound with its number; 'default' where the user didn't say it."""
    token, most = registry.token(terms.pays), most_a_run(terms, registry)
    rows = [
        ("what", trade_text(terms.trade), "you"),
        ("when", when_text(terms), _by(terms, "hour", "weekdays", "day")),
    ]
    each = "what your wallet holds of it then" if most is None else str(Amount(most, token))
    rows.append(("given at the most each time", each, "you"))
    whole = most if most is None or terms.runs is None else most * terms.runs
    total = each if whole is None else str(Amount(whole, token))
    rows.append(("given at the most in all", total, "you"))
    if terms.runs is not None:
        rows.append(("times", str(terms.runs), _by(terms, "until")))
    rows.append(("slippage", "0.3 %, 0.05 % between stable coins", "policy"))
    rows.append(("ends", clock(terms.until, terms.tz), _by(terms, "until")))
    return Table(("limit", "number", "said by"), tuple(rows))


def in_place_of(number: int, terms: Terms) -> str:
    """What is shown beside an order that takes another one's place."""
    return (
        f"It takes the place of order {number}, which stands until you confirm: {trade_text(terms.trade)}, "
        f"{when_text(terms)}."
    )


def granted(row: OrderRow, terms: Terms, following: int | None, replaces: str | None = None) -> Reply:
    """In force; `replaces`: the number of the order whose place it took."""
    text = f"Done: order {row.number} is set. I {trade_text(terms.trade)}, {when_text(terms)}, and tell you here."
    if replaces is not None:
        text += f" Order {replaces} has ended with it."
    if following is not None:
        text += f" The first time is {clock(following, terms.tz)}."
    return Reply(f"{text} `cancel order {row.number}` ends it.", private=True)


def holds_already(terms: Terms, now: int) -> Reply:
    """What needs no order."""
    return Reply(
        f"So it is already: {terms.priced} is at {price_text(now)}. I set no order; `{trade_text(terms.trade)}` does "
        "it now.",
        private=True,
    )


def listed(rows: Sequence[tuple[OrderRow, Terms]]) -> Reply:
    """All that are in force."""
    if not rows:
        return Reply(f"You have no orders. Say for instance `{EXAMPLE}`.", private=True)
    number = rows[0][0].number
    if len(rows) == 1:
        text = f"You have an order. `cancel order {number}` takes it away."
    else:
        text = f"You have {len(rows)} orders. `cancel order {number}` takes one of them away."
    cells = tuple(
        (str(row.number), trade_text(terms.trade), when_text(terms), clock(terms.until, terms.tz))
        for row, terms in rows
    )
    table = Table(("order", "what", "when", "ends"), cells)
    return Reply(text, table, private=True)


def cancelled(count: int, number: int | None) -> Reply:
    """Taken away."""
    if number is not None:
        return Reply(f"Order {number} is gone.", private=True)
    return Reply("Your order is gone." if count == 1 else f"{count} orders are gone.", private=True)


def ran(order: OrderRow, terms: Terms, run: RunRow, changes: Mapping[str, Amount]) -> Reply:
    """What became of a run. `changes`: what it gave and got, by symbol."""
    when = f" of {clock(run.period, terms.tz)}" if terms.times is not None else ""
    head = f"Order {order.number}{when}"
    match run.outcome:
        case "settled":
            given = [Amount(-each.units, each.token) for each in changes.values() if each.units < 0]
            got = [each for each in changes.values() if each.units > 0]
            text = f"{head}: done. {' and '.join(map(str, given))} became {' and '.join(map(str, got))}."
        case "missed":
            text = f"{head}: missed. It was too late for it when I could look; I don't make up for it."
        case "refused":
            text = f"{head}: nothing was done. {run.reason}"
        case _:
            text = f"{head}: it was stopped. {run.reason}"
    if run.missed:
        text += f" {run.missed} earlier time{' was' if run.missed == 1 else 's were'} missed meanwhile."
    return Reply(text, private=True)


def ended(order: OrderRow, most: int) -> Reply:
    """It ended by itself."""
    if order.why_ended == "failed":
        return Reply(f"Order {order.number} has ended: what it sent failed {most} times.", private=True)
    return Reply(f"Order {order.number} has ended: its time is over.", private=True)


def _by(terms: Terms, *fields: str) -> str:
    return "default" if set(fields) & set(terms.defaults) else "you"
