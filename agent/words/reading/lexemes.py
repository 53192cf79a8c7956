"""The smallest pieces of a plain text: numbers, words, 0x-words, dates, marks. One linear pass."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_LEXEME = re.compile(
    r"""(?P<date>(?<![\w.,-])[0-9]{4}-[0-9]{2}-[0-9]{2}(?![\w-]))"""
    r"""|(?P<hex>0[xX]\w*)"""
    r"""|(?P<number>(?:(?<![\w.,])\.)?[0-9](?:[0-9.,_']*[0-9])?)"""
    r"""|(?P<word>@?[^\W\d_](?:[^\W_]|[\u0300-\u036f]|[-'.:_](?=[^\W_]))*)"""
    r"""|(?P<newline>\n)"""
    r"""|(?P<space>\s+)"""
    r"""|(?P<mark>(?P<same>[^\w\s])(?P=same)*|.)"""
)


@dataclass(frozen=True, slots=True)
class Lexeme:
    """`text` is `plain[start:end]`, `key` is it case-folded, its accents composed.

    `shape` is number, word, hex, date, newline or mark; the reader adds quoted and quoted line.
    """

    shape: str
    text: str
    key: str
    start: int
    end: int

    def touches(self, following: Lexeme) -> bool:
        """Nothing, not even a space, stands between the two."""
        return self.end == following.start


def lexemes(plain: str, start: int = 0, end: int | None = None) -> Iterator[Lexeme]:
    """The pieces of `plain[start:end]`, without spaces."""
    for match in _LEXEME.finditer(plain, start, len(plain) if end is None else end):
        shape = match.lastgroup or "mark"
        if shape != "space":
            text = match.group()
            key = text.casefold() if text.isascii() else unicodedata.normalize("NFC", text).casefold()
            yield Lexeme(shape, text, key, match.start(), match.end())


@lru_cache(maxsize=16)  # one message is cut again and again in its turn, by many
def pieces(plain: str) -> tuple[Lexeme, ...]:
    """The pieces of a whole text."""
    return tuple(lexemes(plain))


def key_of(phrase: str) -> tuple[str, ...]:
    """A phrase as it will be met in a text."""
    return tuple(lexeme.key for lexeme in lexemes(phrase))
