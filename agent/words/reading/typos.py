"""Words that are almost a verb or a venue: mended where one thing alone is near, and always told.

Only a word that means nothing as it stands is looked at, and only where a verb or a venue would stand. Amounts,
tokens, addresses and contacts are never mended, nor is anything that is as near to another word of the language: a
no, an if, another verb. What is done without a preview is never mended either.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from agent.words.language import Language
from agent.words.reading.readings import Kind, Reading, Value
from agent.words.vocabulary import Vocabulary, grammar_of, lexicon

SHORTEST = 4
LONGEST = 20
TWO_SLIPS = 8
"""So many letters a word has before two slips in it are taken for slips."""
_LEADS = frozenset({
    Kind.FILLER, Kind.CHAT, Kind.POLITE, Kind.AFFIRM, Kind.QUOTED_LINE, Kind.JOIN, Kind.NEGATION, Kind.HYPOTHETICAL,
    Kind.QUESTION,
})  # fmt: skip
_MENDED = frozenset({Kind.VERB, Kind.MENTION, Kind.UNSUPPORTED, Kind.TOPIC})
_ACTING = frozenset({Kind.VERB, Kind.MENTION, Kind.UNSUPPORTED})
_ASKING = frozenset({Kind.QUESTION, Kind.ASKS, Kind.TOKEN})
_AT_ONCE = frozenset({"resume", "contact", "advance", "mandate", "end mandate"})
"""What a wish alone brings about, or what a slip shouldn't begin: asked for in full."""
_MARKS = frozenset(".!;:\n")
_AT_VENUE = frozenset({"to", "in", "on", "from"})
_WITH_VENUE = frozenset({"deposit", "put", "make", "move", "throw", "dump", "want", "get", "take", "add", "withdraw"})
_REVERSING = ("un", "de", "dis", "non", "des", "ent", "in", "im")
"""What stands before a verb to say the contrary."""
Known = tuple[Kind, Value]


@dataclass(frozen=True, slots=True)
class Near:
    """Single words that are known, by each spelling of them that lacks up to two letters."""

    by_spelling: Mapping[str, Sequence[str]]
    known: Mapping[str, Known]


def mended(readings: Sequence[Reading], language: Language, vocabulary: Vocabulary) -> list[Reading]:
    """The readings, with a mistyped verb or venue read as what it almost is; its words stay as they were typed."""
    if not language.words or not any(reading.kind is Kind.WORD for reading in readings):
        return list(readings)
    kinds = {reading.kind for reading in readings}
    asks = bool(kinds & _ASKING) and not kinds & _ACTING
    found = [
        _as(reading, meant(reading.text, language, vocabulary), _MENDED)
        if reading.kind is Kind.WORD and place.begins
        else reading
        for reading, place in zip(readings, _places(readings), strict=True)
    ]
    for at, (reading, place) in enumerate(zip(readings, _places(found), strict=True)):
        if found[at].kind is Kind.WORD and (place.at_venue or asks):
            kind = Kind.VENUE if place.at_venue else Kind.TOPIC
            found[at] = _as(reading, meant(reading.text, language, vocabulary), frozenset({kind}))
    return found


def _as(reading: Reading, meant: Sequence[Known], kinds: Iterable[Kind]) -> Reading:
    """The reading as the one thing that it is near to; a verb rather than another form of that verb."""
    values = {value for _, value in meant}
    found = sorted(meant, key=lambda each: each[0] is not Kind.VERB)[:1]
    if len(values) != 1 or any(kind not in kinds for kind, _ in meant) or found[0][1] in _AT_ONCE:
        return reading
    return replace(reading, kind=found[0][0], value=found[0][1])


