"""Days in words: "3 March", "the 3rd", "in October", "last Tuesday", "two days ago", as spans of whole days.

A day without its year is the latest one that isn't in the future.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from agent.words.language import Language
from agent.words.languages import LANGUAGES
from agent.words.reading.readings import Kind, Reading

Span = tuple[date, date]
"""The first and the last day, both included."""

_DAY_SECONDS = 86_400
_LONGEST_DAYS = 36_500
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NUMBER = re.compile(r"(\d{1,2})(st|nd|rd|th)?", re.IGNORECASE)
_YEAR = re.compile(r"20\d\d")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(20\d\d)")
_OPENS_MONTH = frozenset({"in", "of", "since", "until", "from", "for", "on", "between"})
_LINKS_MONTHS = frozenset({"to", "and", "until", "-"})
UNSURE = "unsure"  # the value of figures that are a day in more than one way: 03/01/2026


def dated(readings: Sequence[Reading]) -> list[Reading]:
    """The readings with the words of each day or month joined to one DATE."""
    language = LANGUAGES[readings[0].code] if readings else LANGUAGES["en"]
    if not any(_may_tell(reading, language) for reading in readings):
        return list(readings)
    found: list[Reading] = []
    place = 0
    while place < len(readings):
        day = _day(readings, place, language)
        if day is None:
            found.append(readings[place])
            place += 1
        else:
            found.append(day[0])
            place = day[1]
    return found


def _may_tell(reading: Reading, language: Language) -> bool:
    """Whether it is what words of a day can't be without: a month, "3rd", a length of time, "last"."""
    if reading.kind in (Kind.DURATION, Kind.LAST) or _month_of(reading, language) is not None:
        return True
    if _number(reading, ordinal=True) is not None or _YEAR.fullmatch(reading.words) is not None:
        return True
    return reading.kind is Kind.BAD_AMOUNT and _DOTTED.fullmatch(reading.words) is not None


def span(value: str, today: date) -> Span | None:
    """The days of a DATE's value; None for a day that there isn't."""
    try:
        return _span(value, today)
    except (ValueError, OverflowError):
        return None


def _day(readings: Sequence[Reading], place: int, language: Language) -> tuple[Reading, int] | None:
    for reads in (
        _dotted,
        _slashed,
        _day_month,
        _month_day,
        _month,
        _ago,
        _ago_before,
        _last_day,
        _day_alone,
        _year_alone,
    ):
        found = reads(readings, place, language)
        if found is not None:
            return found
    return None


def _dotted(readings: Sequence[Reading], place: int, language: Language) -> tuple[Reading, int] | None:
    """ "01.03.2026", which is the 1st of March wherever it is written with dots."""
    del language
    found = _DOTTED.fullmatch(readings[place].words) if readings[place].kind is Kind.BAD_AMOUNT else None
    if found is None:
        return None
    return _joined(readings, place, place + 1, f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}")


def _slashed(readings: Sequence[Reading], place: int, language: Language) -> tuple[Reading, int] | None:
    """ "03/01/2026" is January or March."""
    del language
    figures = readings[place : place + 3]
    said = "".join(reading.words for reading in figures)
    if re.fullmatch(r"\d{1,2}/\d{1,2}/(?:20)?\d\d", said) is None or figures[-1].end - figures[0].start != len(said):
        return None
    return _joined(readings, place, place + 3, UNSURE)


def _joined(readings: Sequence[Reading], place: int, after: int, value: str) -> tuple[Reading, int]:
    first, last = readings[place], readings[after - 1]
    words = first.words
    for before, reading in pairwise(readings[place:after]):
        words += " " * (reading.start - before.end) + reading.words
    return replace(first, kind=Kind.DATE, value=value, end=last.end, words=words), after


def _at(readings: Sequence[Reading], place: int) -> Reading | None:
    return readings[place] if 0 <= place < len(readings) else None


