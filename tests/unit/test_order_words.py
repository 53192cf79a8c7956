"""Orders in words: English, Spanish, German; bound to the user's own words; what is open is asked, never guessed."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from agent.errors import Refused
from agent.gate.binding.bind import bind
from agent.intents import Cancel, Order, Origin
from agent.mind.context import Context, Pending
from agent.mind.phrasebook import interpret, pending_after
from agent.mind.tools import NotProposed, understood
from agent.runtime.following import bound_to
from agent.words.orders.asked import order
from agent.words.orders.trade import Half
from tests.unit.conversation_parts import talked
from tests.unit.spoken import NOW, VOCABULARY, amount, intent_of, question_of

pytestmark = pytest.mark.unit


def dca(units: str, asset: str, to: str, every: str, **more: Any) -> Order:
    return Order(kind="dca", asset=asset, amount=amount("exact", units), to_asset=to, every=every, **more)  # type: ignore[arg-type]


def price(kind: str, asset: str, to: str, op: str, at: str, **more: Any) -> Order:
    priced = more.pop("priced", "ETH")
    return Order(kind=kind, asset=asset, to_asset=to, priced=priced, op=op, price=at, **more)  # type: ignore[arg-type]


ONE, HALF, ALL = amount("exact", "1"), amount("exact", "0.5"), amount("all")
MONDAYS = dca("100", "USDC", "ETH", "week", weekdays=(1,), hour=9, minute=0)
BELOW = price("limit", "USDC", "ETH", "below", "2500", to_amount=HALF)
ABOVE = price("limit", "ETH", "USDC", "above", "4000", amount=ONE)
STOP = price("stop", "ETH", "USDC", "below", "2000", amount=ALL)

SAID = [
    ("100 USDC into ETH every Monday at 9", MONDAYS),
    ("every Monday at 9 put 100 USDC into ETH, please", MONDAYS),
    ("buy 100 USDC of ETH on Mondays at 9am", MONDAYS),
    ("buy $100 worth of ETH with USDC every week on Monday at 9:00", MONDAYS),
    ("cada lunes a las 9 100 USDC en ETH", MONDAYS),
    ("compra ETH con 100 USDC todos los lunes a las 9", MONDAYS),
    ("jeden Montag um 9 100 USDC in ETH", MONDAYS),
    ("tausche jeden Montag um 9 Uhr 100 USDC in ETH", MONDAYS),
    ("every Monday and Thursday at 5:30 pm swap 50 USDC to ETH",
     dca("50", "USDC", "ETH", "week", weekdays=(1, 4), hour=17, minute=30)),
    ("buy ETH with 100 USDC daily", dca("100", "USDC", "ETH", "day")),
    ("dca 50 USDC into WETH every 6 hours, 10 times", dca("50", "USDC", "WETH", "hour", hours=6, count=10)),
    ("100 USDC into ETH every month on the 31st at 2:30 for 12 months",
     dca("100", "USDC", "ETH", "month", day=31, hour=2, minute=30, months=12)),
    ("am 31. jedes Monats um 2:30 100 USDC in ETH",
     dca("100", "USDC", "ETH", "month", day=31, hour=2, minute=30)),
    ("el 15 de cada mes a las 8 de la tarde compra ETH con 100 USDC",
     dca("100", "USDC", "ETH", "month", day=15, hour=20, minute=0)),
    ("buy 100 USDC of ETH every day at noon Europe/Vienna until 2027-06-01",
     dca("100", "USDC", "ETH", "day", hour=12, minute=0, tz="Europe/Vienna", until="2027-06-01")),
    ("buy 0.5 ETH with USDC when it is below 2,500", BELOW),
    ("when ETH drops to $2.5k, buy 0.5 ETH with USDC", BELOW),
    ("buy 0.5 ETH with USDC at 2,500", BELOW),
    ("buy 0.5 ETH at 2,500 USDC", BELOW),
    ("compra 0,5 ETH con USDC cuando esté por debajo de 2.500", BELOW),
    ("kaufe 0,5 ETH mit USDC, wenn es unter 2.500 fällt", BELOW),
    ("sell 1 ETH for USDC at 4,000", ABOVE),
    ("sell 1 ETH for USDC when it hits $4,000", ABOVE),
    ("vende 1 ETH por USDC a 4000", ABOVE),
    ("wenn ETH über 4000 steigt, verkaufe 1 ETH gegen USDC", ABOVE),
    ("sell my ETH for USDC if it falls below 2,000", STOP),
    ("if ETH falls below 2000, sell all my ETH for USDC", STOP),
    ("vende mi ETH por USDC si baja de 2000", STOP),
    ("verkaufe mein ETH gegen USDC, falls es unter 2000 fällt", STOP),
    ("swap 100 USDC to ETH when ETH is above 3500",
     price("stop", "USDC", "ETH", "above", "3500", amount=amount("exact", "100"))),
    ("buy 1 DAI with USDC when it is below 0.99",
     price("limit", "USDC", "DAI", "below", "0.99", priced="DAI", to_amount=ONE)),
    ("sell 1 ETH for USDC at 4000 until 2027-01-31",
     price("limit", "ETH", "USDC", "above", "4000", amount=ONE, until="2027-01-31")),
    ("stop loss at 2000 for my eth into usdc", STOP),
    ("set a stop-loss for my ETH at $2,000 into USDC", STOP),
    ("stoploss eth 2000 usdc", STOP),
    ("put a stop loss on my eth if it falls below 2000 for usdc", STOP),
    ("pon un stop loss en 2.000 para mi ETH en USDC", STOP),
    ("setze einen Stop-Loss bei 2.000 für mein ETH in USDC", STOP),
    ("stop loss at 2000 for 1 eth into usdc until 2027-01-31",
     price("stop", "ETH", "USDC", "below", "2000", amount=ONE, until="2027-01-31")),
    ("stop loss at 0.95 for my usdc into eth",
     price("stop", "USDC", "ETH", "below", "0.95", priced="USDC", amount=ALL)),
    ("take profit at 4,000 for 1 ETH into USDC", ABOVE),
    ("take profit on 1 eth at 4000 usdc", ABOVE),
    ("my orders", Order()), ("mis órdenes", Order()), ("zeig mir meine Aufträge", Order()),
    ("cancel order 2", Cancel(ref="order:2")), ("borra mis órdenes", Cancel(ref="order")),
    ("lösche den Auftrag 3", Cancel(ref="order:3")),
    ("cancel all my orders", Cancel(ref="order")), ("cancel my order", Cancel(ref="order:one")),
    ("cancel my stop loss", Cancel(ref="order:one stop")), ("cancel my stop losses", Cancel(ref="order:stop")),
    ("stop my dca", Cancel(ref="order:one dca")), ("remove all limit orders", Cancel(ref="order:limit")),
    ("cancela mi orden", Cancel(ref="order:one")), ("storniere alle Aufträge", Cancel(ref="order")),
]  # fmt: skip


@pytest.mark.parametrize(("text", "intent"), SAID)
def test_an_order_is_read_and_bound(text: str, intent: Order | Cancel) -> None:
    found = interpret(text, Context(now=NOW), VOCABULARY)
    assert found.intent == intent
    bind(intent, found.origins, [text], VOCABULARY)


TALKS = [
    (("sell my ETH if it falls below 2,000", "USDC"), STOP),
    (("stop loss eth at 2000", "USDC"), STOP),
    (("buy 0.5 ETH when it is below 2,500", "with USDC"), BELOW),
    (("buy ETH every Monday at 9", "USDC", "100"), MONDAYS),
    (("buy $100 of ETH every Monday at 9", "USDC"), MONDAYS),
]


@pytest.mark.parametrize(("texts", "intent"), TALKS)
def test_what_is_missing_is_asked_and_the_answer_completes_it(texts: tuple[str, ...], intent: Order) -> None:
    pending: Pending | None = None
    for text in texts[:-1]:
        context = Context(pending=pending, now=NOW)
        asked = interpret(text, context, VOCABULARY)
        assert asked.intent is None
        pending = pending_after(asked, text, context, VOCABULARY)
    context = Context(pending=pending, now=NOW)
    found = interpret(texts[-1], context, VOCABULARY)
    assert found.intent == intent
    said, record = bound_to(found, context, texts[-1])
    assert said == texts
    bind(intent, found.origins, said, VOCABULARY, record)
    for other in (intent.model_copy(update={"asset": "DAI"}), intent.model_copy(update={"to_asset": "WETH"})):
        with pytest.raises(Refused, match="order"):
            bind(other, found.origins, said, VOCABULARY, record)


@pytest.mark.parametrize(
    "text",
    [
        "don't buy 0.5 ETH with USDC when it is below 2500",
        "should I buy ETH with 100 USDC every Monday?",
        "I bought ETH with 100 USDC every Monday",
        "bob said: buy ETH with 100 USDC every Monday",
        "> 100 USDC into ETH every Monday at 9",
        "`100 USDC into ETH every Monday at 9`",
        'buy ETH with "100 USDC" every Monday',
        "100 USDC into \u0415TH every Monday",
        "buy ETH with 100 USDC every other day",
        "buy ETH with about 100 USDC every Monday",
        "buy ETH with 100 or 200 USDC every Monday",
        "buy ETH with 100 USDC every Monday and send bob 5 USDC",
        "sell 1 ETH for USDC when bob says so",
        "sell 1 ETH for USDC when it is below some",
        "sell 1 ETH for USDC when it is below 2000 or above 4000",
        "sell 1 ETH for USDC when it isn't below 2000",
        "swap 100 USDC to ETH at 9",
        "if rates rise, buy 1 ETH with USDC",
        "tell me when ETH is below 2000",
        "deposit 100 USDC every Monday",
    ],
)
def test_what_sets_no_order(text: str) -> None:
    assert (intent_of(text) or {}).get("action") != "order"


def test_what_is_open_is_asked_and_never_offered() -> None:
    assert question_of("sell 1 ETH at 4,000") == "For which token?"
    assert question_of("buy 0.5 ETH every Monday") == "Which token do you give for it?"
    for fixes_no_most in ("buy 0.5 ETH with USDC every Monday", "buy 0.5 ETH with USDC when it is above 3500"):
        assert question_of(fixes_no_most).startswith("Say how much USDC you give")
    assert question_of("buy some ETH with USDC every Monday").startswith("How much")
    assert question_of("buy ETH with 100 USDC every fortnight").startswith("How often")
    assert question_of("swap 100 USDC to DAI when it is below 0.99").startswith("Which token's price")


def test_another_order_than_was_said_is_refused() -> None:
    text = "100 USDC into ETH every Monday at 9"
    place = {"action": Origin(0, len(text), text)}
    for change in ({"hour": 8}, {"weekdays": (2,)}, {"amount": Order.model_validate(MONDAYS).amount and ALL}):
        with pytest.raises((Refused, ValidationError)):
            bind(Order.model_validate({**MONDAYS.model_dump(), **change}), place, [text], VOCABULARY)
    with pytest.raises(Refused, match="order"):
        bind(STOP, place, [text], VOCABULARY)
    with pytest.raises(Refused, match="order"):
        bind(Cancel(ref="order:2"), place, [text], VOCABULARY)


def test_a_model_points_at_the_words_and_code_reads_them() -> None:
    text = "hello there, 100 USDC into ETH every Monday at 9, thanks!"
    words = "100 USDC into ETH every Monday at 9"
    found = understood("order", {"words": words}, text, Context(now=NOW), VOCABULARY)
    assert found.intent == MONDAYS
    bind(MONDAYS, found.origins, [text], VOCABULARY)
    with pytest.raises(NotProposed):
        understood("order", {"words": "200 USDC into ETH every Monday at 9"}, text, Context(now=NOW), VOCABULARY)
    never = f"never ever do this: {words}"
    with pytest.raises(NotProposed):
        understood("order", {"words": words}, never, Context(now=NOW), VOCABULARY)
    place = Origin(len(never) - len(words), len(never), words)
    with pytest.raises(Refused, match="order"):
        bind(MONDAYS, {"action": place}, [never], VOCABULARY)


@pytest.mark.parametrize(
    "data",
    [
        {"kind": "limit", "op": "below"},
        {"kind": "stop", "op": "above"},
        {"kind": None},
        {"price": None},
        {"to_asset": "ETH"},
        {"priced": "DAI"},
        {"every": "day"},
        {"count": 3},
        {"to_amount": HALF},
    ],
)
def test_half_an_order_is_none(data: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Order.model_validate({**ABOVE.model_dump(), **data})


@pytest.mark.parametrize("text", ["-100 usdc into eth every day at 9", "+100 usdc into eth every monday"])
def test_an_amount_with_a_sign_is_never_read_without_it(text: str) -> None:
    assert order((text,), VOCABULARY) == Half("sign")


def test_an_hour_that_no_day_has_is_asked_about_and_an_ordinal_is_a_day_of_the_month() -> None:
    assert order(("100 usdc into eth every monday at 25",), VOCABULARY) == Half("times")
    found = order(("100 usdc into eth every 31st at 02:30",), VOCABULARY)
    assert isinstance(found, Order)
    assert (found.every, found.day, found.hour, found.minute) == ("month", 31, 2, 30)


@pytest.mark.parametrize(
    ("text", "open_still"),
    [
        ("buy eth with 100 usdc when it is below 2000 for 20 years", "end"),
        ("buy eth with 100 usdc when it is below 2000 until tomorrow", "end"),
        ("100 usdc into eth every week until christmas", "end"),
        ("100 usdc into eth every week until 2026-02-30", "end"),
        ("100 usdc into eth every day forever", "end"),
        ("buy eth with 100 usdc every day 0 times", "end"),
        ("buy eth with 100 usdc every day 1000000 times", "end"),
        ("100 usdc into eth every 9999 hours", "times"),
        ("100 usdc into eth every 0 hours", "times"),
        ("set a stop loss at 2000", "protection"),
        ("stop loss eth 10%", "protection"),
        ("stop-loss 2000 eth", "protection"),
        ("stop loss at 2000 for my eth into usdc forever", "end"),
    ],
)
def test_what_no_order_can_have_is_asked_about_by_its_name(text: str, open_still: str) -> None:
    found = order((text,), VOCABULARY)
    assert isinstance(found, Half)
    assert found.missing == open_still


def test_an_answer_goes_to_the_order_that_asked_whatever_was_said_before_it() -> None:
    came = talked("/cancel", "sell my ETH if it falls below 2,000", "usdc")
    assert came.understood.intent == STOP
    assert came.binds()
