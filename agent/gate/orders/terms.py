"""An order in numbers: what the digest covers, what is read back, and what its runs are held to. Pure."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Literal
from zoneinfo import available_timezones

from agent.chain.registry import Registry
from agent.errors import NeedsAnswer, Refused
from agent.hours import zone
from agent.intents import AmountSpec, Exact, Order, Swap, as_json, parse
from agent.money import Amount, Token, units_from_text
from agent.timetable import Timetable, moment
from agent.usd import PRICE_DECIMALS

RULE = "orders"
DAY = 86_400
DEFAULT_DAYS = 90
"""How long a limit or a stop waits where nothing is said."""
DEFAULT_MONTHS = 12
"""How long something is bought again and again where nothing is said."""
LONGEST_DAYS = 3_660
DEFAULT_HOUR = 9
MOST_RUNS = 10_000
Kind = Literal["limit", "dca", "stop"]


@dataclass(frozen=True, slots=True)
class Terms:
    """What a user confirms. `trade` is what every run asks the gate for. `price`: USD with 8 decimals of a whole
    `priced`. `until`: Unix seconds, the last moment of a run. `runs`: how many times it is due, None of one that
    waits for a price. `defaults` are the fields that the user didn't say. `tz`: the zone in
    which its times are said.
    """

    kind: Kind
    trade: Swap
    until: int
    priced: str | None = None
    op: Literal["below", "above"] | None = None
    price: int = 0
    times: Timetable | None = None
    runs: int | None = None
    defaults: tuple[str, ...] = ()
    tz: str = "UTC"

    @property
    def pays(self) -> str:
        return self.trade.asset

    @property
    def gets(self) -> str:
        return self.trade.to_asset

    def holds(self, prices: Mapping[str, int]) -> bool:
        """Whether the price is where it should be; False where it isn't known."""
        now = prices.get(self.priced or "")
        if now is None:
            return False
        return now <= self.price if self.op == "below" else now >= self.price

    def as_json(self) -> dict[str, Any]:
        """What the digest covers and the ledger keeps: integers as decimal text."""
        return {
            "kind": self.kind,
            "trade": as_json(self.trade),
            "until": str(self.until),
            "priced": self.priced,
            "op": self.op,
            "price": str(self.price),
            "times": None if self.times is None else self.times.as_json(),
            "runs": None if self.runs is None else str(self.runs),
            "defaults": list(self.defaults),
            "tz": self.tz,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Terms:
        trade = parse(dict(data["trade"]))
        if not isinstance(trade, Swap):
            raise TypeError(f"{trade.action} is no trade")
        return cls(
            kind=data["kind"],
            trade=trade,
            until=int(data["until"]),
            priced=data["priced"],
            op=data["op"],
            price=int(data["price"]),
            times=None if data["times"] is None else Timetable.from_json(data["times"]),
            runs=None if data["runs"] is None else int(data["runs"]),
            defaults=tuple(data["defaults"]),
            tz=data["tz"],
        )


def terms_of(intent: Order, registry: Registry, now: int, tz: str) -> Terms:
    """The order's terms, with defaults in the place of what wasn't said; `tz` is the user's zone.

    Raises Refused: lists, amount, orders. NeedsAnswer for a time zone that there isn't.
    """
    if intent.kind is None or intent.asset is None or intent.to_asset is None:
        raise TypeError("a list of orders has no terms")
    pays, gets = registry.token(intent.asset), registry.token(intent.to_asset)
    _check_amount(intent, pays, gets, registry)
    trade = Swap(asset=pays.symbol, amount=intent.amount, to_asset=gets.symbol, to_amount=intent.to_amount)
    there = intent.tz or tz
    if there not in available_timezones():
        raise NeedsAnswer(f"I know no time zone {there}. They look like Europe/Vienna. Which one?")
    if intent.kind != "dca":
        until, defaults = _until(intent, now, there)
        price = _price(intent.price or "")
        return Terms(intent.kind, trade, until, intent.priced, intent.op, price, defaults=defaults, tz=there)
    times, unsaid = _times(intent, now, there)
    until, ends = _until(intent, now, there)
    if intent.count is not None:
        until = _nth(times, intent.count, now)
    runs = sum(1 for _ in islice(times.between(now, until), MOST_RUNS + 1))
    if not runs:
        raise Refused(RULE, "That ends before it begins.", "Say a later end.")
    if runs > MOST_RUNS:
        raise Refused(RULE, f"That would be more than {MOST_RUNS} times.", "Say an earlier end, or do it less often.")
    return Terms("dca", trade, until, times=times, runs=runs, defaults=(*unsaid, *ends), tz=there)


def most_a_run(terms: Terms, registry: Registry) -> int | None:
    """Base units of what is given that one run takes at the most; None where that hangs on the balance of then."""
    pays, gets = registry.token(terms.pays), registry.token(terms.gets)
    if terms.trade.to_amount is not None:
        units = units_from_text(terms.trade.to_amount.value, gets.decimals)
        worth: int = units * terms.price * 10**pays.decimals
        return worth // int(10 ** (PRICE_DECIMALS + gets.decimals))
    if isinstance(terms.trade.amount, Exact):
        return units_from_text(terms.trade.amount.value, pays.decimals)
    return None


def _check_amount(intent: Order, pays: Token, gets: Token, registry: Registry) -> None:
    spec: AmountSpec | None = intent.amount or intent.to_amount
    token = pays if intent.amount is not None else gets
    if isinstance(spec, Exact):
        try:
            units = Amount.parse(spec.value, token).units
        except ValueError as error:
            raise Refused("amount", f"{error}.".capitalize(), "Say it with fewer decimals.") from None
        if units <= 0:
            raise Refused("amount", "An order over nothing does nothing.", "Say how much.")
    if intent.kind == "dca" and not isinstance(intent.amount, Exact):
        raise Refused(
            RULE,
            "What I do again and again needs an exact amount that is given, so that you know the most that it takes.",
            f"Say it like `100 {pays.symbol} into {gets.symbol} every Monday at 9`.",
        )
    if intent.to_amount is not None and not (intent.kind == "limit" and pays.symbol in registry.usd_stable):
        raise Refused(
            RULE,
            f"So the most {pays.symbol} that it takes isn't fixed.",
            f"Say how much {pays.symbol} you give, instead of how much {gets.symbol} you get.",
        )


def _price(text: str) -> int:
    try:
        return units_from_text(text, PRICE_DECIMALS)
    except ValueError:
        raise Refused(
            RULE, f"A price has {PRICE_DECIMALS} decimals at the most.", "Say it with fewer decimals."
        ) from None


def _times(intent: Order, now: int, tz: str) -> tuple[Timetable, tuple[str, ...]]:
    every = intent.every or "day"
    if every == "hour":
        return Timetable("hour", now, hours=intent.hours or 1, tz=tz), ()
    today = datetime.fromtimestamp(now, zone(tz))
    unsaid = []
    if intent.hour is None:
        unsaid.append("hour")
    weekdays = intent.weekdays or ((today.isoweekday(),) if every == "week" else ())
    if every == "week" and intent.weekdays is None:
        unsaid.append("weekdays")
    if every == "month" and intent.day is None:
        unsaid.append("day")
    hour = DEFAULT_HOUR if intent.hour is None else intent.hour
    times = Timetable(
        every,
        now,
        weekdays=weekdays,
        day=intent.day or (today.day if every == "month" else 1),
        hour=hour,
        minute=intent.minute or 0,
        tz=tz,
    )
    return times, tuple(unsaid)


def _until(intent: Order, now: int, tz: str) -> tuple[int, tuple[str, ...]]:
    """The last moment, and 'until' where it is a default."""
    there = zone(tz)
    unsaid: tuple[str, ...] = ()
    if intent.until is not None:
        try:
            day = datetime.fromisoformat(intent.until) + timedelta(days=1)
        except (ValueError, OverflowError):
            raise Refused(RULE, f"{intent.until} is no date.", "Write it like 2027-01-31.") from None
        until = moment(day, there) - 1
    elif intent.days is not None:
        until = now + intent.days * DAY
    elif intent.months is not None or intent.kind == "dca":
        until = _months_on(now, DEFAULT_MONTHS if intent.months is None else intent.months, tz)
    else:
        until = now + DEFAULT_DAYS * DAY
    if all(each is None for each in (intent.until, intent.days, intent.months, intent.count)):
        unsaid = ("until",)
    if until <= now:
        raise Refused(RULE, "That end is over already.", "Say a later one.")
    if until > now + LONGEST_DAYS * DAY:
        raise Refused(RULE, "An order waits ten years at the most.", "Say an earlier end.")
    return until, unsaid


def _months_on(now: int, months: int, tz: str) -> int:
    """The same time of day so many months later, on the last day of a month that is too short."""
    wall = datetime.fromtimestamp(now, UTC).astimezone(zone(tz)).replace(tzinfo=None, second=0, microsecond=0)
    year, month = divmod(wall.year * 12 + wall.month - 1 + months, 12)
    day = min(wall.day, monthrange(year, month + 1)[1])
    return moment(wall.replace(year=year, month=month + 1, day=day), zone(tz))


def _nth(times: Timetable, count: int, now: int) -> int:
    last = now
    for last in islice(times.between(now, now + LONGEST_DAYS * DAY), count - 1, count):
        return last
    raise Refused(RULE, "An order waits ten years at the most.", "Say fewer times.")
