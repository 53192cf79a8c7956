"""The limits of a mandate at the gate: each refuses what is outside of it, and the read-back names the defaults."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.chain.registry import Registry
from agent.config import Settings
from agent.errors import NeedsAnswer, Refused
from agent.gate.mandate import Bounds, Terms, check, check_gain, limits_for, terms_of, wei_in_usd
from agent.gate.order import Enter, Leave, Send
from agent.intents import Mandate
from agent.money import Rate, address
from agent.plugin import Placement, Shift, VenueState
from agent.replies import mandate as read_back
from tests.unit.plugin_parts import USDC, WETH, NumbersVenue, state_of
from tests.unit.test_chain_registry import DATA

pytestmark = pytest.mark.unit

USD, ONE, GWEI = 10**8, 10**6, 10**9
A, B, W = NumbersVenue("a:m:USDC"), NumbersVenue("b:m:USDC"), NumbersVenue("w:m:WETH", WETH)
PRICE = 3_000 * USD
TERMS = Terms({"USDC": Bounds(50_000 * ONE, 40_000 * ONE)}, None, 5 * USD, 20 * USD, 30)
BOB = address("0x" + "b0" * 20)


def states(a: int = 30_000, b: int = 0) -> dict[str, VenueState]:
    return {
        A.id: replace(state_of(A.id, 10**12, 10**11), position=a * ONE),
        B.id: replace(state_of(B.id, 10**12, 10**11), position=b * ONE),
        W.id: replace(state_of(W.id, 10**20, 10**19), position=10**18),
    }


def rule(terms: Terms, *moves: Any, fee: int = 0, spent: int = 0, price: int | None = PRICE, **held: int) -> str:
    """The refusal's words, '' where it passes."""
    try:
        check(terms, moves, states(**held), fee, spent, price)
    except Refused as error:
        return error.message if error.rule == "mandate" else f"another rule: {error.rule}"
    return ""


def test_a_move_inside_the_limits_passes() -> None:
    assert rule(TERMS, Leave(A, None), Enter(B, 30_000 * ONE)) == ""
    assert rule(TERMS, Leave(A, 10 * ONE), Enter(B, 10 * ONE)) == ""


@pytest.mark.parametrize(
    ("terms", "moves", "held", "words"),
    [
        (replace(TERMS, assets={"DAI": Bounds(1, 1)}), (Leave(A, None), Enter(B, 1)), {}, "isn't for USDC"),
        (replace(TERMS, venues=(A.id,)), (Leave(A, None), Enter(B, 1)), {}, "b:m:USDC isn't in your mandate"),
        (replace(TERMS, venues=(B.id,)), (Leave(A, None), Enter(B, 1)), {}, "a:m:USDC isn't in your mandate"),
        (TERMS, (Leave(A, None), Enter(B, 30_000 * ONE)), {"b": 20_001}, "more than your 50,000 USDC a venue"),
        (TERMS, (Leave(A, None), Enter(B, 40_001 * ONE)), {"a": 40_001}, "more than your 40,000 USDC"),
        (TERMS, (Leave(A, 10 * ONE), Enter(B, 11 * ONE)), {}, "only with what left another venue"),
        (TERMS, (Enter(B, 1), Leave(A, 1)), {}, "only with what left another venue"),
        (TERMS, (Enter(B, 1),), {}, "only with what left another venue"),
        (TERMS, (Leave(A, 1), Send(USDC, 1, "bob", BOB)), {}, "sends none"),
        (TERMS, (Leave(A, 0), Enter(B, 0)), {}, "0 USDC"),
        (TERMS, (Leave(W, None),), {}, "isn't for WETH"),
    ],
)
def test_what_is_outside_a_limit_is_refused(
    terms: Terms, moves: tuple[Any, ...], held: dict[str, int], words: str
) -> None:
    assert words in rule(terms, *moves, **held)


