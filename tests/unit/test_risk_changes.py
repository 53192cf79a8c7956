"""What was set at a venue and by whom: kept with what it was, told for some days, and then known."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.gate.parameters import TOLD_SECONDS, changed, settings_of
from agent.past import Effect
from agent.plugin import VenueState
from memory.seen.parameters import Parameter
from tests.unit.memory_parts import opened
from tests.unit.risk_parts import NOW, VENUE, market

pytestmark = pytest.mark.unit
HOUR = 3_600
ALICE, BOB = 0xA11CE, 0xB0B


def told(value: int, known: Parameter, name: str = "slope_2") -> list[tuple[str, Effect, str]]:
    return [
        (each.name, each.effect, each.words)
        for each in changed(VENUE.id, having(**{name: value}), {name: known}, NOW)
    ]


def having(**facts: int) -> VenueState:
    state = market(10**12, 10**11)
    return VenueState(state.venue, state.rate, 0, 0, state.liquidity, None, frozenset(), {**state.facts, **facts})


def known(name: str, value: int, before: int | None = None, since: int = NOW - 5 * HOUR) -> Parameter:
    return Parameter(VENUE.id, name, value, before, since)


def test_what_flows_is_no_setting_and_a_vaults_market_is() -> None:
    state = having(**{"source.optimal": 9, "owner": ALICE, "0.cap": 7, "share": 5})
    assert settings_of(state) == {"optimal": 9, "owner": ALICE}


def test_a_rule_that_changed_is_told_and_closes_nothing() -> None:
    assert told(60, known("slope_2", 60)) == []
    assert told(90, known("slope_2", 60)) == [("rules-changed", Effect.ALERT, "its slope 2 went up by 50 % just now")]
    since = known("slope_2", 90, before=60)
    assert told(90, since) == [("rules-changed", Effect.ALERT, "its slope 2 went up by 50 % 5 hours ago")]
    assert told(90, known("slope_2", 90, before=60, since=NOW - TOLD_SECONDS)) == []


@pytest.mark.parametrize(
    ("name", "before", "now", "effect", "words"),
    [
        ("owner", ALICE, BOB, Effect.CLOSED, f"its owner became {BOB:#042x}, which was {ALICE:#042x}, just now"),
        ("guardian", ALICE, BOB, Effect.ALERT, f"its guardian became {BOB:#042x}, which was {ALICE:#042x}, just now"),
        ("timelock", 86_400, 0, Effect.CLOSED, "its timelock went from 24 to 0 hours just now"),
        ("timelock", 0, 86_400, Effect.ALERT, "its timelock went from 0 to 24 hours just now"),
    ],
)
def test_who_may_change_a_vault(name: str, before: int, now: int, effect: Effect, words: str) -> None:
    assert told(now, known(name, before), name) == [("people-changed", effect, words)]


async def test_the_ledger_keeps_what_it_was(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        await ledger.note_parameters({("a", "owner"): 2**159, ("b", "fee"): 0}, 100)
        await ledger.note_parameters({("a", "owner"): 2**159, ("b", "fee"): 7}, 200)
        assert await ledger.parameters() == [
            Parameter("a", "owner", 2**159, None, 100),
            Parameter("b", "fee", 7, 0, 200),
        ]
