"""What a model is asked for in a message: each purpose has a route of its own, and its own share of the prompt."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from enum import StrEnum

from agent.words.reading.readings import Kind, Reading

_SUMMARY = re.compile(
    r"\b(?:summar(?:y|i[sz]e)|recap|sum\s+(?:it|that|this|all\s+of\s+(?:it|that))?\s*up|tl\s*;?\s*dr|resum(?:e|en|ir|a)\s+"
    r"(?:lo|esta|nuestra)|fass(?:e|t)?\b[^.?!]{0,40}\bzusammen|zusammenfassung|resumen)\b",
    re.IGNORECASE,
)
_FIGURES = frozenset({Kind.TOKEN, Kind.VENUE, Kind.OWN, Kind.TOPIC, Kind.AMOUNT})


class Purpose(StrEnum):
    UNDERSTAND = "understand"
    """Something may be ordered: the tools that act are offered."""
    TALK = "talk"
    """Words alone."""
    SUMMARISE = "summarise"
    """What was said before, in short."""
    ANALYSE = "analyse"
    """A question about tokens, venues or what the user holds: the facts come first."""


def purpose_of(text: str, readings: Sequence[Reading], acts: Collection[str]) -> Purpose:
    """Read from the words alone. `acts` is what may be proposed of them."""
    kinds = {reading.kind for reading in readings}
    if _SUMMARY.search(text) and Kind.VERB not in kinds:
        return Purpose.SUMMARISE
    if acts:
        return Purpose.UNDERSTAND
    return Purpose.ANALYSE if kinds & _FIGURES else Purpose.TALK
