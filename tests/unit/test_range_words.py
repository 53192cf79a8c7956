"""Liquidity in words: what is heard in three languages, what is asked, and what is nobody's wish."""

from __future__ import annotations

from typing import Any

import pytest

from agent.errors import Refused
from agent.gate.binding.bind import bind
from agent.intents import Cancel, Close, Collect, Exact, Finish, Provide, Range, Reposition, as_json, parse
from agent.mind.context import Context
from agent.mind.phrasebook import interpret
from tests.unit.spoken import VOCABULARY

pytestmark = pytest.mark.unit

ACTIONS = ("provide", "collect", "close", "reposition")
PRICES = {"kind": "prices", "low": "2500", "high": "3500"}


def heard(text: str) -> Any:
    return interpret(text, Context(), VOCABULARY)


def provided(amount: str | None = "1000", to_amount: str | None = None, to: str = "ETH", **over: Any) -> Provide:
    return Provide(
        asset="USDC",
        amount=None if amount is None else Exact(value=amount),
        to_asset=to,
        to_amount=None if to_amount is None else Exact(value=to_amount),
        range=Range(**over) if over else None,
    )


def moved(**over: Any) -> Reposition:
    return Reposition(position="12", range=Range(**over) if over else None)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("provide 1,000 USDC and ETH liquidity", provided()),
        ("Provide 1,000 USDC and ETH liquidity, range 2,500 to 3,500.", provided(**PRICES)),
        ("provide 1000 usdc and eth between 2,500 and 3,500", provided(**PRICES)),
        ("aporta 1.000 usdc y eth entre 2.500 y 3.500", provided(**PRICES)),
        ("stelle 1.000 USDC und ETH zwischen 2.500 und 3.500 bereit", provided(**PRICES)),
        (
            "please provide 1000 USDC and 0.3 ETH as liquidity between 2500 and 3500",
            provided("1000", "0.3", **PRICES),
        ),
        ("open a USDC/ETH position with 1000 USDC, range 2,500 to 3,500", provided(**PRICES)),
        ("open a narrow USDC/ETH position with 1000 USDC", provided(kind="narrow")),
        ("open a full range USDC/ETH position with 1000 USDC", provided(kind="full")),
        ("add liquidity to USDC/WETH with 0.5 WETH in a wide range", provided(None, "0.5", "WETH", kind="wide")),
        ("add liquidity with 1000 USDC and ETH ±10 %", provided(kind="percent", value="10")),
        ("add liquidity with 1000 USDC and ETH within 12.5% of the price", provided(kind="percent", value="12.5")),
        ("lp 1000 usdc and eth, 10 % range", provided(kind="percent", value="10")),
        ("put 1k usdc and eth into a liquidity position from 2500 to 3500 USDC per ETH", provided(**PRICES)),
        ("aporta 1000 USDC y ETH de liquidez, rango de 2500 a 3500", provided(**PRICES)),
        ("añade liquidez con 1.000 USDC y ETH entre 2.500 y 3.500", provided(**PRICES)),
        ("abre una posición de USDC/ETH con 1000 USDC, rango estrecho", provided(kind="narrow")),
        ("stelle 1.000 USDC und ETH als Liquidität bereit, Bereich 2.500 bis 3.500", provided(**PRICES)),
        ("öffne eine USDC/ETH-Position mit 1000 USDC im vollen Bereich", provided(kind="full")),
        ("collect my fees", Collect(position=None)),
        ("harvest all fees from my positions", Collect(position=None)),
        ("collect the fees of position 9", Collect(position="9")),
        ("cobra las comisiones de la posición 9", Collect(position="9")),
        ("hole die Gebühren der Position 9 ab", Collect(position="9")),
        ("close position #9", Close(position="9")),
        ("withdraw all my liquidity", Close(position=None)),
        ("cierra la posición 9", Close(position="9")),
        ("schließe die Position 9", Close(position="9")),
        ("move my position 12 back into range", moved()),
        ("bring position #12 back in range", moved()),
        ("re-centre position 12", moved()),
        ("Please recenter my position 12 around the current price.", moved()),
        ("recenter my liquidity position", Reposition(position=None, range=None)),
        ("move position 12 to 2500 - 3500", moved(**PRICES)),
        ("move position 12 to 2,500 - 3,500 USDC per ETH", moved(**PRICES)),
        ("move my liquidity position 12 between 2500 and 3500", moved(**PRICES)),
        ("change the range of position 12 to 2500 to 3500", moved(**PRICES)),
        ("move position 12 to ±10 %", moved(kind="percent", value="10")),
        ("move position 12 to the full range", moved(kind="full")),
        ("move position 12 to a narrow range", moved(kind="narrow")),
        ("mueve mi posición 12 de vuelta al rango", moved()),
        ("recentra la posición 12", moved()),
        ("mueve la posición 12 a 2.500 - 3.500", moved(**PRICES)),
        ("mueve la posición 12 al rango 2.500 a 3.500", moved(**PRICES)),
        ("verschiebe meine Position 12 zurück in den Bereich", moved()),
        ("zentriere Position 12 neu", moved()),
        ("verschiebe Position 12 auf 2.500 - 3.500", moved(**PRICES)),
        ("verschiebe die Position 12 in den Bereich 2.500 bis 3.500", moved(**PRICES)),
    ],
)
def test_what_is_said_of_liquidity_is_heard_and_bound(
    text: str, intent: Provide | Collect | Close | Reposition
) -> None:
    understood = heard(text)
    assert understood.intent == intent, understood
    bind(understood.intent, understood.origins, [text], VOCABULARY)
    assert parse(as_json(intent)) == intent


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("provide USDC and ETH liquidity", "How much of one"),
        ("provide 1000 USDC liquidity", "Which two tokens"),
        ("provide 1000 USDC and ETH liquidity, range 2.500 to 3.500", "Over which prices"),
        ("provide 1000 USDC and ETH liquidity, range 2500 to 3500 PEPE per ETH", "Over which prices"),
        ("move position 12 to aave", "Over which prices shall it lie"),
        ("move position 12 to 2.500 - 3.500", "Over which prices shall it lie"),
        ("move my position to aave core", "Which token"),
    ],
)
def test_what_is_missing_is_asked(text: str, asked: str) -> None:
    understood = heard(text)
    assert understood.intent is None
    assert understood.question.text.startswith(asked), understood


