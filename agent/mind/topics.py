"""The grammar of questions: yields, portfolio, explain, history, usage, help. They move nothing; words may stand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from agent.intents import Explain, Help, History, Origin, Portfolio, Understood, Usage, Yields
from agent.mind import questions
from agent.mind.context import Context
from agent.words.languages import LANGUAGES
from agent.words.reading.dates import dated
from agent.words.reading.dates import span as days_of
from agent.words.reading.readings import Kind, Reading
from agent.words.turns import past
from agent.words.turns.follow import phrases_of
from agent.words.vocabulary import Vocabulary

_ORDER = ("explain", "policy", "usage", "help", "books", "history", "yields", "portfolio")
_QUARTERS = frozenset({"q1", "q2", "q3", "q4", "quarter", "quarters", "trimestre", "quartal", "halbjahr", "semestre"})
"""Times of a year that aren't read: asked about, for what is told of the whole of it isn't what was asked."""
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
            return _about(dated(readings), context, vocabulary, named[about].origin)
        case "policy":
            return Understood(Explain(ref="policy"), {"action": named[about].origin, "ref": named[about].origin})
        case "usage":
            return Understood(Usage(), {"action": named[about].origin})
        case "help":
            return Understood(Help(), {"action": named[about].origin})
        case "history" | "books":
            return history(dated(readings), context, named[about].origin)
        case "yields":
            return yields(readings, vocabulary, named[about].origin)
        case "portfolio":
            return portfolio(dated(readings), context, named[about].origin)
    return None


def last_time(text: str, vocabulary: Vocabulary) -> Understood | None:
    """When something was done last is in the history, whose answer tells just that; None where nobody asks it."""
    if past.last_time(text, vocabulary) is None:
        return None
    return Understood(History(since=None, until=None), {"action": Origin(0, len(text), text)})


def portfolio(readings: Sequence[Reading], context: Context, action: Origin) -> Understood:
    """What the user has, or what some days earned, which is history; nobody else's account is looked at."""
    if any(reading.kind is Kind.DATE and (reading.text != "today" or _earned(readings)) for reading in readings):
        return history(readings, context, action)
    if _earned(readings) and _of_quarter(readings):
        return Understood(None, question=questions.NOT_A_DATE)
    if any(reading.kind in (Kind.ADDRESS, Kind.BAD_ADDRESS) for reading in readings):
        return Understood(None, question=questions.OWN_ONLY)
    return Understood(Portfolio(), {"action": action})


def _of_quarter(readings: Sequence[Reading]) -> bool:
    return any(not _QUARTERS.isdisjoint(reading.words.casefold().split()) for reading in readings)


def _earned(readings: Sequence[Reading]) -> bool:
    """Whether it is asked what was earned, and not only how things are."""
    said = phrases_of(LANGUAGES[readings[0].code].follows.get("earned", ""))
    return any(reading.kind is Kind.TOPIC and reading.words.casefold() in said for reading in readings)


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
    known = [(reading, days) for reading, days in spans if days is not None]
    if _of_quarter(readings) or (known and any(days is None and each.kind is Kind.DATE for each, days in spans)):
        return Understood(None, question=questions.NOT_A_DATE)
    if not known:
        if any(reading.kind in (Kind.DATE, Kind.LAST) for reading in readings):
            unknown_now = context.now is None
            return Understood(None, question=questions.NO_DATE if unknown_now else questions.NOT_A_DATE)
        return Understood(History(since=None, until=None), {"action": action})
    first, last = known[0][0], known[-1][0]
    since, until = known[0][1][0], known[-1][1][1]
    if context.today is not None and since > str(context.today.date()):
        return Understood(None, question=questions.NOT_YET)
    if len(known) == 1 and _opens(readings, first, "since", "from"):
        return Understood(History(since=since, until=None), {"action": action, "since": first.origin})
    if len(known) == 1 and _opens(readings, first, "until"):
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
        length = reading.value // 86_400 if isinstance(reading.value, int) else 0
        return str(today - timedelta(days=min(length, 36_500))), str(today)
    if reading.kind is not Kind.DATE or (today is None and not reading.text[0].isdigit()):
        return None
    days = days_of(reading.text, today or date.min)
    return None if days is None else (str(days[0]), str(days[1]))


def _about(readings: Sequence[Reading], context: Context, vocabulary: Vocabulary, action: Origin) -> Understood:
    """Why something was done: of which token, in which venue, in which days, as far as that is said."""
    said: dict[str, Origin] = {}
    for reading in readings:
        if reading.kind is Kind.TOKEN:
            said[reading.text] = reading.origin
        elif reading.kind is Kind.VENUE and len(reading.ids) == 1:
            said[reading.ids[0]] = reading.origin
    for place, reading in enumerate(readings):
        days = _span(readings, place, context)
        if days is not None:
            said[days[0] if days[0] == days[1] else "..".join(days)] = reading.origin
    if not said:
        return Understood(Explain(ref=None), {"action": action})
    return Understood(Explain(ref=" ".join(said)), {"action": action, "ref": next(iter(said.values()))})
