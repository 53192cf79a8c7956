"""Steps in one sentence: each takes all that the one before it gave; what doesn't is asked, and nothing is done."""

from __future__ import annotations

from typing import Any

import pytest

from agent.errors import MonetaError
from agent.gate.binding.bind import bind
from agent.intents import Sequence, parse
from agent.words.turns.deeds import Record
from agent.words.turns.thread import goes_on
from tests.unit.spoken import VOCABULARY, amount, deposit, intent_of, question_of, understood, withdraw

pytestmark = pytest.mark.unit

ALL = amount("all")
CORE, PRIME, VENUS = "aave-v3:core:USDC", "aave-v3:prime:USDC", "venus:core:USDC"


def steps(*each: dict[str, Any]) -> dict[str, Any]:
    return {"action": "sequence", "steps": list(each)}


def swap(asset: str, spec: dict[str, str], to_asset: str) -> dict[str, Any]:
    return {"action": "swap", "asset": asset, "amount": spec, "to_asset": to_asset, "to_amount": None}


HUNDRED = amount("exact", "100")
MOVED = steps(withdraw("USDC", HUNDRED, CORE), deposit("USDC", ALL, PRIME))
SENTENCES = [
    ("move 100 usdc from aave core to aave prime", MOVED),
    ("could you please shift 100 usdc from aave core into aave prime?", MOVED),
    ("take 100 usdc out of aave core and put it in aave prime", MOVED),
    ("withdraw 100 usdc from aave core, then deposit it into aave prime", MOVED),
    ("withdraw 100 usdc from aave core and stick it in aave prime", MOVED),
    (
        "move half of my usdc from venus to aave core",
        steps(withdraw("USDC", amount("percent", "50"), VENUS), deposit("USDC", ALL, CORE)),
    ),
    ("withdraw all my usdc from venus and put it to work", steps(withdraw("USDC", ALL, VENUS), deposit("USDC", ALL))),
    ("withdraw 100 usdc and swap it to dai", steps(withdraw("USDC", HUNDRED), swap("USDC", ALL, "DAI"))),
    (
        "withdraw 100 usdc from venus and convert the usdc to dai",
        steps(withdraw("USDC", HUNDRED, VENUS), swap("USDC", ALL, "DAI")),
    ),
    (
        "withdraw all my dai, swap it to usdc and deposit it into venus",
        steps(withdraw("DAI", ALL), swap("DAI", ALL, "USDC"), deposit("USDC", ALL, VENUS)),
    ),
    (
        "withdraw all but 50 dai from aave core and swap it to usdc and put the usdc to work",
        steps(
            withdraw("DAI", amount("all_but", "50"), "aave-v3:core:DAI"),
            swap("DAI", ALL, "USDC"),
            deposit("USDC", ALL),
        ),
    ),
]


@pytest.mark.parametrize(("text", "intent"), SENTENCES)
def test_it_is_read_and_bound(text: str, intent: dict[str, Any]) -> None:
    found = understood(text)
    assert intent_of(text) == intent
    assert found.intent is not None
    bind(found.intent, found.origins, [text], VOCABULARY)


@pytest.mark.parametrize(
    "text",
    [
        "withdraw 100 usdc from venus and swap 50 to dai",
        "withdraw 100 usdc from venus and deposit 50 into aave core",
        "withdraw 100 usdc and swap it to 100 dai",
        "withdraw 100 usdc and swap the rest to dai",
        "withdraw 100 usdc and send it to bob",
        "withdraw 100 usdc and swap it to dai and send it to bob",
        "move 100 usdc from aave core to bob",
        "withdraw usdc from aave core and put it in venus",
        "move 100 usdc from aave core to morpho",
        "don't move 100 usdc from aave core to venus",
        "move 100 usdc from aave core to venus if it pays more",
        "withdraw 100 usdc and swap it to dai with 0.01% slippage",
        "withdraw 100 usdc from bob and put it in venus",
        "withdraw 100 usdc for bob and put it in venus",
        "withdraw 100 dai and deposit 100 usdc",
        "withdraw everything and put it in venus",
    ],
)
def test_anything_else_is_asked(text: str) -> None:
    assert intent_of(text) is None
    assert question_of(text)


@pytest.mark.parametrize(
    "changed",
    [
        steps(withdraw("USDC", amount("exact", "1000"), CORE), deposit("USDC", ALL, PRIME)),
        steps(withdraw("USDC", HUNDRED, VENUS), deposit("USDC", ALL, PRIME)),
        steps(withdraw("USDC", HUNDRED), deposit("USDC", ALL, PRIME)),
        steps(withdraw("USDC", HUNDRED, CORE), deposit("USDC", ALL, VENUS)),
        steps(withdraw("USDC", HUNDRED, CORE), deposit("USDC", ALL)),
        steps(withdraw("USDC", HUNDRED, CORE), swap("USDC", ALL, "DAI")),
        steps(withdraw("USDC", HUNDRED, CORE), swap("USDC", ALL, "DAI"), deposit("DAI", ALL)),
    ],
)
def test_another_sequence_does_not_bind_to_the_words(changed: dict[str, Any]) -> None:
    with pytest.raises(MonetaError):
        bind(parse(changed), {}, ["take 100 usdc out of aave core and put it in aave prime"], VOCABULARY)


@pytest.mark.parametrize(
    "bad",
    [
        steps(withdraw("USDC", HUNDRED), deposit("USDC", HUNDRED)),
        steps(withdraw("USDC", HUNDRED), deposit("DAI", ALL)),
        steps(withdraw("USDC", HUNDRED), swap("USDC", HUNDRED, "DAI")),
        steps(deposit("USDC", HUNDRED), withdraw("USDC", ALL)),
        steps(withdraw("USDC", HUNDRED), swap("USDC", ALL, "DAI"), deposit("USDC", ALL)),
    ],
)
def test_steps_hang_together_or_are_no_intent(bad: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="step"):
        parse(bad)


def test_what_points_within_its_own_sentence_points_at_nothing_before() -> None:
    earlier = "deposit 500 dai into aave core"
    assert not goes_on((earlier, "withdraw 100 usdc from venus and swap it to dai"), VOCABULARY)
    assert not goes_on((earlier, "swap 1 eth to usdc and put it to work"), VOCABULARY)
    assert goes_on((earlier, "put it in venus"), VOCABULARY)
    text = SENTENCES[2][0]
    bind(parse(MOVED), {}, [earlier, text], VOCABULARY, Record())
    assert isinstance(understood(text).intent, Sequence)
