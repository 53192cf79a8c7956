"""'Tell me when the USDC rate at aave falls below 3 %', 'my alerts', 'cancel alert 2': a whole message, or nothing.

What stands in a frame's slots is read by the reader, so a number, a token or a venue means here what it means
everywhere; anything else in a slot, and there is no alert.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from agent.intents import Alert, Cancel, Exact, Percentage
from agent.words.alerts import frames
from agent.words.languages import language_of
from agent.words.reading.reader import read
from agent.words.reading.readings import Kind, Reading
from agent.words.reading.text import clean
from agent.words.vocabulary import Vocabulary, asset_of

LONGEST = 300
"""Characters: a longer message isn't looked through."""
ALERT = "alert"
"""What the `ref` of a cancellation begins with: 'alert:2', or alone for all."""
LIST = Alert(metric=None, subject=None, op=None, value=None)


@dataclass(frozen=True, slots=True)
class Unclear:
    """An alert is wanted, and something of it isn't clear: `fitting` are the venues that may be meant."""

    fitting: tuple[str, ...] = ()


def is_alert(ref: str | None) -> bool:
    """Whether a cancellation is of alerts."""
    return ref is not None and ref.partition(":")[0] == ALERT


def alert(text: str, vocabulary: Vocabulary) -> Alert | Cancel | Unclear | None:
    """The alert that a message sets, the list that it asks for, the alert that it takes away; None for all else."""
    said = clean(text).plain
    if len(said) > LONGEST:
        return None
    if any(each.fullmatch(said) for each in frames.LISTS):
        return LIST
    for found in filter(None, (each.fullmatch(said) for each in frames.CANCELS)):
        return Cancel(ref=f"{ALERT}:{found['number']}" if found["number"] else ALERT)
    asked = next(filter(None, (each.fullmatch(said) for each in frames.WISHES)), None)
    if asked is None:
        return None
    return _set(asked["what"], replace(vocabulary, language=language_of(text, vocabulary)))  # a slot may say none


def _set(what: str, vocabulary: Vocabulary) -> Alert | Unclear | None:
    """The alert in what is to happen. None where it is nothing that can be measured, as in 'the plan is done'."""
    found: Alert | Unclear | None = None
    for op, subject, value in _compared(what):
        amount = _amount(value, vocabulary)
        if amount is None:
            continue
        found = _about(subject, op, amount, vocabulary)
        if isinstance(found, Alert):
            return found
    return found


def _compared(what: str) -> Iterator[tuple[str, str, str]]:
    for op, patterns in frames.COMPARISONS.items():
        for found in filter(None, (each.fullmatch(what) for each in patterns)):
            yield op, found["subject"], found["value"]


def _amount(value: str, vocabulary: Vocabulary) -> tuple[str, str] | None:
    """The decimal text of a number and its unit: '%', '$', 'gwei' or ''."""
    gwei = frames.GWEI.fullmatch(value)
    readings = [each for each in read(gwei["number"] if gwei else value, vocabulary) if each.kind is not Kind.FILLER]
    if len(readings) != 1 or readings[0].kind is not Kind.AMOUNT:
        return None
    said = readings[0].said
    match said.spec:
        case Exact(value=number):
            return number, "gwei" if gwei else "$" if said.dollars else ""
        case Percentage(value=number) if not said.part and not gwei:
            return number, "%"
    return None


def _about(words: str, op: str, amount: tuple[str, str], vocabulary: Vocabulary) -> Alert | Unclear | None:
    number, unit = amount
    data = {"op": op, "value": number}
    if frames.GAS.fullmatch(words):
        return _alert("gas", None, data) if unit in ("gwei", "") else None
    if frames.WORTH.fullmatch(words):
        return _alert("worth", None, data) if unit in ("$", "") else None
    health = frames.HEALTH.fullmatch(words)
    if health is not None:
        where = _venues(health["where"] or "", vocabulary)
        if unit or where is None:
            return None
        markets = {each.rpartition(":")[0] for each in where}
        if len(markets) > 1:
            return Unclear(where)
        return _alert("health", min(where) if where else None, data)
    bare, rates = frames.RATE.subn(" ", words)
    if unit == "%" or (rates and not unit):
        return _rate(bare, data, vocabulary)
    named = _named(frames.PRICE.sub(" ", words), vocabulary)
    if rates or unit == "%" or named is None or [each.kind for each in named] != [Kind.TOKEN]:
        return None
    return _alert("price", named[0].text, data)


def _rate(words: str, data: dict[str, str], vocabulary: Vocabulary) -> Alert | Unclear | None:
    """Of one venue, or the best of a token."""
    named = _named(words, vocabulary)
    if named is None:
        return None
    tokens = {each.text for each in named if each.kind is Kind.TOKEN}
    venues = [set(each.ids) for each in named if each.kind is Kind.VENUE]
    if len(tokens) > 1:
        return None
    asset = next(iter(tokens), None)
    if not venues:
        return _alert("rate", asset, data)
    fitting = set.intersection(*venues)
    fitting = {each for each in fitting if asset in (None, asset_of(each))}
    return _alert("rate", min(fitting), data) if len(fitting) == 1 else Unclear(tuple(sorted(fitting)))


def _alert(metric: str, subject: str | None, data: dict[str, str]) -> Alert:
    return Alert.model_validate({"metric": metric, "subject": subject, **data})


def _venues(words: str, vocabulary: Vocabulary) -> tuple[str, ...] | None:
    """Those that the words name, () for no words; None where they name something else."""
    if not words:
        return ()
    named = _named(words, vocabulary)
    return named[0].ids if named is not None and [each.kind for each in named] == [Kind.VENUE] else None


def _named(words: str, vocabulary: Vocabulary) -> Sequence[Reading] | None:
    """The tokens and venues in a slot; None where anything else stands in it, or nothing."""
    plain = frames.NOISE.sub(" ", words)
    readings = [each for each in read(plain, vocabulary) if each.kind is not Kind.FILLER]
    return readings if readings and all(each.kind in (Kind.TOKEN, Kind.VENUE) for each in readings) else None