def test_the_gas_budget_counts_what_was_spent_and_what_this_may_cost() -> None:
    moves = (Leave(A, None), Enter(B, 1))
    twenty = 20 * 10**18 // 3_000  # wei that cost $20
    assert rule(TERMS, *moves, fee=twenty // 2, spent=twenty // 2) == ""
    assert "gas in 30 days may come to $20.01" in rule(TERMS, *moves, fee=twenty // 2, spent=twenty // 2 + 4 * 10**12)
    assert "no price" in rule(TERMS, *moves, fee=1, price=None)


@given(st.integers(0, 10**20), st.integers(1, 10**14))
def test_a_cost_in_dollars_is_never_said_too_small(wei: int, price: int) -> None:
    assert wei_in_usd(wei, price) * 10**18 >= wei * price


def test_a_gain_must_be_more_than_minimum_and_gas() -> None:
    shift = Shift(A.id, B.id, 1, False, Rate(1), Rate(2), 0, 12 * USD)
    placement = Placement((shift,), (), gain_usd=12 * USD)
    check_gain(TERMS, placement, 7 * USD - 1)
    with pytest.raises(Refused, match="not worth it"):
        check_gain(TERMS, placement, 7 * USD)
    unsure = replace(placement, doubt_usd=2 * USD)
    check_gain(TERMS, unsure, 5 * USD - 1)
    with pytest.raises(Refused, match="not worth it"):
        check_gain(TERMS, unsure, 5 * USD)


def test_what_leaves_for_safety_needs_no_gain() -> None:
    shift = Shift(A.id, "", 1, False, Rate(1), Rate(0), -5, -5 * USD, signal="all of it is leaving")
    check_gain(TERMS, Placement((shift,), ()), 100 * USD)


REGISTRY = Registry.from_data(DATA)


def said(**fields: Any) -> Mandate:
    unsaid = dict.fromkeys(("venues", "cap_per_venue", "min_gain_usd", "gas_budget_usd", "max_move", "horizon_days"))
    return Mandate.model_validate({"assets": ("USDC",), **unsaid, **fields})


def terms(intent: Mandate, **prices: int) -> Terms:
    usdc, weth = REGISTRY.token("USDC"), REGISTRY.token("WETH")
    venues = {v.id: v for v in (NumbersVenue(A.id, usdc), NumbersVenue(B.id, usdc), NumbersVenue(W.id, weth))}
    return terms_of(intent, REGISTRY, venues, prices, Settings())


def test_what_was_not_said_gets_a_default_that_is_named() -> None:
    found = terms(said(cap_per_venue="50000"))
    assert found == Terms(
        assets={"USDC": Bounds(50_000 * ONE, 50_000 * ONE)},
        venues=None,
        min_gain=1 * USD,
        gas_budget=20 * USD,
        horizon_days=30,
        defaults=("venues", "max_move", "min_gain_usd", "gas_budget_usd", "horizon_days"),
    )
    rows = {row[0]: row[1:] for row in read_back.table(found, REGISTRY, 6).rows}
    assert rows["most in one venue"] == ("50,000 USDC", "you")
    assert rows["most in one move"] == ("50,000 USDC", "default")
    assert rows["gas at the most"] == ("$20.00 in 30 days", "default")


def test_all_that_was_said_is_what_was_said() -> None:
    found = terms(
        said(venues=(A.id,), cap_per_venue="7", min_gain_usd="0.5", gas_budget_usd="3", max_move="2", horizon_days=9)
    )
    assert found == Terms({"USDC": Bounds(7 * ONE, 2 * ONE)}, (A.id,), USD // 2, 3 * USD, 9, ())
    assert Terms.from_json(found.as_json()) == found


def test_a_default_in_tokens_follows_the_price_and_is_never_above_it() -> None:
    bounds = terms(said(assets=("WETH",)), WETH=2_930 * USD).assets["WETH"]
    assert bounds.cap == 341 * 10**17  # $100,000 at $2,930 are 34.129…
    with pytest.raises(Refused, match="no price"):
        terms(said(assets=("WETH",)))


@pytest.mark.parametrize(
    "intent",
    [
        said(venues=("c:m:USDC",)),
        said(venues=(W.id,)),
        said(cap_per_venue="0.0000001"),
        said(assets=("USDC", "WETH"), max_move="5"),
    ],
)
def test_a_limit_that_means_nothing_here_is_not_guessed(intent: Mandate) -> None:
    with pytest.raises((Refused, NeedsAnswer)):
        terms(intent, WETH=USD)


def test_the_rule_gets_the_limits_of_the_asset() -> None:
    found = limits_for(replace(TERMS, venues=(A.id, B.id)), USDC, USD, 3 * USD)
    assert (found.venues, found.cap, found.most) == (frozenset({A.id, B.id}), 50_000 * ONE, 40_000 * ONE)
    assert (found.min_gain, found.gas, found.price, found.seconds) == (5 * USD, 3 * USD, USD, 30 * 86_400)
    assert found.decimals == 6
