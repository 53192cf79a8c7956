"""What a watch tells: what moved far enough, from what was told last, in words; and an account's own as alerts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.money import RAY, Address, Amount, Rate
from agent.plugin import Block
from agent.replies.sight import Change, Seen, Sight, changes, remembered, short
from agent.replies.watched import table, title
from tests.unit.plugin_parts import USDC

K = 10**9  # a thousand USDC
VENUE = Seen("a:b:USDC", USDC, Rate(RAY * 5 // 100), 1_000 * K, None, (), "", 0)
ACCOUNT = Address("0x" + "a" * 40)
START = 1_700_000_000


def percent(hundredths: int) -> Rate:
    return Rate(RAY * hundredths // 10_000)


def sight(*venues: Seen, seconds: int = 0, **more: object) -> Sight:
    block = Block(1 + seconds, "0x00", START + seconds, 7)
    empty = Sight("Base", 8453, block, venues, {}, None, {}, {})
    return replace(empty, **more)  # type: ignore[arg-type]


def told(before: Seen, now: Seen, seconds: int = 12) -> list[Change]:
    return changes(sight(before), sight(now, seconds=seconds))


@pytest.mark.parametrize(
    ("rate", "said"),
    [
        (500, None),
        (475, "a:b:USDC pays 4.75 % a year now; it was 5.00 %."),
        (476, None),
        (524, None),
        (525, "a:b:USDC pays 5.25 % a year now; it was 5.00 %."),
    ],
)
def test_a_rate_is_told_from_a_twentieth_of_itself(rate: int, said: str | None) -> None:
    assert [change.text for change in told(VENUE, replace(VENUE, rate=percent(rate)))] == ([said] if said else [])


def test_of_a_low_rate_a_tenth_of_a_point_counts() -> None:
    low = replace(VENUE, rate=percent(50))
    assert told(low, replace(low, rate=percent(59))) == []
    assert [change.kind for change in told(low, replace(low, rate=percent(60)))] == ["rate"]


def test_a_rate_that_creeps_is_told_once_it_has_come_far_enough() -> None:
    known, heard = sight(VENUE), []
    for step in range(1, 101):
        now = sight(replace(VENUE, rate=percent(500 + step)), seconds=step)
        heard += changes(known, now)
        known = remembered(known, now)
    assert [change.text for change in heard] == [
        "a:b:USDC pays 5.25 % a year now; it was 5.00 %.",
        "a:b:USDC pays 5.52 % a year now; it was 5.25 %.",
        "a:b:USDC pays 5.80 % a year now; it was 5.52 %.",
    ]


def test_a_venue_that_closes_and_opens_says_why() -> None:
    paused = replace(VENUE, flags=("paused",), why_not="it is paused by its own guardians")
    (closed,) = told(VENUE, paused)
    assert (closed.kind, closed.text, closed.alert) == (
        "closed", "a:b:USDC takes no deposit now: it is paused by its own guardians.", False
    )  # fmt: skip
    assert [change.text for change in told(paused, VENUE)] == ["a:b:USDC takes deposits again."]
    frozen = replace(VENUE, why_not="it is frozen: it takes no new deposits")
    assert [change.kind for change in told(paused, frozen)] == ["closed"]
    more, less = (replace(VENUE, why_not=f"its supply cap leaves room for {n} USDC") for n in ("1,204", "0.5"))
    assert told(more, less) == []


def test_what_could_leave_is_told_when_it_has_halved_or_doubled() -> None:
    for units, said in ((501, False), (500, True), (1_999, False), (2_000, True), (0, True)):
        found = told(VENUE, replace(VENUE, liquidity=units * K))
        assert [change.kind for change in found] == ["liquidity"] * said
    assert told(replace(VENUE, liquidity=0), replace(VENUE, liquidity=0)) == []
    (change,) = told(VENUE, replace(VENUE, liquidity=400 * K))
    assert change.text == "a:b:USDC: 400,000 USDC could leave now; it was 1,000,000 USDC."


def test_what_goes_missing_and_comes_back_is_told_once() -> None:
    old = {"the price of USDC": "its feed's answer is 4001 seconds old, and 3600 are promised"}
    older = {"the price of USDC": "its feed's answer is 4013 seconds old, and 3600 are promised"}
    (gone,) = changes(sight(VENUE), sight(VENUE, missing=old))
    assert gone.text.startswith("the price of USDC can't be used now: its feed's answer is 4001 seconds old")
    assert changes(sight(VENUE, missing=old), sight(VENUE, missing=older)) == []
    assert [change.kind for change in changes(sight(VENUE, missing=older), sight(VENUE))] == ["back"]
    assert [change.kind for change in changes(sight(VENUE), sight())] == ["gone"]
    assert [change.kind for change in changes(sight(), sight(VENUE))] == ["new"]


@pytest.mark.parametrize(
    ("price", "said"),
    [(99_500_000, None), (99_499_999, "USDC is off its dollar: $0.99499999."), (100_500_001, "off its dollar")],
)
def test_a_stablecoin_off_its_dollar_is_told(price: int, said: str | None) -> None:
    found = changes(sight(prices={"USDC": 10**8}), sight(prices={"USDC": price}))
    assert bool(found) is bool(said)
    if said:
        assert said in found[0].text
        assert (
            changes(sight(prices={"USDC": price}), sight(prices={"USDC": price - 1 if price < 10**8 else price}))
            == []
        )
        (back,) = changes(sight(prices={"USDC": price}), sight(prices={"USDC": 10**8}))
        assert back.text == "USDC is at its dollar again: $1."


HELD = replace(VENUE, position=500 * K)


def test_what_concerns_an_accounts_position_is_an_alert() -> None:
    paused = replace(HELD, why_not="it is paused by its own guardians")
    (closed,) = told(HELD, paused)
    assert closed.alert
    assert closed.text.endswith("500,000 USDC of the account lies there.")
    assert [change.alert for change in told(HELD, replace(HELD, rate=percent(400)))] == [True]
    assert [change.alert for change in told(HELD, replace(HELD, rate=percent(600)))] == [False]  # nothing to worry
    assert [change.alert for change in changes(sight(HELD), sight(missing={HELD.venue: "no answer"}))] == [True]


def test_a_position_that_could_not_leave_is_told_once() -> None:
    known, heard = sight(HELD), []
    for seconds, free in enumerate((600, 499, 499, 450, 600, 300), 1):
        now = sight(replace(HELD, liquidity=free * K), seconds=seconds)
        heard.append([change.kind for change in changes(known, now)])
        known = remembered(known, now)
    assert heard == [[], ["stuck"], [], [], [], ["stuck"]]
    (stuck,) = told(HELD, replace(HELD, liquidity=499 * K))
    assert stuck.text == "a:b:USDC: only 499,000 USDC of the account's 500,000 USDC could leave now."
    assert stuck.alert


def test_interest_is_no_news_and_a_movement_is() -> None:
    day = 86_400
    earned = HELD.rate.income(HELD.position, day)
    assert told(HELD, replace(HELD, position=HELD.position + earned), day) == []
    assert told(HELD, replace(HELD, position=HELD.position - 10), day) == []
    (more,) = told(HELD, replace(HELD, position=HELD.position + 3 * earned), day)
    (less,) = told(HELD, replace(HELD, position=0), day)
    assert (more.kind, less.kind) == ("position", "position")
    assert less.text == "a:b:USDC: the account has 0 USDC there; it was 500,000 USDC."
    assert less.alert


def test_the_wallets_movements_are_told() -> None:
    one, two = ({"USDC": Amount(units, USDC)} for units in (5 * K, 7 * K))
    (came,) = changes(sight(account=ACCOUNT, balances=one), sight(account=ACCOUNT, balances=two))
    assert came.text == "2,000 USDC came into the account's wallet; it holds 7,000 USDC now."
    (left,) = changes(sight(account=ACCOUNT, balances=two), sight(account=ACCOUNT, balances=one))
    assert left.text == "2,000 USDC left the account's wallet; it holds 5,000 USDC now."


def test_the_table_says_what_could_leave_and_why_not() -> None:
    closed = replace(VENUE, room=0, flags=("capped",), why_not="its supply cap leaves room for 0 USDC")
    seen = sight(VENUE, replace(closed, venue="c:d:USDC"))
    assert table(seen).rows == (
        ("a:b:USDC", "5.00 %", "1,000,000 USDC", "no cap", "open"),
        ("c:d:USDC", "5.00 %", "1,000,000 USDC", "0 USDC", "no deposit: its supply cap leaves room for 0 USDC"),
    )
    assert table(sight(replace(VENUE, room=2**127))).rows[0][3] == "no cap"
    assert table(replace(seen, account=ACCOUNT, venues=(HELD,))).rows[0][4] == "500,000 USDC"
    assert title(seen) == "Base (chain 8453), block 1, 2023-11-14 22:13:20 UTC"


def test_what_a_program_gets_is_exact() -> None:
    (venue,) = sight(replace(HELD, room=7)).as_json()["venues"]
    assert venue == {
        "id": "a:b:USDC", "asset": "USDC", "rate": "0.05", "could_leave": "1000000000000", "room": "7", "flags": [],
        "why_not": "", "position": "500000000000",
    }  # fmt: skip
    assert short(99_999_999, USDC) == "99.999999 USDC"
