"""What is looked for before a message is looked through: whatever fits a frame has its hint in it."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from agent.words.liquidity import frames as range_frames
from agent.words.mandates import conditions
from agent.words.orders import frames as order_frames
from tests.unit.spoken import VOCABULARY, intent_of

pytestmark = pytest.mark.unit

TIMES = (*order_frames.EVERY, *order_frames.OTHER_EVERY)
PRICES = [each for _, patterns in order_frames.conditions("|".join(VOCABULARY.dollars)) for each in patterns]
LIQUIDITY = (
    *range_frames.PROVIDES,
    *range_frames.PROVIDES_RANGED,
    *range_frames.COLLECTS,
    *range_frames.CLOSES,
    *range_frames.RECENTRES,
    *range_frames.MOVES,
)
RULES = [pattern for _, pattern, _ in conditions._said_in("en")[2]]
FITTING = [
    *((each, order_frames.TIMED) for each in TIMES),
    *((each, order_frames.PRICED) for each in PRICES),
    *((each, range_frames.ABOUT) for each in LIQUIDITY),
    *((each, conditions.HINT) for each in RULES),
]
FEW = settings(
    max_examples=150,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.large_base_example],
)


@st.composite
def fitting(draw: st.DrawFn) -> tuple[str, re.Pattern[str]]:
    """What one of the frames takes wholly, in small letters as the frame has them, and the frame's hint."""
    frame, hint = draw(st.sampled_from(FITTING))
    return draw(st.from_regex(re.compile(frame.pattern, re.ASCII), fullmatch=True)), hint


@FEW
@given(fitting())
def test_whatever_a_frame_takes_has_its_hint(said: tuple[str, re.Pattern[str]]) -> None:
    text, hint = said
    assert hint.search(text.lower()), text


def test_letters_that_are_another_in_another_case_are_no_way_around_a_hint() -> None:
    """ſ is an S and ı an I where case is ignored; no hint knows them."""
    said = "100 USDC into ETH every thurſday at 9"
    assert intent_of(said) == intent_of("100 USDC into ETH every thursday at 9")
    assert intent_of(said) is not None
