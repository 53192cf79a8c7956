"""Who gives which orders: zones of both hemispheres, times that their clocks skip and show twice, prices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from benchmarks.orders.dues import STEP, Kept, every_day, last_day, sunday

UNITS = 10
"""Dollars of USDC a time."""
AT = {
    "Europe/Vienna": time(2, 30),  # 02:00 to 03:00 is skipped on the last Sunday of March, twice in October
    "America/New_York": time(2, 30),  # skipped in March; 01:00 to 02:00 is there twice in November
    "America/Santiago": time(0, 30),  # 00:00 to 01:00 is skipped in September, 23:00 to 24:00 twice in April
    "Australia/Lord_Howe": time(2, 15),  # half an hour is skipped in October, 01:30 to 02:00 twice in April
    "Asia/Kolkata": time(9, 0),  # never changes
}
AROUND_DAYS = 4
CEILING, FLOOR, STOP = 3_030, 2_970, 2_920
"""Dollars of ETH: bought at the first or less, sold at the second or more, and sold in need at the third or less."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An order to give at `given` (Unix seconds), in the user's words; `kept` None: once, at a price.

    `until`: the last moment of one that is given again and again.
    """

    person: str
    given: int
    words: str
    until: int
    kept: Kept | None = None


def wanted(begin: int, end: int) -> list[Wanted]:
    """All orders of the year, in the order in which they are given."""
    found = []
    for zone, at in AT.items():
        clock = f"{at.hour}:{at.minute:02d}"
        found.append(_kept(zone, begin, end, f"every month on the 31st at {clock}", last_day, at))
        found.append(_kept(zone, begin, end, f"every Sunday at {clock}", sunday, at))
        for change in changes(zone, begin, end):
            given = change - AROUND_DAYS * 86_400
            last = datetime.fromtimestamp(change, ZoneInfo(zone)).date() + timedelta(days=AROUND_DAYS)
            if given > begin and _end_of(last, zone) < end:
                found.append(_kept(zone, given, _end_of(last, zone), f"every day at {clock}", every_day, at, last))
        week = begin + 40 * 86_400
        found.append(_kept(zone, week, week + 3 * 86_400, "every 6 hours", every_day, None))
    return sorted(found, key=lambda each: each.given)


def prices(begin: int, end: int) -> list[tuple[int, str]]:
    """When everybody gives the orders that go by a price, with their words; `price_at` crosses each of them later."""
    span = end - begin
    return [
        (begin + span // 20, f"buy 0.01 WETH with USDC when it is below {CEILING}"),
        (begin + span // 3, f"sell 0.02 WETH for USDC when it is above {FLOOR}"),
        (begin + span // 3 + 60, f"sell 0.03 WETH for USDC if it falls below {STOP}"),
    ]


def price_at(now: int, begin: int, end: int) -> int:
    """Dollars of ETH: the pools stay at 3,000, from which no feed may be far."""
    part = (now - begin) * 100 // (end - begin)
    for until, price in ((15, 3_060), (25, 3_020), (37, 2_940), (42, 2_985), (55, 2_900)):
        if part < until:
            return price
    return 3_000


def changes(zone: str, begin: int, end: int) -> Sequence[int]:
    """The moments at which clocks there change."""
    there, found = ZoneInfo(zone), []
    before = datetime.fromtimestamp(begin, there).utcoffset()
    for now in range(begin // STEP * STEP, end, STEP):
        offset = datetime.fromtimestamp(now, there).utcoffset()
        if offset != before:
            found.append(now)
        before = offset
    return found


def _end_of(day: date, zone: str) -> int:
    """The last second of a day there."""
    following = day + timedelta(days=1)
    return int(datetime.combine(following, time(0, 0), ZoneInfo(zone)).timestamp()) - 1


def _kept(
    zone: str, given: int, until: int, words: str, on: object, at: time | None, last: date | None = None
) -> Wanted:
    said = f"{UNITS} USDC into WETH {words}"
    if last is not None:
        said += f" until {last.isoformat()}"
    elif at is None:
        said += " for 3 days"
    else:
        said += f" until {datetime.fromtimestamp(until, ZoneInfo(zone)).date().isoformat()}"
        until = _end_of(datetime.fromtimestamp(until, ZoneInfo(zone)).date(), zone)
    return Wanted(zone, given, said, until, Kept(words, zone, on, at))  # type: ignore[arg-type]
