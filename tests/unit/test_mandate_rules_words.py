"""The whole phrases of a mandate: ways out, hours of rest, venues left out, caps by name. Nothing by half."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.errors import Refused
from agent.gate.binding.bind import bind
from agent.intents import as_json, parse
from tests.unit.spoken import VOCABULARY, conversation, intent_of, question_of, understood
from tests.unit.test_mandate_words import mandate

pytestmark = pytest.mark.unit

KEEP = "keep my usdc well placed, "
VENUS, CORE, PRIME = "venus:core:USDC", "aave-v3:core:USDC", "aave-v3:prime:USDC"
NIGHT = {"start": 22, "end": 7}

SAID: dict[str, dict[str, Any]] = {
    "get out if usdc falls below 0.985": {"depeg_usd": "0.985"},
    "get out if it drops below $0.98": {"depeg_usd": "0.98"},
    "pull everything out when usdc goes under 97.5 cents": {"depeg_usd": "0.975"},
    "if its price falls below .99, leave": {"depeg_usd": "0.99"},
    "leave on depeg": {"depeg_usd": "default"},
    "leave if it loses its peg": {"depeg_usd": "default"},
    "get out when less than 20 % could leave": {"illiquid_percent": "20"},
    "leave if less than 7.5% of the deposits can be withdrawn": {"illiquid_percent": "7.5"},
    "leave when it gets hard to leave": {"illiquid_percent": "default"},
    "exit when liquidity dries up": {"illiquid_percent": "default"},
    "leave when there is danger": {"safety_exits": True},
    "get out on danger": {"safety_exits": True},
    "alerts only": {"safety_exits": False},
    "no safety exits": {"safety_exits": False},
    "don't move anything between 22 and 7": {"quiet_hours": NIGHT},
    "don’t move anything between 22:00 and 07:00": {"quiet_hours": NIGHT},
    "no moves from 10 pm to 7 am": {"quiet_hours": NIGHT},
    "quiet hours 22 to 7": {"quiet_hours": NIGHT},
    "act only between 7 and 22": {"quiet_hours": NIGHT},
    "repay when the health factor falls below 1.2": {"repay_below": "1.2"},
    "pay back some of my loan if my health drops below 1.15": {"repay_below": "1.15"},
    "when health goes under 1.30, repay my debt": {"repay_below": "1.3"},
    "claim my rewards when they are worth their gas": {"claim_rewards": True},
    "collect rewards": {"claim_rewards": True},
    "don't claim my rewards": {"claim_rewards": False},
    "collect my fees when they are worth their gas": {"collect_fees": True},
    "harvest the fees of my positions": {"collect_fees": True},
    "don't collect any fees": {"collect_fees": False},
    "keep my positions in range": {"keep_in_range": True},
    "keep my liquidity positions in range when it pays": {"keep_in_range": True},
    "re-centre my positions": {"keep_in_range": True},
    "move my positions back into range automatically": {"keep_in_range": True},
    "don't move my positions": {"keep_in_range": False},
    "never keep my positions in range": {"keep_in_range": False},
    "collect my fees and keep my positions in range": {"collect_fees": True, "keep_in_range": True},
    "claim rewards and repay when the health factor falls below 1.2": {
        "claim_rewards": True,
        "repay_below": "1.2",
    },
    "anywhere but venus": {"excluded": [VENUS]},
    "not in venus": {"excluded": [VENUS]},
    "never in venus or aave core": {"excluded": [CORE, VENUS]},
    "except aave core, venus": {"excluded": [CORE, VENUS]},
    "don't use aave": {"excluded": [CORE, PRIME]},
    "only in aave, not venus": {"venues": [CORE, PRIME], "excluded": [VENUS]},
    "at most 20,000 in venus": {"caps": [{"venue": VENUS, "value": "20000"}]},
    "no more than 20k usdc in the aave core market": {"caps": [{"venue": CORE, "value": "20000"}]},
    "at most 50,000 a venue and at most 20,000 in venus": {
        "cap_per_venue": "50000",
        "caps": [{"venue": VENUS, "value": "20000"}],
    },
    "max 1,000 in venus, max 2,000 in aave core": {
        "caps": [{"venue": CORE, "value": "2000"}, {"venue": VENUS, "value": "1000"}]
    },
    "never put more than 20k in venus": {"caps": [{"venue": VENUS, "value": "20000"}]},
    "at most 20,000 in each aave market": {
        "caps": [{"venue": CORE, "value": "20000"}, {"venue": PRIME, "value": "20000"}]
    },
    "but stay out of venus": {"excluded": [VENUS]},
    "but never more than 5,000 in venus": {"caps": [{"venue": VENUS, "value": "5000"}]},
    "pull out if the peg breaks": {"depeg_usd": "default"},
    "exit on depeg below 0.98": {"depeg_usd": "0.98"},
    "leave on depeg, leave when there is danger and don't move anything between 22 and 7": {
        "depeg_usd": "default",
        "safety_exits": True,
        "quiet_hours": NIGHT,
    },
}


@pytest.mark.parametrize(("words", "fields"), SAID.items())
def test_a_rule_is_what_was_said_and_is_bound(words: str, fields: dict[str, Any]) -> None:
    text = KEEP + words
    assert intent_of(text) == mandate("USDC", **fields)
    found = understood(text)
    assert found.intent is not None
    assert {"assets", *fields} <= found.origins.keys()
    assert all(text[each.start : each.end] == each.words for each in found.origins.values())
    bind(found.intent, found.origins, (text,), VOCABULARY)
    with pytest.raises(Refused, match="words"):
        bind(found.intent, {}, ("keep my usdc well placed",), VOCABULARY)


ASKED = [
    "don't leave on depeg",
    "keep position 12 in range",
    "keep my positions in range tomorrow",
    "keep bob's positions in range",
    "keep my positions where they are",
    "never leave when there is danger",
    "leave on depeg, never",
    "leave on depeg unless it recovers",
    "leave on depeg or not",
    "leave on depeg tomorrow",
    "leave if usdc falls",
    "leave if usdc falls below 0,985",
    "leave if usdc falls below half",
    "leave if dai falls below 0.98",
    "leave if aave falls below 0.98",
    "leave if rates fall below 2",
    "leave on depeg, get out if usdc falls below 0.98",
    "get out when less than 20 could leave",
    "get out when more than 20 % could leave",
    "leave when bob says so",
    "`leave on depeg`",
    "“leave when there is danger”",
    "don't move anything between 22 and 25",
    "don't move anything between 10 and 6 pm",
    "don't move anything between 22:30 and 7",
    "don't move anything at night",
    "move anything between 22 and 7",
    "anywhere but venus, aave only",
    "not in venus, in aave core",
    "not in venus and in aave core",
    "not only in venus",
    "anywhere but compound",
    "in venus, not in venus",
    "but venus at most 20,000",
    "at most 20,000 in morpho",
    "at most 20,000 in venus and aave core",
    "at most 20,000 in venus, aave core",
    "at most 20,000 in venus, at most 10,000 in venus",
    "at least 20,000 in venus",
    "in venus at most 20,000",
    "at most 20,000 per move in venus",
    "at most 20,000 dai in venus",
    "at most half in venus",
    "about 20,000 in venus",
    "put more than 20,000 in venus",
    "but not dai",
    "never put anything in venus",
    "stay in venus",
    "at most 20,000 in each morpho and venus",
]


@pytest.mark.parametrize("words", ASKED)
def test_what_is_no_whole_rule_is_asked(words: str) -> None:
    assert intent_of(KEEP + words) is None
    assert question_of(KEEP + words)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("don't move anything at night", "Say the hours in figures"),
        ("leave if usdc crashes", "Rules are like `leave on depeg`"),
        ("at most 20,000 in morpho", "Say `in each morpho`, or a number for each by its name"),
        ("at most 20,000 in venus and aave core", "Which number holds for “aave core”"),
        ("in venus, not in venus", "say one of the two"),
        ("leave if usdc falls below 0,985", "write 1000, 1,000 or 1.00"),
        ("don't move anything between 10 and 6 pm", "Say am or pm for both hours"),
        ("leave on depeg, get out if usdc falls below 0.98", "I read that rule twice"),
    ],
)
def test_the_question_says_what_would_be_understood(words: str, told: str) -> None:
    assert told in question_of(KEEP + words)


@pytest.mark.parametrize(
    "words", ["leave when there is danger", "don't move anything between 22 and 7", "leave on depeg"]
)
def test_a_rule_without_a_mandate_says_how_to_give_it(words: str) -> None:
    assert intent_of(words) is None
    assert f"`keep my usdc well placed, {words}`" in question_of(words)


@pytest.mark.parametrize(
    "text", ["get me out", "exit", "don't deposit 100 usdc", "withdraw 50 usdc from venus", "quiet from 22 to 7"]
)
def test_other_orders_are_no_rules(text: str) -> None:
    found = intent_of(text)
    assert found is None or found["action"] != "mandate"


def test_a_depeg_named_before_its_token_is_bound_to_it() -> None:
    turns = ("keep my money well placed, get out if usdc falls below 0.98", "usdc")
    found = conversation(*turns)
    assert found.intent is not None
    assert as_json(found.intent) == mandate("USDC", depeg_usd="0.98")
    assert conversation(turns[0], "dai").intent is None


WHOLE = KEEP + "at most 20,000 in venus, not in aave prime, leave on depeg, don't move anything between 22 and 7"
FIELDS = mandate(
    "USDC",
    caps=[{"venue": VENUS, "value": "20000"}],
    excluded=[PRIME],
    depeg_usd="default",
    quiet_hours=NIGHT,
)


@pytest.mark.parametrize(
    "changed",
    [
        {"caps": None},
        {"caps": [{"venue": VENUS, "value": "200000"}]},
        {"caps": [{"venue": CORE, "value": "20000"}]},
        {"excluded": None},
        {"excluded": [CORE]},
        {"depeg_usd": None},
        {"depeg_usd": "0.5"},
        {"illiquid_percent": "default"},
        {"safety_exits": True},
        {"safety_exits": False},
        {"quiet_hours": None},
        {"quiet_hours": {"start": 22, "end": 8}},
        {"cap_per_venue": "20000"},
    ],
)
def test_a_mind_can_change_no_rule(changed: dict[str, Any]) -> None:
    bind(parse(FIELDS), {}, (WHOLE,), VOCABULARY)
    with pytest.raises(Refused) as refused:
        bind(parse({**FIELDS, **changed}), {}, (WHOLE,), VOCABULARY)
    assert refused.value.rule == "bind"


def test_an_intent_of_the_older_shape_is_the_same_with_nulls() -> None:
    old = {key: FIELDS[key] for key in ("action", "assets", "venues", "cap_per_venue", "min_gain_usd")}
    old |= {"gas_budget_usd": None, "max_move": None, "horizon_days": None}
    assert as_json(parse(old)) == mandate("USDC")
    with pytest.raises(ValueError):
        parse({**old, "speed": "1"})


@pytest.mark.parametrize(
    "text",
    [
        "what would you have done?",
        "What would you have done",
        "dry run",
        "do a dry run, please",
        "what would my mandate have done?",
        "how would that have gone?",
    ],
)
def test_what_it_would_have_done_is_a_question(text: str) -> None:
    assert intent_of(text) == {"action": "explain", "ref": "dry run"}
    found = understood(text)
    assert found.intent is not None
    bind(found.intent, found.origins, (text,), VOCABULARY)
    with pytest.raises(Refused):
        bind(found.intent, found.origins, ("show my mandate",), VOCABULARY)


@given(
    cap=st.integers(1, 10**9),
    own=st.integers(1, 10**9),
    move=st.integers(1, 10**9),
    gain=st.integers(1, 10**4),
    gas=st.integers(1, 10**4),
    days=st.integers(1, 365),
    floor=st.integers(1, 999),
    part=st.integers(1, 99),
    hours=st.tuples(st.integers(0, 23), st.integers(0, 23)),
    order=st.permutations(range(9)),
    taken=st.sets(st.integers(0, 8), min_size=1),
    join=st.sampled_from([", ", "; ", " and ", ", and "]),
)
def test_no_number_is_ever_taken_from_another_field(
    cap: int,
    own: int,
    move: int,
    gain: int,
    gas: int,
    days: int,
    floor: int,
    part: int,
    hours: tuple[int, int],
    order: list[int],
    taken: set[int],
    join: str,
) -> None:
    price = f"0.{floor:03d}".rstrip("0")
    start, end = hours
    said: list[tuple[str, str, Any]] = [
        ("cap_per_venue", f"at most {cap:,} a venue", str(cap)),
        ("caps", f"at most {own:,} in venus", [{"venue": VENUS, "value": str(own)}]),
        ("max_move", f"at most {move:,} a move", str(move)),
        ("min_gain_usd", f"at least ${gain} gain", str(gain)),
        ("gas_budget_usd", f"at most ${gas} gas", str(gas)),
        ("horizon_days", f"look {days} days ahead", days),
        ("depeg_usd", f"get out if usdc falls below 0.{floor:03d}", price),
        ("illiquid_percent", f"get out when less than {part} % could leave", str(part)),
        ("quiet_hours", f"don't move anything between {start} and {end}", {"start": start, "end": end}),
    ]
    chosen = [said[place] for place in order if place in taken]
    text = "keep my usdc well placed, " + join.join(words for _, words, _ in chosen)
    assert intent_of(text) == mandate("USDC", **{field: value for field, _, value in chosen})
