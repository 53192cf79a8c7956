"""The words of a text as the index of memory.db keeps them: one user's words are never another's.

Each word goes in as `number_word`, the number being its user's: digits up to the first `_`, so no two users' terms
are ever the same, whatever they or their ids are called. A search that names one user's terms can't meet another's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

LONGEST_WORD = 32
MOST_WORDS = 400
"""Of one text. What comes after them is kept, and not found by its words."""
MOST_ASKED = 12

_WORD = re.compile(r"[^\W_]+")
_ENGLISH = (
    "a about an and are as at be but by can could did do does for from had has have he her him his how i if in is it"
    " its just know me my no not of on or our please remember she should so tell that the their them then there they"
    " this to was we were what when where which who why will with would you your"
)
_SPANISH = (
    "al como con cual de del donde el ella en es esa ese esta este la las lo los mi mis no o para pero por que se si"
    " su sus un una y yo"
)
_GERMAN = (
    "aber als am an auch auf aus bei bin das dass dem den der des die du ein eine einen er es fur hat ich ihr im in"
    " ist ja kein mein meine mit nicht oder sie sind so und uns von war was wann wenn wer wie wir wo zu zum zur"
)
_COMMON = frozenset(f"{_ENGLISH} {_SPANISH} {_GERMAN}".split())


def spoken(text: str) -> Iterator[str]:
    """The words of a text in order, in small letters without accents; the commonest ones left out."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    if not plain.isascii():
        plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    for found in _WORD.finditer(plain):
        word = found[0][:LONGEST_WORD]
        if word not in _COMMON:
            yield word


def distinct(text: str, most: int = MOST_WORDS) -> list[str]:
    """The same, each once."""
    return list(dict.fromkeys(spoken(text)))[:most]


def terms(person: int, text: str) -> str:
    """What the index keeps of a text of this user; the same for the same text, since deleting needs it again."""
    return " ".join(f"{person}_{word}" for word in distinct(text))


def asked(person: int, query: str) -> list[str]:
    """An FTS5 expression for each word of a query: one quoted term of this user's, whatever was typed."""
    return [f'"{person}_{word}"' for word in distinct(query, MOST_ASKED)]
