"""A message without its courtesies: 'hey, would you mind claiming my rewards, please?' is 'claim my rewards'.

For sentences that are read as a whole (agent/words/claims.py and its like); all others are read word by word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from agent.words.english import ENGLISH
from agent.words.language import Language
from agent.words.readings import Kind
from agent.words.text import clean

MIND = "mind"
LONGEST = 400
"""Characters: a longer message is no such sentence."""
_TAIL = 80  # characters at the end in which courtesies stand


@lru_cache(maxsize=8)
def bare(text: str, language: Language = ENGLISH) -> str:
    """The plain text without greetings, polite words and marks around it; a gerund behind "would you mind" commands.

    A question mark goes only with a polite request before it. A text that is too long is given back plain.
    """
    plain = clean(text).plain
    if len(plain) > LONGEST:
        return plain
    forms = _forms(language)
    begin = forms.before.match(plain)
    lead = begin.group() if begin is not None else ""
    rest = plain[len(lead) :]
    polite = forms.polite.search(lead) is not None
    if forms.mind.search(lead) is not None:
        first, space, after = rest.partition(" ")
        rest = f"{forms.gerunds.get(first.casefold(), first)}{space}{after}"
    if polite:
        rest = rest.rstrip(" .!?")
    cut = max(len(rest) - _TAIL, 0)
    ended = forms.after.search(rest, cut)
    return rest[: ended.start()] if ended is not None else rest


class _Forms:
    """What is compiled of a language's tables."""

    def __init__(self, language: Language) -> None:
        polite = language.phrases[Kind.POLITE]
        asked = [phrase for phrases in polite.values() for phrase in phrases.split(";")]
        around = [*language.courtesies, *language.phrases[Kind.CHAT][""].split(";")]
        self.before = re.compile(rf"[\s/,.!]*(?:(?:{_any([*asked, *around])})(?=[\s,.!:]|$)[\s,.!:]*)*", re.I)
        self.after = re.compile(rf"(?:[\s,.!]+(?:{_any(around)}))*[\s.!]*$", re.I)
        self.polite = re.compile(rf"(?<!\w)(?:{_any(asked)})(?!\w)", re.I)
        self.mind = re.compile(rf"(?<!\w)(?:{_any(polite.get(MIND, '').split(';'))})\W*$", re.I)
        self.gerunds = {form.strip(): verb for verb, forms in language.gerunds.items() for form in forms.split(";")}


@lru_cache(maxsize=8)
def _forms(language: Language) -> _Forms:
    return _Forms(language)


def _any(phrases: Iterable[str]) -> str:
    """The longest first; one that never matches where there are none."""
    said = sorted({phrase.strip() for phrase in phrases} - {""}, key=len, reverse=True)
    return "|".join(re.escape(phrase).replace(r"\ ", r"\s+") for phrase in said) or r"(?!)"
