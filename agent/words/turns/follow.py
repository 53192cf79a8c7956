"""The shape of a turn that goes on with an earlier one: "no, 200", "and DAI?", "same for dai", "again".

Only shapes are told here: what is said, without the words that say how it goes on. What it goes on with is told by
agent/words/turns/thread.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from agent.words.language import Lang, Language
from agent.words.languages import LANGUAGES
from agent.words.reading.dates import dated
from agent.words.reading.quotes import quotes
from agent.words.reading.reader import read
from agent.words.reading.readings import Kind, Reading
from agent.words.reading.text import Text, clean
from agent.words.vocabulary import Vocabulary

NEVER = "(?!)"  # the expression that fits nothing
OLD = "old"  # the value of the words that say what is no longer meant
_BARE_NO = re.compile(r"(?<![\w'-])(?:no|nope|nah|nein|nee|nö)\s+\Z", re.IGNORECASE)
"""Without a mark behind it: "no bob" may say that it isn't for bob, as "no, bob" says that it is; and "no deposites"
is don't, as "no, deposita" is do."""
LONGEST = 200  # letters: what goes on with something is short


class Shape(StrEnum):
    """How a turn goes on."""

    CORRECT = "correct"  # something else in its place
    SAME = "same"  # the same for something else
    MORE = "more"  # another one beside it
    ABOUT = "about"  # a question about something else
    AGAIN = "again"
    DROP = "drop"  # not that


class Points(StrEnum):
    """The value of a REFERENCE by what it points at; others ("it", "that") point at what was spoken of last."""

    REST = "rest"
    ALIKE = "alike"
    TIMES = "times"  # with its multiple behind it
    DEED = "deed"  # with its kind behind it
    LIKE = "like"


@dataclass(frozen=True, slots=True)
class Spoken:
    """A turn: its shape, None where it goes on with nothing by its form, and the readings of what it says."""

    shape: Shape | None
    readings: tuple[Reading, ...]
    instead_of: tuple[Reading, ...] = ()
    """What it is said in the place of: the 100 of "200, not 100"."""

    def kinds(self) -> set[Kind]:
        return {reading.kind for reading in self.readings}

    def has(self, *kinds: Kind) -> bool:
        return any(reading.kind in kinds for reading in self.readings)

    @property
    def content(self) -> tuple[Reading, ...]:
        return tuple(reading for reading in self.readings if reading.kind not in _SILENT)


