"""What is held, what is at work and what it earned: to the base unit, without a guess."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.money import text_from_units
from agent.plugin import VenueState
from agent.replies.portfolio import Flow, earned, portfolio
from agent.replies.reply import Reply
from tests.unit.gate_parts import FakeVenue, registry, snapshot, state
from tests.unit.policy_parts import DAI

pytestmark = pytest.mark.unit

VENUES = {"a": FakeVenue("a"), "b": FakeVenue("b"), "d": FakeVenue("d", DAI)}
UNITS = st.integers(0, 10**18)


def shown(states: list[VenueState], flows: dict[str, Flow], **changes: object) -> Reply:
    return portfolio(snapshot(states, **changes), registry(), VENUES, flows)  # type: ignore[arg-type]


def row(reply: Reply, where: str) -> tuple[str, ...] | None:
    assert reply.table is not None
    return next((each for each in reply.table.rows if each[0] == where), None)


@given(st.integers(1, 10**18), UNITS, UNITS)
def test_earned_to_the_unit(deposited: int, withdrawn: int, position: int) -> None:
    flow = Flow(deposited, withdrawn)
    assert deposited + earned(position, flow) == position + withdrawn
    found = row(shown([state("a", position)], {"a": flow}), "a")
    assert found is not None
    assert found[-1] == f"{text_from_units(position + withdrawn - deposited, 6)} USDC"
    assert found[1].replace(",", "") == text_from_units(position, 6)


def test_a_position_that_the_ledger_never_saw_has_no_earning() -> None:
    found = row(shown([state("a", 5_000_000)], {}), "a")
    assert found is not None
    assert found[-1] == "not known"


def test_what_was_left_keeps_its_earning_and_has_no_rate() -> None:
    found = row(shown([state("a")], {"a": Flow(10**6, 1_000_007)}), "a")
    assert found == ("a", "0", "$0.00", "", "0.000007 USDC")
    assert row(shown([state("a")], {}), "a") is None


def test_sums_in_dollars() -> None:
    reply = shown([state("a", 2_500_000), state("d", 10**18)], {}, native=0)
    assert "$2,003.50 in all, $3.50 of it at work" in reply.text


def test_a_missing_price_is_not_nought() -> None:
    reply = shown([state("a", 5_000_000)], {}, prices={"DAI": 10**8})
    found = row(reply, "a")
    assert found is not None
    assert found[2] == "no price"
    assert "isn't counted" in reply.text
    assert "Nothing is at work" not in reply.text


def test_nothing_at_work() -> None:
    assert "Nothing is at work" in shown([state("a")], {}).text


def test_a_venue_that_can_not_be_read_is_named() -> None:
    reply = shown([], {"a": Flow(10**6, 0)}, missing={"a": "no answer"})
    assert "a can't be read now: no answer." in reply.text
    assert row(reply, "a") is None
