"""What is on record: dated facts with a public page each, told for a year to whom they concern."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from agent.hooks import load
from agent.past import NO_PAST, Effect
from plugins.risk.judge import signals
from plugins.risk.records import TOLD_SECONDS, incidents, read
from tests.unit.plugin_parts import USDC, WETH, NumbersVenue, state_of

pytestmark = pytest.mark.unit
FROZEN = int(datetime(2023, 11, 4, tzinfo=UTC).timestamp())


def told(venue: NumbersVenue, now: int) -> list[str]:
    found = signals(venue, state_of(venue.id, 10**15, 10**14), NO_PAST, 0, now)
    assert all(each.effect is Effect.ALERT for each in found)
    return [each.words for each in found]


def test_every_entry_has_its_day_its_page_and_names_what_is_known_here() -> None:
    known = {protocol.name for group in load().hook.moneta_protocols() for protocol in group}
    for entry in read()["incident"]:
        assert date(2017, 1, 1) < entry["on"] < date(2027, 1, 1)
        assert entry.get("protocols") or entry.get("assets")
    for entry in (*read()["incident"], *read()["audit"]):
        assert entry["source"].startswith("https://")
        assert set(entry.get("protocols", ())) <= known


def test_an_incident_is_told_for_a_year_where_it_concerns() -> None:
    aave, venus = NumbersVenue("aave-v3:core:WETH", WETH), NumbersVenue("venus:core:WETH", WETH)
    assert told(aave, FROZEN - 1) == told(NumbersVenue("aave-v3:core:USDT", WETH), FROZEN - 1)
    (words,) = told(aave, FROZEN + 86_400)
    assert words.startswith("on 2023-11-04 a critical bug of stable-rate borrowing was reported")
    assert words.endswith("(https://governance.aave.com/t/bgd-full-deprecation-of-stable-rate/16473)")
    assert told(venus, FROZEN + 86_400) == []
    assert told(aave, FROZEN + TOLD_SECONDS) == []


def test_a_coin_is_concerned_wherever_it_lies() -> None:
    broken = next(each for each in incidents() if "USDC" in each.assets)
    (words,) = told(NumbersVenue("somewhere:x:USDC", USDC), broken.at)
    assert "Silicon Valley Bank" in words
