"""Paying a debt is said in a whole message, or it isn't said."""

from __future__ import annotations

from typing import Any

import pytest

from agent.errors import Refused
from agent.gate.binding.bind import bind
from agent.intents import Repay, as_json, parse
from agent.mind.context import Context
from agent.mind.phrasebook import interpret
from agent.words.requests.repays import Open, repayment
from agent.words.vocabulary import Vocabulary

pytestmark = pytest.mark.unit

CORE, MORPHO = "aave-v3:core:USDC", "morpho-blue:WETH-86:USDC"
WORDS = Vocabulary(
    tokens=("USDC", "DAI", "WETH", "ETH"),
    venues=(CORE, "aave-v3:core:DAI", MORPHO, "aave-v3:prime:WETH", "aave-v3:core:WETH"),
    contacts=("bob",),
    dollars=frozenset({"USDC"}),
)
ALL, HALF = {"kind": "all"}, {"kind": "percent", "value": "50"}


def exact(value: str) -> dict[str, str]:
    return {"kind": "exact", "value": value}


@pytest.mark.parametrize(
    ("said", "asset", "amount", "venue"),
    [
        ("repay 100 usdc at aave", "USDC", exact("100"), CORE),
        ("Repay 100 USDC to aave-v3:core:USDC.", "USDC", exact("100"), CORE),
        ("please pay back 1,500.5 usdc", "USDC", exact("1500.5"), None),
        ("pay 20 dai back", "DAI", exact("20"), None),
        ("pay off all of my usdc debt at morpho", "USDC", ALL, MORPHO),
        ("pay back half my loan", None, HALF, None),
        ("repay 25% of my usdc loan", "USDC", {"kind": "percent", "value": "25"}, None),
        ("repay everything", None, ALL, None),
        ("repay all my debts", None, ALL, None),
        ("repay all what i owe", None, ALL, None),
        ("repay all of it of my loan at morpho please", None, ALL, MORPHO),
        ("repay all my usdc debt but 100", "USDC", {"kind": "all_but", "value": "100"}, None),
        ("repay $40 of usdc", "USDC", exact("40"), None),
    ],
)
def test_it_is_read_and_bound(said: str, asset: str | None, amount: dict[str, Any], venue: str | None) -> None:
    wanted = {"action": "repay", "asset": asset, "amount": amount, "venue": venue}
    found = interpret(said, Context(), WORDS)
    assert found.intent is not None, found.question
    assert as_json(found.intent) == wanted
    bind(found.intent, found.origins, (said,), WORDS)
    for change in ({"asset": "WETH"}, {"amount": exact("999999")}, {"venue": "aave-v3:prime:WETH"}):
        with pytest.raises(Refused, match="debt isn't in your words"):
            bind(parse({**wanted, **change}), found.origins, (said,), WORDS)


@pytest.mark.parametrize(
    ("said", "missing"),
    [
        ("repay my usdc loan", "amount"),
        ("repay 100 at aave", "asset"),
        ("repay my loan", "amount"),
        ("repay $40", "asset"),
        ("repay $40 of weth", "amount"),
        ("repay 1 weth at aave", "venue"),
        ("repay all of my loan at aave", "asset"),
        ("repay 10 dai at morpho", "venue"),
    ],
)
def test_what_is_open_is_asked(said: str, missing: str) -> None:
    found = repayment(said, WORDS)
    assert isinstance(found, Open)
    assert found.missing == missing
    answer = interpret(said, Context(), WORDS)
    assert answer.intent is None
    assert answer.question is not None
    assert "repay" in answer.question.text


@pytest.mark.parametrize(
    "said",
    [
        "don't repay 100 usdc at aave",
        "should I repay 100 usdc",
        "I repaid 100 usdc",
        "“repay 100 usdc at aave”",
        "repay 100 usdc to bob",
        "repay 100 usdc for bob",
        "repay 100 usdc and 20 dai",
        "repay 100 usdc at aave and then deposit 5 dai",
        "repay 100 usdc at somewhere",
        "repay 100 shib",
        "repay 100 usdc tomorrow",
        "if it falls repay everything",
        "repay bob",
        "repay " + "everything " * 40,
        "borrow 100 usdc",
    ],
)
def test_nothing_else_is_a_repayment(said: str) -> None:
    assert repayment(said, WORDS) is None
    found = interpret(said, Context(), WORDS)
    assert not isinstance(found.intent, Repay)
