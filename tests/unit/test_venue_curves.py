"""What a venue tells the allocator of its market is what it says of a deposit itself, whatever the market."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.curves import Curve
from agent.money import RAY, SECONDS_PER_YEAR, Rate, Token, address
from agent.plugin import Block, Flag, VenueState
from plugins.aave.venue import AaveVenue, Contracts
from plugins.erc4626 import views
from plugins.erc4626.venue import VaultVenue as Erc4626Venue
from plugins.morpho import irm
from plugins.morpho.maths import WAD
from plugins.morpho.vault_venue import Place, VaultVenue
from plugins.morpho.venue import MorphoVenue
from plugins.venus.venue import VenusVenue
from tests.unit.plugin_parts import POOL, USDC
from tests.unit.test_plugin_formulas import BLOCK, aave_facts, vault_answers

pytestmark = pytest.mark.unit

DAY = 86_400
ANY = address("0x" + "1" * 40)
RECEIPT = Token(1, "rUSDC", address("0x" + "d" * 40), 6)
LARGE = st.integers(10**6, 10**18)
AAVE = AaveVenue("core", 34, POOL, USDC, RECEIPT, Contracts(ANY, ANY, None, ANY))
VENUS = VenusVenue("core", POOL, USDC, RECEIPT, ANY, ANY, 10_512_000)
MORPHO = MorphoVenue("WETH-86", "0x" + "ab" * 32, POOL, USDC, (ANY, ANY, ANY, ANY, 0))


def state(facts: dict[str, int], liquidity: int = 0, flags: frozenset[Flag] = frozenset()) -> VenueState:
    return VenueState("any", Rate(0), 0, 0, liquidity, None, flags, facts)


def known(curve: Curve | None) -> Curve:
    assert curve is not None
    return curve


def deposits(data: st.DataObject, least: int, most: int) -> int:
    """Base units that enter or leave, as far as the market lets them."""
    least = min(least, 0)
    return data.draw(st.one_of(st.integers(least, 0), st.integers(0, most)))


def rounding(facts: dict[str, int]) -> int:
    """Half a ray at each of Aave's steps, of which a steep slope makes more; the mean of both debts' rates, before
    v3.2, loses what is beyond nine digits of a base unit.
    """
    debt = facts["variable_debt"] + facts["stable_debt"]
    return 2_000 + (2 * RAY // (10**9 * debt) if facts["generation"] < 32 and debt else 0)


@given(aave_facts, st.integers(0, 10**24), st.integers(0, RAY // 5), st.data())
def test_aave(facts: dict[str, int], stable: int, stable_rate: int, data: st.DataObject) -> None:
    facts = facts | {"stable_debt": stable, "stable_rate": stable_rate}
    deposit = deposits(data, -facts["available"], 10**27)
    found = known(AAVE.curve(state(facts), DAY))
    if found.supplied + deposit == 0:
        return  # nothing is left in the market: there is no rate
    assert found.supplied - found.borrowed == facts["available"]
    assert abs(found.rate(deposit).ray - AAVE.rate_after(state(facts), deposit).ray) <= rounding(facts)


@given(aave_facts, st.integers(1, 10**26), st.integers(0, 10**27))
def test_what_aave_has_written_off_never_has_the_curve_say_too_much(
    facts: dict[str, int], lost: int, deposit: int
) -> None:
    facts = facts | {"unbacked": lost, "variable_debt": facts["variable_debt"] + 1}
    found, said = known(AAVE.curve(state(facts), DAY)), AAVE.rate_after(state(facts), deposit)
    assert found.rate(deposit).ray <= said.ray + rounding(facts)
    part = RAY - found.kept * 10_000 * RAY // (RAY * max(10_000 - facts["reserve_factor"], 1))
    assert found.rate(deposit).ray >= said.ray * (RAY - part) // RAY - rounding(facts)


def test_aave_without_its_curve_tells_none_and_without_accounting_pays_nothing() -> None:
    assert AAVE.curve(state({"available": 5, "variable_debt": 5}), DAY) is None
    facts = {"variable_debt": 90, "stable_debt": 0, "available": 10, "unbacked": 0, "virtual_accounting": 0}
    curve = {"optimal": RAY, "base": RAY, "slope_1": 0, "slope_2": 0, "generation": 32, "reserve_factor": 0}
    assert known(AAVE.curve(state(facts | curve), DAY)).rate(5) == Rate(0)


venus_facts = st.fixed_dictionaries(
    {
        "cash": LARGE,
        "borrowed": LARGE,
        "reserves": st.integers(0, 10**5),
        "supply": st.just(10**15),
        "reserve_factor": st.integers(0, WAD),
        "exchange_rate": st.just(WAD),
        "blocks_per_year": st.just(10_512_000),
        "base": st.integers(0, 10**10),
        "multiplier": st.integers(10**9, 10**11),
        "jump": st.integers(10**10, 10**12),
        "kink": st.integers(WAD // 10, WAD),
    }
)


@given(venus_facts, st.data())
def test_venus(facts: dict[str, int], data: st.DataObject) -> None:
    """Its rates are per block in wad: three roundings a block, for all the blocks of a year."""
    facts = facts | {"supplied": facts["cash"] + facts["borrowed"] - facts["reserves"]}
    deposit = deposits(data, facts["reserves"] - facts["cash"], 10**19)
    found = known(VENUS.curve(state(facts), DAY)).rate(deposit)
    unit = facts["blocks_per_year"] * RAY // WAD
    assert -unit <= found.ray - VENUS.rate_after(state(facts), deposit).ray <= 4 * unit


def test_venus_without_its_model_tells_none() -> None:
    assert VENUS.curve(state({"cash": 5, "borrowed": 5, "supplied": 10}), DAY) is None


def morpho_facts(supplied: int, part: int, target: int, fee: int) -> dict[str, int]:
    borrowed = supplied * part // 1_000
    own = {"supplied": supplied, "supply_shares": supplied, "borrowed": borrowed, "fee": fee}
    return own | {"rate_at_target": target}


morpho_markets = st.builds(
    morpho_facts, LARGE, st.integers(0, 1_000), st.integers(irm.MIN_RATE, irm.MAX_RATE), st.integers(0, WAD // 4)
)
SECOND = SECONDS_PER_YEAR * RAY // WAD
"""A unit in which Morpho's rates are rounded, as a yearly ray."""


