"""Which language a text is in, by the words of the tables that it has. A language is loaded when it is needed.

The choice is a function of the text, of the names that may be said and of a hint (the language that the user last
spoke), so that the mind and the gate make the same one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import import_module

from agent.words.forms import Forms, forms, words_in
from agent.words.language import Lang, Language
from agent.words.reading.clitics import split
from agent.words.reading.quotes import quotes
from agent.words.reading.spelled import german_word
from agent.words.reading.text import clean
from agent.words.vocabulary import Vocabulary, spellings

CODES: tuple[Lang, ...] = ("en", "es", "de")
_TABLES: Mapping[Lang, tuple[str, str]] = {
    "en": ("agent.words.english.table", "ENGLISH"),
    "es": ("agent.words.spanish.table", "SPANISH"),
    "de": ("agent.words.german.table", "GERMAN"),
}
_CODE = re.compile(r"\w*[^\W\d_]\d\w*|\b(?=[a-f]*\d)[\da-f]{8}\b")
"""An invite, a hash, v3, how a plan's id begins: letters that happen to spell `ja` or `de` in it are no word."""
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f]|'(?=[^\W\d_]))*")


class _Languages(Mapping[Lang, Language]):
    """The tables by code; importing one builds it."""

    def __getitem__(self, code: Lang) -> Language:
        return _table(code)

    def __iter__(self) -> Iterator[Lang]:
        return iter(CODES)

    def __len__(self) -> int:
        return len(CODES)


LANGUAGES: Mapping[Lang, Language] = _Languages()


@cache
def _table(code: Lang) -> Language:
    module, name = _TABLES[code]
    found = getattr(import_module(module), name)
    if not isinstance(found, Language):
        raise TypeError(f"{module}.{name} is no language")
    return found


@dataclass(frozen=True, slots=True)
class Heard:
    """The language that a text is read in. Not `certain`: no word of its own stands there, or one of another's own.

    A number that another language reads as another one is asked about then.
    """

    code: Lang
    certain: bool

    @property
    def language(self) -> Language:
        return _table(self.code)


def language_of(text: str, vocabulary: Vocabulary, hint: Lang | None = None) -> Lang:
    """The language of a user's text: 'en', 'es' or 'de'; English in doubt.

    `hint` is the language that the same user last spoke, for words that say none ("100 USDC") or that several know
    ("no", "portfolio"); without one it is the vocabulary's. Quoted words, names and symbols don't count.
    """
    return heard(text, vocabulary, hint).code


def heard(text: str, vocabulary: Vocabulary, hint: Lang | None = None) -> Heard:
    """The language with how sure it is; arguments as in `language_of`."""
    return _heard(text, vocabulary, hint or vocabulary.language or "en")


@lru_cache(maxsize=32)  # as `read`
def _heard(text: str, vocabulary: Vocabulary, hint: Lang) -> Heard:
    said = _words(text) - _names(vocabulary)
    if hint == "en" and said <= words_of("en"):
        return Heard("en", True)
    counts = {code: len(said & words_of(code)) for code in CODES}
    for word in said - words_of("en") - words_of("es") - words_of("de"):
        counts["de"] += german_word(word) is not None
        counts["es"] += split(word, _table("es")) is not None
    most = max(counts.values())
    if not most:
        return Heard(hint, hint == "en" and not said)
    likely = [code for code in CODES if counts[code] == most]
    code = hint if hint in likely else likely[0]
    own = words_of(code)
    others = {word for other in CODES if other != code for word in said & words_of(other)} - own
    alone = any(not any(word in words_of(other) for other in CODES if other != code) for word in said & own)
    unknown = any(not any(word in words_of(each) for each in CODES) for word in said)
    return Heard(code, not others and (alone or (code == "en" and not unknown)))


NOBODYS = Vocabulary(tokens=())
"""The names of nobody, for sentences that name nothing."""


def forms_for(text: str, vocabulary: Vocabulary = NOBODYS) -> tuple[Heard, Forms | None]:
    """The language of a text, and its patterns of whole sentences (None: English)."""
    found = heard(text, vocabulary)
    return found, forms(found.code)


def languages_of(said: Sequence[str], vocabulary: Vocabulary) -> list[Heard]:
    """The language of each of one user's turns, oldest first: a turn that says none is in that of the one before."""
    found: list[Heard] = []
    hint = vocabulary.language
    for text in said:
        found.append(heard(text, vocabulary, hint))
        hint = found[-1].code
    return found


@lru_cache(maxsize=16)
def _words(text: str) -> frozenset[str]:
    """The words of a text that could tell its language, case-folded."""
    plain = text if text.isascii() else unicodedata.normalize("NFC", clean(text).plain)
    if any(mark in plain for mark in "\"'`>[<“”„‟«»‹›「『~"):
        plain = _unquoted(plain)
    return frozenset(_WORD.findall(_CODE.sub(" ", plain.casefold())))


def _unquoted(plain: str) -> str:
    place, kept = 0, []
    for quote in quotes(plain):
        kept.append(plain[place : quote.start])
        place = quote.end
    return " ".join((*kept, plain[place:]))


@lru_cache(maxsize=256)
def _names(vocabulary: Vocabulary) -> frozenset[str]:
    """Words that name something: they are said in every language."""
    named = [*vocabulary.tokens, *vocabulary.contacts, *vocabulary.traders, *vocabulary.venues]
    named += [*vocabulary.called, *(name for _, name in vocabulary.spoken)]
    return frozenset(word for name in named for word in _WORD.findall(name.casefold()))


@cache
def words_of(code: Lang) -> frozenset[str]:
    """Every word that a language's tables have, as it may be spelled."""
    language = _table(code)
    phrases = [
        phrase.strip()
        for values in language.phrases.values()
        for each in values.values()
        for phrase in each.split(";")
    ]
    phrases += [phrase.strip() for each in language.parts.values() for phrase in each.split(";")]
    phrases += [*language.scales, *language.units, *language.durations, *language.percent, *language.fractions]
    phrases += [*language.pronoun_one, *language.speakers, *language.first_person, *language.separable]
    phrases += [particle for each in language.separable.values() for particle in each]
    phrases += [*language.months, *language.ago, *language.ago_before, language.alike, language.rest]
    phrases += [*language.follows.values(), *language.deeds.values(), *language.times.values()]
    phrases += [*language.number_words, *words_in(code)]
    found = {word for phrase in phrases for each in spellings(phrase, code) for word in _WORD.findall(each)}
    return frozenset(word for word in found if len(word) > 1 or word in ("a", "y", "o", "e", "u"))
