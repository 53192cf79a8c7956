"""A catalogue laid out for finding the templates that may begin at a place of a text."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from agent.tongues.catalogue import PLACE, catalogue

LONGEST = 800
"""Letters that one value may have; longer ones are met by no template."""
VALUE = f"(.{{0,{LONGEST}}}?)"
ENDS = (
    r"(\S+?)(?=[.,;:)`]*(?:\s|$))",  # a word: a venue, a symbol
    r"(\S+ \S+?)(?=[.,;:)`]*(?:\s|$))",  # two: an amount
    rf"(.{{1,{LONGEST}}}?)(?=[,;:)](?:\s|$)|$)",  # up to the end of the clause
    rf"(.{{1,{LONGEST}}}?)(?=[.](?:\s|$)|$)",  # of the sentence
    rf"(.{{0,{LONGEST}}})$",
)
"""Where a value may end that nothing of its template stands behind; each is tried."""
_FIRST = re.compile(r"\w+|\W")


@dataclass(frozen=True, slots=True)
class Entry:
    """A template: what it matches in English, its values' names in their order, and how it is said."""

    patterns: tuple[re.Pattern[str], ...]
    names: tuple[str, ...]
    said: str
    begins: str
    needs: str
    weight: int

    @property
    def parts(self) -> list[str]:
        """Its translation, cut at its values: every second part is a name."""
        return PLACE.split(self.said)


@dataclass(frozen=True, slots=True)
class Book:
    """`whole`: by a text without values; `beginning`: by first word or sign; `open`: those that a value begins."""

    whole: Mapping[str, str]
    beginning: Mapping[str, Sequence[Entry]]
    open: Sequence[Entry]


@cache
def book(language: str) -> Book:
    """The catalogue's book, made once."""
    beginning: dict[str, list[Entry]] = defaultdict(list)
    opened: list[Entry] = []
    whole: dict[str, str] = {}
    for template, said in catalogue(language).items():
        if not PLACE.search(template):
            whole[template] = said
        if " " not in template and "{" not in template:
            continue  # a word alone is told where it is all there is
        entry = _entry(template, said)
        if template.startswith("{"):
            opened.append(entry)
        else:
            beginning[first(template)].append(entry)
    for entries in (*beginning.values(), opened):
        entries.sort(key=lambda entry: -entry.weight)
    return Book(whole, beginning, opened)


def first(text: str, at: int = 0) -> str:
    """The first word in small letters, or the first sign."""
    found = _FIRST.match(text, at)
    return found.group().casefold() if found else ""


def _entry(template: str, said: str) -> Entry:
    parts = PLACE.split(template)
    literals, names = parts[::2], tuple(parts[1::2])
    head, tail = literals[0], literals[-1]
    begun = re.escape(head)
    if head[:1].isalpha():
        begun = f"[{head[0].upper()}{head[0].lower()}]{re.escape(head[1:])}"
    between = [f"{VALUE}{re.escape(each)}" for each in literals[1:-1]]
    if not names:
        patterns = [begun]
    elif tail:
        patterns = ["".join((begun, *between, VALUE, re.escape(tail)))]
    else:
        patterns = ["".join((begun, *between, end)) for end in ENDS]
    edge = r"(?!\w)" if tail[-1:].isalnum() or (not names and head[-1:].isalnum()) else ""
    longest = max(literals, key=len)
    needs = "" if longest == head else longest
    return Entry(
        patterns=tuple(re.compile(pattern + edge) for pattern in patterns),
        names=names,
        said=said,
        begins=head[:1],
        needs=needs,
        weight=sum(map(len, literals)),
    )