def _number(reading: Reading | None, ordinal: bool = False) -> int | None:
    """A day of a month, in figures; with `ordinal` only "3rd"."""
    if reading is None or reading.kind not in (Kind.AMOUNT, Kind.BAD_AMOUNT):
        return None
    match = _NUMBER.fullmatch(reading.words)
    if match is None or not 1 <= int(match[1]) <= 31 or (ordinal and not match[2]):
        return None
    return int(match[1])


def _month_of(reading: Reading | None, language: Language) -> int | None:
    return None if reading is None else language.months.get(reading.words.casefold())


def _year(readings: Sequence[Reading], place: int) -> tuple[str, int]:
    """The year that stands there, or "-"; and where what follows begins."""
    comma = _at(readings, place)
    place += comma is not None and comma.words == ","
    reading = _at(readings, place)
    if reading is not None and reading.kind is Kind.AMOUNT and _YEAR.fullmatch(reading.words):
        return reading.words, place + 1
    return "-", place - (comma is not None and comma.words == ",")


def _day_month(readings: Sequence[Reading], place: int, language: Language) -> tuple[Reading, int] | None:
    number, after = _number(_at(readings, place)), place + 1
    between = _at(readings, after)
    if number is not None and between is not None and _is_between(between, language):
        after += 1
    month = _month_of(_at(readings, after), language)
    if number is None or month is None:
        return None
    year, after = _year(readings, after + 1)
    return _joined(readings, place, after, f"{year}-{month:02}-{number:02}")


def _is_between(reading: Reading, language: Language) -> bool:
    """The "of" of "the 3rd of March", the mark of the German "3. März"."""
    of = reading.kind is Kind.PREPOSITION and reading.text == "of"
    return of or (language.code == "de" and reading.words == ".")


def _month_day(readings: Sequence[Reading], place: int, language: Language) -> tuple[Reading, int] | None:
    month, after = _month_of(_at(readings, place), language), place + 1
    article = _at(readings, after)
    if article is not None and article.kind is Kind.FILLER and article.words.isalpha():
        after += 1
    number = _number(_at(readings, after))
    if month is None or number is None:
        return None
    year, after = _year(readings, after + 1)
    return _joined(readings, place, after, f"{year}-{month:02}-{number:02}")


def _month(readings: Sequence[Reading], place: int, language: Language) -> tuple[Reading, int] | None:
    last = _at(readings, place)
    after = place + (last is not None and last.kind is Kind.LAST)
    month, before = _month_of(_at(readings, after), language), _at(readings, place - 1)
    opened = after > place or (before is not None and (before.text in _OPENS_MONTH or before.kind is Kind.LAST))
    opened = opened or (
        before is not None and before.text in _LINKS_MONTHS and _told_month(readings[:place], language)
    )
    if month is None or not opened:
        return None
    year, end = _year(readings, after + 1)
    return _joined(readings, place, end, f"{year}-{month:02}")


def _told_month(readings: Sequence[Reading], language: Language) -> bool:
    """Whether a month was told, with which another is linked: "from March to May"."""
    return any(_month_of(reading, language) is not None for reading in readings)


def _ago(readings: Sequence[Reading], place: int, language: Language) -> tuple[Reading, int] | None:
    length, ago = _at(readings, place), _at(readings, place + 1)
    if length is None or ago is None or length.kind is not Kind.DURATION or not isinstance(length.value, int):
        return None
    if ago.words.casefold() not in language.ago or length.value % _DAY_SECONDS:
        return None
    return _joined(readings, place, place + 2, f"ago {length.value // _DAY_SECONDS}")


def _ago_before(readings: Sequence[Reading], place: int, language: Language) -> tuple[Reading, int] | None:
    """ "vor drei Tagen", "hace tres días"."""
    ago, length = _at(readings, place), _at(readings, place + 1)
    if length is None or ago is None or length.kind is not Kind.DURATION or not isinstance(length.value, int):
        return None
    if ago.words.casefold() not in language.ago_before or length.value % _DAY_SECONDS:
        return None
    return _joined(readings, place, place + 2, f"ago {length.value // _DAY_SECONDS}")


