"""The limits of a mandate at the gate: each refuses what is outside of it, and the read-back names the defaults."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.chain.registry import Registry
from agent.config import Settings
from agent.errors import NeedsAnswer, Refused
from agent.gate.liquidity.words import Pair
from agent.gate.mandates.mandate import Bounds, Terms, check, check_gain, limits_for, wei_in_usd
from agent.gate.mandates.rules import DEPEG, ILLIQUID, dangers, heeded, own_signals
from agent.gate.mandates.said import terms_of
from agent.gate.mandates.sense import check_possible, notes
from agent.gate.moves import Enter, Leave, Send
from agent.hours import zone
from agent.intents import Mandate
from agent.money import RAY, Rate, address
from agent.past import PARTS, Effect, Signal
from agent.plugin import Placement, Shift, Venue, VenueState
from agent.replies import mandate as read_back
from tests.unit.gate_parts import rule_of
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


def rule(
    terms: Terms,
    *moves: Any,
    fee: int = 0,
    spent: int = 0,
    price: int | None = PRICE,
    danger: frozenset[str] = frozenset(),
    asleep: bool = False,
    **held: int,
) -> str:
    """The refusal's words, '' where it passes."""
    try:
        check(terms, moves, states(**held), fee, spent, price, danger=danger, asleep=asleep)
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
    terms: Terms, moves: tuple[Any, ...], held: dict[str, Any], words: str
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
    placement = Placement((shift,), (), gain_usd=12 * USD, seconds=TERMS.seconds)
    check_gain(TERMS, placement, 7 * USD - 1)
    with pytest.raises(Refused, match="not worth it"):
        check_gain(TERMS, placement, 7 * USD)
    soon = replace(placement, seconds=TERMS.seconds // 10)  # a tenth of the minimum in a tenth of the time
    check_gain(TERMS, soon, 23 * USD // 2 - 1)
    with pytest.raises(Refused, match="not worth it"):
        check_gain(TERMS, soon, 23 * USD // 2)
    unsure = replace(placement, back_usd=1 * USD, doubt_usd=1 * USD)
    check_gain(TERMS, unsure, 5 * USD - 1)
    with pytest.raises(Refused, match="not worth it"):
        check_gain(TERMS, unsure, 5 * USD)


def test_what_leaves_for_safety_needs_no_gain() -> None:
    shift = Shift(A.id, "", 1, False, Rate(1), Rate(0), -5, -5 * USD, signal="all of it is leaving")
    check_gain(TERMS, Placement((shift,), ()), 100 * USD)


REGISTRY = Registry.from_data(DATA)


def said(**fields: Any) -> Mandate:
    unsaid = dict.fromkeys(name for name in Mandate.model_fields if name not in ("action", "assets"))
    return Mandate.model_validate({"assets": ("USDC",), **unsaid, **fields})


def terms(intent: Mandate, **prices: int) -> Terms:
    usdc, weth = REGISTRY.token("USDC"), REGISTRY.token("WETH")
    venues = {v.id: v for v in (NumbersVenue(A.id, usdc), NumbersVenue(B.id, usdc), NumbersVenue(W.id, weth))}
    pool = Pair(REGISTRY.token("USDC"), WETH, WETH, REGISTRY.token("USDC"))
    return terms_of(intent, REGISTRY, venues, prices, Settings(), [pool])


def test_what_was_not_said_gets_a_default_that_is_named() -> None:
    found = terms(said(cap_per_venue="50000"))
    assert found == Terms(
        assets={"USDC": Bounds(50_000 * ONE, 50_000 * ONE)},
        venues=None,
        min_gain=1 * USD,
        gas_budget=20 * USD,
        horizon_days=30,
        defaults=("venues", "min_gain_usd", "gas_budget_usd", "max_move", "horizon_days", *RULES),
    )
    rows = {row[0]: row[1:] for row in read_back.table(found, REGISTRY, 6).rows}
    assert rows["most in one venue"] == ("50,000 USDC", "you")
    assert rows["most in one move"] == ("50,000 USDC", "default")
    assert rows["gas at the most"] == ("$20.00 in 30 days", "default")


def test_all_that_was_said_is_what_was_said() -> None:
    found = terms(
        said(venues=(A.id,), cap_per_venue="7", min_gain_usd="0.5", gas_budget_usd="3", max_move="2", horizon_days=9)
    )
    assert found == Terms({"USDC": Bounds(7 * ONE, 2 * ONE)}, (A.id,), USD // 2, 3 * USD, 9, tuple(RULES))
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


def test_a_venue_with_a_cap_of_its_own_has_that_one() -> None:
    tight, wide = replace(TERMS, caps={B.id: 1_000 * ONE}), replace(TERMS, caps={B.id: 60_000 * ONE})
    assert (tight.cap_of(A), tight.cap_of(B), wide.cap_of(B)) == (50_000 * ONE, 1_000 * ONE, 60_000 * ONE)
    assert "more than your 1,000 USDC there" in rule(tight, Leave(A, 1_001 * ONE), Enter(B, 1_001 * ONE))
    assert rule(tight, Leave(A, 1_000 * ONE), Enter(B, 1_000 * ONE)) == ""
    assert rule(wide, Leave(A, None), Enter(B, 30_000 * ONE), b=30_000) == ""


def test_a_venue_that_is_left_out_is_never_entered_and_may_be_left() -> None:
    found = replace(TERMS, excluded=(B.id,))
    assert not found.enters(B.id)
    assert "never enters b:m:USDC" in rule(found, Leave(A, None), Enter(B, 1))
    assert rule(found, Leave(B, ONE), Enter(A, ONE), b=1) == ""


def test_money_goes_into_the_wallet_only_out_of_danger_and_then_all_of_it_at_any_hour() -> None:
    night = replace(TERMS, quiet=(22, 7))
    moves, used_up = (Leave(A, None),), 20 * 10**18 // 3_000
    assert "into your wallet only for safety" in rule(TERMS, *moves)
    assert "nothing moved from 22:00 to 7:00" in rule(night, Leave(A, None), Enter(B, 1), asleep=True)
    assert rule(night, Leave(A, None), Enter(B, 1), asleep=False) == ""
    for asleep in (True, False):
        held: dict[str, Any] = {"danger": frozenset({A.id}), "asleep": asleep, "a": 300_000}
        assert rule(night, *moves, fee=used_up, spent=used_up, **held) == ""
        assert rule(night, *moves, price=None, **held) == ""
        assert "may come to $20.03" in rule(night, *moves, fee=used_up + 10**13, **held)
    assert "more than your 40,000" in rule(TERMS, *moves, a=300_000)
    assert "nothing moved" in rule(night, *moves, danger=frozenset({B.id}), asleep=True)
    other = replace(TERMS, venues=(B.id,))
    assert "isn't in your mandate" in rule(other, *moves, danger=frozenset({A.id}))


def signal(name: str, effect: Effect = Effect.LEAVE) -> Signal:
    return Signal(A.id, name, effect, "a reason")


def test_signs_of_danger_act_only_where_the_mandate_says_so() -> None:
    safe = replace(TERMS, safety=True)
    for name in ("utilisation", "peg"):
        assert not TERMS.leaves(signal(name))
        assert safe.leaves(signal(name))
        assert not safe.leaves(signal(name, Effect.CLOSED))
    assert TERMS.leaves(signal(DEPEG))
    signals = [signal("utilisation"), signal(DEPEG), signal("rate", Effect.ALERT)]
    assert [each.effect for each in heeded(TERMS, signals)] == [Effect.CLOSED, Effect.LEAVE, Effect.ALERT]
    assert heeded(safe, signals) == signals
    assert dangers(TERMS, [signal("utilisation")]) == frozenset()
    assert dangers(TERMS, signals) == frozenset({A.id})


def test_its_own_rules_are_signals_with_their_numbers() -> None:
    venues = {A.id: A, B.id: B, W.id: W}
    seen = states()
    facts = {"supplied": 10**12}
    seen[A.id] = replace(seen[A.id], facts=facts, liquidity=4 * 10**10)
    seen[B.id] = replace(seen[B.id], facts=facts, liquidity=5 * 10**10)
    found = replace(TERMS, depeg=98_500_000, illiquid=5 * PARTS // 100)
    (only,) = own_signals(found, venues, seen, {"USDC": USD})
    assert (only.venue, only.name, only.effect) == (A.id, ILLIQUID, Effect.LEAVE)
    assert "4 % of what is deposited there could leave, less than the 5 %" in only.words
    fallen = own_signals(found, venues, seen, {"USDC": 98_499_999, "WETH": 1})
    assert [(each.venue, each.name) for each in fallen] == [(A.id, DEPEG), (A.id, ILLIQUID), (B.id, DEPEG)]
    assert "USDC is at $0.98499999, below the $0.985 at which your mandate leaves" in fallen[0].words
    assert own_signals(found, venues, seen, {"USDC": 98_500_000}) == [only]
    assert own_signals(found, venues, {A.id: states()[A.id]}, {}) == []  # nothing is known: no rule is broken
    assert own_signals(TERMS, venues, seen, {"USDC": 1}) == []


def test_hours_of_rest_are_the_users_own() -> None:
    found = replace(TERMS, quiet=(22, 7))
    vienna = zone("Europe/Vienna")
    at_21_utc = 1_795_208_400  # 22:00 in Vienna
    assert found.acts_at(at_21_utc, UTC)
    assert not found.acts_at(at_21_utc, vienna)
    assert not found.acts_at(at_21_utc + 9 * 3_600 - 1, vienna)
    assert found.acts_at(at_21_utc + 9 * 3_600, vienna)
    assert TERMS.acts_at(at_21_utc, vienna)


RULES: dict[str, Any] = {
    "caps": [{"venue": B.id, "value": "7"}],
    "excluded": [A.id],
    "depeg_usd": "0.97",
    "illiquid_percent": "7.5",
    "safety_exits": True,
    "quiet_hours": {"start": 22, "end": 7},
    "repay_below": "1.2",
    "claim_rewards": True,
    "collect_fees": True,
    "keep_in_range": True,
}


def test_every_rule_is_in_the_numbers_read_back_and_in_what_is_stored() -> None:
    found = terms(said(**RULES), USDC=10**8, WETH=3_000 * 10**8)
    assert (found.caps, found.excluded, found.depeg) == ({B.id: 7 * ONE}, (A.id,), 97_000_000)
    assert (found.illiquid, found.safety, found.quiet) == (75 * PARTS // 1_000, True, (22, 7))
    assert not set(RULES) & set(found.defaults)
    assert Terms.from_json(found.as_json()) == found
    rows = {row[0]: row[1:] for row in read_back.table(found, REGISTRY, 6, "Europe/Vienna").rows}
    assert rows["never entered"] == (A.id, "you")
    assert rows[f"most in {B.id}"] == ("7 USDC", "you")
    assert rows["out on a depeg"] == ("below $0.97", "you")
    assert rows["out before it is hard to leave"] == ("when less than 7.5 % of a venue could leave", "you")
    assert rows["out on other danger"] == ("at once", "you")
    assert rows["moves nothing"] == ("from 22:00 to 7:00 (Europe/Vienna), but for safety", "you")
    assert (found.repay, found.claims, found.fees) == (12 * RAY // 10, True, True)
    assert found.ranges == {"USDC": found.assets["USDC"].most, "WETH": 166 * 10**17}
    assert rows["keeps positions in range"] == ("where that pays", "you")
    assert rows["most of a position at once"] == ("50,000 USDC, 16.6 WETH", "default")
    assert rows["positions moved"] == ("one in 24 hours at the most", "default")
    assert rows["pays a loan down"] == ("when its health factor is below 1.20, from idle money", "you")
    assert rows["claims rewards"] == ("when they are worth their gas", "you")
    assert rows["collects fees of liquidity"] == ("when they are worth their gas", "you")


@pytest.mark.parametrize("line", ["1", "0.9", "0", "10.5", "1." + "1" * 30])
def test_a_line_that_no_loan_could_be_paid_down_at_is_refused(line: str) -> None:
    assert rule_of(lambda: terms(said(repay_below=line))) in ("mandate", "amount")


def test_a_rule_without_a_number_has_the_default_and_one_unsaid_only_tells() -> None:
    found = terms(said(depeg_usd="default", illiquid_percent="default"))
    assert (found.depeg, found.illiquid) == (98_500_000, 5 * PARTS // 100)
    rows = {row[0]: row[1:] for row in read_back.table(found, REGISTRY, 6).rows}
    assert rows["out on a depeg"] == ("below $0.985", "default")
    rows = {row[0]: row[1:] for row in read_back.table(terms(said()), REGISTRY, 6).rows}
    assert [rows[key] for key in rows if key.startswith("out ")] == [("told, and nothing moves", "default")] * 3


def test_a_mandate_that_was_stored_before_there_were_rules_is_read() -> None:
    stored = TERMS.as_json()
    for key in ("caps", "excluded", "depeg", "illiquid", "safety", "quiet"):
        del stored[key]
    found = Terms.from_json(stored)
    assert replace(found, defaults=()) == TERMS
    rows = {row[0]: row[1:] for row in read_back.table(found, REGISTRY, 6).rows}
    assert rows["out on a depeg"] == ("told, and nothing moves", "default")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"depeg_usd": "1.02"}, "isn't below the peg"),
        ({"depeg_usd": "1"}, "isn't below the peg"),
        ({"depeg_usd": "0"}, "nothing ever falls below it"),
        ({"assets": ("WETH",), "cap_per_venue": "1", "max_move": "1", "depeg_usd": "0.9"}, "isn't pegged"),
        ({"illiquid_percent": "100"}, "hardly ever"),
        ({"illiquid_percent": "0"}, "always"),
        ({"cap_per_venue": "0"}, "At most 0|at most 0"),
        ({"max_move": "0"}, "nothing could move"),
        ({"caps": [{"venue": B.id, "value": "0"}]}, "not in b:m:USDC"),
        ({"caps": [{"venue": B.id, "value": "1"}, {"venue": B.id, "value": "2"}]}, "two caps"),
        ({"caps": [{"venue": B.id, "value": "1"}], "excluded": [B.id]}, "cap of its own and is never entered"),
        ({"caps": [{"venue": B.id, "value": "1"}], "venues": [A.id]}, "cap of its own and is never entered"),
        ({"venues": [A.id], "excluded": [A.id]}, "both in your mandate and left out"),
        ({"excluded": [A.id, B.id]}, "No venue for USDC is left"),
        ({"quiet_hours": {"start": 7, "end": 7}}, "the whole day"),
    ],
)
def test_limits_that_contradict_each_other_say_what_to_do(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words) as refused:
        terms(said(**fields), WETH=USD)
    assert refused.value.rule == "mandate"
    assert str(refused.value) != refused.value.message  # what to do stands behind it


def sense(found: Terms, gas: int | None = None, **held: int) -> list[str]:
    usdc = REGISTRY.token("USDC")
    venues: dict[str, Venue] = {A.id: NumbersVenue(A.id, usdc), B.id: NumbersVenue(B.id, usdc)}
    seen = {key: replace(state, rate=Rate.of_fraction("0.05")) for key, state in states(**held).items()}
    check_possible(found, REGISTRY, venues, seen, {"USDC": USD})
    return notes(found, REGISTRY, venues, seen, {"USDC": USD}, gas)


def test_a_least_gain_that_no_move_can_earn_is_refused() -> None:
    # 40,000 USDC at 5 % earn $164.38 in 30 days
    assert sense(replace(TERMS, min_gain=164 * USD), a=100_000) == []
    with pytest.raises(Refused, match=r"earns \$164.38 in 30 days.*smaller least gain"):
        sense(replace(TERMS, min_gain=165 * USD))
    assert sense(replace(TERMS, min_gain=165 * USD, horizon_days=60), a=100_000) == []


def test_what_the_limits_come_to_today_is_told() -> None:
    (small,) = sense(TERMS, a=1_000)  # $4.10 in 30 days
    assert "earns $4.10 in 30 days, no more than your least gain of $5.00: nothing would move" in small
    (dear,) = sense(TERMS, gas=21 * USD)
    assert "costs about $21.00 of gas now, more than your budget of $20.00" in dear
    (alone,) = sense(replace(TERMS, excluded=(A.id,)))
    assert "leaves b:m:USDC alone" in alone
    (at_once,) = sense(replace(TERMS, depeg=USD + 1))
    assert "your 30,000 USDC in a:m:USDC leave at once: USDC is at $1.00, below" in at_once
