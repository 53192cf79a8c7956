"""An order that stands, as it would be said now, and what it is changed to: the rest stays as it is. Pure."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import Any

from agent.chain.registry import Registry
from agent.errors import Refused
from agent.gate.orders.terms import MOST_RUNS, RULE, Terms, terms_of
from agent.intents import Order

_ENDS = ("until", "days", "months", "count")


def as_said(intent: Order, terms: Terms, now: int) -> Order:
    """The order with what was a default when it was given said, and with the times that are left of a number."""
    times, said = terms.times, dict[str, Any]()
    if times is None:
        return intent
    if times.every != "hour":
        said = {"hour": times.hour, "minute": times.minute, "tz": terms.tz}
    if times.every == "week":
        said["weekdays"] = times.weekdays
    if times.every == "month":
        said["day"] = times.day
    if intent.count is not None:
        left = sum(1 for _ in islice(times.between(now, terms.until), MOST_RUNS))
        if not left:
            raise Refused(RULE, "That order has nothing left to do.", "Say a new one.")
        said["count"] = left
    return Order.model_validate({**intent.model_dump(), **said})


def terms_anew(base: Order, anew: Order, old: Terms, registry: Registry, now: int, tz: str) -> Terms:
    """The terms of `anew`, which stands in the place of `base`: an end that wasn't changed is the moment that it was.

    Raises Refused, NeedsAnswer as `terms_of` does.
    """
    terms = terms_of(anew, registry, now, tz)
    times = terms.times
    hourly = times is not None and old.times is not None and times.every == old.times.every == "hour"
    if times is not None and old.times is not None and hourly and times.hours == old.times.hours:
        times = replace(times, start=old.times.latest(now) or old.times.start)  # it goes on from when it was given
        terms = replace(terms, times=times)
    if anew.count is not None or any(getattr(anew, each) != getattr(base, each) for each in _ENDS):
        return terms
    runs = None if times is None else sum(1 for _ in islice(times.between(now, old.until), MOST_RUNS + 1))
    if runs == 0:
        raise Refused(RULE, "That ends before it begins.", "Say a later end.")
    return replace(terms, until=old.until, runs=runs)
