"""Sentences that were once taken for another order, swap, range, position or year: asked about, or read rightly."""

from __future__ import annotations

import pytest

from tests.unit.conversation_parts import talked
from tests.unit.spoken import intent_of, question_of

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "text",
    [
        "buy eth with 100 usdc on monday",
        "on Monday at 9 buy eth with 100 usdc",
        "buy eth with 100 usdc on monday and thursday",
        "buy eth with 100 usdc next monday",
        "kaufe eth mit 100 usdc am montag",
        "compra eth con 100 usdc el lunes",
    ],
)
def test_one_day_of_the_week_is_no_order_for_every_week(text: str) -> None:
    assert intent_of(text) is None
    assert question_of(text).startswith("How often, and when?")


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("buy eth with 100 usdc on mondays", [1]),
        ("buy eth with 100 usdc on Mondays and Thursdays", [1, 4]),
        ("buy eth with 100 usdc on monday of every week", [1]),
        ("buy eth with 100 usdc every week on monday", [1]),
        ("buy eth with 100 usdc once a week on monday", [1]),
        ("compra eth con 100 usdc cada semana el lunes", [1]),
        ("kaufe eth mit 100 usdc jede woche am montag", [1]),
    ],
)
def test_one_that_is_said_to_come_again_is(text: str, days: list[int]) -> None:
    intent = intent_of(text)
    assert intent is not None
    assert (intent["every"], intent["weekdays"]) == ("week", days)


@pytest.mark.parametrize(
    "text",
    [
        "buy eth with 100 usdc 3 times a day",
        "buy eth with 100 usdc twice a week",
        "buy eth with 100 usdc 10 times every day",
        "compra eth con 100 usdc 3 veces a la semana",
        "kaufe eth mit 100 usdc 2 mal am tag",
        "kaufe eth mit 100 usdc zweimal am Tag",
    ],
)
def test_so_many_times_a_day_is_no_order_that_ends_after_so_many_days(text: str) -> None:
    assert intent_of(text) is None
    assert question_of(text).startswith("How often, and when?")


def test_so_many_times_is_an_end_where_it_stands_by_itself() -> None:
    intent = intent_of("buy eth with 100 usdc every day, 10 times")
    assert intent is not None
    assert (intent["every"], intent["count"]) == ("day", 10)


@pytest.mark.parametrize(
    "text",
    [
        "buy eth with 100 usdc on the 0th of every month",
        "buy eth with 100 usdc on the 32nd of every month",
        "compra eth con 100 usdc el 0 de cada mes",
        "kaufe eth mit 100 usdc am 0. jedes monats",
    ],
)
def test_a_day_that_no_month_has_is_not_its_last(text: str) -> None:
    assert intent_of(text) is None
    assert question_of(text).startswith("How often, and when?")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("buy eth with 100 usdc every day at nine", "nine"),
        ("buy eth with 100 usdc every day at 9 UTC+2", "+2"),
        ("buy eth with 100 usdc every day around 9", "around"),
    ],
)
def test_a_time_that_is_not_read_is_named_and_the_amount_not_asked_again(text: str, words: str) -> None:
    assert intent_of(text) is None
    assert f"I don't understand “{words}”" in question_of(text)


@pytest.mark.parametrize(
    "text",
    [
        "stop sell 1 eth at 2000 for usdc",
        "place a stop order: sell 1 eth for usdc at 2000",
        "stop order to sell 1 eth at $2,000 for usdc",
        "stop: sell 1 eth for usdc at 2000",
    ],
)
def test_a_stop_is_no_limit(text: str) -> None:
    assert intent_of(text) is None
    assert "stop loss at 2,000" in question_of(text)


def test_one_that_says_the_way_of_the_price_is_read() -> None:
    intent = intent_of("stop order: sell 1 eth for usdc if it falls below 2000")
    assert intent is not None
    assert (intent["kind"], intent["op"], intent["price"]) == ("stop", "below", "2000")


@pytest.mark.parametrize(
    "text",
    [
        "cancel order 1 and 2",
        "cancel orders 1-3",
        "cancel all orders but 1",
        "cancel all eth orders",
        "cancel my last order",
        "cancel order two",
        "cancela la orden 1 y la 2",
        "lösche alle Aufträge außer 1",
    ],
)
def test_orders_that_are_not_named_clearly_are_asked_about(text: str) -> None:
    assert intent_of(text) is None
    assert question_of(text).startswith("Which order?")


