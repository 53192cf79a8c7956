"""Allowed: of the venues that a plug-in ranks, those that a person or the operator doesn't allow aren't taken."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from agent.plugin import Option

WHY_NOT = "not among the venues that you allow"


def marked(options: Iterable[Option], allowed: frozenset[str] | None) -> list[Option]:
    """The options in their order, what isn't `allowed` with that as its reason. None: all are."""
    return [
        option if allowed is None or option.venue in allowed else replace(option, why_not=option.why_not or WHY_NOT)
        for option in options
    ]
