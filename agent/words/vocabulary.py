"""The names that may be said: the registry's tokens, the venues and how people call them, the user's contacts."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from agent.intents import All, Percentage
from agent.words.language import Lang, Language
from agent.words.reading.lexemes import key_of
from agent.words.reading.negations import IFS, NEGATIONS
from agent.words.reading.readings import Kind, Said, Value

EXCHANGES = (
    "uniswap", "pancakeswap", "sushiswap", "quickswap", "balancer", "curve", "camelot", "aerodrome", "velodrome",
    "kyberswap", "cowswap", "paraswap", "matcha", "dex", "1inch", "velora", "odos", "cow protocol", "jupiter",
)  # fmt: skip
"""Exchanges that a sentence may name: a swap is read all the same, and what it names is told beside the preview."""
_SUFFIXES = ((), ("router",), ("v2",), ("v3",), ("v2", "router"), ("v3", "router"), ("router", "v2"), ("dex",))
Key = tuple[str, ...]
Entry = tuple[Kind, Value]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a user may name. Hand in one for each user: `contacts` are that user's own.

    `tokens` are the registry's symbols, `dollars` those of them that are worth a dollar, `venues` ids such as
    'aave-v3:core:USDC'; `spoken` adds pairs of (venue id, a name that people use for it). `traders` are exchanges.
    `called` is how the agent itself is addressed; a name with a word in it that means something else isn't read so.
    `language` is the one that the user last spoke or chose: the hint for words that say none.
    """

    tokens: tuple[str, ...]
    venues: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()
    dollars: frozenset[str] = frozenset()
    spoken: tuple[tuple[str, str], ...] = ()
    traders: tuple[str, ...] = ()
    called: tuple[str, ...] = ()
    language: Lang | None = None
    _hash: int = field(init=False, repr=False, compare=False, default=0)

    def __post_init__(self) -> None:
        said = (self.tokens, self.venues, self.contacts, self.dollars, self.spoken, self.traders, self.called)
        object.__setattr__(self, "_hash", hash((said, self.language)))

    def __hash__(self) -> int:
        """Made once: each message is looked up by its vocabulary again and again."""
        return self._hash

    def symbol(self, word: str) -> str | None:
        """The registry's spelling of a token named in any case."""
        return next((token for token in self.tokens if token.casefold() == word.casefold()), None)


@dataclass(frozen=True, eq=False, slots=True)
class Lexicon:
    """Everything that can be looked up: `entries` by case-folded words, `longest` key by first word."""

    entries: dict[Key, Entry]
    longest: dict[str, int]
    loud: frozenset[str]  # symbols that are also words of the language: tokens only in capitals or after "$"


def asset_of(venue: str) -> str:
    """The asset in a venue's id."""
    return venue.rpartition(":")[2]


@lru_cache(maxsize=256)
def lexicon(language: Language, vocabulary: Vocabulary) -> Lexicon:
    """The language's phrases with the vocabulary's names. Names never replace words of the grammar."""
    entries: dict[Key, Entry] = dict(grammar_of(language))
    grammar = set(entries)
    for key, ids in _venues(vocabulary, grammar).items():
        entries.setdefault(key, (Kind.VENUE, ids))
    loud: set[str] = set()
    for token in vocabulary.tokens:
        key = key_of(token)
        if key in grammar:
            loud.add(token.casefold())
        entries.setdefault(key, (Kind.TOKEN, token))
    for no in frozenset().union(*NEGATIONS.values()):
        entries.setdefault(key_of(no), (Kind.NEGATION, "not"))
    for key, trader in _exchanges(vocabulary.traders):
        entries.setdefault(key, (Kind.TRADER, trader))
    for name in vocabulary.contacts:
        entries.setdefault((name.casefold(),), (Kind.NAME, name.casefold()))
    for conditional in IFS:
        entries.setdefault((conditional,), (Kind.HYPOTHETICAL, "condition"))
    for key in _addresses(vocabulary.called, language, entries):
        entries[key] = (Kind.FILLER, "")
    longest: dict[str, int] = {}
    for key in entries:
        longest[key[0]] = max(len(key), longest.get(key[0], 0))
    return Lexicon(entries, longest, frozenset(loud))


def _addresses(called: Iterable[str], language: Language, entries: Mapping[Key, Entry]) -> list[Key]:
    """The names by which the agent is spoken to, as they are met in a text, with an @ before them or without.

    None with a word that means something, which articles and the like don't, and none that could be a number.
    """
    alone = {key[0]: kind for key, (kind, _) in entries.items() if len(key) == 1}
    silent = {word for word, kind in alone.items() if kind is Kind.FILLER}
    said = (alone.keys() - silent) | language.units.keys() | language.scales.keys()
    keys = [key_of(before + name.strip()) for name in called for before in ("", "@")]
    words = [[word.removeprefix("@") for word in key] for key in keys]
    return [
        key
        for key, of in zip(keys, words, strict=True)
        if key not in entries
        and any(word[:1].isalpha() and word not in silent for word in of)
        and not any(word in said or word[:1].isdigit() for word in of)
    ]


