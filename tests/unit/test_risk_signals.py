"""What speaks against a venue: each rule with its threshold, and what it says."""

from __future__ import annotations

import pytest

from agent.hooks import load
from agent.past import PARTS, UNKNOWN, Effect
from agent.plugin import VenueState
from tests.unit.risk_parts import (
    DOLLAR,
    MILLION,
    NOW,
    VENUE,
    effects,
    found,
    market,
    past,
    quiet,
    with_now,
)

pytestmark = pytest.mark.unit
NOTHING_SEEN = past([])
CALM = market(100 * MILLION, 80 * MILLION, own=MILLION)


def test_a_calm_market_has_nothing_against_it() -> None:
    assert found(CALM, quiet()) == {}
    assert found(CALM, NOTHING_SEEN) == {}


def test_the_plug_in_answers_the_hook() -> None:
    full = market(100 * MILLION, 99 * MILLION)
    answers = load().hook.moneta_signals(venue=VENUE, state=full, past=quiet(), units=0, now=NOW)
    assert [(each.name, each.effect) for group in answers for each in group] == [("utilisation", Effect.CLOSED)]


@pytest.mark.parametrize(
    ("lent", "effect"),
    [
        (949, None),
        (950, Effect.ALERT),
        (959, Effect.ALERT),
        (960, Effect.CLOSED),
        (974, Effect.CLOSED),
        (975, Effect.LEAVE),
    ],
)
def test_utilisation_tells_closes_and_leaves(lent: int, effect: Effect | None) -> None:
    state = market(1_000 * MILLION, lent * MILLION, own=5 * MILLION)
    assert effects(state, past([lent * MILLION] * 200, supplied=1_000 * MILLION)).get("utilisation") == effect


def test_a_market_that_fills_up_is_left_before_it_is_full() -> None:
    rising = past([(900 + hour * 7) * MILLION for hour in range(7)], supplied=1_000 * MILLION)
    signal = found(market(1_000 * MILLION, 958 * MILLION, own=9 * MILLION), rising)["utilisation"]
    assert signal.effect is Effect.LEAVE
    assert signal.words == (
        "95.8 % is lent out; 42 million USDC could leave now, you have 9 million USDC there; "
        "it rose 5.1 points in 6 hours; at this pace all is lent out in about 4 hours"
    )
    assert signal.numbers["full_in_seconds"] == 42 * 3 * 3_600 // 30


def test_a_vault_that_tells_no_borrowers_is_judged_by_what_could_leave() -> None:
    state = VenueState(VENUE.id, CALM.rate, 0, 0, 2 * MILLION, None, frozenset(), {"supplied": 100 * MILLION})
    assert effects(state, NOTHING_SEEN) == {"utilisation": Effect.CLOSED}


def test_a_venue_that_does_not_tell_its_size_is_not_judged_by_it() -> None:
    state = VenueState(VENUE.id, CALM.rate, MILLION, MILLION, MILLION, None, frozenset(), {})
    assert found(state, quiet()) == {}