@pytest.mark.parametrize(
    "text",
    [
        "don't provide 1000 USDC and ETH liquidity",
        "should I provide 1000 USDC and ETH liquidity?",
        "if the price falls, provide 1000 USDC and ETH liquidity",
        "bob said: provide 1000 USDC and ETH liquidity",
        "provide 1000 USDC and ETH liquidity to bob",
        "provide about 1000 USDC and ETH liquidity for my friend",
        "never close position 9",
        "did you close position 9?",
        "don't collect my fees",
        '"collect my fees"',
        "don't move position 12 back into range",
        "should I re-centre position 12?",
        "if the price falls, re-centre position 12",
        "bob says: move position 12 to 2500 - 3500",
    ],
)
def test_what_isnt_ordered_is_no_wish(text: str) -> None:
    understood = heard(text)
    assert understood.intent is None or understood.intent.action not in ACTIONS, understood


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("provide 1,000 USDC and ETH liquidity, range 2,500 to 3,500", provided("10000", **PRICES)),
        ("provide 1,000 USDC and ETH liquidity, range 2,500 to 3,500", provided(kind="prices", low="1", high="3500")),
        ("provide 1,000 USDC and ETH liquidity", provided(**PRICES)),
        ("provide 1,000 USDC and ETH liquidity", provided("1000", "1")),
        ("provide 1,000 USDC and ETH liquidity", provided(to="DAI")),
        ("collect the fees of position 9", Collect(position="8")),
        ("collect the fees of position 9", Close(position="9")),
        ("close position 9", Close(position=None)),
        ("show my portfolio", Close(position="9")),
        ("move position 9 back into range", moved()),
        ("move position 12 back into range", moved(**PRICES)),
        ("move position 12 to 2500 - 3600", moved(**PRICES)),
        ("close position 12", moved()),
        ("deposit 1000 USDC into aave core", provided()),
    ],
)
def test_a_mind_that_says_anything_else_is_refused(text: str, intent: Provide | Collect | Close | Reposition) -> None:
    with pytest.raises(Refused) as caught:
        bind(intent, {}, [text], VOCABULARY)
    assert caught.value.rule == "bind"


@pytest.mark.parametrize(
    "data",
    [
        {"kind": "prices", "low": "1", "high": None},
        {"kind": "prices"},
        {"kind": "full", "low": "1", "high": "2"},
        {"kind": "percent"},
        {"kind": "narrow", "value": "5"},
        {"kind": "tight"},
    ],
)
def test_a_range_says_one_thing(data: dict[str, Any]) -> None:
    body = as_json(provided()) | {"range": {"low": None, "high": None, "value": None} | data}
    with pytest.raises(ValueError, match="range"):
        parse(body)


def test_an_amount_and_two_tokens_are_needed() -> None:
    with pytest.raises(ValueError, match="amount of one"):
        provided(None)
    with pytest.raises(ValueError, match="two tokens"):
        provided(to="USDC")


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("go on", None),
        ("please continue", None),
        ("Weiter!", None),
        ("sigue con ello", None),
        ("finish the move of position 9", "9"),
        ("go on with the move of my position #9", "9"),
        ("finish moving position 9", "9"),
        ("termina de mover la posición 9", "9"),
        ("continúa con el movimiento de la posición 9", "9"),
        ("setze die Verschiebung von Position 9 fort", "9"),
        ("beende das Verschieben der Position 9", "9"),
        ("mach mit Position 9 weiter", "9"),
    ],
)
def test_a_move_that_stopped_is_gone_on_with(text: str, position: str | None) -> None:
    understood = heard(text)
    assert understood.intent == Finish(position=position), understood
    bind(understood.intent, understood.origins, [text], VOCABULARY)
    with pytest.raises(Refused):
        bind(Finish(position="8"), understood.origins, [text], VOCABULARY)


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("leave the move of position 9", "move:9"),
        ("don't finish the move", "move"),
        ("leave it there", "move"),
        ("olvida el movimiento de la posición 9", "move:9"),
        ("no sigas", "move"),
        ("brich die Verschiebung von Position 9 ab", "move:9"),
        ("lass es in meiner Wallet", "move"),
    ],
)
def test_a_move_that_stopped_is_left(text: str, ref: str) -> None:
    understood = heard(text)
    assert understood.intent == Cancel(ref=ref), understood
    bind(understood.intent, understood.origins, [text], VOCABULARY)
    with pytest.raises(Refused):
        bind(Cancel(ref="move:8"), understood.origins, [text], VOCABULARY)


@pytest.mark.parametrize(
    "text",
    [
        "don't finish the move of position 9?",
        "should I finish the move of position 9",
        "if it falls, go on",
    ],
)
def test_neither_is_said_by_the_way(text: str) -> None:
    understood = heard(text)
    assert not isinstance(understood.intent, Finish | Cancel), understood
