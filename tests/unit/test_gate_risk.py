"""What speaks against a venue, at the gate and in a ranking; a rule that fails closes what it can't judge."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pluggy
import pytest

from agent.chain.snapshot import Snapshot
from agent.chain.snapshot_json import from_json, to_json
from agent.errors import Refused
from agent.gate.risk import bearing, check_risk, closing, weighed
from agent.money import RAY, ZERO_ADDRESS, Rate
from agent.past import NO_PAST, Effect, Past, Signal
from agent.plugin import Block, Option
from agent.replies.risks import lines, told
from agent.runtime.risks import Against, against
from tests.unit.plugin_parts import USDC, NumbersVenue, state_of

pytestmark = pytest.mark.unit
A, B = "aave-v3:core:USDC", "venus:core:USDC"
RATE = Rate(RAY // 20)


def signal(effect: Effect, venue: str = A, words: str = "97 % is lent out") -> Signal:
    return Signal(venue, "utilisation", effect, words, {"usage_bps": 9_700}, 5 if effect is Effect.LESS else None)


def snapshot(*signals: Signal) -> Snapshot:
    return Snapshot(
        chain_id=1,
        block=Block(7, "0x00", 1_750_000_000, 1),
        account=ZERO_ADDRESS,
        native=0,
        balances={"USDC": 11},
        prices={"USDC": 10**8},
        venues={key: state_of(key, 1_000 * 10**12, 900 * 10**12) for key in (A, B)},
        signals=signals,
    )


@pytest.mark.parametrize("effect", [Effect.CLOSED, Effect.LEAVE])
def test_what_closes_a_venue_refuses_with_its_reason(effect: Effect) -> None:
    with pytest.raises(Refused) as caught:
        check_risk(A, [signal(Effect.ALERT), signal(effect)])
    assert caught.value.rule == "risk"
    assert "97 % is lent out" in caught.value.message
    check_risk(B, [signal(effect)])


@pytest.mark.parametrize("effect", [Effect.ALERT, Effect.LESS])
def test_what_only_warns_refuses_nothing(effect: Effect) -> None:
    check_risk(A, [signal(effect)])
    assert closing(A, [signal(effect)]) is None


def test_a_ranking_says_why_a_venue_is_closed_and_puts_it_last() -> None:
    options = [Option(A, RATE, RATE, 1, ("5 % a year",)), Option(B, RATE, RATE, 1, ("4 % a year",))]
    told_of = [signal(Effect.LEAVE), signal(Effect.ALERT, B, "its rate jumps")]
    assert [(each.venue, each.why_not, each.reasons) for each in weighed(options, told_of)] == [
        (B, "", ("4 % a year", "its rate jumps")),
        (A, "97 % is lent out", ("5 % a year",)),
    ]
    assert weighed(options, []) == options


def test_it_is_said_with_what_follows() -> None:
    assert told(signal(Effect.ALERT)) == f"{A}: 97 % is lent out."
    assert told(signal(Effect.CLOSED)) == f"{A}: 97 % is lent out. Nothing goes in there now."
    assert lines([signal(Effect.LEAVE)]).endswith("Nothing goes in there now, and what is in there should leave.")


def test_a_decision_keeps_the_signals_exactly() -> None:
    seen = snapshot(signal(Effect.LESS), signal(Effect.LEAVE, B))
    assert from_json(to_json(seen)).signals == seen.signals


def relay(answer: Any) -> pluggy.HookRelay:
    return cast(pluggy.HookRelay, SimpleNamespace(moneta_signals=answer))


def looked(answer: Any, pasts: dict[str, Past] | None = None) -> Against:
    venues = {key: NumbersVenue(key) for key in (A, B)}
    return against(snapshot(), venues, pasts or {}, relay(answer))


def test_a_rule_that_fails_closes_its_own_venue() -> None:
    def answer(venue: NumbersVenue, **_: Any) -> list[list[Signal]]:
        if venue.id == A:
            raise ZeroDivisionError
        return [[]]

    (found,) = looked(answer).signals()
    assert (found.venue, found.effect) == (A, Effect.CLOSED)


def test_what_would_come_is_counted_beside_what_is_there() -> None:
    asked: dict[str, tuple[int, int, int]] = {}

    def answer(venue: NumbersVenue, past: Past, units: int, now: int, **_: Any) -> list[list[Signal]]:
        asked[venue.id] = (units, len(past.at), now - past.at[-1])
        return [[]]

    seen = looked(answer)
    assert seen.signals({A: 7}, {A}) == ()
    assert asked == {A: (7, 1, 0)}  # the snapshot's own block is the last row of the past
    seen.with_all(USDC, 9)
    assert asked == {A: (9, 1, 0), B: (9, 1, 0)}
    seen.with_wallet()
    assert asked == {A: (11, 1, 0), B: (11, 1, 0)}


def test_a_row_of_the_same_block_is_kept_once() -> None:
    seen = looked(lambda **_: [[]])
    again = looked(lambda **_: [[]], dict(seen.pasts))
    assert [len(past.at) for past in again.pasts.values()] == [1, 1]
    assert NO_PAST.at == ()


def test_a_venue_that_is_not_trusted_is_told() -> None:
    bare = snapshot()
    doubtful = Snapshot(
        **{name: getattr(bare, name) for name in Snapshot.__slots__} | {"untrusted": {A: "its code changed."}}
    )
    found = Against(doubtful, {A: NumbersVenue(A)}, {}, relay(lambda **_: [[]])).signals()
    assert [(each.name, each.effect, each.words) for each in found] == [
        ("contracts", Effect.CLOSED, "it isn't what it was checked to be: its code changed")
    ]


def test_a_cap_is_only_told_of_what_would_reach_it() -> None:
    less = Signal("v", "size", Effect.LESS, "no more than 100", most=100)
    other = Signal("v", "peg", Effect.ALERT, "its price is off")
    states = {"v": replace(state_of("v", 1_000, 500), position=60)}
    assert bearing((less, other), states, 40) == [other]
    assert bearing((less, other), states, 41) == [less, other]
    assert bearing((less,), {}, 1) == [less]
