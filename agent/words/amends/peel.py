"""What a correction says, without the words that say that it is one: "no, make it 50, please" says 50."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from agent.words.amends import frames
from agent.words.languages import LANGUAGES, Heard
from agent.words.reading.courtesy import whole
from agent.words.reading.quotes import quotes
from agent.words.reading.text import clean
from agent.words.turns.follow import Shape, closing, instead, opening

LONGEST = 120
"""Characters: what puts something else in the place of what was said is short."""


_TWICE = re.compile(r"\b(?:no|nein)\b.*\b(?:no|nein)\s+\Z", re.IGNORECASE)
""" "No, no 50" may say that it isn't 50."""
_PLEASE = re.compile(
    r"^[\s,]*(?:please|pls|bitte|por\s+favor)\b[\s,]*|[\s,]*\b(?:please|pls|bitte|por\s+favor|thanks|danke|gracias)[\s.!]*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Peeled:
    """`said`: what stands anew. `marked`: it says itself that it is a correction. `old`: what is no longer meant."""

    said: str
    marked: bool = False
    old: str = ""


def peeled(text: str, spoken: Heard) -> Peeled | None:
    """None for what can be none: a question, somebody else's words, a long message, one without a word of its own."""
    plain = clean(text).plain
    if not plain.strip() or len(plain) > LONGEST or "\n" in plain.strip() or quotes(plain):
        return None
    language = LANGUAGES[spoken.code]
    said = unicodedata.normalize("NFC", whole(plain, language, hurried=False) if "?" in plain else plain).strip()
    if "?" in said or "¿" in said:
        return None
    opens = opening(language, Shape.CORRECT).match(said)
    marked = opens is not None and opens.end() > 0
    if opens is not None and opens.end() and (_touches(said, opens.end()) or _TWICE.search(said[: opens.end()])):
        return None
    said = said[opens.end() :] if opens is not None else said
    closes = closing(language, language.follows.get(f"{Shape.CORRECT} end", "")).search(said)
    if closes is not None:
        said, marked = said[: closes.start()], True
    old = ""
    found = instead(language).search(said)
    if found is not None:
        old = found["before"] if found["before"] is not None else found["after"]
        said = f"{said[: found.start()]} {said[found.end() :]}".strip()
        marked = True
    said = _bare(whole(said, language, hurried=False) if marked else _PLEASE.sub(" ", said))
    for lead in frames.LEADS:
        leads = lead.match(said)
        if leads is not None:
            said, marked = _bare(said[leads.end() :]), True
            break
    marked = marked or any(noun.match(said) for noun in frames.NAMES)
    if marked and not old:
        old, said = _from_to(said)
    return Peeled(said, marked, old.strip()) if said else None


def anew(words: str) -> Peeled:
    """The same of words that stand behind what they change: "from Monday to Tuesday"."""
    old, said = _from_to(_bare(words))
    return Peeled(said, True, old)


def _from_to(said: str) -> tuple[str, str]:
    """What is no longer meant ('' where it isn't said) and what is: "from Monday to Tuesday", but no two numbers."""
    change = frames.FROM_TO.match(said)
    if change is None or re.match(r"[$\d]", change["old"]):
        return "", said
    return change["old"], change["new"]


def _bare(said: str) -> str:
    return said.strip(" ,;:.!")


def _touches(said: str, end: int) -> bool:
    """Whether what is taken out ends right at a point and a digit: "no.1" is neither 0.1 nor surely 1."""
    return re.match(r"\S[.,]+\d", said[max(end - 1, 0) :]) is not None
