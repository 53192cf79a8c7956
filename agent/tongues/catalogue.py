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
PLACE = re.compile(r"\{(\w*)\}")


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Templates by the English template, values as `{name}`; nothing for a language that has no catalogue."""
    if language not in LANGUAGES:
        return MappingProxyType({})
    text = (files("agent.tongues") / f"{language}.json").read_text(encoding="utf-8")
    return MappingProxyType(json.loads(text))


@cache
def common_words() -> Mapping[str, frozenset[str]]:
    """Words that tell a language, English too. What stands in two counts for both, so that it tells nothing."""
    text = (files("agent.tongues") / "common.json").read_text(encoding="utf-8")
    return MappingProxyType({language: frozenset(words.split()) for language, words in json.loads(text).items()})


def skeleton(template: str) -> str:
    """A template without the names of its values: what two that match the same texts have in common."""
    return PLACE.sub("{}", template)