def test_a_question_cancels_nothing() -> None:
    assert intent_of("cancel order 1?") is None
    assert intent_of("cancel order 1") == {"action": "cancel", "ref": "order:1"}
    assert intent_of("cancel every order") == {"action": "cancel", "ref": "order"}


@pytest.mark.parametrize(
    "turns",
    [
        ("swap 100 usdc", "eth and dai"),
        ("buy eth", "1", "usdc"),
        ("buy eth", "dai", "5 usdc"),
        ("buy 0.5 eth with usdc", "same for weth"),
        ("sell half of my eth for usdc", "same for weth"),
        ("swap 100 usdc to eth", "same for dai"),
        ("kaufe 0,5 eth mit usdc", "das gleiche für weth"),
        ("cambia 100 usdc a eth", "lo mismo para dai"),
    ],
)
def test_an_answer_that_may_be_of_either_side_of_a_swap_is_asked_about(turns: tuple[str, ...]) -> None:
    came = talked(*turns)
    assert came.intent is None
    assert came.question


@pytest.mark.parametrize("turns", [("swap 100 usdc", "eth"), ("swap 100 usdc to dai", "same to eth")])
def test_one_that_says_its_side_is_not(turns: tuple[str, ...]) -> None:
    came = talked(*turns)
    assert came.intent is not None
    assert (came.intent["asset"], came.intent["to_asset"]) == ("USDC", "ETH")
    assert came.binds()


@pytest.mark.parametrize(
    "text",
    [
        "provide 1000 usdc and eth liquidity range 2.5 to 3.5k",
        "provide 1000 usdc and eth liquidity range $2 to $3k",
        "provide 1000 usdc and eth liquidity, range 2500 to 3500 eth per usdc",
        "move position 9 to 2.9 - 3.5k",
    ],
)
def test_a_range_whose_thousands_or_sides_are_not_sure_is_asked_about(text: str) -> None:
    assert intent_of(text) is None
    assert question_of(text).startswith("Over which prices")


def test_a_range_of_hundreds_to_thousands_is_sure() -> None:
    intent = intent_of("provide 1000 usdc and eth liquidity range 900 to 1.1k")
    assert intent is not None
    assert (intent["range"]["low"], intent["range"]["high"]) == ("900", "1100")


@pytest.mark.parametrize(
    "text", ["close my position", "close the position", "cierra mi posición", "schließe meine Position"]
)
def test_one_position_is_not_all_that_there_is(text: str) -> None:
    assert intent_of(text) is None
    assert question_of(text).startswith("Which one?")
    assert intent_of("close all my positions") == {"action": "exit"}


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("my profit from march to may", "2026-03-01", "2026-05-31"),
        ("my profit between march and may", "2026-03-01", "2026-05-31"),
        ("mein Gewinn von März bis Mai", "2026-03-01", "2026-05-31"),
        ("mi ganancia de marzo a mayo", "2026-03-01", "2026-05-31"),
        ("my profit since 01.03.2026", "2026-03-01", None),
        ("mein Gewinn seit 1.3.2026", "2026-03-01", None),
        ("my taxes 2026 lifo", "2026-01-01", "2026-12-31"),
        ("my profit today", "2026-11-21", "2026-11-21"),
        ("how much money did i make this year", "2026-01-01", "2026-11-21"),
    ],
)
def test_the_days_of_a_profit_are_those_that_are_said(text: str, since: str, until: str | None) -> None:
    assert intent_of(text) == {"action": "history", "since": since, "until": until}


@pytest.mark.parametrize(
    "text",
    [
        "my profit since 03/01/2026",
        "my profit from 03/01/2026 to 2026-05-01",
        "my profit in q3 2026",
        "my profit in the first quarter of 2026",
        "mein Gewinn im ersten Quartal",
        "my profit in 2027",
    ],
)
def test_days_that_are_not_sure_or_have_not_come_are_asked_about(text: str) -> None:
    assert intent_of(text) is None
    assert question_of(text)
