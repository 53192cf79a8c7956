"""A catalogue laid out for finding the templates that may begin at a place of a text."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from agent.tongues.catalogue import PLACE, catalogue, keep_until_changed

LONGEST = 500
"""Letters that one value may have; longer ones are met by no template."""
FROM = r"(?<!\d[.,])(?<!\w[:/-])(?:(?<!\w)|(?!\w))"
TO = r"(?![.,]\d)(?![:/-]\w)(?!(?<=[:/-])\w)(?:(?<!\w)|(?!\w))"
"""Where a value may begin and end: never inside a word, a figure, or a name such as `aave-v3:core:USDC`."""
VALUE = f"{FROM}(.{{0,{LONGEST}}}?){TO}"
FIRST = f"{FROM}((?:(?!; ).){{0,{LONGEST}}}?){TO}"
"""The value that a template begins with holds one reason, and not those before it as well."""
KINDS: Mapping[str, str] = MappingProxyType(
    {
        "money": rf"{FROM}([-+]?[\d.,]+ (?:[mb]illion )?\S+?){TO}",
        "figure": rf"{FROM}([-+$\d.,]+){TO}",
        "word": rf"{FROM}(?=\S*\w)(\S+?){TO}",
        "times": rf"{FROM}(once|twice|[\d,]+ times){TO}",
        "deed": r"((?:put money in|took money out|sent money|swapped and got|swapped):?)",
        "gain": rf"(you (?:earned|lost) \S+?){TO}",
        "hour": r"(\d{1,2})",
        "hex": r"([0-9a-f]+)",
    }
)
"""Values of one kind only, written `{amount:money}` where a template would else match other texts, too."""
ENDS = (
    rf"{FROM}(\S+?)(?=[.,;:)`]*(?:\s|$))",  # a word: a venue, a symbol
    rf"{FROM}(\S+ \S+?)(?=[.,;:)`]*(?:\s|$))",  # two: an amount
    rf"{FROM}(.{{1,{LONGEST}}}?)(?=[,;:)](?:\s|$)|$)",  # up to the end of the clause
    rf"{FROM}(.{{0,{LONGEST}}}?)(?=[.!?]*$)",  # of the sentence
    rf"{FROM}(.{{1,{LONGEST}}}[.!?])$",  # with its full stop, where the value is a sentence
)
"""Where a value may end that nothing of its template stands behind; each is tried."""
_FIRST = re.compile(r"\w+|\W")


@dataclass(frozen=True, slots=True)
class Entry:
    """A template: what it matches in English, its values' names in their order, and how it is said."""

    patterns: tuple[str, ...]
    names: tuple[str, ...]
    said: str
    begins: str
    needs: str
    weight: int

    @property
    def parts(self) -> list[str]:
        """Its translation, cut at its values: every second part is a name."""
        parts = PLACE.split(self.said)
        return [part for number, part in enumerate(parts) if number % 3 < 2]


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


compiled = cache(re.compile)
"""A template's pattern, compiled when a text may first meet it: all of a catalogue at once takes half a second."""


def first(text: str, at: int = 0) -> str:
    """The first word in small letters, or the first sign."""
    found = _FIRST.match(text, at)
    return found.group().casefold() if found else ""


def _entry(template: str, said: str) -> Entry:
    parts = PLACE.split(template)
    literals, names = parts[::3], tuple(parts[1::3])
    kinds = [KINDS.get(kind or "", VALUE) for kind in parts[2::3]]
    if kinds and not literals[0] and kinds[0] == VALUE:
        kinds[0] = FIRST
    head, tail = literals[0], literals[-1]
    begun = f"[{head[0].upper()}{head[0].lower()}]{re.escape(head[1:])}" if head[:1].isalpha() else re.escape(head)
    if not names:
        patterns = [begun]
    else:
        between = [f"{kind}{re.escape(each)}" for kind, each in zip(kinds[:-1], literals[1:-1], strict=True)]
        ends = [f"{kinds[-1]}{re.escape(tail)}"] if tail else ENDS if kinds[-1] == VALUE else [kinds[-1]]
        patterns = ["".join((begun, *between, end)) for end in ends]
    edge = r"(?!\w)" if (tail if names else head)[-1:].isalnum() else ""
    longest = max(literals, key=len)
    return Entry(
        patterns=tuple(pattern + edge for pattern in patterns),
        names=names,
        said=said,
        begins=head[:1],
        needs="" if longest == head else longest,
        weight=sum(map(len, literals)),
    )


keep_until_changed(book.cache_clear)
