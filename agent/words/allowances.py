"""'My limit is 500 USDC a day', 'only aave and morpho', 'cancel the change': a whole message, or nothing.

What stands in a frame's slots is read by the reader, so a number, a token or a venue means here what it means
everywhere; anything else in a slot, and it isn't a limit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from agent.intents import Cancel, Decimal, Exact, Intent, Limit, parse
from agent.words import frames
from agent.words.courtesy import bare
from agent.words.reader import read
from agent.words.readings import Kind, Reading
from agent.words.text import clean
from agent.words.vocabulary import Vocabulary

DOLLARS = "USD"
CHANGES, CONTACT, TRANSACTION = "limits", "contact", "transaction"
"""What a cancellation's `ref` begins with: 'limits', 'limits:3', 'contact:bob', 'transaction'."""
OVER_WHAT = "Over what? Say it like `my limit is 500 USDC a day`, `… a transaction` or `… in all`."
LONGEST = 300
"""Characters: a longer message isn't looked through."""
_LISTS = {Kind.VENUE: "venues", Kind.TOKEN: "tokens", Kind.NAME: "recipients"}
_COURTESY = frozenset({Kind.FILLER, Kind.CHAT, Kind.POLITE, Kind.AFFIRM})
_BETWEEN = frozenset({Kind.JOIN, Kind.FILLER})


class OpenPeriod(Exception):
    """A cap was said, and not over what it is counted."""


@dataclass(frozen=True, slots=True)
class _Cap:
    """What the words around a cap's amount say."""

    period: str | None = None
    kind: str | None = None
    unit: str | None = None


def allowance(text: str, vocabulary: Vocabulary) -> Limit | Cancel | None:
    """The limit that a message sets or takes away, or the waiting change or contact that it cancels.

    None where it says anything else. Raises OpenPeriod for a cap whose period isn't said.
    """
    if len(clean(text).plain) > LONGEST:
        return None
    said = bare(text, hurried=False)
    return _cancelled(said) or _removed(said, vocabulary) or _cap(said, vocabulary) or _list(said, vocabulary)


def allowance_in(text: str, start: int, end: int, vocabulary: Vocabulary) -> Limit | Cancel | None:
    """The same of `text[start:end]`, where nothing but courtesy stands around it. Raises OpenPeriod."""
    for each in read(text, vocabulary):
        inside = start <= each.start and each.end <= end
        outside = each.end <= start or end <= each.start
        if not inside and not (outside and each.kind in _COURTESY):
            return None
    return allowance(text[start:end], vocabulary)


def _cancelled(said: str) -> Cancel | None:
    change = frames.CANCEL_CHANGE.fullmatch(said)
    if change is not None:
        return Cancel(ref=f"{CHANGES}:{change['number']}" if change["number"] else CHANGES)
    if frames.CANCEL_TRANSACTION.fullmatch(said) is not None:
        return Cancel(ref=TRANSACTION)
    contact = _matches(frames.REMOVE_CONTACT, said)
    return next((Cancel(ref=f"{CONTACT}:{each['name'].casefold()}") for each in contact), None)


def _matches(patterns: Iterable[re.Pattern[str]], said: str) -> Iterator[re.Match[str]]:
    return (found for pattern in patterns if (found := pattern.fullmatch(said)) is not None)


def _removed(said: str, vocabulary: Vocabulary) -> Limit | None:
    for found in _matches(frames.REMOVALS, said):
        about = _about(found["whose"].split(), vocabulary)
        if about is not None:
            return _limit(about, about.unit, None)
    return None


def _cap(said: str, vocabulary: Vocabulary) -> Limit | None:
    for found in _matches(frames.CAPS, said):
        parts = found.groupdict()
        amount = most_in(parts["most"], vocabulary)
        words = " ".join(parts.get(name) or "" for name in ("whose", "verb"))
        about = _together(_about(words.split(), vocabulary), _about(_counted(parts.get("period")), vocabulary))
        if amount is None or about is None:
            continue
        unit = amount[1] or about.unit
        if amount[1] and about.unit and amount[1] != about.unit:
            continue
        return _limit(about, unit, amount[0])
    return None


def unread_amount(text: str, vocabulary: Vocabulary) -> str | None:
    """What stands in the amount's place where a message says outright that it sets a limit, and isn't read as one.

    None where it says anything else.
    """
    said = clean(text).plain
    for frame in frames.CAPS[: frames.OUTRIGHT] if len(said) <= LONGEST else ():
        found = frame.fullmatch(said)
        parts = {} if found is None else found.groupdict()
        words = " ".join(parts.get(name) or "" for name in ("whose", "verb"))
        about = _about(words.split(), vocabulary)
        named = about != _Cap() or parts.get("period") or any(letter.isdigit() for letter in parts.get("most", ""))
        if parts and about is not None and named:
            return str(parts["most"])
    return None


