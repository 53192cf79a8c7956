"""Whole sentences that are read as one, in Spanish and German, as data: debts, rewards, hours, limits.

A pattern is written with its accents and umlauts and matches what is typed without them; it is compiled when it is
first needed. English has its patterns beside the code that reads them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from agent.words.language import Lang
from agent.words.reading.text import clean

_SPELT = {
    "ä": "(?:ä|ae|a)", "ö": "(?:ö|oe|o)", "ü": "(?:ü|ue|u)", "ß": "(?:ß|ss)",
    "á": "[áa]", "é": "[ée]", "í": "[íi]", "ó": "[óo]", "ú": "[úu]", "ñ": "[ñn]",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Limits:
    """The frames of limits; their slots are named as in frames.py. `periods`, `kinds`, `any_kind`: its tables."""

    caps: tuple[str, ...]
    removals: tuple[str, ...]
    places: tuple[str, ...]
    people: tuple[str, ...]
    everything: tuple[str, ...]
    what: Mapping[str, str]
    cancel_change: tuple[str, ...]
    cancel_transaction: tuple[str, ...]
    remove_contact: tuple[str, ...]
    periods: Mapping[str, str]
    kinds: Mapping[str, str]
    any_kind: frozenset[str]


@dataclass(frozen=True, slots=True)
class Forms:
    """Patterns with the groups that the readers of the same name have in English."""

    repay: tuple[str, ...]
    debt: str
    revoke: tuple[str, ...]
    claim: tuple[str, ...]
    summary: str
    no_summary: str
    quiet: str
    no_quiet: str
    zone: str
    pictures: str
    light: frozenset[str]
    drawn: str
    keys: str
    link: str
    code_above: str
    no_code: str
    home: tuple[str, ...]
    limits: Limits


@cache
def forms(code: Lang) -> Forms | None:
    """Those of a language, None for English."""
    module = {"es": "agent.words.spanish.forms", "de": "agent.words.german.forms"}.get(code)
    found = getattr(import_module(module), "FORMS") if module else None  # noqa: B009 - mypy knows no member
    return found if isinstance(found, Forms) else None


@cache
def pattern(source: str) -> re.Pattern[str]:
    """A pattern of Spanish or German, ready to be matched."""
    return re.compile("".join(_SPELT.get(letter, letter) for letter in source), re.IGNORECASE)


def matches(sources: Iterable[str], said: str) -> Iterator[re.Match[str]]:
    """What is wholly one of these, in order."""
    return (found for each in sources if (found := pattern(each).fullmatch(said)) is not None)


def match(said: str, *sources: str) -> re.Match[str] | None:
    """The first of `matches`."""
    return next(matches(sources, said), None)


def composed(text: str) -> str:
    """The text made plain, its accents composed."""
    return unicodedata.normalize("NFC", clean(text).plain)


@cache
def words_in(code: Lang) -> frozenset[str]:
    """The words that the patterns of a language are made of, for telling what language a text is in."""
    found = forms(code)
    if found is None:
        return _ENGLISH
    sources = [
        each for name in Forms.__slots__ if name not in ("limits", "light") for each in _each(getattr(found, name))
    ]
    limits = [each for name in Limits.__slots__ if name not in _TABLES for each in _each(getattr(found.limits, name))]
    named = (word for source in (*sources, *limits) for word in _LITERAL.findall(_GROUP.sub("", source)))
    return frozenset(word.casefold() for word in named)


_WORDS = (
    "terms privacy"
    " above account accounts address ahead alert alerts allow allowance anything approval approvals at backup"
    " begin below between book budget cancel cap cents change changes chart charts chat claim clear climbs code"
    " codes collect colours connect contact contacts conversation could danger dangerous dark day days debt debts"
    " delete depeg depegs discord down draw drop drops each emergency end ever every everything exceeds exit exits"
    " export factor fall falls false fee fees floor forget gain gas get gets go goes graph graphs hanging hard"
    " harvest health home horizon hour hours identities identity illiquid incentives key keys keystore least leave"
    " leaves less lift light limit limits link liquidity loan loans look lower me mnemonic month more most move"
    " moves my new no nobody notify now number off once only over owe own pay payment payments peg pending per"
    " percent permission permit phrase picture pictures place placed plot plots policy price private quiet raise"
    " reaches recovery reduce remove repay revoke reward rewards rise rises risky said secret seed seeds send set"
    " shift single sinks slips spend spending stuck summaries summary take telegram tell than time token tokens"
    " tops touch transaction transactions transfer transfers unblock under up use venue venues waiting warn warns"
    " well what when withdrawal words zone"
)
_ENGLISH = frozenset(_WORDS.split())
"""Those of the English patterns, which stand beside their readers."""
_TABLES = frozenset({"what", "periods", "kinds", "any_kind"})
_GROUP = re.compile(r"\?P<\w+>|\\[a-zA-Z]|\[[^\]]*\]|\{[^}]*\}")
_LITERAL = re.compile(r"(?<![^\W\d_)])[^\W\d_]{3,}(?![^\W\d_(?])")


def _each(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value
