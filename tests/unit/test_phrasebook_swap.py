"""Swaps in words: which token for which is never guessed, and what the words don't say binds to nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent import intents
from agent.errors import NeedsAnswer, Refused
from agent.gate.binding.bind import bind
from agent.intents import as_json
from agent.mind.context import Context, Pending
from agent.mind.phrasebook import interpret, pending_after
from tests.unit.spoken import ADDRESS, NOW, VOCABULARY, amount, deposit, intent_of, question_of, understood

pytestmark = pytest.mark.unit


def swap(start: str, end: str, given: dict[str, str] | None, wanted: dict[str, str] | None = None) -> dict[str, Any]:
    return {"action": "swap", "asset": start, "amount": given, "to_asset": end, "to_amount": wanted}


def sequence(first: dict[str, Any], venue: str | None = None) -> dict[str, Any]:
    deposit = {"action": "deposit", "asset": first["to_asset"], "amount": {"kind": "all"}, "venue": venue}
    return {"action": "sequence", "steps": [first, deposit]}


def exact(value: str) -> dict[str, str]:
    return amount("exact", value)


HALF, ALL = amount("percent", "50"), amount("all")
CORE = "aave-v3:core:USDC"

SWAPS: list[tuple[str, dict[str, Any]]] = [
    ("swap 1 eth for usdc", swap("ETH", "USDC", exact("1"))),
    ("swap 1 eth to usdc", swap("ETH", "USDC", exact("1"))),
    ("Swap 1,000 DAI into USDC please", swap("DAI", "USDC", exact("1000"))),
    ("swap half my eth to usdc", swap("ETH", "USDC", HALF)),
    ("swap half of my eth for usdc", swap("ETH", "USDC", HALF)),
    ("swap 25% of my dai to weth", swap("DAI", "WETH", amount("percent", "25"))),
    ("swap all my dai to usdc", swap("DAI", "USDC", ALL)),
    ("swap all my dai but 100 to usdc", swap("DAI", "USDC", amount("all_but", "100"))),
    ("swap 100 usdc from my wallet to dai", swap("USDC", "DAI", exact("100"))),
    ("swap eth for 1000 usdc", swap("ETH", "USDC", None, exact("1000"))),
    ("convert $500 usdc to weth", swap("USDC", "WETH", exact("500"))),
    ("convert 500 dollars of usdc to weth", swap("USDC", "WETH", exact("500"))),
    ("exchange 100 usdc for dai", swap("USDC", "DAI", exact("100"))),
    ("trade 0.5 weth for dai on uniswap", swap("WETH", "DAI", exact("0.5"))),
    ("could you swap 1 eth for usdc?", swap("ETH", "USDC", exact("1"))),
    ("I want to swap 1 eth to dai", swap("ETH", "DAI", exact("1"))),
    ("buy 0.5 eth with usdc", swap("USDC", "ETH", None, exact("0.5"))),
    ("buy 0.5 eth for usdc", swap("USDC", "ETH", None, exact("0.5"))),
    ("buy 0.5 eth using my dai", swap("DAI", "ETH", None, exact("0.5"))),
    ("buy eth with 100 usdc", swap("USDC", "ETH", exact("100"))),
    ("buy weth with half my usdc", swap("USDC", "WETH", HALF)),
    ("buy weth with half of my usdc", swap("USDC", "WETH", HALF)),
    ("with 100 usdc buy eth", swap("USDC", "ETH", exact("100"))),
    ("purchase 1 weth with dai", swap("DAI", "WETH", None, exact("1"))),
    ("sell 1 eth for usdc", swap("ETH", "USDC", exact("1"))),
    ("sell all my weth for dai", swap("WETH", "DAI", ALL)),
    ("sell weth for 1000 usdc", swap("WETH", "USDC", None, exact("1000"))),
    ("sell half my weth into usdc", swap("WETH", "USDC", HALF)),
]
PLANS: list[tuple[str, dict[str, Any]]] = [
    ("swap half my eth to usdc and put it to work", sequence(swap("ETH", "USDC", HALF))),
    ("swap 1000 dai to usdc and deposit it into aave core", sequence(swap("DAI", "USDC", exact("1000")), CORE)),
    (
        "swap 1000 dai to usdc, then deposit it in venus",
        sequence(swap("DAI", "USDC", exact("1000")), "venus:core:USDC"),
    ),
    ("sell 1 eth for usdc and invest the usdc", sequence(swap("ETH", "USDC", exact("1")))),
    ("buy usdc with 1 eth and put all of it to work", sequence(swap("ETH", "USDC", exact("1")))),
    ("convert 2 weth into dai and deposit the proceeds", sequence(swap("WETH", "DAI", exact("2")))),
]
ACTING = [*SWAPS, *PLANS]
UNSURE = ["swap from dai to usdc 100", "swap to usdc 1 eth", "swap for usdc my 2 eth"]


def binds(intent: dict[str, Any], *said: str, origins: bool = False) -> bool:
    found = understood(said[-1]).origins if origins else {}
    try:
        bind(intents.parse(intent), found, said, VOCABULARY)
    except (Refused, NeedsAnswer):
        return False
    return True


@pytest.mark.parametrize(("text", "expected"), ACTING, ids=[text for text, _ in ACTING])
def test_read_and_bound(text: str, expected: dict[str, Any]) -> None:
    assert intent_of(text) == expected, question_of(text)
    assert binds(expected, text)
    assert binds(expected, text, origins=True)
    assert binds(expected, "hello", "how am I doing?", text)
    for origin in understood(text).origins.values():
        assert text[origin.start : origin.end] == origin.words


@pytest.mark.parametrize("text", UNSURE)
def test_an_order_of_words_that_is_no_direction_is_asked_about_or_read_right(text: str) -> None:
    found = intent_of(text)
    assert found is None or (found["asset"], found["to_asset"]) in (("DAI", "USDC"), ("ETH", "USDC"))


ASKED: list[tuple[str, str]] = [  # text, what the question must name
    ("swap usdc eth", "Which way"),
    ("swap 100 usdc eth", "Which way"),
    ("swap usdc 100 eth", "Which way"),
    ("swap 100 usdc and eth", "Which way"),
    ("swap 100 usdc with eth", "Which way"),
    ("swap 100 usdc to eth and 50 dai to eth", "One swap at a time"),
    ("swap all my dai and usdc to eth", "One swap at a time"),
    ("what's the price of eth", "`swap 100 USDC to ETH`"),
    ("how much eth for 100 usdc?", "`swap 100 USDC to ETH`"),
    ("was kostet eth?", "`swap 100 USDC to ETH`"),
    ("put 100 usdc into eth", "swap or send"),
    ("kaufe für 50 dollar dai", "give for it"),
    ("compra por 50 dolares dai", "give for it"),
    ("buy $100 of eth with weth", "isn't a dollar"),
    ("buy $500 of eth with usdc", "ETH isn't a dollar"),
    ("swap 100 usdc to eth tomorrow", "`100 USDC into ETH every Monday at 9`"),
    ("stop buying eth", "`my orders`"),
    ("deja de comprar eth", "`my orders`"),
    ("swap 1/2 eth to usdc", "two meanings"),
    ("sell 3/4 eth for usdc", "two meanings"),
    ("tausche ½ eth in usdc", "two meanings"),
    ("swap 1 eth", "For which token"),
    ("sell 1 eth", "For which token"),
    ("sell 1 eth to", "For which token"),
    ("buy 1 eth", "give for it"),
    ("swap", "Which way"),
    ("buy eth usdc", "Which way"),
    ("buy eth 100 with usdc", "Which way"),
    ("swap usdc to eth 100", "Which way"),
    ("swap usdc to usdc", "Which way"),
    ("swap 100 usdc to usdc", "Which way"),
    ("swap eth for usdc", "How much ETH"),
    ("buy eth with usdc", "How much USDC"),
    ("buy half my eth with usdc", "How much ETH"),
    ("swap half eth to usdc", "half of my ETH"),
    ("swap 1 eth for 3000 usdc", "one amount"),
    ("sell 1 eth for 3000 usdc", "one amount"),
    ("swap $500 of eth to usdc", "ETH isn't a dollar"),
    ("swap some eth to usdc", "some"),
    ("swap 1 eth for at least 3000 usdc", "at least"),
    ("swap 1 doge to usdc", "doge isn't a listed token"),
    ("swap 1 eth for doge", "doge isn't a listed token"),
    ("swap 1 eth for usdc for bob", "bob"),
    ("swap 1 eth for usdc to bob", "bob"),
    (f"swap 1 eth for usdc to {ADDRESS}", ADDRESS[:6]),
    ("swap 1 eth for usdc on aave", "aave"),
    ("swap 1 eth for usdc tomorrow", "again and again"),
    ('swap "1 eth" for usdc', "quot"),
    ("swap 1 eth for usdc and 1 dai for weth", "One swap at a time"),
    ("swap 1 eth for usdc and swap 1 weth for dai", "One thing"),
    ("swap 1 eth for usdc and send it to bob", "One thing"),
    ("swap 1 eth for usdc and deposit half of it", "all of what comes out"),
    ("swap 1 eth for usdc and deposit 100 usdc", "all of what comes out"),
    ("swap 1 eth for usdc and deposit the rest", "all of what comes out"),
    ("swap 1 eth for usdc and deposit dai", "all of what comes out"),
    ("swap 1 eth for usdc and deposit into aave core", "all of what comes out"),
    ("swap 1 eth for usdc and deposit it into aave", "aave-v3:core:USDC or aave-v3:prime:USDC"),
    ("swap 1 eth for usdc and deposit it for bob", "bob"),
    ("swap eth for 1000 usdc and deposit it", "How much ETH"),
    ("deposit 100 usdc and swap 1 eth for usdc", "One thing"),
    ("don't swap 1 eth for usdc", "I won't swap"),
    ("if eth falls sell 1 eth for usdc", "outright"),
    ("should I swap 1 eth for usdc", "outright"),
    ("swap 1 eth for usdc?", "outright"),
    ("I swapped 1 eth for usdc", "happened"),
    ("I sold my eth", "happened"),
]


@pytest.mark.parametrize(("text", "names"), ASKED, ids=[text[:50] for text, _ in ASKED])
def test_asks(text: str, names: str) -> None:
    result = understood(text)
    assert result.intent is None
    assert result.question is not None
    assert names in result.question.text
    assert len(result.question.text) <= 200


TALKS: list[tuple[tuple[str, ...], dict[str, Any]]] = [
    (("sell 1 eth", "usdc"), swap("ETH", "USDC", exact("1"))),
    (("kaufe für 50 dollar eth", "usdc"), swap("USDC", "ETH", exact("50"))),
    (("kaufe für 50 usdc eth",), swap("USDC", "ETH", exact("50"))),
    (("buy $100 of dai with usdc",), swap("USDC", "DAI", None, exact("100"))),
    (("buy eth for $50 of dai",), swap("DAI", "ETH", exact("50"))),
    (("100 usdc -> eth", "swap"), swap("USDC", "ETH", exact("100"))),
    (("sell 1 eth", "for dai"), swap("ETH", "DAI", exact("1"))),
    (("buy 0.5 eth", "usdc"), swap("USDC", "ETH", None, exact("0.5"))),
    (("buy 0.5 eth", "with dai"), swap("DAI", "ETH", None, exact("0.5"))),
    (("swap eth for usdc", "1"), swap("ETH", "USDC", exact("1"))),
    (("swap eth for usdc", "half of it"), swap("ETH", "USDC", HALF)),
    (("swap eth for usdc", "2 eth"), swap("ETH", "USDC", exact("2"))),
    (("swap eth for usdc", "1000 usdc"), swap("ETH", "USDC", None, exact("1000"))),
    (("buy eth with usdc", "all"), swap("USDC", "ETH", ALL)),
    (("sell eth", "usdc", "3"), swap("ETH", "USDC", exact("3"))),
    (("swap half eth to usdc", "half of my eth"), swap("ETH", "USDC", HALF)),
]


@pytest.mark.parametrize(("texts", "expected"), TALKS, ids=[" / ".join(texts) for texts, _ in TALKS])
def test_answers_complete_a_swap(texts: tuple[str, ...], expected: dict[str, Any]) -> None:
    pending: Pending | None = None
    found: intents.Understood = intents.Understood(None)
    for text in texts:
        context = Context(pending=pending, now=NOW)
        found = interpret(text, context, VOCABULARY)
        pending = pending_after(found, text, context, VOCABULARY)
    assert found.intent is not None, found.question
    assert as_json(found.intent) == expected
    bind(found.intent, found.origins, texts, VOCABULARY)
    bind(found.intent, {}, texts, VOCABULARY)


NEVER: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    (swap("USDC", "ETH", exact("1")), ("swap 1 eth for usdc",)),
    (swap("ETH", "USDC", None, exact("1")), ("swap 1 eth for usdc",)),
    (swap("ETH", "DAI", exact("1")), ("swap 1 eth for usdc",)),
    (swap("USDC", "ETH", exact("0.5")), ("buy 0.5 eth with usdc",)),
    (swap("ETH", "USDC", exact("0.5")), ("buy 0.5 eth with usdc",)),
    (swap("USDC", "ETH", exact("100")), ("swap usdc eth 100",)),
    (swap("ETH", "USDC", {"kind": "percent", "value": "50"}), ("swap 1/2 eth to usdc",)),
    (swap("DAI", "ETH", exact("50")), ("kaufe für 50 dollar dai", "eth")),
    (swap("ETH", "USDC", exact("100")), ("sell $100 of eth for usdc",)),
    (swap("ETH", "USDC", exact("1")), ("don't swap 1 eth for usdc",)),
    (swap("ETH", "USDC", exact("1")), ("if I swap 1 eth for usdc",)),
    (swap("ETH", "USDC", exact("1")), ("I swapped 1 eth for usdc",)),
    (swap("ETH", "USDC", exact("1")), ('he said "swap 1 eth for usdc"',)),
    (swap("ETH", "USDC", exact("1")), ("swap 1 eth for usdc", "thanks")),
    (swap("ETH", "USDC", exact("1")), ("swap 1 eth for usdc and send it to bob",)),
    (swap("ETH", "USDC", exact("1")), ("swap 1 eth for usdc to bob",)),
    (swap("ETH", "USDC", exact("1")), ("deposit 1 eth", "swap usdc")),
    (swap("ETH", "USDC", exact("1")), ("swap 1 eth for usdc and put it to work",)),
    (sequence(swap("ETH", "USDC", exact("1"))), ("swap 1 eth for usdc",)),
    (sequence(swap("ETH", "USDC", exact("1"))), ("swap 1 eth for usdc and deposit half of it",)),
    (sequence(swap("ETH", "USDC", exact("1"))), ("swap 1 eth for usdc and deposit 5 usdc",)),
    (sequence(swap("ETH", "USDC", exact("1"))), ("swap 1 eth for usdc and deposit it into aave core",)),
    (sequence(swap("ETH", "USDC", exact("1")), CORE), ("swap 1 eth for usdc and deposit it",)),
    (sequence(swap("ETH", "USDC", exact("1")), CORE), ("swap 1 eth for usdc and deposit it into venus",)),
    (sequence(swap("ETH", "USDC", exact("1")), CORE), ("swap 1 eth for usdc and withdraw it from aave core",)),
    (deposit("USDC", ALL), ("swap half my eth to usdc and put it to work",)),
]  # fmt: skip


@pytest.mark.parametrize(("intent", "said"), NEVER, ids=[f"{each[0]['action']}: {each[1][-1]}" for each in NEVER])
def test_never_binds(intent: dict[str, Any], said: tuple[str, ...]) -> None:
    assert not binds(intent, *said)


SALAD = "swap buy sell convert deposit put it to work for with into from of my half all 1 100 25% $5 usdc eth dai but"
SALAD += " and then if not ? bob aave core please the rest everything on using sold"


@given(
    st.lists(st.lists(st.sampled_from(SALAD.split()), min_size=1, max_size=9).map(" ".join), min_size=1, max_size=3)
)
def test_mind_and_gate_agree_on_any_words(texts: list[str]) -> None:
    pending: Pending | None = None
    for place, text in enumerate(texts):
        context = Context(pending=pending, now=NOW)
        result = interpret(text, context, VOCABULARY)
        pending = pending_after(result, text, context, VOCABULARY)
        if result.intent is not None:
            bind(result.intent, result.origins, texts[: place + 1], VOCABULARY)
            if result.intent.action in ("swap", "sequence"):
                assert not {"if", "not", "sold", "bob"} & set(text.split())


@given(st.sampled_from(ACTING), st.data())
def test_a_changed_field_never_binds(sentence: tuple[str, dict[str, Any]], data: st.DataObject) -> None:
    text, expected = sentence
    first = expected if expected["action"] == "swap" else expected["steps"][0]
    field = data.draw(st.sampled_from(["asset", "to_asset", "amount", "to_amount"]))
    value: Any = data.draw(st.sampled_from(["USDC", "DAI", "WETH", "ETH"]))
    if field in ("amount", "to_amount"):
        value = data.draw(st.sampled_from([exact("7"), exact("1"), exact("0.5"), exact("100")]))
    changed = first | {field: value}
    if field in ("amount", "to_amount"):
        changed["to_amount" if field == "amount" else "amount"] = None
    if changed == first or changed["asset"] == changed["to_asset"]:
        return
    if expected["action"] == "sequence" and field == "to_amount":
        return  # no such intent
    assert not binds(
        changed if expected["action"] == "swap" else sequence(changed, expected["steps"][1]["venue"]), text
    )
