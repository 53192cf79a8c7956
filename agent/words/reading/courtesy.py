"""A message without its courtesies: 'hey, would you mind claiming my rewards, please?' is 'claim my rewards'.

For sentences that are read as a whole (agent/words/requests); all others are read word by word.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from agent.words.english.table import ENGLISH
from agent.words.language import Language
from agent.words.reading.lexemes import Lexeme, key_of, pieces
from agent.words.reading.readings import Kind
from agent.words.reading.text import clean
from agent.words.vocabulary import Key, grammar_of

MIND = "mind"
LONGEST = 400
"""Characters: a longer message is no such sentence."""
_MARKS = frozenset(",.!:/\n")


@lru_cache(maxsize=8)
def bare(text: str, language: Language = ENGLISH, hurried: bool = True) -> str:
    """The plain text without greetings, polite words and marks around it; a gerund behind "would you mind" commands.

    A question mark goes only with a polite request before it. A text that is too long is given back plain. Not
    `hurried`: words that say when ("now") stay, for what may have to wait.
    """
    plain = clean(text).plain
    if len(plain) > LONGEST:
        return plain
    words, table = pieces(plain), _table(language, hurried)
    first, asked = _leading(words, table)
    last = _trailing(words, first, table, questions=asked is not None)
    if first == last:
        return ""
    verb = table.gerunds.get(words[first].key) if asked == MIND else None
    said = plain[words[first].start : words[last - 1].end]
    return said if verb is None else verb + said[words[first].end - words[first].start :]


def whole(text: str, language: Language, hurried: bool = True) -> str:
    """The same, its accents composed: what the patterns of any language are matched with."""
    said = bare(text, language, hurried)
    return said if language.code == "en" else unicodedata.normalize("NFC", said)


@dataclass(frozen=True, slots=True)
class _Table:
    """`asks`: polite requests with their values; `around`: what may stand on both sides, too."""

    asks: dict[Key, str]
    around: frozenset[Key]
    gerunds: dict[str, str]
    longest: int


@lru_cache(maxsize=8)
def _table(language: Language, hurried: bool) -> _Table:
    grammar = grammar_of(language).items()
    asks = {key: str(value) for key, (kind, value) in grammar if kind is Kind.POLITE}
    around = {key for key, (kind, _) in grammar if kind is Kind.CHAT}
    around |= {key_of(phrase) for phrase in (*language.courtesies, *(language.hurry if hurried else ()))}
    gerunds = {form.strip(): verb for verb, forms in language.gerunds.items() for form in forms.split(";")}
    return _Table(asks, frozenset(around), gerunds, max(map(len, (*asks, *around))))


def _leading(words: Sequence[Lexeme], table: _Table) -> tuple[int, str | None]:
    """The first word that isn't courtesy, and the last polite request before it."""
    place, asked = 0, None
    while place < len(words):
        if words[place].key[0] in _MARKS:
            place += 1
            continue
        for length in range(min(table.longest, len(words) - place), 0, -1):
            key = tuple(word.key for word in words[place : place + length])
            if key in table.asks or key in table.around:
                asked = table.asks.get(key, asked)
                place += length
                break
        else:
            break
    return place, asked


def _trailing(words: Sequence[Lexeme], first: int, table: _Table, questions: bool) -> int:
    """Behind the last word that isn't courtesy."""
    place = len(words)
    while place > first:
        mark = words[place - 1].key[0]
        if mark in _MARKS or (questions and mark == "?"):
            place -= 1
            continue
        for length in range(min(table.longest, place - first), 0, -1):
            if tuple(word.key for word in words[place - length : place]) in table.around:
                place -= length
                break
        else:
            break
    return place
