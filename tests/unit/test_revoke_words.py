"""Taking an allowance back is said in a whole message, or it isn't said."""

from __future__ import annotations

import pytest

from agent.errors import Refused
from agent.gate.binding.bind import bind
from agent.intents import Revoke, as_json
from agent.mind.context import Context
from agent.mind.phrasebook import interpret
from agent.words.requests.revokes import Unnamed, revocation
from agent.words.vocabulary import Vocabulary

pytestmark = pytest.mark.unit

CORE, MORPHO = "aave-v3:core:USDC", "morpho-blue:WETH-86:USDC"
WORDS = Vocabulary(
    tokens=("USDC", "DAI", "WETH", "ETH"),
    venues=(CORE, "aave-v3:core:DAI", MORPHO, "aave-v3:prime:WETH", "aave-v3:core:WETH"),
    contacts=("bob", "uniswap"),
    dollars=frozenset({"USDC"}),
    traders=("uniswap-v3",),
)


@pytest.mark.parametrize(
    ("said", "asset", "spender"),
    [
        ("revoke USDC from aave-v3:core:USDC", "USDC", CORE),
        ("Revoke usdc from aave.", "USDC", CORE),
        ("please revoke my DAI allowance of aave", "DAI", "aave-v3:core:DAI"),
        ("take back the usdc approval for morpho", "USDC", MORPHO),
        ("remove my allowance of usdc from morpho please", "USDC", MORPHO),
        ("revoke weth from uniswap", "WETH", "uniswap-v3"),
        ("revoke weth from uniswap v3", "WETH", "uniswap-v3"),
        ("cancel the weth allowance of uniswap-v3", "WETH", "uniswap-v3"),
        ("revoke weth from aave prime", "WETH", "aave-v3:prime:WETH"),
    ],
)
def test_it_is_read_and_bound(said: str, asset: str, spender: str) -> None:
    found = interpret(said, Context(), WORDS)
    assert found.intent == Revoke(asset=asset, spender=spender), found.question
    assert as_json(found.intent) == {"action": "revoke", "asset": asset, "spender": spender}
    bind(found.intent, found.origins, (said,), WORDS)
    for other in (Revoke(asset="ETH", spender=spender), Revoke(asset=asset, spender="somebody")):
        with pytest.raises(Refused, match="allowance isn't in your words"):
            bind(other, found.origins, (said,), WORDS)


@pytest.mark.parametrize(
    ("said", "fitting"),
    [
        ("revoke usdc", ()),
        ("revoke my weth allowance", ()),
        ("revoke weth from aave", 2),
        ("revoke dai from morpho", ()),
    ],
)
def test_whom_is_asked_where_it_is_not_clear(said: str, fitting: object) -> None:
    found = revocation(said, WORDS)
    assert isinstance(found, Unnamed)
    assert len(found.fitting) == fitting if isinstance(fitting, int) else found.fitting == fitting
    understood = interpret(said, Context(), WORDS)
    assert understood.intent is None
    assert understood.question is not None
    assert understood.question.text.startswith("From whom: ")


@pytest.mark.parametrize(
    "said",
    [
        "don't revoke usdc from aave",
        "revoke usdc from aave?",
        "should i revoke usdc from aave",
        "if gas falls, revoke usdc from aave",
        "revoke 5 usdc from aave",
        "revoke usdc from aave and send 5 usdc to bob",
        'my friend said "revoke usdc from aave"',
        "> revoke usdc from aave",
        "`revoke usdc from aave`",
        "revoke usdc from bob",
        "revoke usdc from 0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
        "revoke pepe from aave",
        "revoke my mandate",
        "revoke",
        "i revoked usdc from aave",
    ],
)
def test_nothing_else_takes_anything_back(said: str) -> None:
    assert not isinstance(revocation(said, WORDS), Revoke)
    found = interpret(said, Context(), WORDS)
    assert not isinstance(found.intent, Revoke)
    with pytest.raises(Refused):
        bind(Revoke(asset="USDC", spender=CORE), {}, (said,), WORDS)
