"""What a person may want done later: at a price, or again and again."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from agent.intent_parts import AmountSpec, Closed, Decimal, Exact, Hour, Symbol, Weekday, Zone


class Order(Closed):
    """A trade for later, shown first; all of it null: lists those that are set.

    `limit` and `stop`: once the dollar price of `priced`, one of the two tokens, is `price` or beyond it on the side
    `op`. A limit waits for a better price and never takes a worse one; a stop acts on a worse one, at what it gets.
    `dca`: every so many `hours`, or on days (`weekdays`: 1 is Monday; `day` of the month) at a time of the zone `tz`,
    null: the user's. It ends with the day `until` (ISO 8601), after `days` or `months`, or after `count` times; null:
    a default stands in its place in what is read back.
    """

    action: Literal["order"] = "order"
    kind: Literal["limit", "dca", "stop"] | None = None
    asset: Symbol | None = None
    amount: AmountSpec | None = None
    to_asset: Symbol | None = None
    to_amount: Exact | None = None
    priced: Symbol | None = None
    op: Literal["below", "above"] | None = None
    price: Decimal | None = None
    every: Literal["hour", "day", "week", "month"] | None = None
    hours: Annotated[int, Field(ge=1, le=8_760)] | None = None
    weekdays: Annotated[tuple[Weekday, ...], Field(min_length=1, max_length=7)] | None = None
    day: Annotated[int, Field(ge=1, le=31)] | None = None
    hour: Hour | None = None
    minute: Annotated[int, Field(ge=0, le=59)] | None = None
    tz: Zone | None = None
    until: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")] | None = None
    days: Annotated[int, Field(ge=1, le=3_650)] | None = None
    months: Annotated[int, Field(ge=1, le=120)] | None = None
    count: Annotated[int, Field(ge=1, le=10_000)] | None = None

    @property
    def is_list(self) -> bool:
        return self.kind is None

    @model_validator(mode="after")
    def _whole_or_a_list(self) -> Order:
        said = {name for name, value in self.model_dump().items() if value is not None} - {"action"}
        if self.kind is None:
            if said:
                raise ValueError("an order has a kind, or nothing at all")
            return self
        if self.asset is None or self.to_asset is None or self.asset == self.to_asset:
            raise ValueError("an order is between two tokens")
        if (self.amount is None) == (self.to_amount is None):
            raise ValueError("an order has an amount or a to_amount, one of them")
        if len(said & {"until", "days", "months", "count"}) > 1:
            raise ValueError("an order ends in one way")
        self._check_when(said)
        return self

    def _check_when(self, said: set[str]) -> None:
        prices, times = {"priced", "op", "price"}, {"every", "hours", "weekdays", "day", "hour", "minute", "tz"}
        if self.kind == "dca":
            fits = {"hour": {"hours"}, "day": set(), "week": {"weekdays"}, "month": {"day"}, None: set()}[self.every]
            clock = set() if self.every == "hour" else {"hour", "minute", "tz"}
            if self.every is None or said & (prices | (times - {"every"} - fits - clock)):
                raise ValueError("what is bought again and again has its times, and no price")
            if (self.hour is None) != (self.minute is None):
                raise ValueError("a time of day has an hour and a minute")
            return
        if not prices <= said or said & (times | {"count"}) or self.priced not in (self.asset, self.to_asset):
            raise ValueError("a limit or a stop has a price of one of its tokens, and no times")
        better = "above" if self.priced == self.asset else "below"
        if (self.kind == "limit") != (self.op == better):
            raise ValueError("a limit waits for a better price, a stop for a worse one")