def mistyped(readings: Iterable[Reading], language: Language, vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    """Each mended word as it was typed, and the word that it was read as."""
    known = lexicon(language, vocabulary).entries
    for reading in readings:
        key = reading.words.casefold()
        if reading.kind in (Kind.VERB, Kind.VENUE) and (key,) not in known:
            near = _nearest(key, language, vocabulary).items()
            as_read = sorted(word for word, meaning in near if meaning == (reading.kind, reading.value))
            if any(_unaccented(word) == _unaccented(key) for word in as_read):
                continue  # "sáca" of "sácalo" is no slip
            yield from ((reading.words, word) for word in as_read[:1])


def _unaccented(word: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFD", word) if not unicodedata.combining(letter))


def doubts(
    readings: Sequence[Reading], language: Language, vocabulary: Vocabulary
) -> tuple[str, Sequence[str]] | None:
    """The first word at a verb's place that isn't mended, though verbs are near to it, and these."""
    for reading, place in zip(readings, _places(readings), strict=True):
        if reading.kind is Kind.WORD and place.begins:
            near = _nearest(reading.text, language, vocabulary)
            if near and all(kind is Kind.VERB for kind, _ in near.values()):
                return reading.words, sorted(near)
    return None


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a word stands: `begins` its clause but for courtesy, as a verb that commands does; or `at_venue`: behind
    a preposition, or a venue, after a verb that venues go with, so that no person can be meant.
    """

    begins: bool
    at_venue: bool


def _places(readings: Sequence[Reading]) -> list[_Place]:
    found: list[_Place] = []
    begins, verb, last = True, "", None
    for place, reading in enumerate(readings):
        begins = begins or reading.turn != readings[place - 1].turn
        behind = last is not None and (
            last.kind is Kind.VENUE or (last.kind is Kind.PREPOSITION and last.text in _AT_VENUE)
        )
        found.append(_Place(begins, behind and verb in _WITH_VENUE))
        begins = reading.kind is Kind.JOIN or reading.words in _MARKS or (begins and reading.kind in _LEADS)
        verb = reading.text if reading.kind is Kind.VERB else verb
        last = reading if reading.kind is not Kind.FILLER else last
    return found


def meant(word: str, language: Language, vocabulary: Vocabulary) -> Sequence[Known]:
    """What the known words nearest to one that isn't known mean; empty where none is near."""
    return tuple(dict.fromkeys(_nearest(word, language, vocabulary).values()))


@lru_cache(maxsize=256)  # each unknown word is asked about by several
def _nearest(word: str, language: Language, vocabulary: Vocabulary) -> Mapping[str, Known]:
    """The known words with the fewest slips between them and the word, and what they mean."""
    if not SHORTEST <= len(word) <= LONGEST or not word.isalpha() or word in language.words:
        return {}
    most = _slips(word)
    known: dict[str, Known] = {}
    for part in _shorter(word, most):
        for near in (_grammar(language), _names(language, vocabulary)):
            known |= {each: near.known[each] for each in near.by_spelling.get(part, ())}
    if any(word == start + each for start in _REVERSING for each in known):
        return {}  # "unwithdraw" is no slip for what it takes back
    by_distance = {each: distance(word, each, most) for each in known}
    least = min(by_distance.values(), default=most + 1)
    if least > most:
        return {}
    return {each: known[each] for each, far in by_distance.items() if far == least and least <= _slips(each)}


def _slips(word: str) -> int:
    return 2 if len(word) >= TWO_SLIPS else 1


@lru_cache(maxsize=8)
def _grammar(language: Language) -> Near:
    return _near({key[0]: entry for key, entry in grammar_of(language).items() if len(key) == 1})


@lru_cache(maxsize=256)
def _names(language: Language, vocabulary: Vocabulary) -> Near:
    """The names of the vocabulary alone: it may be another one for each user."""
    grammar, entries = grammar_of(language), lexicon(language, vocabulary).entries
    return _near({key[0]: entry for key, entry in entries.items() if len(key) == 1 and key not in grammar})


def _near(known: Mapping[str, Known]) -> Near:
    by_spelling: dict[str, list[str]] = {}
    for word in known:
        if SHORTEST <= len(word) <= LONGEST:
            for part in _shorter(word, _slips(word)):
                by_spelling.setdefault(part, []).append(word)
    return Near(by_spelling, known)


def _shorter(word: str, most: int) -> set[str]:
    """The word, and every spelling of it with up to `most` letters left out."""
    found, last = {word}, {word}
    for _ in range(most):
        last = {each[:place] + each[place + 1 :] for each in last for place in range(len(each))}
        found |= last
    return found


def distance(one: str, other: str, most: int) -> int:
    """Letters to add, leave out, change or swap with their neighbour: optimal string alignment, up to `most` + 1."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        earlier, before, row = before, row, [i]
        for j, against in enumerate(other, start=1):
            least = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != against))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == against:
                least = min(least, earlier[j - 2] + 1)
            row.append(least)
    return min(row[-1], most + 1)
