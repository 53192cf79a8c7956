"""Spreading a deposit: several venues only where they earn more after gas; limits held; the same parts from JSON."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.chain.snapshot import Snapshot
from agent.curves import Curve
from agent.execution.costs import costs_at
from agent.gate import spread_words
from agent.gate.choices import SPREAD, VenueChoice
from agent.gate.desk import Desk
from agent.gate.moves import Enter, Leave
from agent.gate.spread import FEWEST_PARTS, Horizon, Share, Spread, Spreader
from agent.gate.worth import Worth, smallest, told, worth
from agent.intents import Deposit, Exact
from agent.money import RAY, Amount, Rate
from agent.past import Effect, Signal
from agent.plugin import Option, VenueState
from plugins.rebalance.allocate import allocate
from tests.unit.allocate_parts import ONE, aave
from tests.unit.gate_parts import FakeVenue, registry, snapshot
from tests.unit.policy_parts import USDC

pytestmark = pytest.mark.unit

MONTH = 30 * 86_400
A, B, C = "lend:a:USDC", "lend:b:USDC", "lend:c:USDC"
GWEI = 10**9


class Lending(FakeVenue):
    """Aave's slopes over so many whole tokens."""

    entry_gas, exit_gas = 300_000, 200_000

    def __init__(self, venue_id: str, shape: Curve) -> None:
        super().__init__(venue_id)
        self.shape = shape

    def curve(self, state: VenueState, seconds: int) -> Curve:
        return self.shape

    def rate_after(self, state: VenueState, deposit: int) -> Rate:
        return self.shape.rate(deposit)

    def now(self, position: int = 0, room: int | None = None) -> VenueState:
        free = self.shape.supplied - self.shape.borrowed
        return VenueState(self.id, self.shape.rate(0), position, position, free, room, frozenset())


SMALL = {key: Lending(key, aave(1_000_000, 880_000)) for key in (A, B, C)}


def seen(*states: VenueState, price: int = 3_000) -> Snapshot:
    prices = {"USDC": 10**8, "ETH": price * 10**8}
    return snapshot(states or [each.now() for each in SMALL.values()], prices=prices, balances={"USDC": 10**15})


def spreader(at: Snapshot, horizon: Horizon | None = None) -> Spreader:
    def rank(asset: object, units: int) -> list[Option]:
        found = [
            Option(
                key, at.venues[key].rate, SMALL[key].shape.rate(units), 0, ("a reason",), _full(at.venues[key], units)
            )
            for key in sorted(at.venues)
        ]
        return sorted(found, key=lambda each: (bool(each.why_not), -each.after.ray, each.venue))

    return Spreader(registry(), SMALL, at, rank, allocate, horizon or Horizon(MONTH))


def _full(state: VenueState, units: int) -> str:
    return "it is full" if state.room is not None and state.room < units else ""


def test_like_markets_get_like_parts_that_read_well_and_add_up() -> None:
    found = spreader(seen()).spread(USDC, 123_456_789_012, A)
    assert found is not None
    assert sum(share.units for share in found.shares) == 123_456_789_012
    assert len(found.shares) == 3
    first, *others = found.shares
    assert all(share.units % 10**9 == 0 for share in others)
    assert all(abs(share.units - first.units) < 3 * 10**9 for share in others)
    assert found.more > found.gas > 0
    assert all(share.after < share.before for share in found.shares)


def test_a_small_deposit_stays_whole_since_gas_eats_what_parts_would_earn() -> None:
    at = seen()
    assert spreader(at).spread(USDC, 1_000 * ONE, A) is None
    dear = replace(at, block=replace(at.block, base_fee=200 * GWEI))
    cheap = replace(at, block=replace(at.block, base_fee=GWEI // 1_000))
    assert spreader(dear).spread(USDC, 50_000 * ONE, A) is None
    assert spreader(cheap).spread(USDC, 50_000 * ONE, A) is not None


def test_without_a_price_or_beyond_the_limit_of_one_deposit_nothing_is_spread() -> None:
    units = 100_000 * ONE
    assert spreader(replace(seen(), prices={"USDC": 10**8})).spread(USDC, units, A) is None
    assert spreader(seen(), Horizon(MONTH, {"USDC": units - 1})).spread(USDC, units, A) is None
    assert spreader(seen(), Horizon(MONTH, {"USDC": units})).spread(USDC, units, A) is not None


def test_what_no_venue_takes_alone_goes_to_several_and_no_further_than_their_room() -> None:
    at = seen(*(each.now(room=50_000 * ONE) for each in SMALL.values()))
    found = spreader(at).spread(USDC, 120_000 * ONE, "")
    assert found is not None
    assert sum(share.units for share in found.shares) == 120_000 * ONE
    assert max(share.units for share in found.shares) <= 50_000 * ONE
    assert spreader(at).spread(USDC, 150_001 * ONE, "") is None


def test_a_signal_caps_a_part() -> None:
    less = Signal(A, "size", Effect.LESS, "no more than that", most=20_000 * ONE)
    found = spreader(replace(seen(), signals=(less,))).spread(USDC, 120_000 * ONE, B)
    assert found is not None
    assert {share.venue: share.units for share in found.shares}[A] <= 20_000 * ONE


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 3_000_000 * ONE), st.integers(0, 400_000 * ONE))
def test_parts_are_whole_no_crumbs_and_always_earn_more_than_their_gas(units: int, held: int) -> None:
    at = seen(SMALL[A].now(position=held), SMALL[B].now(), SMALL[C].now())
    found = spreader(at).spread(USDC, units, B)
    if found is not None:
        assert sum(share.units for share in found.shares) == units
        assert min(share.units for share in found.shares) * (FEWEST_PARTS + 1) >= units
        assert found.more > found.gas


