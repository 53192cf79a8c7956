"""What a placement was weighed from comes back from its JSON, and the rule says the same of it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from agent.curves import Terms, Weigh
from agent.gate.weighed import Weighed, limits_json, limits_of
from agent.money import RAY, Rate
from agent.past import Effect, Outlook, Signal
from plugins.rebalance.rule import place
from tests.unit.rebalance_parts import DAY, LIMITS, ONE, POOR, RICH, A, B, C, at, leave

pytestmark = pytest.mark.unit

LESS = Signal(B, "size", Effect.LESS, "yours would be 1 % of it", {"part_bps": 100}, most=9_000 * ONE)
WEIGHED = Weighed(
    candidates=(
        POOR,
        replace(RICH, most=4_000 * ONE, least=10, exit_fee=RAY // 10_000),
        at(C, None, 5, why_not="it is frozen"),
    ),
    terms=Terms(7, 30 * DAY, (1, RAY // 3), Weigh.LOW, {A: 10**15}),
    limits=replace(LIMITS, cap=10**12, most=10**11, venues=frozenset({A, B}), exits=True),
    outlooks={A: Outlook(Rate(3), 4, 5, 6, now=Rate(7), soon=Rate(8))},
    signals=(LESS, replace(leave(C), most=None)),
)


def test_all_of_it_comes_back() -> None:
    written = json.loads(json.dumps({"limits": limits_json(WEIGHED.limits), "weighed": WEIGHED.as_json()}))
    limits = limits_of(written["limits"])
    assert limits == WEIGHED.limits
    assert Weighed.from_json(written["weighed"], limits) == WEIGHED


def test_no_number_is_a_float() -> None:
    def numbers(of: object) -> list[object]:
        if isinstance(of, dict):
            return [found for each in of.values() for found in numbers(each)]
        if isinstance(of, list):
            return [found for each in of for found in numbers(each)]
        return [of] if isinstance(of, int | float) and not isinstance(of, bool) else []

    assert numbers(WEIGHED.as_json()) == []


def test_the_rule_says_the_same_of_it() -> None:
    again = Weighed.from_json(json.loads(json.dumps(WEIGHED.as_json())), WEIGHED.limits)

    def said(of: Weighed) -> object:
        return place(of.candidates, of.terms, of.limits, of.outlooks, of.signals)

    assert said(again) == said(WEIGHED)
