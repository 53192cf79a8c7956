"""Questions about the past: days in words, in the user's zone; the last time; the move that a why is about."""

from __future__ import annotations

from datetime import UTC, date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.errors import Refused
from agent.gate.binding.bind import bind
from agent.intents import Deposit, Exact, Explain, History, as_json
from agent.mind.context import Context
from agent.mind.phrasebook import interpret
from agent.replies import past as replies
from agent.words.reading.dates import dated, span
from agent.words.reading.reader import read
from agent.words.reading.readings import Kind
from agent.words.turns.past import (
    MOVE,
    LastTime,
    asks_books,
    asks_earnings,
    asks_gas,
    asks_of_move,
    asks_taxes,
    last_time,
)
from memory.journal.decisions import Wanted
from tests.unit.memory_parts import Clock, confirmed, make_plan, opened, somebody
from tests.unit.spoken import NOW, VOCABULARY

pytestmark = pytest.mark.unit


def history(since: str | None, until: str | None) -> dict[str, Any]:
    return {"action": "history", "since": since, "until": until}


def why(ref: str | None) -> dict[str, Any]:
    return {"action": "explain", "ref": ref}


ASKED: list[tuple[str, dict[str, Any]]] = [  # on Saturday, 21 November 2026
    ("what happened last week?", history("2026-11-09", "2026-11-15")),
    ("what did you do on 3 March?", history("2026-03-03", "2026-03-03")),
    ("what did you do on the 3rd of March?", history("2026-03-03", "2026-03-03")),
    ("what did you do on march 3rd, 2025", history("2025-03-03", "2025-03-03")),
    ("what did you do on 24 december?", history("2025-12-24", "2025-12-24")),
    ("what did you do on the 3rd?", history("2026-11-03", "2026-11-03")),
    ("what happened in may?", history("2026-05-01", "2026-05-31")),
    ("what happened in december?", history("2025-12-01", "2025-12-31")),
    ("what did you do two days ago?", history("2026-11-19", "2026-11-19")),
    ("what did you do the day before yesterday?", history("2026-11-19", "2026-11-19")),
    ("what happened this year?", history("2026-01-01", "2026-11-21")),
    ("what happened last year?", history("2025-01-01", "2025-12-31")),
    ("history since 1 november", history("2026-11-01", None)),
    ("history from 3 march to 10 march", history("2026-03-03", "2026-03-10")),
    ("what did I earn in October?", history("2026-10-01", "2026-10-31")),
    ("how much did I earn last month?", history("2026-10-01", "2026-10-31")),
    ("what did I earn in 2025?", history("2025-01-01", "2025-12-31")),
    ("history 2025", history("2025-01-01", "2025-12-31")),
    ("my profit this year", history("2026-01-01", "2026-11-21")),
    ("profit since June", history("2026-06-01", None)),
    ("what did I pay in gas this year?", history("2026-01-01", "2026-11-21")),
    ("how much gas have I used in october?", history("2026-10-01", "2026-10-31")),
    ("my taxes 2026", history("2026-01-01", "2026-12-31")),
    ("give me my tax report for 2025", history("2025-01-01", "2025-12-31")),
    ("my losses last year", history("2025-01-01", "2025-12-31")),
    ("realised gains 2026", history("2026-01-01", "2026-12-31")),
    ("taxes", history(None, None)),
    ("when did I last deposit?", history(None, None)),
    ("when was the last time I withdrew usdc?", history(None, None)),
    ("why did you move it on Tuesday?", why("2026-11-17")),
    ("why did you move my usdc last week?", why("USDC 2026-11-09..2026-11-15")),
    ("why did you leave venus on 17 November?", why("venus:core:USDC 2026-11-17")),
    ("why did you move it?", why(None)),
]


@pytest.mark.parametrize(("text", "expected"), ASKED, ids=[text for text, _ in ASKED])
def test_days_are_read_in_words(text: str, expected: dict[str, Any]) -> None:
    found = interpret(text, Context(now=NOW), VOCABULARY)
    assert found.intent is not None
    assert as_json(found.intent) == expected
    bind(found.intent, found.origins, (text,), VOCABULARY)


def test_a_year_is_no_amount_and_an_amount_no_year() -> None:
    moved = interpret("deposit 2026 usdc into aave core", Context(now=NOW), VOCABULARY).intent
    assert isinstance(moved, Deposit)
    assert moved.amount == Exact(value="2026")
    assert interpret("why did you move 2025 usdc?", Context(now=NOW), VOCABULARY).intent == Explain(ref="USDC")