def desk(at: Snapshot) -> Desk:
    made = spreader(at)
    return Desk(registry(), SMALL, at, made.rank, {}, 10**17, spread=made.spread)


def test_the_desk_enters_each_part_and_keeps_why() -> None:
    found = desk(seen()).deposit(Deposit(asset="USDC", amount=Exact(value="120000"), venue=None))
    assert sorted(move.venue.id for move in found.moves if isinstance(move, Enter)) == [A, B, C]
    (choice,) = found.choices
    recorded = choice.recorded()
    assert (recorded.kind, recorded.rule) == ("deposit", SPREAD)
    assert sum(int(each["part"]) for each in recorded.alternatives) == 120_000 * ONE
    assert len(found.notes) == 4
    assert found.notes[0].endswith("a reason.")
    assert f"more than all of it in {A}" in found.notes[-1]


def test_the_desk_leaves_a_named_venue_alone() -> None:
    found = desk(seen()).deposit(Deposit(asset="USDC", amount=Exact(value="120000"), venue=C))
    assert [move.venue.id for move in found.moves if isinstance(move, Enter)] == [C]


def test_a_horizon_comes_back_from_json() -> None:
    horizon = Horizon(MONTH, {"USDC": 10**30, "DAI": 0})
    assert Horizon.from_json(horizon.as_json()) == horizon


@given(st.integers(1, 10 * ONE), st.integers(1, 100))
def test_the_smallest_deposit_earns_its_cost_back_and_a_unit_less_does_not(cost: int, days: int) -> None:
    venue, seconds = SMALL[A], days * 86_400
    least = smallest(venue, venue.now(), cost, seconds)
    assert least is not None
    assert venue.shape.rate(least).income(least, seconds) >= cost
    assert venue.shape.rate(least - 1).income(least - 1, seconds) < cost


def test_what_never_earns_has_no_smallest_deposit() -> None:
    idle = Lending(A, aave(1_000_000, 0))
    assert smallest(idle, idle.now(), 1, MONTH) is None


def judged(units: int, position: int = 0) -> Worth:
    at = seen(SMALL[A].now(position=position))
    found = worth([Enter(SMALL[A], units)], at, registry(), (50_000, 150_000), MONTH)
    assert found is not None
    return found


def test_a_small_deposit_is_told_from_one_that_pays() -> None:
    small, large = judged(10 * ONE), judged(100_000 * ONE)
    assert not small.pays
    assert large.pays
    assert small.smallest is not None
    assert 10 * ONE < small.smallest < 100_000 * ONE
    assert judged(small.smallest).pays
    assert told(small, 10**8, "Testnet").startswith("Small for Testnet")
    assert "earns that back within 30 days" in told(large, 10**8, "Testnet")
    assert judged(10 * ONE, position=ONE).out == 0  # the way out is due for what is there already
    assert "nothing to speak of" in told(replace(small, smallest=None), 10**8, "Testnet")


def test_only_what_comes_from_the_wallet_and_has_prices_is_judged() -> None:
    at = seen(SMALL[A].now())
    assert worth([], at, registry(), (), MONTH) is None
    assert worth([Enter(SMALL[A], 5)], replace(at, prices={}), registry(), (1,), MONTH) is None


def test_a_venue_that_is_held_small_gets_no_more_and_isnt_the_one_for_all() -> None:
    def desk_with(*held: str) -> Desk:
        return desk(replace(seen(), signals=tuple(less(key) for key in held)))

    assert desk_with(A, B).choose(USDC, 100_000 * ONE, None).chosen == C
    assert desk_with(A, B).choose(USDC, 10_000 * ONE, None).chosen == A
    assert "no more than 10,000 USDC there" in desk_with(A).choose(USDC, 100_000 * ONE, None).options[-1].why_not
    assert desk_with(A, B, C).choose(USDC, 100_000 * ONE, None).chosen == A  # no way in at all would be worse


def less(venue: str) -> Signal:
    return Signal(venue, "size", Effect.LESS, "no more than that", most=10_000 * ONE)