def _limit(about: _Cap, unit: str | None, value: str | None) -> Limit:
    period = about.period or ("transaction" if about.kind else None)
    if period is None:
        raise OpenPeriod
    fields = {"period": period, "kind": about.kind, "unit": unit, "value": value, "names": None}
    return _made({"action": "limit", "what": "cap", **fields})


def _counted(period: str | None) -> list[str]:
    """The words of a period that mean something: 'in any 24 hours' is a day."""
    return [word for word in (period or "").casefold().split() if _singular(word) in frames.PERIODS | frames.KINDS]


def _singular(word: str) -> str:
    return word.casefold().removesuffix("s") if word.casefold() not in frames.ANY_KIND else word.casefold()


def _about(words: Sequence[str], vocabulary: Vocabulary) -> _Cap | None:
    """What words such as 'daily', 'transfers', 'USDC' say of a cap; None for one that says nothing of the kind."""
    found = _Cap()
    for word in words:
        key = _singular(word)
        symbol = vocabulary.symbol(word)
        if key in frames.ANY_KIND or key == "in":
            continue
        if key in frames.PERIODS:
            part = _Cap(period=frames.PERIODS[key])
        elif key in frames.KINDS:
            part = _Cap(kind=frames.KINDS[key])
        elif symbol is not None:
            part = _Cap(unit=symbol)
        elif key in ("dollar", "usd", "$"):
            part = _Cap(unit=DOLLARS)
        else:
            return None
        joined = _together(found, part)
        if joined is None:
            return None
        found = joined
    return found


def _together(one: _Cap | None, other: _Cap | None) -> _Cap | None:
    """Both, where they don't say two different things."""
    if one is None or other is None:
        return None
    pairs = [(one.period, other.period), (one.kind, other.kind), (one.unit, other.unit)]
    if any(a and b and a != b for a, b in pairs):
        return None
    return _Cap(*(a or b for a, b in pairs))


def most_in(slot: str, vocabulary: Vocabulary) -> tuple[Decimal, str | None] | None:
    """The number in a slot, and its unit where it has one; None for anything beside that."""
    readings = [each for each in read(slot, vocabulary) if each.kind is not Kind.FILLER]
    numbers = [each for each in readings if each.kind is Kind.AMOUNT]
    tokens = [each for each in readings if each.kind is Kind.TOKEN]
    if len(numbers) != 1 or len(readings) != len(numbers) + len(tokens) or len(tokens) > 1:
        return None
    spec, dollars = numbers[0].said.spec, numbers[0].said.dollars
    if not isinstance(spec, Exact) or (dollars and tokens):
        return None
    return spec.value, DOLLARS if dollars else tokens[0].text if tokens else None


def _list(said: str, vocabulary: Vocabulary) -> Limit | None:
    every = frames.EVERYTHING.fullmatch(said)
    if every is not None:
        what = every["what"].casefold()
        return _only("recipients" if what == "contact" else f"{what}s", None)
    for found in _matches(frames.PEOPLE, said):
        if (listed := _names(found["names"], vocabulary, (Kind.NAME,))) is not None:
            return _only(*listed)
    for found in _matches(frames.PLACES, said):
        if (listed := _names(found["names"], vocabulary, (Kind.VENUE, Kind.TOKEN))) is not None:
            return _only(*listed)
    return None


def _names(slot: str, vocabulary: Vocabulary, kinds: Sequence[Kind]) -> tuple[str, tuple[str, ...]] | None:
    """The list that a slot names, all of one kind: 'venues' and their ids, 'tokens' and symbols, 'recipients'."""
    readings = read(slot, vocabulary)
    named = [each for each in readings if each.kind not in _BETWEEN]
    first = next((each.kind for each in named), None)
    joins = all(each.text == "and" for each in readings if each.kind is Kind.JOIN)
    if first is None or first not in kinds or not joins or any(each.kind is not first for each in named):
        return None
    return _LISTS[first], tuple(sorted({name for each in named for name in _said_names(each)}))


def _said_names(reading: Reading) -> tuple[str, ...]:
    return reading.ids if reading.kind is Kind.VENUE else (reading.text,)


def _only(what: str, names: tuple[str, ...] | None) -> Limit:
    fields = {"period": None, "kind": None, "unit": None, "value": None, "names": names}
    return _made({"action": "limit", "what": what, **fields})


def _made(fields: dict[str, object]) -> Limit:
    intent: Intent = parse(fields)
    if not isinstance(intent, Limit):
        raise TypeError(f"{intent.action} is no limit")
    return intent
