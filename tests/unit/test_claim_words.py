"""Claiming rewards is said in a whole message, or it isn't said."""

from __future__ import annotations

import pytest

from agent.errors import Refused
from agent.gate.binding.bind import bind
from agent.intents import Claim
from agent.mind.context import Context
from agent.mind.phrasebook import interpret
from agent.words.requests.claims import Elsewhere, claiming
from tests.unit.test_repay_words import WORDS

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("said", "venue"),
    [
        ("claim my rewards", None),
        ("Claim rewards.", None),
        ("please collect all of my rewards", None),
        ("harvest the incentives", None),
        ("claim my rewards at aave core", "aave-v3:core:DAI"),
        ("claim rewards from aave-v3:core:USDC", "aave-v3:core:USDC"),
        ("/claim my rewards at morpho, please", "morpho-blue:WETH-86:USDC"),
    ],
)
def test_it_is_read_and_bound(said: str, venue: str | None) -> None:
    found = interpret(said, Context(), WORDS)
    assert found.intent == Claim(venue=venue), found.question
    bind(found.intent, found.origins, (said,), WORDS)
    with pytest.raises(Refused, match="claim isn't in your words"):
        bind(Claim(venue="aave-v3:prime:WETH"), found.origins, (said,), WORDS)


@pytest.mark.parametrize("said", ["claim my rewards at aave", "claim my rewards at nowhere"])
def test_where_is_asked(said: str) -> None:
    assert isinstance(claiming(said, WORDS), Elsewhere)
    assert interpret(said, Context(), WORDS).intent is None


@pytest.mark.parametrize(
    "said",
    [
        "don't claim my rewards",
        "should I claim my rewards?",
        "I claimed my rewards",
        "“claim my rewards”",
        "claim my rewards for bob",
        "claim my rewards and send them to bob",
        "claim this airdrop at 0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
        "claim 100 usdc",
        "claim my free tokens",
        "claim " + "my rewards " * 30,
    ],
)
def test_nothing_else_claims(said: str) -> None:
    assert not isinstance(interpret(said, Context(), WORDS).intent, Claim)
    assert not isinstance(claiming(said, WORDS), Claim)