def _last_day(readings: Sequence[Reading], place: int, language: Language) -> tuple[Reading, int] | None:
    last, day = _at(readings, place), _at(readings, place + 1)
    if last is None or day is None or last.kind is not Kind.LAST or day.kind is not Kind.DATE:
        return None
    return _joined(readings, place, place + 2, day.text) if day.text in _WEEKDAYS else None


def _day_alone(readings: Sequence[Reading], place: int, language: Language) -> tuple[Reading, int] | None:
    """ "the 3rd": of the latest month that has such a day behind it."""
    before, number = _at(readings, place - 1), _number(_at(readings, place), ordinal=True)
    if number is None or before is None or before.kind not in (Kind.FILLER, Kind.PREPOSITION, Kind.JOIN):
        return None
    return _joined(readings, place, place + 1, f"----{number:02}")


def _year_alone(readings: Sequence[Reading], place: int, language: Language) -> tuple[Reading, int] | None:
    """ "in 2025", "my taxes 2025": a number that could be one, of nothing."""
    del language
    year, after = _at(readings, place), _at(readings, place + 1)
    if year is None or year.kind is not Kind.AMOUNT or not _YEAR.fullmatch(year.words):
        return None
    before = _at(readings, place - 1)
    asked = before is not None and before.kind is Kind.TOPIC  # "my taxes 2026 lifo"
    if after is not None and after.kind in {Kind.TOKEN, Kind.DURATION, *(() if asked else (Kind.WORD,))}:
        return None
    return _joined(readings, place, place + 1, year.words)


def _span(value: str, today: date) -> Span | None:
    if value[:1].isdigit():
        return _in_figures(value)
    if value.startswith("ago "):
        day = today - timedelta(days=min(int(value[4:]), _LONGEST_DAYS))
        return day, day
    if value.startswith("----"):
        day = next(day for day in _back(today) if day.day == int(value[4:]))
        return day, day
    if value.startswith("-"):
        return _without_year(value[2:], today)
    return _named(value, today)


def _in_figures(value: str) -> Span:
    if len(value) == 4:
        return date(int(value), 1, 1), date(int(value), 12, 31)
    if len(value) == 7:
        return _whole_month(int(value[:4]), int(value[5:]))
    day = date.fromisoformat(value)
    return day, day


def _back(today: date) -> Iterator[date]:
    return (today - timedelta(days=days) for days in range(70))


def _without_year(value: str, today: date) -> Span:
    """'03-03' or '10': of this year, or of the last one where it would lie in the future."""
    if len(value) == 2:
        return _whole_month(today.year - (int(value) > today.month), int(value))
    month, number = (int(part) for part in value.split("-"))
    years = (today.year - back for back in range(5))  # 29 February
    for year in years:
        try:
            day = date(year, month, number)
        except ValueError:
            continue
        if day <= today:
            return day, day
    raise ValueError(value)


def _whole_month(year: int, month: int) -> Span:
    first = date(year, month, 1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _named(name: str, today: date) -> Span | None:
    monday, first = today - timedelta(days=today.weekday()), today.replace(day=1)
    if name in _WEEKDAYS:
        day = today - timedelta(days=(today.weekday() - _WEEKDAYS.index(name)) % 7 or 7)
        return day, day
    yesterday, last_month = today - timedelta(days=1), first - timedelta(days=1)
    return {
        "today": (today, today),
        "yesterday": (yesterday, yesterday),
        "before yesterday": (today - timedelta(days=2), today - timedelta(days=2)),
        "this week": (monday, today),
        "last week": (monday - timedelta(days=7), monday - timedelta(days=1)),
        "this month": (first, today),
        "last month": (last_month.replace(day=1), last_month),
        "this year": (today.replace(month=1, day=1), today),
        "last year": (date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
    }.get(name)
