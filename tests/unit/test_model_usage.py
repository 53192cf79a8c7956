"""What language models cost, in the chat's words and from the command line; how well they do, measured."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from agent.cli import main
from agent.gate.binding.bind import bind
from agent.intents import Usage as UsageIntent
from agent.intents import as_json
from agent.mind import tools
from agent.mind.context import Context
from agent.mind.endpoint import Endpoint
from agent.mind.mind import Mind, _acts
from agent.mind.model import Answer, Call, ModelDown
from agent.mind.models import NoBudget
from agent.mind.phrasebook import interpret
from agent.mind.prompt import Messages
from agent.model_cost import Payer
from agent.replies.usage import left_json, row_json, told
from agent.runtime.measuring import NOW, Case, load, measure
from agent.words.language import Lang
from agent.words.languages import LANGUAGES
from agent.words.reading.reader import read
from agent.words.reading.readings import Kind
from memory.ledger import Ledger
from memory.people.model_book import Budget, Left, Measure, Spent, UsageRow
from tests.unit.mind_parts import ADA
from tests.unit.spoken import VOCABULARY

pytestmark = pytest.mark.unit

SET = load()


@pytest.mark.parametrize(
    "text",
    [
        "what did the model cost?",
        "usage",
        "/usage",
        "how much of my model budget is left?",
        "how much did the model cost this month",
    ],
)
def test_what_it_cost_is_asked(text: str) -> None:
    found = interpret(text, Context(now=NOW), VOCABULARY)
    assert found.intent == UsageIntent()
    bind(found.intent, found.origins, [text], VOCABULARY)


@pytest.mark.parametrize(
    ("text", "code"), [("Was hat das Modell gekostet?", "de"), ("¿Cuánto costó el modelo?", "es")]
)
def test_and_in_other_languages(text: str, code: Lang) -> None:
    readings = read(text, VOCABULARY, language=LANGUAGES[code])
    assert [reading.text for reading in readings if reading.kind is Kind.TOPIC] == ["usage"]


ROWS = (
    UsageRow("understand", "small", 12, 2, 0, 14_400, 960, 2_736_000, 9_000),
    UsageRow("talk", "free", 3, 0, 3, 900, 90, 0, 600),
)
SMALL = Measure("small", NOW, "00", 33, 1, 0, 1, 700)
LEFT = (Left(Budget("user", "day", 250_000_000), 2_736_000), Left(Budget("instance", "month", 10**9), 2 * 10**9))


def test_the_reply_tells_sums_budgets_and_what_was_measured() -> None:
    reply = told(ROWS, LEFT, {"small": SMALL}, "2026-11-01")
    assert reply.private
    assert reply.text == (
        "Since 2026-11-01 language models were asked 15 times for you and cost $0.002736, without 3 calls whose "
        "price isn't set. Of your budget of $0.25 a day, $0.247264 is left. Of the whole budget of $1.00 a month, "
        "$0.00 is left."
    )
    assert reply.table is not None
    assert reply.table.rows == (
        ("understand", "small", "12", "2", "14400", "960", "$0.002736", "900 ms", "94.2 %"),
        ("talk", "free", "3", "0", "900", "90", "not known", "200 ms", ""),
    )


def test_without_a_call_nothing_was_spent() -> None:
    assert told((), (), {}, "2026-11-01").text.endswith("so nothing was spent.")


def test_json_has_no_float() -> None:
    for line in (row_json(ROWS[0], SMALL), row_json(ROWS[1], None), left_json(LEFT[0])):
        assert not [value for value in line.values() if isinstance(value, float)]
    assert row_json(ROWS[0], SMALL)["usd"] == "0.002736"
    assert left_json(LEFT[0]) == {"budget": "user", "period": "day", "usd": "0.25", "left_usd": "0.247264"}


def kept(folder: Path, *spent: Spent) -> None:
    import asyncio
    import time

    async def keep() -> None:
        ledger = await Ledger.open(folder, lambda: int(time.time()))
        for each in spent:
            await ledger.settle_model_soon(Payer("ada"), each)
        await ledger.close()

    asyncio.run(keep())


def test_the_command_reads_the_ledger_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["usage", "--dir", str(tmp_path)]) == 1
    assert "no ledger" in capsys.readouterr().err
    kept(tmp_path, Spent("understand", "small", 1_200, 80, 228_000, 750))
    (tmp_path / "moneta.toml").write_text('model_usd_a_day = "1"\n')
    assert main(["usage", "--dir", str(tmp_path), "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        {
            "purpose": "understand", "model": "small", "calls": 1, "failed": 0, "without_price": 0,
            "prompt_tokens": 1_200, "answer_tokens": 80, "usd": "0.000228", "average_ms": 750, "accuracy_bps": None,
        },
        {"budget": "instance", "period": "day", "usd": "1.00", "left_usd": "0.999772"},
    ]  # fmt: skip
    assert main(["usage", "--dir", str(tmp_path)]) == 0
    assert capsys.readouterr().out.startswith("1 calls of language models in 30 days cost $0.000228.")


MODELS = """
[[models]]
name = "dear"
url = "http://127.0.0.1:9/v1"
input_usd = "3"
output_usd = "15"

