"""Sentences that command, and what they mean to the letter."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.spoken import (
    ADDRESS,
    amount,
    conversation,
    deposit,
    intent_of,
    transfer,
    understood,
    withdraw,
)

pytestmark = pytest.mark.unit

HUNDRED = amount("exact", "100")

SENTENCES: list[tuple[str, dict[str, Any]]] = [
    ("put 1,000 USDC to work", deposit("USDC", amount("exact", "1000"))),
    ("deposit 1k usdc into aave core", deposit("USDC", amount("exact", "1000"), "aave-v3:core:USDC")),
    ("earn on half my dai", deposit("DAI", amount("percent", "50"))),
    ("invest all my usdc", deposit("USDC", amount("all"))),
    ("supply 1 million usdc to morpho weth-86", deposit("USDC", amount("exact", "1000000"), "morpho:weth-86:USDC")),
    ("lend 2.5k DAI on aave", deposit("DAI", amount("exact", "2500"), "aave-v3:core:DAI")),
    ("deposit 100 usdc in venus", deposit("USDC", HUNDRED, "venus:core:USDC")),
    ("deposit 100 USDC with aave prime", deposit("USDC", HUNDRED, "aave-v3:prime:USDC")),
    ("deposit 100 into aave core usdc", deposit("USDC", HUNDRED, "aave-v3:core:USDC")),
    ("put two thousand dai to work for me, please", deposit("DAI", amount("exact", "2000"))),
    ("hey moneta, could you please put 250 dai to work? thanks!", deposit("DAI", amount("exact", "250"))),
    ("I'd like to earn interest on 1k dai", deposit("DAI", amount("exact", "1000"))),
    ("make 100 usdc work", deposit("USDC", HUNDRED)),
    ("deposit everything but 100 of my usdc", deposit("USDC", amount("all_but", "100"))),
    ("deposit all my usdc but 100", deposit("USDC", amount("all_but", "100"))),
    ("deposit all my usdc except 100", deposit("USDC", amount("all_but", "100"))),
    ("put $500 of USDC to work", deposit("USDC", amount("exact", "500"))),
    ("deposit half a million dai", deposit("DAI", amount("exact", "500000"))),
    ("deposit half an eth", deposit("ETH", amount("exact", "0.5"))),
    ("deposit 25% of my weth", deposit("WETH", amount("percent", "25"))),
    ("DEPOSIT 100USDC NOW", deposit("USDC", HUNDRED)),
    ("deposit 0.0000001 usdc", deposit("USDC", amount("exact", "0.0000001"))),
    ("> which token?\ndeposit 100 usdc", deposit("USDC", HUNDRED)),
    ("**deposit 100 usdc** 🙏", deposit("USDC", HUNDRED)),
    ("\u202edeposit\u200b 100 usdc\ufeff", deposit("USDC", HUNDRED)),
    ("add 100 usdc to aave core", deposit("USDC", HUNDRED, "aave-v3:core:USDC")),
    ("move 100 usdc to aave prime", deposit("USDC", HUNDRED, "aave-v3:prime:USDC")),
    ("deposit 100 usdc from my wallet into venus", deposit("USDC", HUNDRED, "venus:core:USDC")),
    ("deposit 100 usdc at the best rate", deposit("USDC", HUNDRED)),
    ("withdraw half my usdc", withdraw("USDC", amount("percent", "50"))),
    ("take 500 usdc out of morpho weth-86", withdraw("USDC", amount("exact", "500"), "morpho:weth-86:USDC")),
    ("withdraw all my usdc", withdraw("USDC", amount("all"))),
    ("withdraw all from aave-v3:core:USDC", withdraw("USDC", amount("all"), "aave-v3:core:USDC")),
    ("pull 100 usdc from venus back to my wallet", withdraw("USDC", HUNDRED, "venus:core:USDC")),
    ("get my 100 usdc back", withdraw("USDC", HUNDRED)),
    ("withdraw half of my position in usdc", withdraw("USDC", amount("percent", "50"))),
    ("redeem 10% of my dai", withdraw("DAI", amount("percent", "10"))),
    ("send 100 usdc to bob", transfer("USDC", HUNDRED, "bob")),
    ("pay Bob 100 usdc", transfer("USDC", HUNDRED, "bob")),
    ("transfer half of my dai to alice now", transfer("DAI", amount("percent", "50"), "alice")),
    (f"add bob {ADDRESS} as a contact", {"action": "contact", "name": "bob", "address": ADDRESS}),
    (f"add contact carol {ADDRESS}", {"action": "contact", "name": "carol", "address": ADDRESS}),
    (f"save {ADDRESS} as carol", {"action": "contact", "name": "carol", "address": ADDRESS}),
    ("get me out of everything", {"action": "exit"}),
    ("exit everything", {"action": "exit"}),
    ("withdraw everything", {"action": "exit"}),
    ("get all my money out", {"action": "exit"}),
    ("close all positions", {"action": "exit"}),
    ("exit", {"action": "exit"}),
    ("pause", {"action": "pause"}),
    ("stop everything", {"action": "pause"}),
    ("resume", {"action": "resume"}),
    ("cancel", {"action": "cancel", "ref": None}),
    ("never mind", {"action": "cancel", "ref": None}),
    ("cancel my deposit", {"action": "cancel", "ref": None}),
    ("no", {"action": "cancel", "ref": None}),
    ("don't", {"action": "cancel", "ref": None}),
    ("stop", {"action": "cancel", "ref": None}),
    ("advance 30 days", {"action": "advance", "seconds": 2_592_000}),
    ("advance one week", {"action": "advance", "seconds": 604_800}),
    ("fast forward by 2 weeks and 3 days", {"action": "advance", "seconds": 1_468_800}),
]


@pytest.mark.parametrize(("text", "expected"), SENTENCES, ids=[text for text, _ in SENTENCES])
def test_commands(text: str, expected: dict[str, Any]) -> None:
    assert intent_of(text) == expected


@pytest.mark.parametrize(("text", "expected"), SENTENCES, ids=[text for text, _ in SENTENCES])
def test_every_field_has_the_words_that_said_it(text: str, expected: dict[str, Any]) -> None:
    origins = understood(text).origins
    assert set(origins) == {field for field, value in expected.items() if value is not None}
    for origin in origins.values():
        assert text[origin.start : origin.end] == origin.words
        assert origin.turn == 0


CONVERSATIONS: list[tuple[tuple[str, ...], dict[str, Any], dict[str, int]]] = [
    (
        ("put 1000 to work", "usdc"),
        deposit("USDC", amount("exact", "1000")),
        {"action": -1, "amount": -1, "asset": 0},
    ),
    (("deposit", "usdc", "100"), deposit("USDC", HUNDRED), {"action": -2, "asset": -1, "amount": 0}),
    (("withdraw my usdc", "all of it"), withdraw("USDC", amount("all")), {"action": -1, "asset": -1, "amount": 0}),
    (
        ("deposit 100 usdc into aave", "the core one"),
        deposit("USDC", HUNDRED, "aave-v3:core:USDC"),
        {"action": -1, "asset": -1, "amount": -1, "venue": 0},
    ),
    (
        ("deposit 100 usdc into core", "aave, please"),
        deposit("USDC", HUNDRED, "aave-v3:core:USDC"),
        {"action": -1, "asset": -1, "amount": -1, "venue": 0},
    ),
    (
        ("deposit 100 usdc into narnia", "venus"),
        deposit("USDC", HUNDRED, "venus:core:USDC"),
        {"action": -1, "asset": -1, "amount": -1, "venue": 0},
    ),
    (
        ("send 100 usdc to carol", "alice"),
        transfer("USDC", HUNDRED, "alice"),
        {"action": -1, "asset": -1, "amount": -1, "recipient": 0},
    ),
    (("100 usdc", "deposit it"), deposit("USDC", HUNDRED), {"action": 0, "asset": -1, "amount": -1}),
    (("deposit 1,00 usdc", "100"), deposit("USDC", HUNDRED), {"action": -1, "asset": -1, "amount": 0}),
    (
        ("put my DOGE to work", "dai", "25%"),
        deposit("DAI", amount("percent", "25")),
        {"action": -2, "asset": -1, "amount": 0},
    ),
    (("advance", "3 days"), {"action": "advance", "seconds": 259_200}, {"action": -1, "seconds": 0}),
    (
        ("add contact carol", ADDRESS),
        {"action": "contact", "name": "carol", "address": ADDRESS},
        {"action": -1, "name": -1, "address": 0},
    ),
    (
        ("put 1000 to work", "withdraw 50 usdc"),
        withdraw("USDC", amount("exact", "50")),
        {"action": 0, "asset": 0, "amount": 0},
    ),
    (("put 1000 to work", "no"), {"action": "cancel", "ref": None}, {"action": 0}),
    (("put 1000 to work", "thanks"), {"action": "chat"}, {"action": 0}),
    (("put 1000 to work", "yields"), {"action": "yields", "asset": None}, {"action": 0}),
]


@pytest.mark.parametrize(("texts", "expected", "turns"), CONVERSATIONS, ids=[" / ".join(c[0]) for c in CONVERSATIONS])
def test_an_answer_completes_what_was_asked(
    texts: tuple[str, ...], expected: dict[str, Any], turns: dict[str, int]
) -> None:
    result = conversation(*texts)
    assert result.intent is not None
    assert result.intent.model_dump(mode="json") == expected
    assert {field: origin.turn for field, origin in result.origins.items()} == turns
    for origin in result.origins.values():
        assert texts[len(texts) - 1 + origin.turn][origin.start : origin.end] == origin.words


@pytest.mark.parametrize(
    "texts",
    [
        ("put 1000 to work", "thanks", "usdc"),  # small talk closes the question
        ("put 1000 to work", "yes"),
        ("deposit usdc", "100 dai"),  # two tokens now
        ("don't deposit usdc", "100"),
        ("deposit 100 usdc for my enemy", "usdc"),
        ("put 1000 to work", "usdc to bob"),
        ("put 1000 to work", '"usdc"'),
    ],
)
def test_what_is_no_answer_completes_nothing(texts: tuple[str, ...]) -> None:
    intent = conversation(*texts).intent
    assert intent is None or intent.action == "chat"
