"""An order that stands is changed by word: which one, and in which words; nothing else is taken for that."""

from __future__ import annotations

import pytest

from agent.errors import Refused
from agent.gate.binding.bind import bind
from agent.gate.orders.changed import as_said, terms_anew
from agent.gate.orders.terms import terms_of
from agent.intents import Amend, Exact
from agent.mind.context import Context
from agent.mind.phrasebook import interpret
from tests.unit.spoken import VOCABULARY
from tests.unit.test_order_terms import NOW, REGISTRY, VIENNA, order

pytestmark = pytest.mark.unit

SAID = [
    ("change order 2 to 50 usdc", "order:2", "50 usdc"),
    ("can you change order 2 to 50 usdc?", "order:2", "50 usdc"),
    ("change order #2: 50 usdc", "order:2", "50 usdc"),
    ("change the amount of order 2 to 50", "order:2", "amount 50"),
    ("move order 2 from monday to tuesday", "order:2", "from monday to tuesday"),
    ("make order 2 weekly", "order:2", "weekly"),
    ("move my monday buy to tuesday", "order:day 1", "tuesday"),
    ("reschedule my friday purchase to every day at noon", "order:day 5", "every day at noon"),
    ("change my dca to 50 usdc", "order:one dca", "50 usdc"),
    ("change my order to 50", "order:one", "50"),
    ("make my stop loss 1,900", "order:one stop", "price 1,900"),
    ("lower my stop-loss to $1.9k please", "order:one stop", "price $1.9k"),
    ("change my stop loss to 1 eth", "order:one stop", "1 eth"),
    ("change the price of my limit order to 2,400", "order:one limit", "price 2,400"),
    ("cambia la orden 2 a 50 usdc", "order:2", "50 usdc"),
    ("cambia el importe de la orden 2 a 50", "order:2", "importe 50"),
    ("mueve mi compra de los lunes al martes", "order:day 1", "martes"),
    ("pon mi stop loss en 1.900", "order:one stop", "price 1.900"),
    ("ändere Auftrag 2 auf 50 usdc", "order:2", "50 usdc"),
    ("verschiebe meinen montagskauf auf dienstag", "order:day 1", "dienstag"),
    ("setze meinen stop-loss auf 1.900", "order:one stop", "price 1.900"),
]


@pytest.mark.parametrize(("text", "ref", "change"), SAID)
def test_which_order_and_what_of_it(text: str, ref: str, change: str) -> None:
    found = interpret(text, Context(now=NOW), VOCABULARY)
    assert found.intent == Amend(ref=ref, change=change)
    bind(found.intent, found.origins, [text], VOCABULARY)
    for other in (Amend(ref="order:9", change=change), Amend(ref=ref, change="5000 usdc")):
        with pytest.raises(Refused):
            bind(other, found.origins, [text], VOCABULARY)


@pytest.mark.parametrize(
    "text",
    [
        "change order 2 to 50 usdc?",
        "don't change order 2 to 50 usdc",
        "should i change order 2 to 50 usdc",
        "if i change order 2 to 50 usdc",
        '"change order 2 to 50 usdc"',
        "my friend says change order 2 to 50",
        "bob changed order 2 to 50 usdc",
        "never change order 2 to 50 usdc",
        "change order 2",
        "change my order",
        "change my mind",
        "move my usdc to aave",
        "set a stop loss at 2000",
        "set my stop loss at 2,000 for my eth into usdc",
        "set my stop loss at 2,000 for my eth",
        "set my limit to 500 usdc a day",
        "change my limit to 500 usdc a day",
        "raise my limit to 500 usdc",
        "cancel order 2",
        "no cambies la orden 2 a 50 usdc",
        "¿cambio la orden 2 a 50 usdc?",
        "ändere auftrag 2 nicht auf 50 usdc?",
        "soll ich auftrag 2 auf 50 usdc ändern",
    ],
)
def test_what_changes_no_order_is_never_taken_for_a_change(text: str) -> None:
    assert not isinstance(interpret(text, Context(now=NOW), VOCABULARY).intent, Amend)


WEEKS = 7 * 86_400


def test_what_isnt_said_anew_stays_as_it_was_and_of_a_number_of_times_what_is_left() -> None:
    given = order(every="week", count=10)  # the day and the hour are defaults of when it was given
    old = terms_of(given, REGISTRY, NOW, VIENNA)
    later = NOW + 3 * WEEKS + 86_400
    base = as_said(given, old, later)
    assert old.times is not None
    assert (base.count, base.weekdays, base.hour) == (7, old.times.weekdays, old.times.hour)
    more = base.model_copy(update={"hour": 10, "minute": 30})
    terms = terms_anew(base, more, old, REGISTRY, later, "UTC")
    assert terms.times is not None
    assert (terms.runs, terms.times.weekdays, terms.times.hour, terms.tz) == (7, old.times.weekdays, 10, VIENNA)


def test_an_end_that_isnt_changed_is_the_moment_that_it_was() -> None:
    given = order(every="hour", hours=6, days=30)
    old = terms_of(given, REGISTRY, NOW, VIENNA)
    later = NOW + 100_000
    base = as_said(given, old, later)
    less = base.model_copy(update={"amount": Exact(kind="exact", value="5")})
    terms = terms_anew(base, less, old, REGISTRY, later, VIENNA)
    assert old.times is not None
    assert terms.times is not None
    assert terms.until == old.until
    assert terms.times.after(later) == old.times.after(later)
    longer = base.model_copy(update={"days": 60})
    assert terms_anew(base, longer, old, REGISTRY, later, VIENNA).until == later + 60 * 86_400
