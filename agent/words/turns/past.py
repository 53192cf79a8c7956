"""Questions about what was done: when it was done last, what was earned in some days, why something was moved."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from agent.words.language import Language
from agent.words.languages import LANGUAGES, language_of
from agent.words.reading.dates import dated
from agent.words.reading.reader import read
from agent.words.reading.readings import Kind
from agent.words.reading.text import clean
from agent.words.turns.follow import NEVER, phrases_of
from agent.words.vocabulary import Vocabulary

MOVE = "move"
"""What the agent itself did last: not one of the user's own deeds."""
TAX_TOOLS = ("rotki", "koinly", "cointracking", "cointracker")
"""Tools whose CSV shapes are known (agent/books/shapes.py)."""
LONGEST = 200
_DEEDS = {
    "deposit": "deposit",
    "put": "deposit",
    "withdraw": "withdraw",
    "take": "withdraw",
    "get": "withdraw",
    "exit": "withdraw",
    "transfer": "transfer",
    "swap": "swap",
    "buy": "swap",
    "sell": "swap",
    "move": MOVE,
    "rebalance": MOVE,
}


@dataclass(frozen=True, slots=True)
class LastTime:
    """Something that was done last: a deed's action or MOVE, of one token where one is named."""

    action: str
    asset: str | None


def last_time(text: str, vocabulary: Vocabulary) -> LastTime | None:
    """What a message asks for the last time of; None where it asks something else."""
    language = LANGUAGES[language_of(text, vocabulary)]
    found = _opening(language, "last time").match(clean(text).plain) if len(text) <= LONGEST else None
    if found is None:
        return None
    readings = read(" " * found.end() + clean(text).plain[found.end() :], vocabulary, language=language)
    kinds = {reading.kind for reading in readings}
    if kinds & {Kind.AMOUNT, Kind.NEGATION, Kind.HYPOTHETICAL, Kind.QUOTED}:
        return None
    acts = [reading for reading in readings if reading.kind in (Kind.VERB, Kind.MENTION)]
    actions = {_DEEDS.get(reading.text) for reading in acts}
    tokens = {reading.text for reading in readings if reading.kind is Kind.TOKEN}
    if len(actions) != 1 or None in actions or len(tokens) > 1:
        return None
    return LastTime(str(actions.pop()), next(iter(tokens), None))


def asks_earnings(text: str, vocabulary: Vocabulary) -> bool:
    """Whether what was earned is asked for, and not all that was done."""
    language = LANGUAGES[language_of(text, vocabulary)]
    return _says(text, language.follows.get("earned", ""))


def asks_books(text: str, vocabulary: Vocabulary) -> bool:
    """Whether it is asked what the books say: taxes, realised gains, losses, gas."""
    language = LANGUAGES[language_of(text, vocabulary)]
    return _says(text, language.phrases[Kind.TOPIC].get("books", ""))


def asks_taxes(text: str, vocabulary: Vocabulary) -> bool:
    """Whether all of the books are wanted, to hand on."""
    return _says(text, LANGUAGES[language_of(text, vocabulary)].follows.get("taxes", ""))


def asks_part(text: str, vocabulary: Vocabulary) -> bool:
    """Whether a token, a venue or an exchange is named: the books are asked for a part of themselves."""
    return any(each.kind in (Kind.TOKEN, Kind.VENUE, Kind.TRADER) for each in read(text, vocabulary))


def tool_named(text: str) -> str | None:
    """The tax tool whose file is wanted, None for none."""
    words = re.findall(r"[a-z]+", text.casefold())
    return next((tool for tool in TAX_TOOLS if tool in words), None)


def asks_gas(text: str, vocabulary: Vocabulary) -> bool:
    """Whether of the books only the gas is wanted."""
    return _says(text, LANGUAGES[language_of(text, vocabulary)].follows.get("gas paid", ""))


def asks_of_move(text: str, vocabulary: Vocabulary) -> bool:
    """Whether a why is about something that was moved: not about a look after which all stayed."""
    language = LANGUAGES[language_of(text, vocabulary)]
    readings = dated(read(text, vocabulary))
    if any(reading.kind is Kind.NEGATION for reading in readings):
        return False
    words = set(clean(text).plain.casefold().replace("?", " ").split())
    return bool(words & phrases_of(language.follows.get("moved", "")))


def _says(text: str, phrases: str) -> bool:
    said = " ".join(clean(text).plain.casefold().split())
    return any(re.search(rf"\b{re.escape(phrase)}\b", said) for phrase in phrases_of(phrases))


@lru_cache(maxsize=16)
def _opening(language: Language, table: str) -> re.Pattern[str]:
    known = sorted(phrases_of(language.follows.get(table, "")), key=len, reverse=True)
    either = "|".join(re.escape(phrase) for phrase in known) or NEVER
    return re.compile(rf"\s*(?:{either})\b", re.IGNORECASE)