@lru_cache(maxsize=8)
def grammar_of(language: Language) -> dict[Key, Entry]:
    """As the tables spell them; then, where that says nothing else, as they are typed without accents or umlauts."""
    entries = dict(_phrases(language))
    if language.code != "en":
        spelled = [(spelling, entry) for key, entry in entries.items() for spelling in _respelled(key, language.code)]
        for key, entry in spelled:
            entries.setdefault(key, entry)
    return entries


def _respelled(key: Key, code: Lang) -> Iterator[Key]:
    ways = [spellings(word, code) for word in key]
    for way in range(1, max(map(len, ways))):
        yield tuple(each[min(way, len(each) - 1)] for each in ways)


_UMLAUTS = (("ä", "ae"), ("ö", "oe"), ("ü", "ue"))


@lru_cache(maxsize=8192)
def spellings(phrase: str, code: Lang) -> tuple[str, ...]:
    """How a phrase is typed, the right way first: 'zurück', 'zurueck', 'zuruck'; 'sí', 'si'."""
    phrase = phrase.casefold()
    if phrase.isascii() or code == "en":
        return (phrase,)
    letters = unicodedata.normalize("NFD", phrase)
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    if code != "de":
        return tuple(dict.fromkeys((phrase, bare)))
    two = phrase
    for umlaut, written in _UMLAUTS:
        two = two.replace(umlaut, written)
    return tuple(dict.fromkeys((phrase, two, bare)))


def typed(table: Mapping[str, str], code: Lang) -> dict[str, str]:
    """A table of phrases separated by semicolons, with every way in which each is typed."""
    return {value: typed_each(phrases, code) for value, phrases in table.items()}


def typed_each(phrases: str, code: Lang) -> str:
    """Phrases separated by semicolons, with every way in which each is typed."""
    return "; ".join(way for phrase in phrases.split(";") for way in spellings(phrase.strip(), code))


def _phrases(language: Language) -> Iterator[tuple[Key, Entry]]:
    for kind, values in language.phrases.items():
        for value, phrases in values.items():
            for phrase in phrases.split(";"):
                yield key_of(phrase), (kind, value or phrase.strip())
    for part, phrases in language.parts.items():
        for phrase in phrases.split(";"):
            fraction = not phrase.endswith(language.of)
            said = Said(All()) if part == "all" else Said(Percentage(value=part), part=fraction)
            yield key_of(phrase), (Kind.AMOUNT, said)


def _venues(vocabulary: Vocabulary, grammar: set[Key]) -> dict[Key, tuple[str, ...]]:
    symbols = {token.casefold() for token in vocabulary.tokens}
    named: dict[Key, set[str]] = {}
    for venue in vocabulary.venues:
        for alias in _aliases(venue, symbols):
            key = key_of(alias)
            if key not in grammar:
                named.setdefault(key, set()).add(venue)
    for venue, alias in vocabulary.spoken:
        if key_of(alias) not in grammar:
            named.setdefault(key_of(alias), set()).add(venue)
    return {key: tuple(sorted(venues)) for key, venues in named.items()}


@lru_cache(maxsize=8)
def _exchanges(traders: tuple[str, ...]) -> list[tuple[Key, str]]:
    """How people call an exchange: those that there are, then those that are known by name only."""
    found: list[tuple[Key, str]] = []
    for trader in (*traders, *EXCHANGES):
        for name in dict.fromkeys((trader, trader.replace("-", " "), trader.partition("-")[0])):
            key = key_of(name)
            found += [((*key, *more), trader) for more in _SUFFIXES]
    return found


def _aliases(venue: str, symbols: set[str]) -> Iterator[str]:
    """How people call a venue, from its id: 'aave', 'aave core', 'aave v3 core', 'core', also with its asset."""
    protocol, market, asset = venue.casefold().split(":")
    yield venue.casefold()
    protocols = {protocol, protocol.replace("-", " "), protocol.replace("-", ""), protocol.split("-")[0]}
    markets = {market, market.replace("-", " "), market.replace("-", "/"), market.split("-")[0]}
    alone = {name for name in markets if name not in symbols and not name.isdigit()}
    for name in protocols | alone | {f"{first} {second}" for first in protocols for second in markets}:
        yield name
        yield f"{name} {asset}"
