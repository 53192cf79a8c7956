"""How a curated vault's money moves over its markets: within caps and liquidity, nothing made or lost on the way."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agent.money import RAY, Rate
from plugins.morpho.allocation import Slot, earned, moved
from plugins.morpho.irm import INITIAL_RATE
from plugins.morpho.market import Market
from plugins.morpho.maths import WAD

UNITS = st.integers(0, 10**24)


@st.composite
def slots(draw: st.DrawFn) -> Slot:
    supply = draw(st.integers(1, 10**24))
    borrowed, own = draw(st.integers(0, supply)), draw(st.integers(0, supply))
    market = Market(supply, supply * 10**6, borrowed, 0, 0, INITIAL_RATE)
    return Slot(market, own, draw(UNITS))


several = st.lists(slots(), min_size=1, max_size=4)


def held(found: list[Slot]) -> int:
    return sum(slot.assets for slot in found)


@given(several, UNITS, st.data())
def test_a_deposit_fills_the_queue_up_to_its_caps(found: list[Slot], units: int, data: st.DataObject) -> None:
    queue = data.draw(st.permutations(range(len(found))))
    room = sum(max(slot.cap - slot.assets, 0) for slot in found)
    after = moved(found, queue, units)
    assert held(after) - held(found) == min(units, room)
    for before, then in zip(found, after, strict=True):
        assert then.assets <= max(then.cap, before.assets)
        assert then.market.supply_assets - before.market.supply_assets == then.assets - before.assets >= 0
    first = queue[0]
    assert after[first].assets == found[first].assets + min(units, max(found[first].cap - found[first].assets, 0))


@given(several, UNITS)
def test_a_withdrawal_takes_what_is_liquid(found: list[Slot], units: int) -> None:
    after = moved(found, [], -units)
    assert held(found) - held(after) == min(units, sum(slot.withdrawable for slot in found))
    assert all(slot.market.supply_assets >= slot.market.borrow_assets for slot in after)


@given(several, st.integers(0, WAD))
def test_it_earns_no_more_than_its_best_market_and_less_by_its_fee(found: list[Slot], fee: int) -> None:
    total = held(found)
    gross = earned(found, total, 0)
    assert gross.ray <= max(slot.market.supply_rate().ray for slot in found)
    assert abs(earned(found, total, fee).ray - gross.ray * (WAD - fee) // WAD) <= 1
    assert earned(found, 2 * total, 0).ray * 2 <= gross.ray + 2


def test_an_empty_vault_earns_nothing() -> None:
    assert earned([], 0, 0) == earned([], RAY, 0) == Rate(0)
