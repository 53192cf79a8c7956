"""The times in an order's words: how often, at which time of day, until when; each cut out of the message."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from agent.words.orders import frames
from agent.words.patterns import Patterns, may

MOST = {"days": 3_650, "months": 120, "count": 10_000, "hours": 8_760}
"""What an order is set for at the most: ten years, ten thousand times; and so many hours apart."""
_NO_HOUR = re.compile(r"\b(?:at|um|a\s+las?)\s+\d{1,2}(?:[:.h]\d{1,2})?(?![\d.,])\s*$", re.IGNORECASE)
"""A time of day that no day has: "at 25"."""


class Unsaid:
    """It says times that no order can have."""


def times(said: str) -> tuple[str, dict[str, Any]] | Unsaid | None:
    """The message without its times, and what they are as fields of an order. None where it says none."""
    if not may(frames.TIMED, said):
        return None
    found = _first(frames.EVERY, said)
    other = _first(frames.OTHER_EVERY, said)
    if other is not None and (found is None or found.start() >= other.start() or found.end() <= other.end()):
        return Unsaid()
    once = _first(frames.ONCE, said)
    if once is not None and not (found is not None and found.start() <= once.start() and once.end() <= found.end()):
        return Unsaid()
    if found is None:
        return None
    fields = _every(found)
    if not 0 < fields.get("hours", 1) <= MOST["hours"]:
        return Unsaid()
    rest = _without(said, found)
    at = clock(rest)
    if isinstance(at, Unsaid):
        return at
    if at is not None and fields["every"] != "hour":
        rest, hour = at
        fields |= hour
    return rest, fields


def clock(said: str) -> tuple[str, dict[str, Any]] | Unsaid | None:
    """The message without its time of day, and that as fields of an order. None where it says none."""
    found = _first(frames.TIMES, said)
    if found is None:
        return Unsaid() if _NO_HOUR.search(said) else None
    hour = _hour(found)
    return Unsaid() if hour is None else (_without(said, found), hour)


def ends(said: str) -> tuple[str, dict[str, Any]] | Unsaid:
    """The message without its end, and the end as a field of an order; no field where it says none. Unsaid: an end
    that is no day, or further away than an order waits.
    """
    found = _first(frames.ENDS, said)
    if found is None:
        return Unsaid() if _first(frames.OTHER_ENDS, said) is not None else (said, {})
    field = _end(found.groupdict())
    return Unsaid() if field is None else (_without(said, found), field)


def without_end(said: str) -> str:
    """The message without its end, whether or not that is one that an order can have."""
    found = _first(frames.ENDS, said) or _first(frames.OTHER_ENDS, said)
    return said if found is None else said[: found.start()].rstrip(" ,")


def without_times(said: str) -> str:
    """The message without how often it says, whether or not an order can be had so often, and without its hour."""
    for patterns in (frames.EVERY, frames.OTHER_EVERY, frames.TIMES):
        found = _first(patterns, said)
        said = said if found is None else _without(said, found)
    return said


def _first(patterns: Patterns, said: str) -> re.Match[str] | None:
    return next(filter(None, (each.search(said) for each in patterns)), None)


def _without(said: str, found: re.Match[str]) -> str:
    left = f"{said[: found.start()].rstrip(' ,')} {said[found.end() :].lstrip(' ,:')}"
    return left.strip(" ,;:")


def _every(found: re.Match[str]) -> dict[str, Any]:
    parts = {name: value for name, value in found.groupdict().items() if value}
    if "weekdays" in parts:
        days = {frames.DAYS[each.group().casefold()] for each in frames.DAY.finditer(parts["weekdays"])}
        return {"every": "week", "weekdays": tuple(sorted(days))}
    if "workday" in parts:
        return {"every": "week", "weekdays": frames.WORKDAYS}
    day = parts.get("day") or parts.get("day2")
    if day is not None and int(day):
        return {"every": "month", "day": int(day)}
    if "first" in parts:
        return {"every": "month", "day": 1}
    if "hours" in parts:
        return {"every": "hour", "hours": int(parts["hours"])}
    bare = {"hourly": {"every": "hour", "hours": 1}, "twice": {"every": "hour", "hours": 2}}
    bare |= {"daily": {"every": "day"}, "weekly": {"every": "week"}, "monthly": {"every": "month"}}
    named = next((bare[name] for name in parts if name in bare), None)
    return dict(named) if named is not None else {"every": "month", "day": 31}


def _hour(found: re.Match[str]) -> dict[str, Any] | None:
    """The time of day; None for '13 pm' and its like."""
    parts = {name: value for name, value in found.groupdict().items() if value}
    zone = {"tz": parts["tz"]} if "tz" in parts else {}
    if "noon" in parts or "midnight" in parts:
        return {"hour": 12 if "noon" in parts else 0, "minute": 0, **zone}
    hour, minute = int(parts["hour"]), int(parts.get("minute") or parts.get("past") or 0)
    half = (parts.get("half") or parts.get("part") or "").casefold().replace(".", "")
    if half in frames.LATE and hour < 12:
        hour += 12
    elif half in frames.EARLY and hour == 12:
        hour = 0
    elif half in (frames.EARLY | {"pm"}) and hour > 12:
        return None
    return {"hour": hour, "minute": minute, **zone} if hour < 24 else None


def _end(parts: dict[str, str | None]) -> dict[str, Any] | None:
    if parts.get("date"):
        day = _date(str(parts["date"]))
        return None if day is None else {"until": day.isoformat()}
    if parts.get("count"):
        return _within("count", int(str(parts["count"])))
    unit = parts.get("unit")
    if unit is None:
        return None
    field, each = frames.UNITS[unit.casefold()]
    return _within(field, (int(str(parts["number"])) if parts.get("number") else 1) * each)


def _within(field: str, number: int) -> dict[str, Any] | None:
    """The field, as long as an order may have it (agent/intent_order.py)."""
    return {field: number} if 0 < number <= MOST[field] else None


def _date(text: str) -> date | None:
    try:
        if "-" in text:
            return date.fromisoformat(text)
        day, month, year = (int(each) for each in text.split("."))
        return date(year, month, day)
    except ValueError:
        return None
