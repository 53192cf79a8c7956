"""The key of a word in a mandate's limits: what it is in English, so that one set of tables serves every language."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from agent.words.language import Lang
from agent.words.languages import LANGUAGES
from agent.words.reading.readings import Reading
from agent.words.vocabulary import spellings


def key_of(reading: Reading) -> str:
    """Case-folded, with straight apostrophes."""
    said = reading.words.casefold().replace("’", "'")
    return said if reading.code == "en" else _same_as(reading.code).get(said, said)


@cache
def _same_as(code: Lang) -> Mapping[str, str]:
    """By every spelling of the word."""
    return {way: english for said, english in LANGUAGES[code].same_as.items() for way in spellings(said, code)}
