"""The frames of limits by language, and what the words around a cap's amount mean."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from agent.words.forms import Limits, forms, pattern
from agent.words.language import Lang
from agent.words.limits import frames

Frames = Sequence[re.Pattern[str]]


@dataclass(frozen=True, slots=True)
class LimitForms:
    """As in frames.py: `what` is what an "all …" allows; `outright` so many of the caps, the first, name a limit."""

    caps: Frames
    removals: Frames
    places: Frames
    people: Frames
    everything: Frames
    cancel_change: Frames
    cancel_transaction: Frames
    remove_contact: Frames
    periods: Mapping[str, str]
    kinds: Mapping[str, str]
    any_kind: frozenset[str]
    what: Mapping[str, str]
    outright: int = frames.OUTRIGHT

    def found(self, patterns: Frames, said: str) -> Iterator[re.Match[str]]:
        return (found for each in patterns if (found := each.fullmatch(said)) is not None)


_WHAT = ("venue", "token", "recipient")
_ENGLISH = LimitForms(
    frames.CAPS,
    frames.REMOVALS,
    frames.PLACES,
    frames.PEOPLE,
    frames.EVERYTHING,
    frames.CANCEL_CHANGE,
    frames.CANCEL_TRANSACTION,
    frames.REMOVE_CONTACT,
    frames.PERIODS,
    frames.KINDS,
    frames.ANY_KIND | {"in"},
    {**{one: f"{one}s" for one in _WHAT}, "contact": "recipients"},
)


@cache
def limit_forms(code: Lang) -> LimitForms:
    """Those of a language."""
    found = forms(code)
    return _ENGLISH if found is None else _compiled(found.limits)


def _compiled(of: Limits) -> LimitForms:
    def ready(sources: tuple[str, ...]) -> Frames:
        return tuple(map(pattern, sources))

    return LimitForms(
        ready(of.caps),
        ready(of.removals),
        ready(of.places),
        ready(of.people),
        ready(of.everything),
        ready(of.cancel_change),
        ready(of.cancel_transaction),
        ready(of.remove_contact),
        of.periods,
        of.kinds,
        of.any_kind,
        of.what,
    )
