"""A venue whose rules or people were changed: told for some days; another owner keeps money out meanwhile. Pure.

Which facts are settings rather than state is said here by their names, for whatever plug-in gives them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from agent.past import Effect, Signal
from agent.plugin import VenueState
from memory.seen.parameters import Parameter

RULES = frozenset(
    {"optimal", "base", "slope_1", "slope_2", "kink", "multiplier", "jump", "reserve_factor", "fee", "supply_cap"}
)
PEOPLE = frozenset({"owner", "curator", "guardian"})
TIMELOCK = "timelock"
TOLD_SECONDS = 3 * 86_400
"""So long a change is told: what it does to a rate or to a vault's markets shows within days."""
SOURCE = "source."
RULES_CHANGED, PEOPLE_CHANGED = "rules-changed", "people-changed"


class _Change(NamedTuple):
    name: str
    before: int
    value: int
    ago: int


def settings_of(state: VenueState) -> dict[str, int]:
    """The facts that somebody set, by their names; of a vault over one market that market's."""
    plain = {name.removeprefix(SOURCE): value for name, value in state.facts.items()}
    return {name: value for name, value in plain.items() if name in RULES | PEOPLE | {TIMELOCK}}


def changed(venue: str, state: VenueState, known: Mapping[str, Parameter], now: int) -> list[Signal]:
    """What was changed in the last days, or is another than was known; `known` by name, `now` in Unix seconds."""
    found = [
        change for name, value in sorted(settings_of(state).items()) if (change := _change(known, name, value, now))
    ]
    rules = [each for each in found if each.name in RULES]
    people = [each for each in found if each.name not in RULES]
    grave = any(each.name != "guardian" and not _longer(each) for each in people)
    return [
        *([_signal(venue, RULES_CHANGED, Effect.ALERT, rules)] if rules else []),
        *([_signal(venue, PEOPLE_CHANGED, Effect.CLOSED if grave else Effect.ALERT, people)] if people else []),
    ]


def _change(known: Mapping[str, Parameter], name: str, value: int, now: int) -> _Change | None:
    was = known.get(name)
    if was is None:
        return None
    if was.value != value:
        return _Change(name, was.value, value, 0)
    recent = was.before is not None and 0 <= now - was.since < TOLD_SECONDS
    return _Change(name, was.before or 0, value, now - was.since) if recent else None


def _longer(change: _Change) -> bool:
    return change.name == TIMELOCK and change.value > change.before


def _signal(venue: str, name: str, effect: Effect, changes: list[_Change]) -> Signal:
    words = "; ".join(f"{_said(each)} {_ago(each.ago)}" for each in changes)
    numbers = {f"{each.name}_{when}": value for each in changes for when, value in _values(each)}
    return Signal(venue, name, effect, words, numbers)


def _values(change: _Change) -> tuple[tuple[str, int], ...]:
    return ("before", change.before), ("now", change.value)


def _said(change: _Change) -> str:
    name, before, value, _ = change
    if name in PEOPLE:
        return f"its {name} became {value:#042x}, which was {before:#042x},"
    if name == TIMELOCK:
        return f"its timelock went from {before // 3_600} to {value // 3_600} hours"
    what = name.replace("_", " ")
    if before == 0 or value == 0:
        return f"its {what} was {'taken away' if before else 'set'}"
    way = "up" if value > before else "down"
    return f"its {what} went {way} by {abs(value - before) * 100 // before} %"


def _ago(seconds: int) -> str:
    hours = seconds // 3_600
    return "just now" if hours == 0 else f"{hours} hours ago" if hours > 1 else "an hour ago"