@pytest.mark.parametrize(
    ("text", "earned", "books", "gas", "taxes"),
    [
        ("my profit this year", True, False, False, False),
        ("my taxes 2026", False, True, False, True),
        ("csv of my transactions 2026", False, True, False, True),
        ("what did I pay in gas this year", False, True, True, False),
        ("what did you do this year", False, False, False, False),
        ("mi ganancia este año", True, False, False, False),
        ("mis impuestos 2026", False, True, False, True),
        ("cuánto pagué de gas este año", False, True, True, False),
        ("mein Gewinn dieses Jahr", True, False, False, False),
        ("meine Steuern 2026", False, True, False, True),
        ("was habe ich dieses Jahr für Gas bezahlt", False, True, True, False),
        ("meine Verluste dieses Jahr", False, True, False, False),
    ],
)
def test_what_the_books_are_asked_for(text: str, earned: bool, books: bool, gas: bool, taxes: bool) -> None:
    found = interpret(text, Context(now=NOW), VOCABULARY)
    assert isinstance(found.intent, History)
    bind(found.intent, found.origins, (text,), VOCABULARY)
    asked = [asks(text, VOCABULARY) for asks in (asks_earnings, asks_books, asks_gas, asks_taxes)]
    assert asked == [earned, books, gas, taxes]


def test_days_are_those_of_the_zone() -> None:
    """At 08:00 UTC on Saturday it is Saturday evening in Auckland, and still Friday night in Honolulu."""
    for zone, day in (("Pacific/Auckland", "2026-11-21"), ("Pacific/Honolulu", "2026-11-20")):
        found = interpret("what did you do today?", Context(now=NOW, tz=zone), VOCABULARY)
        assert found.intent == History(since=day, until=day)


def test_what_a_why_is_about_binds_to_words() -> None:
    for ref in ("DAI", "2026-03-03", "aave-v3:core:USDC"):
        with pytest.raises(Refused):
            bind(Explain(ref=ref), {}, ("why did you move my usdc?",), VOCABULARY)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("when did I last deposit?", LastTime("deposit", None)),
        ("when was my last withdrawal?", LastTime("withdraw", None)),
        ("when did I last withdraw usdc", LastTime("withdraw", "USDC")),
        ("when did you last rebalance?", LastTime(MOVE, None)),
        ("when did I last deposit 100 usdc?", None),
        ("deposit my last usdc", None),
        ("when will you deposit?", None),
    ],
)
def test_the_last_time_is_asked_for(text: str, expected: LastTime | None) -> None:
    assert last_time(text, VOCABULARY) == expected


def test_earnings_and_moves_are_told_from_other_questions() -> None:
    assert asks_earnings("what did I earn in October?", VOCABULARY)
    assert not asks_earnings("what did you do in October?", VOCABULARY)
    assert asks_of_move("why did you move?", VOCABULARY)
    assert not asks_of_move("why?", VOCABULARY)
    assert not asks_of_move("why didn't you move?", VOCABULARY)


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.integers(0, 700))
def test_a_day_without_its_year_is_the_latest_that_has_been(today: date, back: int) -> None:
    day = date.fromordinal(today.toordinal() - back % 365)
    text = f"history on {day.day} {day:%B}"
    [reading] = [each for each in dated(read(text, VOCABULARY)) if each.kind is Kind.DATE]
    found = span(reading.text, today)
    assert found is not None
    assert found[0] == found[1] <= today
    assert (found[0].month, found[0].day) == (day.month, day.day)
    assert (today - found[0]).days < 366 * 4 + 1
    if (day.month, day.day) != (2, 29):
        assert found[0] == day


@pytest.mark.parametrize("text", ["history on 31 february", "history on 2026-02-30"])
def test_a_day_that_there_is_not_is_asked_about(text: str) -> None:
    assert interpret(text, Context(now=NOW), VOCABULARY).intent is None


async def test_a_why_about_a_move_finds_the_move_and_not_the_last_look(tmp_path: Path) -> None:
    clock = Clock()
    async with opened(tmp_path, clock) as ledger:
        ann, ben = await somebody(ledger), await somebody(ledger, "ben")
        plan = make_plan(ann)

        async def decide(user: str, asset: str, chosen: str, plan_id: str | None = None) -> int:
            legs = [{"venue": chosen, "source": "venus:core:USDC"}]
            return await ledger.decide(
                user=user, kind="rebalance", rule="r", snapshot={"asset": asset}, alternatives=legs, chosen=chosen,
                plan_id=plan_id,
            )  # fmt: skip

        await confirmed(ledger, plan)
        moved = await decide(ann.id, "USDC", "aave-v3:core:USDC", plan.plan_id)
        clock.now += 86_400
        looked = await decide(ann.id, "DAI", "")
        await decide(ben.id, "USDC", "aave-v3:core:USDC")

        async def found(**wanted: Any) -> list[int]:
            rows = await ledger.decisions_wanted(ann.id, Wanted(**{"since": 0, "until": 2**62} | wanted))
            return [row.id for row in rows]

        assert await found() == [moved, looked]
        assert await found(moved=True) == [moved]
        assert await found(since=clock.now) == [looked]
        assert await found(asset="DAI") == [looked]
        assert await found(venue="aave-v3:core:USDC") == [moved]
        assert await found(venue="venus:core:USDC", moved=True) == [moved]
        assert await found(venue="morpho:dai-86:USDC") == []


def test_what_was_lost_is_told_as_lost() -> None:
    assert "you earned $1.50" in replies.earned(150_000_000, 0, 86_400, UTC).text
    assert "you lost $1.50" in replies.earned(-150_000_000, 0, 86_400, UTC).text
