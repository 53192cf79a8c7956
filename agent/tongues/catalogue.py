"""The catalogues: for each sentence that the code may say in English, how it is said in another language."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

ENGLISH = "en"
LANGUAGES = ("es", "de")
"""What English is told in besides; ISO 639-1."""
NAMES: Mapping[str, str] = MappingProxyType({"en": "English", "es": "español", "de": "Deutsch"})
PLACE = re.compile(r"\{(\w*)(?::(\w+))?\}")
SENTENCE_ENDS = re.compile(r"(?<=[.!?])(\s+)")
"""Where a text is cut: each of its sentences is told by itself."""


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Templates by the English template, values as `{name}`; nothing for a language that has no catalogue."""
    if language not in LANGUAGES:
        return MappingProxyType({})
    text = (files("agent.tongues") / f"{language}.json").read_text(encoding="utf-8")
    return MappingProxyType(json.loads(text))


def units(template: str) -> list[str]:
    """The sentences of a template. What its values end or begin with as sentences of their own isn't part of one:
    of `{text} Before that: {more}` it is `Before that: {more}`.
    """
    merged = re.sub(r"(\{\w*\})(?:\{\w*\})+", r"\1", template)
    found = []
    for sentence in SENTENCE_ENDS.split(merged)[::2]:
        cut = re.sub(r"^\{\w*\} (?=[A-Z`]|\((?:rule|unavailable))", "", sentence)
        cut = re.sub(r"(?<=[.!?])\{\w*\}$", "", cut)
        found.append(cut.strip())
    return [unit for unit in found if re.search(r"[^\W\d_]", PLACE.sub("", unit))]


def skeleton(template: str) -> str:
    """A template without the names of its values: what two that match the same texts have in common."""
    return PLACE.sub("{}", template)
