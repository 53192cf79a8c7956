"""The catalogues: for each sentence that the code may say in English, how it is said in another language."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
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


_added: dict[str, dict[str, str]] = {language: {} for language in LANGUAGES}
_kept: list[Callable[[], None]] = []


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Templates by the English template, values as `{name}`; nothing for a language that has no catalogue."""
    if language not in LANGUAGES:
        return MappingProxyType({})
    text = (files("agent.tongues") / f"{language}.json").read_text(encoding="utf-8")
    return MappingProxyType({**_added[language], **json.loads(text)})


def say_in(language: str, sentences: Mapping[str, str]) -> None:
    """How a plug-in's own sentences are said in 'es' or 'de': English templates with their translations.

    Called when the plug-in is imported. A sentence of Moneta's own stays as Moneta says it. Raises ValueError for
    another language, for a template without two words of its own, and for other values or digits than it has.
    """
    if language not in LANGUAGES:
        raise ValueError(f"Sentences are told in {' and '.join(LANGUAGES)}, not in {language!r}")
    for template, said in sentences.items():
        why = unfit(template, said)
        if why:
            raise ValueError(f"{template!r} as {said!r}: {why}")
    _added[language].update(sentences)
    for forget in (catalogue.cache_clear, *_kept):
        forget()


def unfit(template: str, said: str) -> str:
    """Why that is no translation of that template; '' where it may be one."""
    if len(re.findall(r"[^\W\d_]{2,}", PLACE.sub(" ", template))) < 2:
        return "a template has at least two words of its own"
    if sorted(name for name, _ in PLACE.findall(template)) != sorted(name for name, _ in PLACE.findall(said)):
        return "it has other values"
    if sorted(re.findall(r"\d", PLACE.sub("", template))) != sorted(re.findall(r"\d", PLACE.sub("", said))):
        return "it has other digits"
    return ""


def keep_until_changed(forget: Callable[[], None]) -> None:
    """Calls `forget` whenever a catalogue grows."""
    _kept.append(forget)


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
