"""A language: its words as data. The reader and the grammar know kinds of words; only these tables know words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agent.words.readings import Kind

Phrases = Mapping[Kind, Mapping[str, str]]


@dataclass(frozen=True, eq=False, slots=True)
class Language:
    """The tables of one language; every key is case-folded.

    `phrases`: kind, then value, then the phrases that say it, separated by semicolons. `parts`: a phrase that says a
    part of a whole, to 'all' or its percentage. `inexact`: parts that no decimal says. `durations`: a unit's seconds.
    `multiples`: what makes a number a multiple of something: the x of "5x". `speakers` are those whose words somebody
    may pass on, `objects` whom they say them to, `first_person` the user; `introduces` are marks behind a speaker.
    """

    phrases: Phrases
    parts: Mapping[str, str]
    inexact: frozenset[str]
    of: str
    half: frozenset[str]
    articles: frozenset[str]
    units: Mapping[str, int]
    scales: Mapping[str, int]
    suffixes: Mapping[str, int]
    number_joins: frozenset[str]
    pronoun_one: frozenset[str]
    durations: Mapping[str, int]
    doubtful_durations: frozenset[str]
    percent: frozenset[str]
    dollars: frozenset[str]
    multiples: frozenset[str] = frozenset()
    speakers: frozenset[str] = frozenset()
    objects: frozenset[str] = frozenset()
    first_person: frozenset[str] = frozenset()
    introduces: frozenset[str] = frozenset()
