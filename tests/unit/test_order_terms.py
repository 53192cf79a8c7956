"""An order in numbers: its bounds, its end, its price; and a limit's price inside its trade."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from agent.errors import NeedsAnswer, Refused
from agent.gate.moves import Swap
from agent.gate.orders.price import bound_of, held_to
from agent.gate.orders.terms import Terms, most_a_run, terms_of
from agent.intents import Order
from agent.money import Address
from agent.routes import Route, Trade
from tests.unit.gate_parts import registry
from tests.unit.policy_parts import DAI, USDC, WETH

pytestmark = pytest.mark.unit

REGISTRY = replace(registry(), tokens=MappingProxyType({"USDC": USDC, "DAI": DAI, "WETH": WETH}))
VIENNA = "Europe/Vienna"
NOW = int(datetime(2026, 11, 21, 15, 0, tzinfo=ZoneInfo(VIENNA)).timestamp())  # a Saturday
DAY = 86_400
USD = 10**8
PRICES = MappingProxyType({"USDC": USD, "DAI": USD, "WETH": 3_000 * USD})
ONE: dict[str, Any] = {"kind": "exact", "value": "1"}
HUNDRED: dict[str, Any] = {"kind": "exact", "value": "100"}


def order(**fields: Any) -> Order:
    return Order.model_validate({"kind": "dca", "asset": "USDC", "to_asset": "WETH", "amount": HUNDRED, **fields})


def limit(**fields: Any) -> Order:
    sides = {"kind": "limit", "asset": "WETH", "to_asset": "USDC", "amount": ONE, "priced": "WETH", "op": "above"}
    return Order.model_validate({**sides, "price": "4000", **fields})


def terms(intent: Order, tz: str = VIENNA) -> Terms:
    found = terms_of(intent, REGISTRY, NOW, tz)
    assert Terms.from_json(found.as_json()) == found
    return found


def local(at: int) -> str:
    return datetime.fromtimestamp(at, ZoneInfo(VIENNA)).strftime("%Y-%m-%d %H:%M")


def test_what_was_not_said_is_a_default_and_named_as_one() -> None:
    weekly = terms(order(every="week"))
    assert weekly.times is not None
    assert (weekly.times.weekdays, weekly.times.hour, weekly.times.tz) == ((6,), 9, VIENNA)
    assert set(weekly.defaults) == {"hour", "weekdays", "until"}
    assert local(weekly.until) == "2027-11-21 15:00"
    assert weekly.runs == 52
    monthly = terms(order(every="month", hour=2, minute=30))
    assert monthly.times is not None
    assert monthly.times.day == 21
    waits = terms(limit())
    assert (waits.until, waits.defaults, waits.runs) == (NOW + 90 * DAY, ("until",), None)


@pytest.mark.parametrize(
    ("end", "until", "runs"),
    [
        ({"until": "2026-11-30"}, "2026-11-30 23:59", 9),
        ({"days": 7}, "2026-11-28 15:00", 7),
        ({"months": 3}, "2027-02-21 15:00", 92),
        ({"count": 10}, "2026-12-01 09:00", 10),
    ],
)
def test_every_order_has_an_end(end: dict[str, Any], until: str, runs: int) -> None:
    found = terms(order(every="day", hour=9, minute=0, **end))
    assert (local(found.until), found.runs) == (until, runs)
    assert "until" not in found.defaults
    assert most_a_run(found, REGISTRY) == 100 * 10**6


@pytest.mark.parametrize(
    ("intent", "rule"),
    [
        (order(every="day", amount={"kind": "all"}), "orders"),
        (order(every="day", amount=None, to_amount=ONE), "orders"),
        (limit(kind="stop", op="below", amount=None, to_amount=HUNDRED), "orders"),
        (limit(amount=None, to_amount=HUNDRED), "orders"),
        (order(every="day", amount={"kind": "exact", "value": "0.0000001"}), "amount"),
        (order(every="day", amount={"kind": "exact", "value": "0"}), "amount"),
        (order(every="day", until="2026-11-20"), "orders"),
        (order(every="day", until="2026-02-30"), "orders"),
        (order(every="month", day=20, days=3), "orders"),
        (order(every="hour", hours=1, days=3_000), "orders"),
        (limit(price="4000.123456789"), "orders"),
    ],
)
def test_what_is_not_bounded_or_not_possible_is_refused(intent: Order, rule: str) -> None:
    with pytest.raises(Refused) as refused:
        terms(intent)
    assert refused.value.rule == rule


def test_a_zone_that_is_none_is_asked_about() -> None:
    with pytest.raises(NeedsAnswer, match="Atlantis/Centre"):
        terms(order(every="day", tz="Atlantis/Centre"))
    found = terms(order(every="day", hour=9, minute=0, tz="America/New_York"))
    assert found.tz == "America/New_York"
    assert found.times is not None
    assert found.times.tz == "America/New_York"


def test_a_price_is_there_at_it_or_beyond_and_never_where_it_is_unknown() -> None:
    found = terms(limit())
    at = {"WETH": 4_000 * USD}
    assert found.holds(at)
    assert not found.holds({"WETH": 4_000 * USD - 1})
    assert not found.holds({})
    below = terms(limit(kind="stop", op="below", price="2000"))
    assert below.holds({"WETH": 2_000 * USD})
    assert not below.holds({"WETH": 2_000 * USD + 1})


def swap(pays: str, gets: str, parts: list[tuple[int, int]], exact_out: bool = False) -> Swap:
    given, got = REGISTRY.token(pays), REGISTRY.token(gets)
    pool = Address("0x" + "11" * 20)
    routes = tuple(
        Route("x", (given, got), (500,), (pool,), units_in, units_out, exact_out, 0) for units_in, units_out in parts
    )
    loose = tuple(part.units_in * 2 if exact_out else part.units_out // 2 for part in routes)
    return Swap(None, Trade(routes), given, got, loose, 0)  # type: ignore[arg-type]


E18, E6 = 10**18, 10**6


def test_a_sale_gives_no_less_than_its_price() -> None:
    found, move = terms(limit()), swap("WETH", "USDC", [(E18 // 4, 1_010 * E6), (3 * E18 // 4, 3_000 * E6)])
    bound = bound_of(found, move, PRICES, REGISTRY)
    assert bound == 4_000 * E6
    held = held_to(move, bound)
    assert held.limit >= 4_000 * E6
    assert all(low <= part.units_out for low, part in zip(held.limits, held.trade.parts, strict=True))
    # a stable that is off its peg downwards has to give more of itself; one above it counts as a dollar
    assert bound_of(found, move, {**PRICES, "USDC": USD * 99 // 100}, REGISTRY) == -(-4_000 * E6 * 100 // 99)
    assert bound_of(found, move, {**PRICES, "USDC": USD * 101 // 100}, REGISTRY) == 4_000 * E6
    with pytest.raises(Refused) as refused:
        held_to(swap("WETH", "USDC", [(E18, 3_999_999_999)]), bound)
    assert refused.value.rule == "limit-price"
    with pytest.raises(Refused, match="no price for USDC"):
        bound_of(found, move, {"WETH": 4_000 * USD}, REGISTRY)


def test_a_purchase_takes_no_more_than_its_price() -> None:
    buys = limit(asset="USDC", to_asset="WETH", amount=None, to_amount=ONE, op="below", price="2500")
    found, move = terms(buys), swap("USDC", "WETH", [(1_000 * E6, E18 // 2), (1_400 * E6, E18 // 2)], exact_out=True)
    assert most_a_run(found, REGISTRY) == 2_500 * E6
    bound = bound_of(found, move, PRICES, REGISTRY)
    assert bound == 2_500 * E6
    held = held_to(move, bound)
    assert held.limit <= 2_500 * E6
    assert all(high >= part.units_in for high, part in zip(held.limits, held.trade.parts, strict=True))
    assert bound_of(found, move, {**PRICES, "USDC": USD * 102 // 100}, REGISTRY) == 2_500 * E6 * 100 // 102
    with pytest.raises(Refused):
        held_to(swap("USDC", "WETH", [(2_500 * E6 + 1, E18)], exact_out=True), bound)
    given = replace(found, trade=found.trade.model_copy(update={"amount": buys.to_amount, "to_amount": None}))
    assert bound_of(given, swap("USDC", "WETH", [(2_500 * E6, E18)]), PRICES, REGISTRY) == E18


def test_a_tighter_slippage_stays_and_a_stop_has_no_price_of_its_own() -> None:
    move = swap("WETH", "USDC", [(E18, 4_500 * E6)])
    tight = replace(move, limits=(4_490 * E6,))
    assert held_to(tight, 4_000 * E6) == tight
    assert bound_of(terms(limit(kind="stop", op="below", price="2000")), move, PRICES, REGISTRY) is None
    assert bound_of(terms(order(every="day")), move, PRICES, REGISTRY) is None
