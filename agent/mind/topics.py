"""The grammar of questions: yields, portfolio, explain, history, usage, help. They move nothing; words may stand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from agent.intents import Explain, Help, History, Origin, Portfolio, Understood, Usage, Yields
from agent.mind import questions
from agent.mind.context import Context
from agent.words.readings import Kind, Reading
from agent.words.vocabulary import Vocabulary

_ORDER = ("explain", "policy", "usage", "help", "history", "yields", "portfolio")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_AT_ASSET = ("for", "on", "of", "to")


def topic(readings: Sequence[Reading], context: Context, vocabulary: Vocabulary) -> Understood | None:
    """What is asked about, None where nothing is. `why` and `how do I` go before what they are about."""
    named = {reading.text: reading for reading in reversed(readings) if reading.kind is Kind.TOPIC}
    about = next((value for value in _ORDER if value in named), None)
    if about is None and any(reading.kind is Kind.OWN for reading in readings):
        about = "portfolio"
        named[about] = next(reading for reading in readings if reading.kind is Kind.OWN)
    if about == "history" and "yields" in named:
        about = "yields"  # the history of rates isn't what was done
    match about:
        case "explain":
            return Understood(Explain(ref=None), {"action": named[about].origin})
        case "policy":
            return Understood(Explain(ref="policy"), {"action": named[about].origin, "ref": named[about].origin})
        case "usage":
            return Understood(Usage(), {"action": named[about].origin})
        case "help":
            return Understood(Help(), {"action": named[about].origin})
        case "history":
            return history(readings, context, named[about].origin)
        case "yields":
            return yields(readings, vocabulary, named[about].origin)
        case "portfolio":
            return portfolio(readings, named[about].origin)
    return None


def portfolio(readings: Sequence[Reading], action: Origin) -> Understood:
    """What the user has; nobody else's account is looked at."""
    if any(reading.kind in (Kind.ADDRESS, Kind.BAD_ADDRESS) for reading in readings):
        return Understood(None, question=questions.OWN_ONLY)
    return Understood(Portfolio(), {"action": action})


def yields(readings: Sequence[Reading], vocabulary: Vocabulary, action: Origin) -> Understood:
    """What one token earns, or all of them."""
    tokens = {reading.text: reading for reading in reversed(readings) if reading.kind is Kind.TOKEN}
    if len(tokens) > 1:
        return Understood(None, question=questions.two_tokens(sorted(tokens)))
    for symbol, reading in tokens.items():
        return Understood(Yields(asset=symbol), {"action": action, "asset": reading.origin})
    unknown = _unlisted(readings)
    if unknown is not None:
        return Understood(None, question=questions.unlisted(unknown.words, vocabulary.tokens))
    return Understood(Yields(asset=None), {"action": action})


def _unlisted(readings: Sequence[Reading]) -> Reading | None:
    for before, reading in zip((None, *readings), readings, strict=False):
        asset_position = before is not None and before.kind is Kind.PREPOSITION and before.text in _AT_ASSET
        loud = reading.words.isupper() and 2 <= len(reading.words) <= 10
        if reading.kind is Kind.WORD and (asset_position or loud or reading.words.startswith("$")):
            return reading
    return None


def history(readings: Sequence[Reading], context: Context, action: Origin) -> Understood:
    """What happened between two days, both inclusive; a single day or period said is both."""
    spans = [(reading, _span(readings, place, context)) for place, reading in enumerate(readings)]
    dated = [(reading, span) for reading, span in spans if span is not None]
    if not dated:
        if any(reading.kind in (Kind.DATE, Kind.LAST) for reading in readings):
            unknown_now = context.now is None
            return Understood(None, question=questions.NO_DATE if unknown_now else questions.NOT_A_DATE)
        return Understood(History(since=None, until=None), {"action": action})
    first, last = dated[0][0], dated[-1][0]
    since, until = dated[0][1][0], dated[-1][1][1]
    if len(dated) == 1 and _opens(readings, first, "since", "from"):
        return Understood(History(since=since, until=None), {"action": action, "since": first.origin})
    if len(dated) == 1 and _opens(readings, first, "until"):
        return Understood(History(since=None, until=until), {"action": action, "until": last.origin})
    if since > until:
        return Understood(None, question=questions.NOT_A_DATE)
    return Understood(
        History(since=since, until=until), {"action": action, "since": first.origin, "until": last.origin}
    )


def _opens(readings: Sequence[Reading], reading: Reading, *values: str) -> bool:
    place = readings.index(reading)
    before = readings[place - 1] if place else None
    return before is not None and before.text in values


def _span(readings: Sequence[Reading], place: int, context: Context) -> tuple[str, str] | None:
    reading = readings[place]
    today = context.today.date() if context.today is not None else None
    if reading.kind is Kind.DURATION and place and readings[place - 1].kind is Kind.LAST and today is not None:
        days = reading.value // 86_400 if isinstance(reading.value, int) else 0
        return str(today - timedelta(days=min(days, 36_500))), str(today)
    if reading.kind is not Kind.DATE:
        return None
    if reading.text[0].isdigit():
        return _iso(reading.text)
    return _named(reading.text, today) if today is not None else None


def _iso(text: str) -> tuple[str, str] | None:
    try:
        day = str(date.fromisoformat(text))
    except ValueError:
        return None
    return day, day


def _named(name: str, today: date) -> tuple[str, str]:
    monday = today - timedelta(days=today.weekday())
    first = today.replace(day=1)
    if name in _WEEKDAYS:
        day = today - timedelta(days=(today.weekday() - _WEEKDAYS.index(name)) % 7 or 7)
        return str(day), str(day)
    yesterday, last_month = today - timedelta(days=1), first - timedelta(days=1)
    spans = {
        "today": (today, today),
        "yesterday": (yesterday, yesterday),
        "this week": (monday, today),
        "last week": (monday - timedelta(days=7), monday - timedelta(days=1)),
        "this month": (first, today),
        "last month": (last_month.replace(day=1), last_month),
    }
    since, until = spans[name]
    return str(since), str(until)
