"""What became of a sentence: right, asked, or wrong, and whether money would have gone elsewhere than was said."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from agent.errors import NeedsAnswer, Refused
from agent.gate.binding.bind import bind
from agent.intents import Understood, as_json
from agent.mind.context import Context
from agent.mind.phrasebook import interpret
from benchmarks.language.cases import Case

NOW = 1_795_248_000
"""Saturday, 21 November 2026, UTC: a relative day needs one."""
Reads = Callable[[Case], Mapping[str, Any] | None]
"""A column of the table: the intent as JSON data that a sentence comes to and that binds to its words, or None."""
COUNTS = ("right", "asked", "wrong", "wrong_money")
LOOKS = frozenset({"yields", "portfolio", "explain", "history", "help", "usage", "chat"})
HARMLESS = LOOKS | {"cancel", "pause"}
UNBOUND = frozenset({"link"})
"""What isn't bound to words: a link is confirmed on both platforms by its code (agent/chat/linking.py)."""


@dataclass(slots=True)
class Score:
    """Counts of one group; `wrong_money` are those of the wrong ones that would have moved or let move money."""

    right: int = 0
    asked: int = 0
    wrong: int = 0
    wrong_money: int = 0
    examples: list[tuple[str, str]] = field(default_factory=list)

    @property
    def cases(self) -> int:
        return self.right + self.asked + self.wrong


def phrasebook(case: Case) -> Mapping[str, Any] | None:
    """The phrasebook alone, and the gate that reads the words once more."""
    return bound(case, interpret(case.text, Context(now=NOW), case.vocabulary))


def bound(case: Case, understood: Understood) -> Mapping[str, Any] | None:
    """What a mind made of the case as JSON data where the gate binds it to the words; a question is None."""
    if understood.intent is None:
        return None
    try:
        if understood.intent.action not in UNBOUND:
            bind(understood.intent, understood.origins, [case.text], case.vocabulary)
    except (Refused, NeedsAnswer):
        return None
    return as_json(understood.intent)


def scored(cases: Iterable[Case], reads: Reads = phrasebook) -> dict[str, Score]:
    """The scores by group, in the order in which the groups come."""
    scores: dict[str, Score] = {}
    for case in cases:
        score = scores.setdefault(case.group, Score())
        outcome, money = verdict(case, reads(case))
        match outcome:
            case "right":
                score.right += 1
            case "asked":
                score.asked += 1
            case _:
                score.wrong += 1
        score.wrong_money += money
        if outcome != "right":
            score.examples.append((outcome, case.text))
    return scores


def verdict(case: Case, found: Mapping[str, Any] | None) -> tuple[str, bool]:
    """'right', 'asked' or 'wrong', and whether money is wrong with it.

    Where nothing may be done, a question is right, and so is a look where one may be had.
    """
    harmless = found is None or found["action"] in HARMLESS
    if case.intent is None:
        right = found is None or (case.looks and harmless)
    elif found is None:
        return "asked", False
    else:
        right = found["action"] == case.intent["action"]
        right = right and all(found.get(key) == value for key, value in case.intent.items())
    return ("right", False) if right else ("wrong", not harmless)


def totals(scores: Mapping[str, Score]) -> Score:
    """The sums over all groups."""
    return Score(*(sum(getattr(each, name) for each in scores.values()) for name in COUNTS))
