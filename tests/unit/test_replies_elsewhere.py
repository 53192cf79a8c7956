"""Rates elsewhere come last, marked in every row, whatever they promise; their age and what was left out is said."""

from __future__ import annotations

import pytest

from agent.money import RAY, Rate
from agent.plugin import Elsewhere, Option, Told
from agent.replies.yields import yields
from tests.unit.plugin_parts import USDC

NOW = 1_700_000_000
OURS = [Option("a:b:USDC", Rate(RAY // 20), Rate(RAY // 20), 5, ("5.00 % a year", "deep"))]
SIZES = {10**9: {OURS[0].venue: OURS[0]}}


def place(project: str, percent: int = 900, tvl: int = 10**6, reward: int = 0) -> Elsewhere:
    return Elsewhere(project, "Base", Rate(RAY * percent // 100), Rate(RAY * reward // 100), tvl)


def told(*places: Elsewhere, at: int = NOW - 150, dropped: dict[str, int] | None = None, trouble: str = "") -> Told:
    return Told("DefiLlama", places, at, dropped or {}, trouble)


def test_they_come_after_all_venues_and_say_that_they_cannot_be_entered() -> None:
    reply = yields(USDC, OURS, SIZES, {}, [told(place("sturdy", reward=3))], NOW)
    assert reply.table is not None
    assert reply.table.rows == (
        ("a:b:USDC", "5.00 %", "5.00 %", "deep"),
        ("can't enter: sturdy on Base", "900.00 %", "",
         "DefiLlama's figure: $1,000,000 in it, 3.00 % of the rate in other tokens"),
    )  # fmt: skip
    assert reply.text.startswith("a:b:USDC pays the most for USDC now: 5.00 % a year.")
    assert "1 place that I can't enter stands last, as DefiLlama told 2 minutes ago" in reply.text
    assert "sturdy" not in reply.text  # which is what is remembered and told to a model


def test_five_are_shown_and_the_number_of_all_is_said() -> None:
    reply = yields(USDC, OURS, SIZES, {}, [told(*(place(f"p{n}") for n in range(9)))], NOW)
    assert reply.table is not None
    assert [row[0] for row in reply.table.rows[1:]] == [f"can't enter: p{n} on Base" for n in range(5)]
    assert "The 5 largest of 9 places that I can't enter" in reply.text


def test_without_a_venue_here_they_are_still_no_answer() -> None:
    reply = yields(USDC, [], {}, {}, [told(place("sturdy"))], NOW)
    assert reply.text.startswith("I know no venue for USDC on this chain.")
    assert reply.table is not None
    assert [row[0] for row in reply.table.rows] == ["can't enter: sturdy on Base"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (told(dropped={"no rate": 1_204, "over 1,000 %": 3, "of several tokens": 9}),
         "Rows of it that I left out: 1,204 no rate, 3 over 1,000 %."),
        (told(), "DefiLlama tells of no place elsewhere, as of 2 minutes ago."),
        (told(place("a"), at=NOW), "as DefiLlama told less than a minute ago"),
        (told(place("a"), trouble="no answer within 10 seconds"), "It can't be asked anew: no answer within 10"),
        (told(at=0, trouble="status 500"), "DefiLlama was asked for rates elsewhere and gave none: status 500."),
    ],
)  # fmt: skip
def test_what_was_left_out_and_what_went_wrong_is_said(given: Told, said: str) -> None:
    assert said in yields(USDC, OURS, SIZES, {}, [given], NOW).text


def test_where_nobody_was_asked_nothing_is_said_of_it() -> None:
    reply = yields(USDC, OURS, SIZES, {}, (), NOW)
    assert (
        reply.text
        == "a:b:USDC pays the most for USDC now: 5.00 % a year. With 1,000 USDC of yours in it: a:b:USDC, 5.00 %."
    )
    assert reply.table is not None
    assert len(reply.table.rows) == 1


def test_a_name_that_another_plug_in_let_through_orders_nothing_of_a_terminal() -> None:
    reply = yields(USDC, OURS, SIZES, {}, [told(place("a\x1b[2J\nb\u202ec"))], NOW)
    assert reply.table is not None
    assert reply.table.rows[1][0] == "can't enter: a�[2J\\nb�c on Base"