def test_own_size_against_what_could_leave() -> None:
    before = quiet()
    assert effects(market(100 * MILLION, 80 * MILLION, own=6 * MILLION), before) == {}
    less = found(market(100 * MILLION, 80 * MILLION, own=7 * MILLION), before)["liquidity"]
    assert (less.effect, less.most) == (Effect.LESS, 20 * MILLION // 3)
    assert effects(market(100 * MILLION, 80 * MILLION, own=19 * MILLION), before) == {"liquidity": Effect.LEAVE}


def test_what_one_would_have_lowers_the_cap_and_asks_nobody_to_leave() -> None:
    signal = found(market(100 * MILLION, 80 * MILLION), quiet(), units=50 * MILLION)["liquidity"]
    assert (signal.effect, signal.most) == (Effect.LESS, 20 * MILLION // 3)
    assert signal.words == (
        "20 million USDC could leave now; I keep no more than a third of that there: 6.6 million USDC"
    )


def test_days_to_be_out_are_told_from_what_came_free() -> None:
    lent = [(94 if hour % 24 else 93) * MILLION for hour in range(24 * 8 + 1)]
    signal = found(market(100 * MILLION, 94 * MILLION, own=10 * MILLION), past(lent))["liquidity"]
    assert signal.effect is Effect.LEAVE
    assert "the rest, 4 million USDC, would take about 4 days at the 1 million USDC a day" in signal.words


def test_less_than_one_has_in_a_few_hours() -> None:
    lent = [(50 + 6 * hour) * MILLION for hour in range(7)]
    signal = found(market(100 * MILLION, 92 * MILLION, own=5 * MILLION), past(lent))["liquidity"]
    assert signal.effect is Effect.LEAVE
    assert "at this pace less than you have could leave in about 30 minutes" in signal.words


@pytest.mark.parametrize(
    ("price", "effect"),
    [
        (102_100_000, Effect.ALERT),
        (100_000_000, None),
        (99_400_000, Effect.ALERT),
        (98_900_000, Effect.CLOSED),
        (97_900_000, Effect.LEAVE),
    ],
)
def test_a_dollar_off_its_peg(price: int, effect: Effect | None) -> None:
    slow = past([80 * MILLION] * 200, price=[DOLLAR] * 150 + [price] * 50)
    assert effects(CALM, with_now(slow, price=price)).get("peg") == effect


def test_a_dollar_that_falls_fast_is_left_earlier() -> None:
    falling = past([80 * MILLION] * 200, price=[DOLLAR] * 197 + [99_800_000, 99_600_000, 99_300_000])
    signal = found(CALM, with_now(falling, price=98_900_000))["peg"]
    assert signal.effect is Effect.LEAVE
    assert signal.words == "USDC stands at 0.9890 USD, 0.0110 USD less than 6 hours ago"


def test_what_was_never_a_dollar_has_no_peg() -> None:
    ether = past([80 * MILLION] * 200, price=[3_000 * DOLLAR] * 199 + [2_000 * DOLLAR])
    assert found(CALM, with_now(ether, price=1_500 * DOLLAR)) == {}


def test_a_price_that_is_gone_is_told() -> None:
    before = past([80 * MILLION] * 200, price=[DOLLAR] * 198 + [UNKNOWN] * 2)
    assert effects(CALM, with_now(before, price=UNKNOWN)) == {"price": Effect.ALERT}
    assert found(CALM, with_now(before, price=DOLLAR)) == {}
    assert found(CALM, past([80 * MILLION] * 200, price=UNKNOWN)) == {}


@pytest.mark.parametrize(
    ("lost", "effect"),
    [
        (0, None),
        (PARTS // 10**7, None),
        (PARTS // 10**5, Effect.ALERT),
        (PARTS // 5_000, Effect.CLOSED),
        (PARTS // 100, Effect.LEAVE),
    ],
)
def test_a_share_that_is_worth_less(lost: int, effect: Effect | None) -> None:
    worth = [PARTS + hour for hour in range(200)]
    before = past([80 * MILLION] * 200, share=worth)
    assert effects(CALM, with_now(before, share=worth[-1] - lost)).get("share-price") == effect


@pytest.mark.parametrize(("left", "effect"), [(9, None), (25, Effect.ALERT), (40, Effect.CLOSED), (65, Effect.LEAVE)])
def test_money_that_leaves_as_it_never_did(left: int, effect: Effect | None) -> None:
    state = market((100 - left) * MILLION, 20 * MILLION, own=MILLION)
    assert effects(state, past([20 * MILLION] * 200)).get("outflow") == effect


def test_money_that_always_comes_and_goes_is_not_told() -> None:
    supplied = [(100 if hour // 24 % 2 else 70) * MILLION for hour in range(240)]
    state = market(75 * MILLION, 20 * MILLION, own=MILLION)
    assert "outflow" not in effects(state, past([20 * MILLION] * 240, supplied=supplied))


def test_a_rate_far_above_its_own_past_is_no_reason_to_enter() -> None:
    assert found(market(100 * MILLION, 80 * MILLION, rate=30 * PARTS // 100), quiet())["rate-spike"].words == (
        "30.00 % a year is far above its own 4.00 % a year of the last week: it won't last"
    )
    steady = past([80 * MILLION] * 200, rate=25 * PARTS // 100)
    assert found(market(100 * MILLION, 80 * MILLION, rate=30 * PARTS // 100), steady) == {}


def test_a_rate_of_ten_thousand_percent_is_not_believed() -> None:
    assert effects(market(100 * MILLION, 80 * MILLION, rate=100 * PARTS), NOTHING_SEEN) == {
        "rate-spike": Effect.CLOSED
    }


def test_a_rate_that_jumps_about_is_told() -> None:
    rates = [(2 if hour % 3 else 20) * PARTS // 100 for hour in range(200)]
    assert effects(CALM, past([80 * MILLION] * 200, rate=rates)) == {"rate-volatility": Effect.ALERT}


def test_a_small_market_and_a_new_one() -> None:
    tiny = market(MILLION // 2, MILLION // 4, own=MILLION // 30)
    held = past([MILLION // 4] * 200, supplied=MILLION // 2)
    small = found(tiny, held)["size"]
    assert (small.effect, small.most) == (Effect.LESS, MILLION // 40)
    assert found(market(MILLION // 2, MILLION // 4, own=MILLION // 100), held) == {}
    born = past([0] * 100, supplied=[MILLION // 10] * 10 + [100 * MILLION] * 90)
    assert effects(market(100 * MILLION, 80 * MILLION, own=MILLION), born) == {"age": Effect.ALERT}
    assert effects(market(100 * MILLION, 80 * MILLION, own=6 * MILLION), born) == {"age": Effect.LESS}


@pytest.mark.parametrize(("own", "effect"), [(0, Effect.CLOSED), (399, Effect.CLOSED), (400, Effect.LEAVE)])
def test_who_could_leave_five_times_over_is_told_and_stays(own: int, effect: Effect) -> None:
    """20 million of 1,000 could leave."""
    state = market(1_000 * MILLION, 980 * MILLION, own=own * MILLION // 100)
    assert effects(state, past([980 * MILLION] * 200, supplied=1_000 * MILLION)) == {"utilisation": effect}
