"""How much of what people say is understood, by intent: right, asked, wrong, and wrong with money in it.

Three sets: the templates of EVM-QuestBench, filled with random parameters (questbench.json says which of them our
intents support, and for each other one why not), sentences of our own (paraphrases.jsonl), and conversations, by how
their last turn goes on (conversations.jsonl). A column is one way of
reading (score.Reads); a model's answers that went through the gate are another: `score.bound` says what they come to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from benchmarks.figure import Figure
from benchmarks.language import conversations
from benchmarks.language.cases import Case, paraphrases, questbench, templates
from benchmarks.language.score import Reads, Score, phrasebook, scored, totals

LEAST_RIGHT = 95.0
COLUMNS: Mapping[str, Reads] = {"phrasebook": phrasebook}


def tables(columns: Mapping[str, Reads] = COLUMNS) -> Iterator[tuple[str, str, dict[str, Score]]]:
    """Each set with each way of reading it: (set, column, scores by group)."""
    for name, cases in _sets().items():
        for column, reads in columns.items():
            yield name, column, scored(cases, reads)


def _sets() -> dict[str, list[Case]]:
    folder = templates()
    found = {"ours": paraphrases()}
    if folder.exists():
        found["questbench"] = list(questbench(folder))
    return found


def figures(quick: bool) -> Iterator[Figure]:
    """Of each set: how much of what is supported is right, what is wrong, and what is wrong with money in it."""
    del quick
    for name, cases in _sets().items():
        supported = scored([case for case in cases if case.supported])
        rest = scored([case for case in cases if not case.supported])
        right, total = totals(supported).right, totals(supported).cases
        yield Figure(f"language_{name}_right", 100 * right / total, f"% of {total}", LEAST_RIGHT, at_least=True)
        unit = f"of {total} that mean an intent"
        yield Figure(f"language_{name}_wrong", totals(supported).wrong, unit, 0)
        unit = f"of {totals(rest).cases} that may do nothing"
        yield Figure(f"language_{name}_wrongly_done", totals(rest).wrong, unit, 0)
        money = totals(supported).wrong_money + totals(rest).wrong_money
        yield Figure(f"language_{name}_wrong_money_fields", money, f"of {len(cases)}", 0)
    yield from conversations.figures()