def test_venues_over_one_market_are_held_small_together() -> None:
    over = Lending(B, SMALL[A].shape)
    over.liquidity_source = A
    venues = {A: SMALL[A], B: over, C: SMALL[C]}
    at = replace(seen(), signals=(less(A), less(B)))
    found = replace(spreader(at), venues=venues).spread(USDC, 100_000 * ONE, C)
    parts = {share.venue: share.units for share in found.shares} if found else {}
    assert parts.get(A, 0) + parts.get(B, 0) <= 10_000 * ONE


def test_what_is_said_of_parts_and_of_one_venue() -> None:
    asset = Amount(1, USDC).token
    spread = Spread(
        (Share(A, 70 * ONE, Rate(RAY // 20), Rate(RAY // 25)), Share(B, 30 * ONE, Rate(0), Rate(1))),
        C,
        5 * ONE,
        ONE,
        MONTH,
    )
    options = tuple(Option(key, Rate(0), Rate(0), 0, ("cheap", "deep")) for key in (A, B, C))
    choice = VenueChoice(asset, 100 * ONE, f"{A} + {B}", options, spread)
    more = (
        f"In 30 days that is expected to earn 5 USDC more than all of it in {C} would; the further gas, in and out, "
        "comes to about 1 USDC."
    )
    assert spread_words.notes(choice) == (f"70 USDC into {A}: cheap; deep.", f"30 USDC into {B}: cheap; deep.", more)
    assert spread_words.told(choice) == (
        f"For 100 USDC several venues pay more than one: 4.00 % in {A}, 0.00 % in {B}, with your deposit in them. "
        + more
    )
    assert spread_words.notes(replace(choice, spread=None)) == ()
    assert spread_words.told(replace(choice, spread=None)) == ""
    nobody = replace(choice, spread=replace(spread, alone=""))
    assert spread_words.notes(nobody)[-1] == "No venue takes all of it now, so it goes to several."
    assert spread_words.told(nobody).endswith("with your deposit in them.")


def test_what_is_said_of_the_smallest_deposit() -> None:
    small = Worth(USDC, 10 * ONE, 200_000, 240_001, 58_600, 75_750_001, MONTH)
    assert small.cost == 440_001
    assert told(small, 10**8, "Testnet") == (
        "Small for Testnet: at today's gas a way in and out costs about $0.44, and this earns about 0.0586 USDC in "
        "30 days. For so long holding is cheaper; from about 75.8 USDC on, a deposit earns its gas back by then."
    )
    assert replace(small, income=440_001).pays
    assert not replace(small, income=440_000).pays
    assert told(replace(small, income=440_001), 10**8, "Testnet") == (
        "At today's gas on Testnet a way in and out costs about $0.44; from about 75.8 USDC on, a deposit earns that "
        "back within 30 days. Yours earns 0.44 USDC."
    )
    assert "about $0.01" in told(replace(small, there=0, out=1), 10**8, "Testnet")


def test_the_ways_cost_what_their_gas_costs_at_this_block() -> None:
    """200,000 gas there and as many out, at 1 gwei and the tip, with a coin of $3,000."""
    found = judged(10 * ONE)
    price = 10**9 + costs_at(seen()).habit.tip
    assert found.there == found.out == -(-200_000 * price * 3_000 // 10**12)
    assert found.income == SMALL[A].shape.rate(10 * ONE).income(10 * ONE, MONTH)
    both = worth([Enter(SMALL[A], ONE), Enter(SMALL[B], 2 * ONE)], seen(), registry(), (200_000,), MONTH)
    assert both is not None
    assert (both.units, both.out) == (3 * ONE, 2 * found.out)
    assert worth([Enter(SMALL[A], ONE), Leave(SMALL[B], 1)], seen(), registry(), (1,), MONTH) is None


def test_parts_are_those_that_a_shared_market_and_a_full_one_leave() -> None:
    """Rounding gives what is left over to the largest part: not where that part may take no more."""
    at = seen(SMALL[A].now(room=50_123 * ONE), SMALL[B].now(room=50_123 * ONE), SMALL[C].now(room=10_500 * ONE))
    found = spreader(at).spread(USDC, 110_700 * ONE, "")
    assert found is not None
    assert sum(share.units for share in found.shares) == 110_700 * ONE
    rooms = {key: at.venues[key].room or 0 for key in SMALL}
    assert all(share.units <= rooms[share.venue] for share in found.shares)


def test_the_rates_of_now_are_asked_for() -> None:
    asked: list[int] = []

    class Listening(Lending):
        def curve(self, state: VenueState, seconds: int) -> Curve:
            asked.append(seconds)
            return self.shape

    venues = {key: Listening(key, each.shape) for key, each in SMALL.items()}
    assert replace(spreader(seen()), venues=venues).spread(USDC, 120_000 * ONE, A) is not None
    assert set(asked) == {0}