[[models]]
name = "cheap"
url = "http://127.0.0.1:9/v1"
input_usd = "0.15"
output_usd = "0.60"

[routes.understand]
models = ["dear", "cheap"]
accuracy = 90
"""


def test_the_list_has_the_order_in_which_they_are_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import asyncio

    kept(tmp_path)
    assert main(["models", "list", "--dir", str(tmp_path)]) == 1
    (tmp_path / "moneta.toml").write_text(MODELS)

    async def keep(name: str) -> None:
        ledger = await Ledger.open(tmp_path, lambda: NOW)
        await ledger.keep_measure(Measure(name, NOW, "00", 95, 5, 0, 0, 400))
        await ledger.close()

    asyncio.run(keep("cheap"))
    capsys.readouterr()
    assert main(["models", "list", "--dir", str(tmp_path), "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(row["purpose"], row["model"]) for row in rows[:4]] == [
        ("understand", "cheap"), ("understand", "dear"), ("talk", "dear"), ("talk", "cheap"),
    ]  # fmt: skip
    assert rows[0] | {"purpose": "", "model": ""} == {
        "purpose": "", "model": "", "input_usd": "0.15", "output_usd": "0.6",
        "average_ms": 400, "accuracy_bps": 9_500,
    }  # fmt: skip


def test_a_model_that_isnt_there_has_no_accuracy_and_costs_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(self: Endpoint, messages: Messages, offered: Sequence[Mapping[str, Any]]) -> Answer:
        raise ModelDown("status 503")

    monkeypatch.setattr(Endpoint, "ask", gone)
    kept(tmp_path)
    (tmp_path / "moneta.toml").write_text(MODELS)
    assert main(["models", "measure", "cheap", "--dir", str(tmp_path)]) == 1
    assert "35 without an answer" in capsys.readouterr().out
    assert main(["models", "list", "--dir", str(tmp_path), "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {row["accuracy_bps"] for row in rows} == {None}
    assert main(["usage", "--dir", str(tmp_path)]) == 0
    assert capsys.readouterr().out.startswith("35 calls of language models in 30 days cost $0.00.")


@pytest.mark.parametrize("case", SET.cases, ids=[case.text[:40] for case in SET.cases])
def test_each_sentence_of_the_set_can_be_got_right(case: Case) -> None:
    if case.call is None:
        assert case.intent is None
        return
    name, arguments = case.call
    found = tools.understood(name, arguments, case.text, Context(now=NOW), SET.vocabulary)
    assert found.intent is not None
    bind(found.intent, found.origins, [case.text], SET.vocabulary)
    assert as_json(found.intent) == case.intent
    assert name in tools.READS or name in _acts(read(case.text, SET.vocabulary))


class Known:
    """Answers each sentence as `answer` says."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    async def ask(self, messages: Messages, offered: Sequence[Mapping[str, Any]]) -> Answer:
        case = next(case for case in SET.cases if messages[-1][1].startswith(case.text))
        answer = self.answer(case)
        if isinstance(answer, Exception):
            raise answer
        found: Answer = answer
        return found

    async def close(self) -> None: ...


def ideal(case: Case) -> Answer:
    if case.call is None:
        return Answer("Lending markets pay what borrowers owe.")
    return Answer("", (Call(*case.call),))


def exits(case: Case) -> Answer:
    return Answer("", (Call("exit", {}),))


def dearer(case: Case) -> Answer:
    """The right call with another amount."""
    if case.call is None or "amount" not in case.call[1]:
        return ideal(case)
    return Answer("", (Call(case.call[0], {**case.call[1], "amount": "900"}),))


async def measured(answer: Any) -> Measure:
    return await measure("m", Mind(ADA, Known(answer)), SET, NOW, lambda: 0.0)


async def test_a_model_that_always_points_rightly_has_all_of_it() -> None:
    found = await measured(ideal)
    assert (found.right, found.accuracy) == (len(SET.cases), 10_000)
    assert found.set_sha256 == SET.sha256


async def test_a_wild_model_is_never_wrong_about_money_and_seldom_right() -> None:
    for answer in (exits, dearer):
        found = await measured(answer)
        assert found.wrong == 0
        assert found.asked > 0
        assert found.accuracy < 10_000
    assert (await measured(lambda case: ModelDown("status 500"))).down == len(SET.cases)


async def test_half_a_set_measures_nothing() -> None:
    with pytest.raises(NoBudget):
        await measured(lambda case: NoBudget("used up"))
