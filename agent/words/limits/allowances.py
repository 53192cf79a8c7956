"""'My limit is 500 USDC a day', 'only aave and morpho', 'cancel the change': a whole message, or nothing.

What stands in a frame's slots is read by the reader, so a number, a token or a venue means here what it means
everywhere; anything else in a slot, and it isn't a limit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agent.intents import Cancel, Decimal, Exact, Intent, Limit, parse
from agent.words.forms import composed
from agent.words.languages import Heard, heard
from agent.words.limits.forms import Frames, LimitForms, limit_forms
from agent.words.reading.courtesy import whole
from agent.words.reading.reader import read
from agent.words.reading.readings import Kind, Reading
from agent.words.reading.text import clean
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
    spoken = heard(text, vocabulary)
    said = whole(text, spoken.language, hurried=False)
    about = _Sentence(said, vocabulary, spoken, limit_forms(spoken.code))
    return _cancelled(about) or _removed(about) or _cap(about) or _list(about)


def allowance_in(text: str, start: int, end: int, vocabulary: Vocabulary) -> Limit | Cancel | None:
    """The same of `text[start:end]`, where nothing but courtesy stands around it. Raises OpenPeriod."""
    for each in read(text, vocabulary):
        inside = start <= each.start and each.end <= end
        outside = each.end <= start or end <= each.start
        if not inside and not (outside and each.kind in _COURTESY):
            return None
    return allowance(text[start:end], vocabulary)


@dataclass(frozen=True, slots=True)
class _Sentence:
    """What was said, in which language, and the frames of that language."""

    said: str
    vocabulary: Vocabulary
    spoken: Heard
    forms: LimitForms

    def found(self, patterns: Frames) -> Iterator[re.Match[str]]:
        return self.forms.found(patterns, self.said)

    def about(self, words: str) -> _Cap | None:
        return _about(words.replace("-", " ").split() if self.spoken.code != "en" else words.split(), self)


def _cancelled(text: _Sentence) -> Cancel | None:
    for change in text.found(text.forms.cancel_change):
        return Cancel(ref=f"{CHANGES}:{change['number']}" if change["number"] else CHANGES)
    if any(text.found(text.forms.cancel_transaction)):
        return Cancel(ref=TRANSACTION)
    contact = text.found(text.forms.remove_contact)
    return next((Cancel(ref=f"{CONTACT}:{each['name'].casefold()}") for each in contact), None)


def _removed(text: _Sentence) -> Limit | None:
    for found in text.found(text.forms.removals):
        about = text.about(found["whose"])
        if about is not None:
            return _limit(about, about.unit, None)
    return None


def _cap(text: _Sentence) -> Limit | None:
    for found in text.found(text.forms.caps):
        parts = found.groupdict()
        amount = most_in(parts["most"], text.vocabulary, text.spoken)
        words = " ".join(parts.get(name) or "" for name in ("whose", "verb", "last"))
        about = _together(text.about(words), _about(_counted(parts.get("period"), text.forms), text))
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
    spoken = heard(text, vocabulary)
    said = clean(text).plain if spoken.code == "en" else composed(text)
    sentence = _Sentence(said, vocabulary, spoken, limit_forms(spoken.code))
    for frame in sentence.forms.caps[: sentence.forms.outright] if len(said) <= LONGEST else ():
        found = frame.fullmatch(said)
        if found is None:
            continue
        parts = found.groupdict()
        words = " ".join(parts.get(name) or "" for name in ("whose", "verb"))
        about = sentence.about(words)
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


def _counted(period: str | None, forms: LimitForms) -> list[str]:
    """The words of a period that mean something: 'in any 24 hours' is a day."""
    said = (period or "").casefold().split()
    return [word for word in said if _known(word, forms) in forms.periods.keys() | forms.kinds.keys()]


def _known(word: str, forms: LimitForms) -> str:
    """The word as the tables have it, in the singular where they have only that."""
    word = word.casefold()
    known = word in forms.any_kind or word in forms.periods or word in forms.kinds
    return word if known else word.removesuffix("s")


def _about(words: Sequence[str], text: _Sentence) -> _Cap | None:
    """What words such as 'daily', 'transfers', 'USDC' say of a cap; None for one that says nothing of the kind."""
    found, forms = _Cap(), text.forms
    for word in words:
        key = _known(word, forms)
        symbol = text.vocabulary.symbol(word)
        if key in forms.any_kind:
            continue
        if key in forms.periods:
            part = _Cap(period=forms.periods[key])
        elif key in forms.kinds:
            part = _Cap(kind=forms.kinds[key])
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


def most_in(slot: str, vocabulary: Vocabulary, spoken: Heard | None = None) -> tuple[Decimal, str | None] | None:
    """The number in a slot, and its unit where it has one; None for anything beside that."""
    readings = [each for each in read(slot, vocabulary, language=spoken) if each.kind is not Kind.FILLER]
    numbers = [each for each in readings if each.kind is Kind.AMOUNT]
    tokens = [each for each in readings if each.kind is Kind.TOKEN]
    if len(numbers) != 1 or len(readings) != len(numbers) + len(tokens) or len(tokens) > 1:
        return None
    spec, dollars = numbers[0].said.spec, numbers[0].said.dollars
    if not isinstance(spec, Exact) or (dollars and tokens):
        return None
    return spec.value, DOLLARS if dollars else tokens[0].text if tokens else None


def _list(text: _Sentence) -> Limit | None:
    for every in text.found(text.forms.everything):
        return _only(text.forms.what[every["what"].casefold()], None)
    for found in text.found(text.forms.people):
        if (listed := _names(found["names"], text, (Kind.NAME,))) is not None:
            return _only(*listed)
    for found in text.found(text.forms.places):
        if (listed := _names(found["names"], text, (Kind.VENUE, Kind.TOKEN))) is not None:
            return _only(*listed)
    return None


def _names(slot: str, text: _Sentence, kinds: Sequence[Kind]) -> tuple[str, tuple[str, ...]] | None:
    """The list that a slot names, all of one kind: 'venues' and their ids, 'tokens' and symbols, 'recipients'."""
    readings = read(slot, text.vocabulary, language=text.spoken)
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
