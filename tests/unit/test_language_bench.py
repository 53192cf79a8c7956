"""The sentences that understanding is measured by: nothing wrong, no money elsewhere, nearly all of it right."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from benchmarks.language import tables
from benchmarks.language.cases import HERE, OURS, Case, paraphrases, questbench, templates
from benchmarks.language.score import scored, totals, verdict

pytestmark = pytest.mark.unit

MAIN = ("deposit", "withdraw", "swap", "transfer")
DEPOSIT = {"action": "deposit", "asset": "USDC", "amount": {"kind": "exact", "value": "5"}, "venue": None}
has_templates = pytest.mark.skipif(not templates().exists(), reason="EVM-QuestBench isn't here: set MONETA_DATA")


def test_our_own_sentences_are_read_right_or_asked() -> None:
    scores = scored(paraphrases())
    assert {group: score.examples for group, score in scores.items() if score.wrong} == {}
    assert totals(scores).right >= 0.95 * totals(scores).cases


def test_each_main_intent_has_its_sentences_and_none_stands_twice() -> None:
    counts = Counter(case.group for case in paraphrases())
    assert all(counts[group] >= 25 for group in MAIN)
    assert all(counts[group] >= 25 for group in ("asked", "nothing"))
    assert len({case.text for case in paraphrases()}) == len(paraphrases())


@has_templates
def test_every_task_is_listed_with_what_it_means_or_why_it_means_nothing() -> None:
    listed = json.loads((HERE / "questbench.json").read_text(encoding="utf-8"))
    tasks = {json.loads(file.read_text(encoding="utf-8"))["id"] for file in templates().rglob("*.json")}
    assert tasks == listed["tasks"].keys()
    meanings = [one for each in listed["tasks"].values() for one in (each if isinstance(each, list) else [each])]
    assert all(meaning in listed["reasons"] for meaning in meanings if isinstance(meaning, str))


@has_templates
def test_the_templates_that_are_supported_are_read_and_nothing_is_done_on_the_others() -> None:
    scores = scored(questbench(templates()))
    assert {group: score.examples for group, score in scores.items() if score.wrong} == {}
    supported = {group: score for group, score in scores.items() if not group.startswith("unsupported")}
    assert totals(supported).right >= 0.95 * totals(supported).cases


@pytest.mark.parametrize(
    ("meant", "found", "outcome"),
    [
        (DEPOSIT, DEPOSIT, ("right", False)),
        (DEPOSIT, None, ("asked", False)),
        (DEPOSIT, DEPOSIT | {"venue": "venus:core:USDC"}, ("wrong", True)),
        (DEPOSIT, DEPOSIT | {"amount": {"kind": "exact", "value": "50"}}, ("wrong", True)),
        (DEPOSIT, {"action": "portfolio"}, ("wrong", False)),
        (None, DEPOSIT, ("wrong", True)),
        (None, {"action": "portfolio"}, ("wrong", False)),
        (None, None, ("right", False)),
    ],
)
def test_what_counts_as_right(
    meant: Mapping[str, Any] | None, found: Mapping[str, Any] | None, outcome: tuple[str, bool]
) -> None:
    assert verdict(Case("deposit", "deposit 5 usdc", meant, OURS), found) == outcome


def test_another_mind_is_another_column() -> None:
    def never(case: Case) -> Mapping[str, Any] | None:
        return None

    columns = {column for _, column, _ in tables({"silent": never})}
    assert columns == {"silent"}
    silent = scored(paraphrases(), never)
    assert totals(silent).wrong == 0
    assert silent["deposit"].asked == silent["deposit"].cases