@given(morpho_markets, st.data())
def test_a_market_of_morpho_at_this_moment(facts: dict[str, int], data: st.DataObject) -> None:
    deposit = deposits(data, facts["borrowed"] - facts["supplied"], 10**19)
    found = known(MORPHO.curve(state(facts), 0)).rate(deposit)
    if facts["supplied"] + deposit:
        assert abs(found.ray - MORPHO.rate_after(state(facts), deposit).ray) <= 8 * SECOND


@given(morpho_markets)
def test_over_a_horizon_a_full_market_of_morpho_pays_more_and_an_empty_one_less(facts: dict[str, int]) -> None:
    now, later = (known(MORPHO.curve(state(facts), seconds)).points for seconds in (0, 30 * DAY))
    assert later[-1][1] >= now[-1][1] > 0
    assert later[0][1] <= now[0][1]
    assert dict(later)[RAY // 10 * 9] == dict(now)[RAY // 10 * 9]


def test_a_market_of_morpho_without_a_rate_model_pays_nothing() -> None:
    facts = {"supplied": 100, "supply_shares": 100, "borrowed": 90, "fee": 0}
    assert known(MORPHO.curve(state(facts), DAY)).rate(10) == Rate(0)


def vault_of(markets: list[dict[str, int]], source: str | None = None) -> VaultVenue:
    places = [Place(bytes([number]) * 32, ANY) for number in range(len(markets))]
    return VaultVenue("v", POOL, ANY, USDC, RECEIPT, places, range(len(markets)), source)


@st.composite
def vaults(draw: st.DrawFn, least: int, most: int) -> tuple[VaultVenue, VenueState, int]:
    """A vault, its state, and how much more its markets may take."""
    markets = draw(st.lists(morpho_markets, min_size=least, max_size=most))
    facts = {"supplied": 0, "fee": draw(st.integers(0, WAD // 2))}
    liquidity = room = 0
    for number, market in enumerate(markets):
        assets = draw(st.integers(10**5, market["supplied"]))
        cap = assets + draw(st.integers(0, 10**18))
        facts |= {f"{number}.{key}": value for key, value in (market | {"assets": assets, "cap": cap}).items()}
        facts["supplied"] += assets
        liquidity += min(assets, market["supplied"] - market["borrowed"])
        room += cap - assets
    return vault_of(markets), state(facts, liquidity), room


@given(vaults(1, 1), st.data())
def test_a_vault_over_one_market_tells_of_that_market_less_its_fee(
    made: tuple[VaultVenue, VenueState, int], data: st.DataObject
) -> None:
    venue, held, room = made
    deposit = deposits(data, 1 - held.liquidity, room)
    found = known(venue.curve(held, 0))
    assert (found.supplied, found.borrowed) == (held.facts["0.supplied"], held.facts["0.borrowed"])
    own = {key.removeprefix("0."): value for key, value in held.facts.items() if key.startswith("0.")}
    assert found.points == known(MORPHO.curve(state(own), 0)).points
    if held.facts["supplied"] + deposit > 0 and found.supplied + deposit > 0:
        assert abs(found.rate(deposit).ray - venue.rate_after(held, deposit).ray) <= 9 * SECOND


@given(vaults(2, 4), st.data())
def test_a_vault_over_several_markets(made: tuple[VaultVenue, VenueState, int], data: st.DataObject) -> None:
    """Through its own rate where it stands and where a market fills; between points near it."""
    venue, held, room = made
    found = known(venue.curve(held, 0))
    assert (found.supplied, found.on_borrowed) == (held.facts["supplied"], False)
    assert found.supplied - found.borrowed in (held.liquidity, held.liquidity - 1)
    usages = [usage for usage, _ in found.points]
    assert usages == sorted(set(usages))
    assert usages[-1] >= RAY
    step = found.points[-1][1] // 10**6 + 9 * SECOND  # a base unit of utilisation in a small market
    assert abs(found.rate(0).ray - venue.rate_after(held, 0).ray) <= step
    deposit = deposits(data, 1 - held.liquidity, room)
    low, high = sorted(rate for rate in _beside(found, deposit))
    said = venue.rate_after(held, deposit).ray
    assert low * 99 // 100 - step <= found.rate(deposit).ray <= high + step
    assert abs(found.rate(deposit).ray - said) <= (high - low) + max(high, said) // 50 + step


def _beside(curve: Curve, deposit: int) -> tuple[int, int]:
    usage = curve.usage(deposit)
    right = next(place for place, (at, _) in enumerate(curve.points) if at >= usage)
    return curve.points[max(right - 1, 0)][1], curve.points[right][1]


def test_a_vault_that_isnt_known_tells_none() -> None:
    held = state({"supplied": 10, "fee": 0}, 10, frozenset({Flag.UNRATED}))
    assert vault_of([]).curve(held, DAY) is None


def savings(rate: int, total: int) -> tuple[Erc4626Venue, VenueState]:
    venue = Erc4626Venue("s", POOL, USDC, RECEIPT, None, None, views.SSR.at(ANY))
    answers: list[tuple[Any, ...] | None] = [*vault_answers(100, redeem=100), (rate,), (total,)]
    return venue, venue.state(answers, Block(1, "0x" + "0" * 64, 1_800_000_000, 0))


@given(st.integers(RAY, RAY + RAY // SECONDS_PER_YEAR), st.integers(100, 10**18), st.integers(-100, 10**20))
def test_a_savings_vault_is_flat(rate: int, total: int, deposit: int) -> None:
    venue, held = savings(rate, total)
    found = known(venue.curve(held, DAY))
    assert found.supplied == held.liquidity == total
    assert found.rate(deposit) == venue.rate_after(held, deposit) == held.rate


@given(aave_facts, st.integers(-(10**26), 10**26))
def test_a_vault_over_a_market_tells_that_markets_curve(facts: dict[str, int], deposit: int) -> None:
    venue = Erc4626Venue("v", POOL, USDC, RECEIPT, AAVE, AAVE.id)
    held = state({f"source.{key}": value for key, value in facts.items()})
    assert venue.curve(held, DAY) == AAVE.curve(state(facts), DAY)
    assert venue.rate_after(held, deposit) == AAVE.rate_after(state(facts), deposit)


def test_a_vault_over_nothing_known_tells_none() -> None:
    venue = Erc4626Venue("v", POOL, USDC, RECEIPT, None, None)
    assert venue.curve(venue.state(vault_answers(100, redeem=100), BLOCK), DAY) is None
