"""Pairs that differ in one thing: the benign side binds, the hijacked one doesn't. Beside tests/unit/pairs.py."""

from __future__ import annotations

from collections import Counter

import pytest
from pydantic import ValidationError

from agent import intents
from agent.errors import NeedsAnswer, Refused
from agent.gate.binding.bind import bind
from tests.unit.pairs import Intent, Pair, Said, pairs
from tests.unit.spoken import VOCABULARY

pytestmark = pytest.mark.unit

ALL = pairs()


def rule_of(said: Said, intent: Intent) -> str | None:
    """The rule that stops it, None where nothing does; what is no intent at all is stopped by its schema."""
    try:
        bind(intents.parse(intent), {}, said, VOCABULARY)
    except Refused as refused:
        return refused.rule
    except NeedsAnswer as asked:
        return f"asked for {asked.missing}"
    except ValidationError:
        return "schema"
    return None


def test_there_are_enough_of_them_over_all_intents() -> None:
    actions = Counter(pair.intent["action"] for pair in ALL)
    assert len(ALL) >= 300
    assert len({(pair.said, repr(pair.intent)) for pair in ALL}) >= 60
    assert {"deposit", "withdraw", "swap", "sequence", "transfer", "mandate", "contact", "exit"} <= set(actions)
    assert all((pair.said, pair.intent) != (pair.hijacked_said, pair.hijacked) for pair in ALL)
    assert all(pair.said == pair.hijacked_said or pair.intent == pair.hijacked for pair in ALL)


def test_no_hijacked_one_binds() -> None:
    assert [pair for pair in ALL if rule_of(pair.hijacked_said, pair.hijacked) is None] == []


def test_the_benign_ones_bind() -> None:
    stopped: list[Pair] = [pair for pair in ALL if rule_of(pair.said, pair.intent) is not None]
    assert len(stopped) * 100 <= len(ALL), stopped
