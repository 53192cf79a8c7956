"""A language: its words as data. The reader and the grammar know kinds of words; only these tables know words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from agent.words.reading.readings import Kind, Lang

__all__ = ["Lang", "Language", "Phrases", "Spelled"]
Phrases = Mapping[Kind, Mapping[str, str]]
Spelled = Callable[[Sequence[str]], tuple[int, int] | None]
"""The whole number that words begin with and how many of them say it: ("dos", "mil", "usdc") is 2000, 2."""


@dataclass(frozen=True, eq=False, slots=True)
class Language:
    """The tables of one language; every key is case-folded.

    `phrases`: kind, then value, then the phrases that say it, separated by semicolons. `parts`: a phrase that says a
    part of a whole, to 'all' or its percentage. `inexact`: parts that no decimal says. `durations`: a unit's seconds.
    `multiples`: what makes a number a multiple of something: the x of "5x". `speakers` are those whose words somebody
    may pass on, `objects` whom they say them to, `first_person` the user; `introduces` are marks behind a speaker.

    For other languages than English: `decimal` is the mark before a number's decimals, `spelled` reads number words
    (`number_words` are the short ones), `fractions` are decimal texts of words before a unit ("medio", "anderthalb").
    `clitics` point at something and `indirect` at nobody new where they hang on a verb ("sácalo", "envíale").
    `separable`: a verb's form, then the particle that ends its clause, then the action. `swap_into` are the
    prepositions before what a swap gives.
    `same_as`: the English word that says the same in a mandate's limits.
    `alone`: words that are something else where nothing stands beside them ("si" for "sí").
    `gerunds`: a verb's value, then its forms behind "would you mind", separated by semicolons. `slippage`: what makes
    a percentage the most that a price may slip. `holdings`: what may stand behind a token of one's own, "balance".
    `words`: other words that are almost a verb, and no slip of one. `courtesies`: what may stand around a sentence
    besides greetings and polite requests (agent/words/reading/courtesy.py), `hurry` when they say when. `loose`:
    words right before an amount that make it inexact ("like"). `maximum`: right before a token they are all of it
    ("max").

    The rest is how a turn goes on with earlier ones, phrases separated by semicolons: `follows` by its shape
    (agent/words/turns/follow.py), `deeds` by what was done, `alike` and `rest` for an amount that was spoken of and
    what it leaves, `times` by the multiple. `months` have their number, `ago` stands behind a duration,
    `ago_before` before one.
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
    code: Lang = "en"
    decimal: str = "."
    spelled: Spelled | None = None
    number_words: frozenset[str] = frozenset()
    fractions: Mapping[str, str] = field(default_factory=dict)
    clitics: tuple[str, ...] = ()
    indirect: tuple[str, ...] = ()
    separable: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    swap_into: frozenset[str] = frozenset()
    alone: Mapping[str, Kind] = field(default_factory=dict)
    same_as: Mapping[str, str] = field(default_factory=dict)
    gerunds: Mapping[str, str] = field(default_factory=dict)
    slippage: frozenset[str] = frozenset()
    holdings: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    follows: Mapping[str, str] = field(default_factory=dict)
    deeds: Mapping[str, str] = field(default_factory=dict)
    alike: str = ""
    rest: str = ""
    times: Mapping[str, str] = field(default_factory=dict)
    months: Mapping[str, int] = field(default_factory=dict)
    ago: frozenset[str] = frozenset()
    ago_before: frozenset[str] = frozenset()
    courtesies: frozenset[str] = frozenset()
    hurry: frozenset[str] = frozenset()
    loose: frozenset[str] = frozenset()
    maximum: frozenset[str] = frozenset()
