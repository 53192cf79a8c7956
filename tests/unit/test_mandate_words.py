"""Mandates in words: each limit read from its own words, nothing guessed, nothing that the user didn't say."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.errors import Refused
from agent.gate.binding.bind import bind
from agent.intents import as_json, parse
from tests.unit.spoken import VOCABULARY, conversation, intent_of, question_of, understood

pytestmark = pytest.mark.unit

NOTHING = {
    "venues": None,
    "cap_per_venue": None,
    "min_gain_usd": None,
    "gas_budget_usd": None,
    "max_move": None,
    "horizon_days": None,
    "caps": None,
    "excluded": None,
    "depeg_usd": None,
    "illiquid_percent": None,
    "safety_exits": None,
    "repay_below": None,
    "claim_rewards": None,
    "collect_fees": None,
    "keep_in_range": None,
    "quiet_hours": None,
}


def mandate(*assets: str, **limits: Any) -> dict[str, Any]:
    return {"action": "mandate", "assets": list(assets), **NOTHING, **limits}


MANDATES = {
    "rebalance my usdc automatically": mandate("USDC"),
    "Please rebalance my USDC on your own.": mandate("USDC"),
    "keep my usdc well placed": mandate("USDC"),
    "look after my dai on autopilot": mandate("DAI"),
    "start rebalancing my usdc": mandate("USDC"),
    "set a mandate for usdc": mandate("USDC"),
    "/mandate usdc": mandate("USDC"),
    "rebalance all my usdc automatically": mandate("USDC"),
    "could you rebalance my usdc automatically?": mandate("USDC"),
    "keep my usdc well placed, at most 50,000 a venue, only for at least $5 gain, at most $20 gas, look 30 days "
    "ahead": mandate("USDC", cap_per_venue="50000", min_gain_usd="5", gas_budget_usd="20", horizon_days=30),
    "rebalance my usdc automatically with at most 50k per venue and at most 10,000 usdc a move": mandate(
        "USDC", cap_per_venue="50000", max_move="10000"
    ),
    "keep my usdc and dai well placed, no more than 50,000 a venue, gas budget $20, minimum gain $5, horizon 30 "
    "days": mandate("USDC", "DAI", cap_per_venue="50000", min_gain_usd="5", gas_budget_usd="20", horizon_days=30),
    "keep my usdc in the best place on your own, max 25000 per venue; max $10 in gas; only if it gains at least "
    "$2.50": mandate("USDC", cap_per_venue="25000", min_gain_usd="2.5", gas_budget_usd="10"),
    "keep my usdc well placed look 2 weeks ahead at most $20 gas at most 50,000 a venue": mandate(
        "USDC", cap_per_venue="50000", gas_budget_usd="20", horizon_days=14
    ),
    "rebalance my weth automatically, up to 2.5 weth a move": mandate("WETH", max_move="2.5"),
    "rebalance my usdc automatically, 20 usdc gas at the most": mandate("USDC", gas_budget_usd="20"),
    "rebalance usdc automatically between aave core and venus": mandate(
        "USDC", venues=["aave-v3:core:USDC", "venus:core:USDC"]
    ),
    "keep my usdc well placed, only in aave": mandate("USDC", venues=["aave-v3:core:USDC", "aave-v3:prime:USDC"]),
    "rebalance my usdc, at most 50,000 a venue": mandate("USDC", cap_per_venue="50000"),
}


@pytest.mark.parametrize(("text", "intent"), MANDATES.items())
def test_a_mandate_is_what_was_said(text: str, intent: dict[str, Any]) -> None:
    assert intent_of(text) == intent
    found = understood(text)
    assert found.intent is not None
    bind(found.intent, found.origins, (text,), VOCABULARY)


@pytest.mark.parametrize(
    ("text", "assets"),
    [
        ("rebalance", None),
        ("rebalance now", None),
        ("please rebalance my positions", None),
        ("rebalance my portfolio", None),
        ("rebalance my dai now", ["DAI"]),
        ("could you rebalance my usdc?", ["USDC"]),
        ("/rebalance", None),
    ],
)
def test_rebalance_now(text: str, assets: list[str] | None) -> None:
    assert intent_of(text) == {"action": "rebalance", "assets": assets}
    found = understood(text)
    assert found.intent is not None
    bind(found.intent, found.origins, (text,), VOCABULARY)


ENDED = ("stop rebalancing", "Stop rebalancing!", "revoke my mandate", "please end my mandate", "no more rebalancing")


@pytest.mark.parametrize("text", [*ENDED, "stop rebalancing my usdc", "cancel my mandate"])
def test_a_mandate_is_ended_in_a_word(text: str) -> None:
    assert intent_of(text) == {"action": "cancel", "ref": "mandate"}
    found = understood(text)
    assert found.intent is not None
    bind(found.intent, found.origins, (text,), VOCABULARY)


@pytest.mark.parametrize("text", ["what is my mandate?", "show my mandate", "/mandate"])
def test_a_mandate_is_shown(text: str) -> None:
    assert intent_of(text) == {"action": "explain", "ref": "mandate"}
    found = understood(text)
    assert found.intent is not None
    bind(found.intent, found.origins, (text,), VOCABULARY)


ASKED = [
    "don't rebalance my usdc",
    "never rebalance my usdc automatically",
    "should I rebalance?",
    "did you rebalance?",
    "what if you rebalance my usdc automatically?",
    "rebalance my usdc if rates rise",
    "rebalance my usdc tomorrow",
    "rebalance my usdc automatically every day",
    "keep my money well placed",
    "keep 40,000 usdc well placed",
    "keep half my usdc well placed",
    "keep my usdc well placed, at least 50,000 a venue",
    "keep my usdc well placed, at most $5 gain",
    "keep my usdc well placed, about 50,000 a venue",
    "keep my usdc well placed, some gas",
    "keep my usdc well placed, at most 20 gas",
    "keep my usdc well placed, at most half a venue",
    "keep my usdc well placed, at most 50,000 a venue, at most 60,000 a venue",
    "keep my usdc well placed, at most 50,000 in aave",
    "keep my usdc well placed, not 50,000 a venue",
    "keep my usdc well placed, unless it gains $5",
    "keep my usdc well placed, look 2 hours ahead",
    "keep my usdc well placed, look 400 days ahead",
    "keep my weth well placed, at most $50,000 a venue",
    "keep my usdc well placed, at most 50,000 dai a venue",
    "keep my usdc and dai well placed, at most 50,000 dai a venue",
    "keep my usdc well placed, only in compound",
    "rebalance my usdc to bob automatically",
    "rebalance my usdc automatically and send the rest to bob",
    "rebalance my 'usdc' automatically",
    "deposit 100 usdc and rebalance",
    "rebalance my usdс automatically",  # a Cyrillic letter
    "rebalance my usdc automatically from 0x" + "ab" * 20,
]


@pytest.mark.parametrize("text", ASKED)
def test_what_is_not_wholly_understood_is_asked(text: str) -> None:
    assert intent_of(text) is None
    assert question_of(text)


def test_a_missing_token_is_asked_for_and_the_answer_binds() -> None:
    turns = ("keep my money well placed, at most 50,000 a venue", "usdc")
    found = conversation(*turns)
    assert found.intent is not None
    assert as_json(found.intent) == mandate("USDC", cap_per_venue="50000")
    bind(found.intent, found.origins, turns, VOCABULARY)


def test_why_did_you_rebalance_asks_for_reasons() -> None:
    assert intent_of("why did you rebalance?") == {"action": "explain", "ref": None}


FULL = "keep my usdc well placed, at most 50,000 a venue, at least $5 gain, at most $20 gas, look 30 days ahead"
SAID = mandate("USDC", cap_per_venue="50000", min_gain_usd="5", gas_budget_usd="20", horizon_days=30)


@pytest.mark.parametrize(
    "changed",
    [
        {"assets": ["DAI"]},
        {"assets": ["USDC", "DAI"]},
        {"venues": ["venus:core:USDC"]},
        {"cap_per_venue": "500000"},
        {"cap_per_venue": None},
        {"cap_per_venue": "5", "min_gain_usd": "50000"},
        {"min_gain_usd": "0"},
        {"gas_budget_usd": "2000"},
        {"max_move": "50000"},
        {"horizon_days": 300},
    ],
)
def test_a_mind_can_change_no_field_of_a_mandate(changed: dict[str, Any]) -> None:
    intent = parse({**SAID, **changed})
    with pytest.raises(Refused, match=r"words|limit") as refused:
        bind(intent, {}, (FULL,), VOCABULARY)
    assert refused.value.rule == "bind"


@pytest.mark.parametrize(
    "said",
    [
        "best yield for usdc?",
        "rebalance my usdc",
        "don't rebalance my usdc automatically",
        "> keep my usdc well placed",
        "what does “keep my usdc well placed” mean?",
        "stop rebalancing",
    ],
)
def test_other_words_give_no_mandate(said: str) -> None:
    with pytest.raises(Refused):
        bind(parse(mandate("USDC")), {}, (said,), VOCABULARY)


def test_an_order_before_another_gives_no_mandate() -> None:
    turns = ("keep my usdc well placed", "deposit 100 usdc into venus")
    with pytest.raises(Refused):
        bind(parse(mandate("USDC")), {}, turns, VOCABULARY)


@given(
    cap=st.integers(1, 10**9),
    gain=st.integers(1, 10**4),
    gas=st.integers(1, 10**4),
    days=st.integers(1, 365),
    order=st.permutations(range(4)),
)
def test_limits_hold_in_any_order(cap: int, gain: int, gas: int, days: int, order: list[int]) -> None:
    said = [f"at most {cap:,} a venue", f"at least ${gain} gain", f"at most ${gas} gas", f"look {days} days ahead"]
    text = "keep my usdc well placed, " + ", ".join(said[place] for place in order)
    intent = intent_of(text)
    assert intent == mandate(
        "USDC", cap_per_venue=str(cap), min_gain_usd=str(gain), gas_budget_usd=str(gas), horizon_days=days
    )


HOURS = {
    "summary at 9": {"summary": 9, "quiet": None, "tz": None, "pictures": None},
    "send me my daily summary at 8 pm": {"summary": 20, "quiet": None, "tz": None, "pictures": None},
    "daily summary at 12 am.": {"summary": 0, "quiet": None, "tz": None, "pictures": None},
    "quiet from 22 to 7": {"summary": None, "quiet": {"start": 22, "end": 7}, "tz": None, "pictures": None},
    "quiet hours 10 pm - 6 am": {"summary": None, "quiet": {"start": 22, "end": 6}, "tz": None, "pictures": None},
    "no summary": {"summary": "off", "quiet": None, "tz": None, "pictures": None},
    "no quiet hours": {"summary": None, "quiet": "off", "tz": None, "pictures": None},
    "light pictures": {"summary": None, "quiet": None, "tz": None, "pictures": "light"},
    "my time zone is Europe/Vienna": {"summary": None, "quiet": None, "tz": "Europe/Vienna", "pictures": None},
}


@pytest.mark.parametrize(("text", "fields"), HOURS.items())
def test_hours_are_set_in_words(text: str, fields: dict[str, Any]) -> None:
    assert intent_of(text) == {"action": "hours", **fields}
    found = understood(text)
    assert found.intent is not None
    bind(found.intent, found.origins, (text,), VOCABULARY)
    with pytest.raises(Refused):
        bind(found.intent, found.origins, ("summary at 3",), VOCABULARY)


@pytest.mark.parametrize("text", ["summary at 25", "summary at 13 pm", "quiet from 22", "summary"])
def test_an_hour_that_is_none_is_asked(text: str) -> None:
    assert intent_of(text) is None