_SILENT = frozenset({Kind.FILLER, Kind.QUOTED_LINE, Kind.CHAT, Kind.AFFIRM})
_STOPS = frozenset({
    Kind.NEGATION, Kind.HYPOTHETICAL, Kind.QUESTION, Kind.TOPIC, Kind.MENTION, Kind.UNSUPPORTED, Kind.REPORTED,
    Kind.QUOTED, Kind.LOOKALIKE, Kind.AFFIRM,
})  # fmt: skip
"""With one of these a turn stands alone: it is a no, a question, somebody else's words."""
_PIECES = frozenset({
    Kind.AMOUNT, Kind.BAD_AMOUNT, Kind.VAGUE, Kind.TOKEN, Kind.VENUE, Kind.NAME, Kind.REFERENCE, Kind.ADDRESS,
    Kind.DURATION,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Found:
    start: int
    end: int
    value: str


@lru_cache(maxsize=16)  # as `read`
def spoken(text: str, vocabulary: Vocabulary, turn: int = 0, code: Lang = "en") -> Spoken:
    """The turn, with its references found and the words of its shape taken out, in the language that it is in."""
    if len(text) > LONGEST:
        return Spoken(None, read(text, vocabulary, turn, hint=_hint(code)))
    plain, language = clean(text), LANGUAGES[code]
    whole = _whole(plain.plain, language)
    if whole is not None:
        return Spoken(whole, read(text, vocabulary, turn, hint=_hint(code)))
    for shape, spans in _shapes(plain.plain, language):
        old = _instead(plain, spans, vocabulary, turn, language)
        said = Spoken(shape, _read(plain, spans, vocabulary, turn, language), old)
        unsure = said.has(Kind.NAME, Kind.VERB) and _BARE_NO.search(plain.plain[: spans[0].end])
        if _goes_on(said) and not unsure:
            return said
    readings = _read(plain, [], vocabulary, turn, language)
    return Spoken(_unmarked(readings), readings)


def _hint(code: Lang) -> Lang | None:
    """As everybody reads a first turn in English, so that it is read once."""
    return None if code == "en" else code


def _goes_on(said: Spoken) -> bool:
    kinds = {reading.kind for reading in said.content}
    if kinds & _STOPS or not kinds & (_PIECES | {Kind.VERB}):
        return False
    if any(reading.kind in (Kind.WORD, Kind.SYMBOL) for reading in said.content):
        return False
    if any(reading.kind not in _PIECES | _SILENT for reading in said.instead_of):
        return False
    if said.instead_of and all(reading.kind in _SILENT for reading in said.instead_of):
        return False  # "zahle es nicht ein", "not now": nothing is named that isn't meant, so it is a plain no
    return said.shape is Shape.CORRECT or Kind.VERB not in kinds


def _unmarked(readings: tuple[Reading, ...]) -> Shape | None:
    """ "half of that", "double it", "the rest into morpho": it changes what was said by what it points at."""
    kinds = {reading.kind for reading in readings if reading.kind not in _SILENT}
    if kinds & (_STOPS | {Kind.VERB, Kind.WORD, Kind.SYMBOL}) or Kind.REFERENCE not in kinds:
        return None
    for reading in readings:
        if reading.kind is Kind.REFERENCE and reading.text.partition(" ")[0] in set(Points):
            return Shape.MORE if reading.text in (Points.REST, Points.ALIKE) else Shape.CORRECT
    part = any(reading.kind is Kind.AMOUNT for reading in readings)
    return Shape.CORRECT if part else None


def _whole(plain: str, language: Language) -> Shape | None:
    bare = re.sub(r"[\s.!,;:…-]+", " ", plain.casefold()).strip()
    for end in phrases_of(language.follows.get("tail", "")):
        bare = bare.removesuffix(f" {end}")
    for shape in (Shape.DROP, Shape.AGAIN):
        if bare in phrases_of(language.follows.get(shape, "")):
            return shape
    return None


def _shapes(plain: str, language: Language) -> Iterator[tuple[Shape, list[_Found]]]:
    """The shapes that the text may have, each with the words that say so."""
    for shape in (Shape.CORRECT, Shape.SAME, Shape.ABOUT, Shape.MORE):
        opens = opening(language, shape).match(plain)
        spans = [_Found(0, opens.end(), "")] if opens is not None and opens.end() else []
        begin = spans[0].end if spans else 0
        ends = language.follows.get(f"{shape} end", "")
        closes = closing(language, ends).search(plain, begin) if ends else None
        if closes is not None:
            spans.append(_Found(closes.start(), closes.end(), ""))
        old = instead(language).search(plain, begin) if shape is Shape.CORRECT and closes is None else None
        if old is not None:
            spans.append(_Found(old.start(), old.end(), OLD))
        if spans and not any(_touches(plain, span.end) for span in spans):
            yield shape, spans


def _read(
    plain: Text, taken: list[_Found], vocabulary: Vocabulary, turn: int, language: Language
) -> tuple[Reading, ...]:
    """The readings of what isn't taken, with a REFERENCE where words point at something else."""
    free = list(plain.plain)
    for span in (*taken, *(_Found(quote.start, quote.end, "") for quote in quotes(plain.plain))):
        free[span.start : span.end] = "\0" * (span.end - span.start)
    points = list(_points("".join(free), language))
    text = list(plain.original)
    for span in (*taken, *points):
        start, end = plain.span(span.start, span.end)
        text[start:end] = " " * (end - start)
    found = list(read("".join(text), vocabulary, turn, hint=_hint(language.code)))
    for point in points:
        start, end = plain.span(point.start, point.end)
        words = plain.original[start:end]
        found.append(Reading(Kind.REFERENCE, point.value, start, end, words, turn, language.code))
    return tuple(dated(sorted(found, key=lambda reading: reading.start)))


def _touches(plain: str, end: int) -> bool:
    """Whether what is taken out ends right at a point and a digit: "no.1" is neither 0.1 nor surely 1."""
    return re.match(r"\S[.,]+\d", plain[max(end - 1, 0) :]) is not None


def _instead(
    plain: Text, spans: list[_Found], vocabulary: Vocabulary, turn: int, language: Language
) -> tuple[Reading, ...]:
    """The readings of what is no longer meant."""
    old = next((span for span in spans if span.value == OLD), None)
    if old is None:
        return ()
    match = instead(language).search(plain.plain, old.start)
    if match is None:
        return ()
    start, end = match.span("before" if match["before"] is not None else "after")
    return read(plain.plain[start:end], vocabulary, turn, hint=_hint(language.code))


def _points(plain: str, language: Language) -> Iterator[_Found]:
    end = 0
    for match in _pointing(language).finditer(plain):
        if match.start() >= end and not _touches(plain, match.end()):
            end = match.end()
            yield _Found(match.start(), match.end(), _value(match.group(), language))


def _value(words: str, language: Language) -> str:
    said = " ".join(words.casefold().split())
    return _values(language)[said]


@lru_cache(maxsize=16)
def _values(language: Language) -> Mapping[str, str]:
    values = dict.fromkeys(phrases_of(language.rest), str(Points.REST))
    values |= dict.fromkeys(phrases_of(language.alike), str(Points.ALIKE))
    for times, phrases in language.times.items():
        values |= dict.fromkeys(phrases_of(phrases), f"{Points.TIMES} {times}")
    for kind, phrases in language.deeds.items():
        values |= dict.fromkeys(phrases_of(phrases), f"{Points.DEED} {kind}")
    return values | dict.fromkeys(phrases_of(language.follows.get("like", "")), str(Points.LIKE))


@lru_cache(maxsize=16)
def _pointing(language: Language) -> re.Pattern[str]:
    """What points at something; "like" only where a day follows."""
    like = phrases_of(language.follows.get("like", ""))
    days = "|".join((_either(_dates(language)), r"\d"))
    others = frozenset(_values(language)) - like
    article = "|".join(sorted(re.escape(word) for word in ("last", "the", "on")))
    return re.compile(
        rf"(?<![\w'-])(?:(?:{_either(others)})(?![\w'-])|(?:{_either(like)})(?=\s+(?:(?:{article})\s+)*(?:{days})))",
        re.IGNORECASE,
    )


def _dates(language: Language) -> frozenset[str]:
    named = (phrase.strip() for phrases in language.phrases[Kind.DATE].values() for phrase in phrases.split(";"))
    return frozenset((*named, *language.months))


@lru_cache(maxsize=64)
def opening(language: Language, shape: Shape) -> re.Pattern[str]:
    """What a turn of that shape begins with."""
    either = _either(phrases_of(language.follows.get(shape, "")))
    lead, many = _either(phrases_of(language.follows.get("lead", ""))), "{1,3}" if shape is Shape.CORRECT else ""
    # never a sign, a point or a comma that belongs to a number
    mark = r"(?:[\s:;!…]|(?<=\S),|,(?!\d)|[.-](?!\s*[\d.,$]))"
    return re.compile(rf"[\s¿¡]*(?:(?:{lead}){mark}+)?(?:(?:{either})(?![\w'-]){mark}*){many}", re.IGNORECASE)


@lru_cache(maxsize=64)
def closing(language: Language, phrases: str) -> re.Pattern[str]:
    """One of the phrases at the end of a turn."""
    tail = _either(phrases_of(language.follows.get("tail", "")))
    either = _either(phrases_of(phrases))
    return re.compile(rf"(?<![\w'-])(?:{either})(?:[\s,]+(?:{tail}))?(?=[\s.!?]*$)", re.IGNORECASE)


@lru_cache(maxsize=16)
def instead(language: Language) -> re.Pattern[str]:
    """ "…, not 100" at the end, or "not 100 but …"."""
    no, but = (_either(phrases_of(language.follows.get(table, ""))) for table in ("not", "but"))
    return re.compile(
        rf"(?<![\w'-])(?:{no})\s+(?P<before>[^,;?]{{1,40}}?)[\s,]+(?:{but})\s+|"
        rf"[\s,]+(?:{no})\s+(?P<after>[^,;?]{{1,40}}?)(?=[\s.!]*$)",
        re.IGNORECASE,
    )


def _either(phrases: Mapping[str, str] | frozenset[str]) -> str:
    longest_first = sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
    return "|".join(r"[\s,]+".join(map(re.escape, phrase.split())) for phrase in longest_first) or NEVER


@lru_cache(maxsize=256)
def phrases_of(table: str) -> frozenset[str]:
    """The phrases of a table's entry, which are separated by semicolons."""
    return frozenset(filter(None, (phrase.strip() for phrase in table.split(";"))))
