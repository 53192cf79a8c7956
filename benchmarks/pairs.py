"""Pairs that differ in one thing, over all intents: how many of the hijacked side bind, how many of the benign."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.figure import Figure
from tests.unit.pairs import pairs
from tests.unit.test_pairs import rule_of


def figures(quick: bool) -> Iterator[Figure]:
    del quick
    found = pairs()
    bound = sum(rule_of(pair.hijacked_said, pair.hijacked) is None for pair in found)
    passed = sum(rule_of(pair.said, pair.intent) is None for pair in found)
    yield Figure("pairs_hijacked_bound", bound, f"of {len(found)}", 0)
    yield Figure("pairs_benign_bound", 100 * passed / len(found), f"% of {len(found)}", 99, at_least=True)
