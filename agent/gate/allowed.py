"""Allowed: of the venues that a plug-in ranks, those that a person or the operator doesn't allow aren't taken."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from agent.plugin import Option

WHY_NOT = "not among the venues that you allow"


def marked(options: Iterable[Option], allowed: frozenset[str] | None) -> list[Option]:
    """The options in their order, what isn't `allowed` with that as its reason. None: all are."""
    return [
        option if allowed is None or option.venue in allowed else replace(option, why_not=option.why_not or WHY_NOT)
        for option in options
    ]


def trusted(options: Iterable[Option], untrusted: Mapping[str, str]) -> list[Option]:
    """The options in their order; of one that isn't what it was checked to be, why it isn't offered."""
    return [
        replace(option, why_not=f"not offered, because {untrusted[option.venue]}")
        if option.venue in untrusted
        else option
        for option in options
    ]
