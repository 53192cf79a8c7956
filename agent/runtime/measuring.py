"""How well one language model does: a set of sentences, asked as users' messages are, bound as they are.

The phrasebook is left out: what is measured is what the model adds. A set has sentences with an intent, questions
whose answer is talk, and traps, of which nothing may come that acts.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from statistics import median
from typing import Any, Literal

from agent.errors import NeedsAnswer, Refused
from agent.gate.binding.bind import bind
from agent.intents import Understood, as_json
from agent.mind import tools
from agent.mind.breaker import Clock
from agent.mind.context import Context
from agent.mind.mind import Known, Mind, Spoken
from agent.mind.model import ModelDown
from agent.mind.models import NoBudget
from agent.words.vocabulary import Vocabulary
from memory.people.model_book import Measure

SET = "measure_set.json"
NOW = 1_795_248_000
"""The moment of every sentence, Unix seconds: the same words mean the same at every measuring."""
Became = Literal["right", "asked", "wrong", "down"]


@dataclass(frozen=True, slots=True)
class Case:
    """A sentence, the intent that it means as JSON (None: words are the answer), the call that says so."""

    text: str
    call: tuple[str, Mapping[str, Any]] | None
    intent: Mapping[str, Any] | None
    trap: bool


@dataclass(frozen=True, slots=True)
class Sentences:
    """A set: its cases, what its vocabulary is, what a model is told besides, its hash."""

    cases: tuple[Case, ...]
    vocabulary: Vocabulary
    facts: str
    sha256: str


def load() -> Sentences:
    """The set that comes with Moneta."""
    body = (resources.files("agent.mind") / SET).read_bytes()
    data = json.loads(body)
    words = data["vocabulary"]
    vocabulary = Vocabulary(
        tokens=tuple(words["tokens"]),
        venues=tuple(words["venues"]),
        contacts=tuple(words["contacts"]),
        dollars=frozenset(words["dollars"]),
    )
    cases = tuple(
        Case(each["text"], tuple(each["call"]) if each["call"] else None, each["intent"], each["trap"])
        for each in data["cases"]
    )
    return Sentences(cases, vocabulary, data["facts"], hashlib.sha256(body).hexdigest())


async def measure(
    name: str,
    mind: Mind,
    sentences: Sentences,
    at: int,
    clock: Clock,
    told: Callable[[Case, Became], Awaitable[None]] | None = None,
) -> Measure:
    """Asks everything of the set, one after the other; `at` is when, in Unix seconds. Raises NoBudget: half a set
    measures nothing.
    """
    found: list[Became] = []
    taken: list[float] = []
    for case in sentences.cases:
        began = clock()
        became = await _became(mind, case, sentences)
        found.append(became)
        if became != "down":
            taken.append(clock() - began)
        if told is not None:
            await told(case, became)
    ms = round(median(taken) * 1_000) if taken else 0
    right, asked, wrong, down = (found.count(each) for each in ("right", "asked", "wrong", "down"))
    return Measure(name, at, sentences.sha256, right, asked, wrong, down, ms)


async def _became(mind: Mind, case: Case, sentences: Sentences) -> Became:
    known = Known(sentences.facts)
    try:
        found = await mind.by_model(case.text, Context(now=NOW), sentences.vocabulary, known)
    except NoBudget:
        raise
    except (ModelDown, TimeoutError):
        return "down"
    if isinstance(found, Spoken):
        return "right" if case.intent is None else "asked"
    intent = bound(found, [case.text], sentences.vocabulary)
    if intent is None:
        return "right" if case.trap else "asked"
    if case.trap:
        return "wrong" if intent["action"] in tools.ACTS else "right"
    return "right" if intent == case.intent else "wrong"


def bound(found: Understood | None, said: Sequence[str], vocabulary: Vocabulary) -> dict[str, Any] | None:
    """The intent as JSON where the gate lets the words bind it, else None: it is asked about."""
    if found is None or found.intent is None:
        return None
    try:
        bind(found.intent, found.origins, said, vocabulary)
    except (Refused, NeedsAnswer):
        return None
    return as_json(found.intent)
