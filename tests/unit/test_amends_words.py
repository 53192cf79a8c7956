"""Corrections of an order or a position that is shown: each thing by its like; what isn't sure is asked."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.intents import Exact, Order, Provide, Reposition
from agent.mind.context import Context, Own
from agent.mind.phrasebook import interpret
from agent.words.amends.sentence import order_said, reads_as
from agent.words.amends.turns import amended
from tests.unit.amends_parts import (
    DCA,
    GERMAN,
    LIMIT,
    MOVED,
    NO_CORRECTIONS,
    NO_CORRECTIONS_DE,
    NO_CORRECTIONS_ES,
    POSITION,
    POSITION_DE,
    POSITION_ES,
    SPANISH,
    STOP,
)
from tests.unit.conversation_parts import talked
from tests.unit.spoken import VOCABULARY
from tests.unit.test_order_words import SAID

pytestmark = pytest.mark.unit


def exactly(value: str) -> dict[str, str]:
    return {"kind": "exact", "value": value}


def prices(low: str, high: str) -> dict[str, str | None]:
    return {"kind": "prices", "low": low, "high": high, "value": None}


DAILY: dict[str, Any] = {"every": "day", "weekdays": None}
CHANGES: list[tuple[str, str, dict[str, Any]]] = [
    (DCA, "no, 50", {"amount": exactly("50")}),
    (DCA, "no 50 usdc please", {"amount": exactly("50")}),
    (DCA, "make it $75", {"amount": exactly("75")}),
    (DCA, "change the amount to 80", {"amount": exactly("80")}),
    (DCA, "the amount 10 usdc", {"amount": exactly("10")}),
    (DCA, "make it 50, not 100", {"amount": exactly("50")}),
    (DCA, "can you make it 50?", {"amount": exactly("50")}),
    (DCA, "make it tuesday", {"weekdays": [2]}),
    (DCA, "tuesday", {"weekdays": [2]}),
    (DCA, "on tuesdays and fridays", {"weekdays": [2, 5]}),
    (DCA, "move it from monday to thursday", {"weekdays": [4]}),
    (DCA, "not monday but tuesday", {"weekdays": [2]}),
    (DCA, "at 10 instead", {"hour": 10}),
    (DCA, "10am", {"hour": 10}),
    (DCA, "make it 17:30", {"hour": 17, "minute": 30}),
    (DCA, "at noon", {"hour": 12}),
    (DCA, "change the time to 8", {"hour": 8}),
    (DCA, "daily instead", DAILY),
    (DCA, "no, every 6 hours", {"every": "hour", "hours": 6, "weekdays": None, "hour": None, "minute": None}),
    (DCA, "monthly", {"every": "month", "weekdays": None}),
    (DCA, "until 2027-06-01", {"until": "2027-06-01"}),
    (DCA, "for 6 months", {"months": 6}),
    (DCA, "make it 10 times", {"count": 10}),
    (DCA, "dai instead of usdc", {"asset": "DAI"}),
    (DCA, "weth, not eth", {"to_asset": "WETH"}),
    (DCA, "into weth", {"to_asset": "WETH"}),
    (DCA, "no, with dai", {"asset": "DAI"}),
    (DCA, "no, 50 usdc into weth", {"amount": exactly("50"), "to_asset": "WETH"}),
    (DCA, "make it 50 on fridays at noon until 2027-01-01",
     {"amount": exactly("50"), "weekdays": [5], "hour": 12, "until": "2027-01-01"}),
    (LIMIT, "when it's below 2,400 instead", {"price": "2400"}),
    (LIMIT, "no, at 2,400", {"price": "2400"}),
    (LIMIT, "make the price 2,400", {"price": "2400"}),
    (LIMIT, "no, if it drops to 2.3k", {"price": "2300"}),
    (LIMIT, "no, 1 eth", {"to_amount": exactly("1")}),
    (LIMIT, "the amount 1", {"to_amount": exactly("1")}),
    (LIMIT, "for 3 days", {"days": 3}),
    (STOP, "at 1,900", {"price": "1900"}),
    (STOP, "no, half", {"amount": {"kind": "percent", "value": "50"}}),
    (STOP, "1 eth, not all", {"amount": exactly("1")}),
    (STOP, "for dai", {"to_asset": "DAI"}),
    (STOP, "no, when it rises above 3,000", {"kind": "limit", "op": "above", "price": "3000"}),
    (GERMAN, "nein, 50", {"amount": exactly("50")}),
    (GERMAN, "lieber 50", {"amount": exactly("50")}),
    (GERMAN, "nein, 1.500", {"amount": exactly("1500")}),
    (GERMAN, "50 statt 100", {"amount": exactly("50")}),
    (GERMAN, "mach es dienstag", {"weekdays": [2]}),
    (GERMAN, "lieber dienstags", {"weekdays": [2]}),
    (GERMAN, "auf 10 Uhr", {"hour": 10}),
    (GERMAN, "um 10 uhr 30 bitte", {"hour": 10, "minute": 30}),
    (GERMAN, "jeden Dienstag um 10", {"weekdays": [2], "hour": 10}),
    (GERMAN, "täglich statt montags", DAILY),
    (GERMAN, "bis 01.06.2027", {"until": "2027-06-01"}),
    (GERMAN, "für 6 Monate", {"months": 6}),
    (GERMAN, "10 mal", {"count": 10}),
    (GERMAN, "DAI statt USDC", {"asset": "DAI"}),
    (SPANISH, "no, 50", {"amount": exactly("50")}),
    (SPANISH, "mejor 50", {"amount": exactly("50")}),
    (SPANISH, "cámbialo a 50", {"amount": exactly("50")}),
    (SPANISH, "que sea el martes", {"weekdays": [2]}),
    (SPANISH, "mejor los martes", {"weekdays": [2]}),
    (SPANISH, "cada martes a las 10", {"weekdays": [2], "hour": 10}),
    (SPANISH, "a las 10 mejor", {"hour": 10}),
    (SPANISH, "cada día", DAILY),
    (SPANISH, "hasta el 2027-06-01", {"until": "2027-06-01"}),
    (SPANISH, "durante 6 meses", {"months": 6}),
    (SPANISH, "10 veces", {"count": 10}),
    (SPANISH, "DAI en lugar de USDC", {"asset": "DAI"}),
    (POSITION, "no, 500", {"amount": exactly("500")}),
    (POSITION, "no, 500 usdc", {"amount": exactly("500")}),
    (POSITION, "range 2,400 to 3,600", {"range": prices("2400", "3600")}),
    (POSITION, "2,400 to 3,600", {"range": prices("2400", "3600")}),
    (POSITION_ES, "rango 2.400 a 3.600", {"range": prices("2400", "3600")}),
    (POSITION_DE, "Bereich 2.400 bis 3.600", {"range": prices("2400", "3600")}),
    (POSITION, "make it ±10 %", {"range": {"kind": "percent", "low": None, "high": None, "value": "10"}}),
    (POSITION, "full range", {"range": {"kind": "full", "low": None, "high": None, "value": None}}),
    (POSITION_DE, "voller Bereich", {"range": {"kind": "full", "low": None, "high": None, "value": None}}),
    (POSITION_ES, "rango completo", {"range": {"kind": "full", "low": None, "high": None, "value": None}}),
    (POSITION, "make it wide", {"range": {"kind": "wide", "low": None, "high": None, "value": None}}),
    (POSITION, "dai instead of usdc", {"asset": "DAI"}),
    (POSITION, "500, range 2,000 to 4,000", {"amount": exactly("500"), "range": prices("2000", "4000")}),
    (MOVED, "no, 2,800 to 3,600", {"range": prices("2800", "3600")}),
]  # fmt: skip


@pytest.mark.parametrize(("first", "then", "changes"), CHANGES)
def test_only_what_was_said_anew_is_different_and_it_binds(first: str, then: str, changes: dict[str, Any]) -> None:
    before, came = talked(first), talked(first, then)
    assert before.intent is not None
    assert came.intent == {**before.intent, **changes}, came.question
    assert came.binds()
    assert not came.binds(before.understood.intent)


ASKED = [
    (DCA, "no, 10", "Which of these: `the amount 10 USDC` or `at 10:00`?"),
    (DCA, "every two weeks", "How often, and when?"),
    (DCA, "make it every second tuesday", "How often, and when?"),
    (DCA, "make it 25:00", "How much, as a number?"),
    (DCA, "until march", "Until when?"),
    (DCA, "weekly instead", "Nothing is different there."),
    (DCA, "no, 100", "Nothing is different there."),
    (DCA, "no, dai", "In the place of USDC or ETH?"),
    (DCA, "no, with weth", "How much WETH?"),
    (DCA, "no, 0.5 eth", "In the place of USDC or ETH?"),
    (DCA, "no, half", "How much, as a number?"),
    (DCA, "no, about 50", "How much, as a number?"),
    (DCA, "no, 50 or 60", "How much, as a number?"),
    (DCA, "make it 50, not 90", "“90” wasn't part of it."),
    (DCA, "when it's below 2,400 instead", "An order goes by the clock or by a price"),
    (LIMIT, "no, 2,400", "Which of these: `the amount 2400 ETH` or `the price 2400`?"),
    (LIMIT, "no, 2,400 usdc", "In the place of USDC or ETH?"),
    (LIMIT, "no, with dai", "How much DAI?"),
    (LIMIT, "make it tuesday", "An order goes by the clock or by a price"),
    (LIMIT, "above 3000", "That doesn't go with the rest of it"),
    (STOP, "make it 1,900", "Which of these: `the amount 1900 ETH` or `the price 1900`?"),
    (STOP, "dai instead of eth", "How much DAI?"),
    (POSITION, "wider", "How wide?"),
    (POSITION_ES, "más ancho", "How wide?"),
    (POSITION_DE, "etwas breiter bitte", "How wide?"),
    (POSITION, "the 0.3 % pool", "I take the pool of the two tokens where the most lies around the price"),
    (POSITION, "no, 2,400", "Which of these: `2400 USDC` or `range 2400 to 3500`?"),
    (POSITION, "no, dai", "In the place of USDC or ETH?"),
    (POSITION, "weth instead of usdc", "How much WETH?"),
    (POSITION, "no, 0.5 eth", "In the place of USDC or ETH?"),
    (MOVED, "no, 2,800", "Over which prices?"),
]


@pytest.mark.parametrize(("first", "then", "asked"), ASKED)
def test_what_isnt_sure_is_asked_and_nothing_is_shown(first: str, then: str, asked: str) -> None:
    came = talked(first, then)
    assert came.intent is None
    assert came.question.startswith(asked)


def test_corrections_follow_each_other_and_survive_a_look_at_something_else() -> None:
    came = talked(DCA, "make it tuesday", "at 10", "why?", "no, 60")
    assert came.intent is not None
    assert (came.intent["amount"], came.intent["weekdays"], came.intent["hour"]) == (exactly("60"), [2], 10)
    assert came.binds()


def test_an_order_that_was_completed_by_an_answer_is_corrected_too() -> None:
    came = talked("sell my eth if it falls below 2,000", "usdc", "no, at 1,900")
    assert came.intent == {**(talked(STOP).intent or {}), "price": "1900"}
    assert came.binds()


@pytest.mark.parametrize(
    "between", ["deposit 5 usdc into venus", "cancel", "no", "pause", "my orders", "no, cancel it"]
)
def test_behind_something_else_there_is_nothing_to_correct(between: str) -> None:
    came = talked(DCA, between, "make it tuesday")
    assert came.intent is None or came.intent["action"] not in ("order", "provide")


def test_what_was_carried_out_is_not_corrected_any_more() -> None:
    assert talked(DCA, "yes", "no, 50").question.startswith("That is done already.")
    own = (Own(text=DCA), Own(text="", done=True))
    asked = interpret("make it tuesday", Context(own=own), VOCABULARY).question
    assert asked is not None
    assert asked.text.startswith("That is done already.")


def test_another_order_than_the_words_come_to_is_not_bound() -> None:
    came = talked(DCA, "no, 50")
    assert isinstance(came.understood.intent, Order)
    for value in ("500", "5", "100"):
        other = came.understood.intent.model_copy(update={"amount": Exact(kind="exact", value=value)})
        assert not came.binds(other)


@pytest.mark.parametrize(
    ("first", "turns"),
    [(first, NO_CORRECTIONS) for first in (DCA, LIMIT, STOP, POSITION, MOVED)]
    + [(GERMAN, NO_CORRECTIONS_DE), (SPANISH, NO_CORRECTIONS_ES)],
)
def test_what_corrects_nothing_is_never_taken_for_a_correction(first: str, turns: list[str]) -> None:
    taken = {}
    for turn in turns:
        found = amended((first, turn), VOCABULARY)
        if found is not None and isinstance(found.found, Order | Provide | Reposition):
            taken[turn] = found.found
    assert taken == {}


ORDERS = [intent for _, intent in SAID if isinstance(intent, Order) and not intent.is_list]


@pytest.mark.parametrize("meant", ORDERS, ids=order_said)
def test_the_sentence_of_an_order_is_read_as_that_order(meant: Order) -> None:
    assert reads_as(meant, VOCABULARY)


@given(
    value=st.integers(1, 10**9),
    days=st.sets(st.integers(1, 7), min_size=1),
    hour=st.integers(0, 23),
    minute=st.integers(0, 59),
    end=st.sampled_from([{}, {"days": 3}, {"months": 14}, {"count": 7}, {"until": "2031-02-28"}]),
)
def test_the_sentence_of_any_weekly_order_is_read_as_that_order(
    value: int, days: set[int], hour: int, minute: int, end: dict[str, Any]
) -> None:
    fields = {"amount": exactly(str(value)), "weekdays": tuple(sorted(days)), "hour": hour, "minute": minute}
    meant = Order.model_validate(
        {"kind": "dca", "asset": "USDC", "to_asset": "ETH", "every": "week", **fields, **end}
    )
    assert reads_as(meant, VOCABULARY)
