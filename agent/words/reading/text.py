"""A person's text made plain for reading, with the way back to every original position.

Only the changes that can't alter a meaning are made: wide and styled letters become plain ones, invisible and
bidirectional marks go, kinds of apostrophe, dash and space become one. Superscripts, fractions and circled digits
stay as they are, because "100²" must never turn into 1002.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_APOSTROPHES = "\u2018\u2019\u02bc\u2032\u00b4"
_DASHES = "\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d"
_INVISIBLE = "\u034f\u115f\u1160\u3164\uffa0\u17b4\u17b5"
_SAFE_FOLDS = ("<wide>", "<narrow>", "<noBreak>", "<font>", "<compat>")

# Letters of other scripts that look like Latin ones, and what they look like.
_LOOKS_LIKE = dict(
    zip(
        "АВЕЅІЈКМНОРСТУХаеорсухіјѕԁһ" + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧοϲϹν",
        "ABESIJKMHOPCTYXaeopcyxijsdh" + "ABEZHIKMNOPTYXocCv",
        strict=True,
    )
)


@dataclass(frozen=True, slots=True)
class Text:
    """`plain` is what is read; `places[i]` is where the character `plain[i]` stood in `original`."""

    original: str
    plain: str
    places: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where `plain[start:end]` (not empty) stood in the original: start inclusive, end exclusive."""
        return self.places[start], self.places[end - 1] + 1


@lru_cache(maxsize=8)  # one message is read again and again in its turn, by many
def clean(original: str) -> Text:
    """The text made plain. One pass; each original character gives zero, one or a few plain ones."""
    if original.isascii() and original.isprintable():
        return Text(original, original, tuple(range(len(original))))
    characters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(original):
        for plain in _plain(character):
            characters.append(plain)
            places.append(place)
    return Text(original, "".join(characters), tuple(places))


@lru_cache(maxsize=4096)
def _plain(character: str) -> str:
    if (character.isascii() and character >= " ") or character in "\n\t":
        return character if character != "\x7f" else ""
    if character in _APOSTROPHES:
        return "'"
    if character in _DASHES:
        return "-"
    if character in _INVISIBLE or "\ufe00" <= character <= "\ufe0f":
        return ""
    category = unicodedata.category(character)
    if category in ("Cf", "Cc", "Co", "Cn"):
        return "\n" if character in "\r\x0b\x0c\x85" else ""
    if category in ("Zs", "Zl", "Zp"):
        return "\n" if category != "Zs" else " "
    return _folded(character)


def _folded(character: str) -> str:
    fold = unicodedata.decomposition(character).partition(" ")[0]
    if fold not in _SAFE_FOLDS:
        return character
    plain = unicodedata.normalize("NFKC", character)
    safe = len(plain) == 1 if fold != "<compat>" else plain.isalpha()
    return plain if safe else character


def foreign_letter(word: str) -> str | None:
    """The first letter that isn't Latin in a word that also has Latin ones: a look-alike, or a slip."""
    if word.isascii() or not any(letter.isascii() and letter.isalpha() for letter in word):
        return None
    return next((letter for letter in word if _is_foreign(letter)), None)


def skeleton(word: str) -> str:
    """The word with each look-alike replaced by the Latin letter that it resembles."""
    return "".join(_LOOKS_LIKE.get(letter, letter) for letter in word)


def script(letter: str) -> str:
    """The script of a letter as a word: 'Cyrillic'."""
    return unicodedata.name(letter, "unknown").split()[0].capitalize()


@lru_cache(maxsize=4096)
def _is_foreign(letter: str) -> bool:
    return letter.isalpha() and not unicodedata.name(letter, "").startswith(
        ("LATIN", "MODIFIER", "FEMININE", "MASCULINE")
    )
