"""What a plug-in of somebody else returns is looked at again: types, ranges, addresses, words."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent.abi import Call
from agent.errors import MonetaError, Unavailable
from agent.hooks import DISABLED, ON, Plugin, shapes, talking
from agent.hooks.patience import Patience
from agent.hooks.venues import GuardedProtocol, GuardedVenue
from agent.money import RAY, Address, Rate, Token, address
from agent.past import Effect, Past, Signal
from agent.plans import Step
from agent.plugin import Answer, Block, Chain, Flag, Listed, Protocol, Venue, VenueState
from tests.unit.outside_plugins import QUICK, loaded
from tests.unit.plugin_parts import POOL, USDC, NumbersVenue, state_of

pytestmark = pytest.mark.unit

ME = address("0x" + "e" * 40)
BLOCK = Block(1, "0x" + "0" * 64, 1, 1)
ANSWERS = ((100, 50),)
DEPOSIT = "deposit(uint256 assets,address receiver)"


class Theirs(NumbersVenue):
    """A venue whose answers a test says."""

    def __init__(self, **said: Any) -> None:
        super().__init__("theirs:a:USDC")
        self.said = said

    def state(self, answers: Sequence[tuple[Any, ...] | None], block: Block) -> VenueState:
        given: Any = self.said.get("state", super().state(answers, block))
        return given  # type: ignore[no-any-return]

    def rate_after(self, state: VenueState, deposit: int) -> Rate:
        given: Any = self.said.get("rate", super().rate_after(state, deposit))
        return given  # type: ignore[no-any-return]

    def deposit(self, state: VenueState, account: Address, units: int) -> tuple[Step, ...]:
        given: Any = self.said.get("steps", (Step(POOL.address, "x", DEPOSIT, (units, account)),))
        return given  # type: ignore[no-any-return]

    def reads(self, account: Address) -> tuple[Call, ...]:
        given: Any = self.said.get("reads", super().reads(account))
        return given  # type: ignore[no-any-return]


def guarded(inner: Venue, plugin: Plugin | None = None) -> GuardedVenue:
    return GuardedVenue(plugin or Plugin("theirs", "theirs"), "theirs", inner, {"USDC": USDC})


GOOD = state_of("theirs:a:USDC", 100, 50)


def test_a_good_venue_is_what_it_was() -> None:
    venue = guarded(Theirs())
    assert venue.state(ANSWERS, BLOCK) == GOOD
    assert venue.rate_after(GOOD, 100) == Rate(RAY // 4)
    assert venue.deposit(GOOD, ME, 5)[0].contract == POOL.name
    assert venue.reads(ME)[0].target == POOL.address


BAD_STATES = {
    "another venue's": replace(GOOD, venue="aave-v3:core:USDC"),
    "a float": replace(GOOD, position=1.5),  # type: ignore[arg-type]
    "a bool": replace(GOOD, liquidity=True),
    "below zero": replace(GOOD, shares=-1),
    "beyond 256 bits": replace(GOOD, liquidity=2**256),
    "a rate of nobody": replace(GOOD, rate=Rate(101 * RAY)),
    "a rate below zero": replace(GOOD, rate=Rate(-1)),
    "a room as text": replace(GOOD, room="5"),  # type: ignore[arg-type]
    "the runtime's flag": replace(GOOD, flags=frozenset({Flag.UNTRUSTED})),
    "a flag as text": replace(GOOD, flags=frozenset({"paused"})),  # type: ignore[arg-type]
    "a fact as text": replace(GOOD, facts={"supplied": "1"}),  # type: ignore[dict-item]
    "nothing": None,
}


@pytest.mark.parametrize("case", BAD_STATES)
def test_a_state_that_cant_be_disables_the_plug_in(case: str) -> None:
    plugin = Plugin("theirs", "theirs")
    venue = guarded(Theirs(state=BAD_STATES[case]), plugin)
    with pytest.raises(Unavailable, match="the plug-in theirs is disabled"):
        venue.state(ANSWERS, BLOCK)
    assert plugin.why.startswith("theirs:a:USDC: state returned what can't be used")


def test_a_venue_calls_its_own_contract_only_and_sends_no_coin() -> None:
    elsewhere = Step(ME, "Pool", DEPOSIT, (1, ME))
    coin = Step(POOL.address, "Pool", DEPOSIT, (1, ME), value=1)
    for steps in ((elsewhere,), (coin,), (Step(POOL.address, "Pool", DEPOSIT, (1, ME)),) * 5):
        with pytest.raises(Unavailable):
            guarded(Theirs(steps=steps)).deposit(GOOD, ME, 1)


def test_its_reads_are_calls_of_contracts() -> None:
    small = Call(Address(POOL.address.lower()), b"", ("uint256",))
    for reads in (("x",), (small,), (Call(POOL.address, b"\0" * 5_000, ()),), None):
        with pytest.raises(Unavailable):
            guarded(Theirs(reads=reads)).reads(ME)


def test_once_disabled_it_is_no_reason_to_choose_it() -> None:
    plugin = Plugin("theirs", "theirs")
    venue = guarded(Theirs(rate=Rate(-1)), plugin)
    assert venue.rate_after(GOOD, 1) == Rate(0)
    assert plugin.state == DISABLED
    assert venue.curve(GOOD, 1) is None
    with pytest.raises(Unavailable):
        venue.withdraw(GOOD, ME, None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("id", "aave-v3:core:USDC"),
        ("id", "theirs:a:DAI"),
        ("id", "theirs:a b:USDC"),
        ("asset", Token(1, "USDC", USDC.address, 18)),
        ("contract", Listed(Address("0x" + "c" * 39), "Pool", "pool")),
        ("contract", None),
        ("entry_gas", 10**9),
        ("exit_gas", 1.0),
        ("receipt", Token(2, "aUSDC", POOL.address, 6)),
        ("lender", object()),
    ],
)
def test_what_a_venue_says_of_itself_is_checked(name: str, value: object) -> None:
    venue = Theirs()
    setattr(venue, name, value)
    with pytest.raises((TypeError, ValueError)):
        guarded(venue)


class Finds(Protocol):
    name = "theirs"

    def __init__(self, *venues: Venue) -> None:
        self.venues = venues

    async def discover(self, chain: Chain, ask: Any) -> list[Venue]:
        chain.doubts["theirs:b"] = "it\nlies"
        chain.doubts["aave-v3:core:USDC"] = "don't"
        await ask([Call(POOL.address, b"\1\2\3\4", ("uint256",))])
        return list(self.venues)


async def found(protocol: Protocol, ask: Any, patience: Patience | None = None) -> tuple[Plugin, list[Venue], Chain]:
    plugin, chain = Plugin("theirs", "theirs", patience=patience or Patience()), Chain(1, 12, {"USDC": USDC}, {})
    return plugin, await GuardedProtocol(plugin, protocol).discover(chain, ask), chain


async def answers(calls: Sequence[Call]) -> list[tuple[Any, ...] | None]:
    return [None for _ in calls]


async def test_a_protocol_finds_its_own_venues_and_doubts_no_others() -> None:
    plugin, venues, chain = await found(Finds(Theirs()), answers)
    assert [each.id for each in venues] == ["theirs:a:USDC"]
    assert chain.doubts == {"theirs:b": "it lies"}
    assert plugin.state == ON


async def test_the_nodes_failure_is_the_nodes_and_not_a_plug_ins_to_claim() -> None:
    async def down(calls: Sequence[Call]) -> list[tuple[Any, ...] | None]:
        raise Unavailable("node", "no node")

    with pytest.raises(Unavailable) as error:
        await found(Finds(Theirs()), down)
    assert error.value.dependency == "node"

    class Claims(Finds):
        async def discover(self, chain: Chain, ask: Any) -> list[Venue]:
            raise Unavailable("node", "I say so")

    with pytest.raises(Unavailable) as error:
        await found(Claims(), answers)
    assert error.value.dependency == "theirs"


async def test_a_protocol_that_blocks_holds_up_nobody() -> None:
    class Blocks(Finds):
        async def discover(self, chain: Chain, ask: Any) -> list[Venue]:
            import threading

            threading.Event().wait()
            return []

    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0)
            ticks += 1

    ticking = asyncio.create_task(tick())
    with pytest.raises(Unavailable, match="took longer than"):
        await found(Blocks(), answers, QUICK)
    ticking.cancel()
    assert ticks > 100


RANKS = """
@moneta.hookimpl(tryfirst=True)
def moneta_rank(venues, states, asset, units):
    return [Option(key, Rate(9 * RAY), Rate(9 * RAY), 5, ("best @everyone",)) for key in sorted(states)]
"""


def test_a_rankings_rates_are_the_venues_own(tmp_path: Path) -> None:
    plugins, _ = loaded(tmp_path, RANKS)
    venue = NumbersVenue("theirs:a:USDC")
    (option,) = plugins.hook.moneta_rank(venues={venue.id: venue}, states={venue.id: GOOD}, asset=USDC, units=100)
    assert (option.rate, option.after) == (Rate(RAY // 2), Rate(RAY // 4))
    assert option.reasons == ("best ＠everyone",)


def test_what_speaks_against_a_venue_is_of_that_venue(tmp_path: Path) -> None:
    source = """
    from agent.past import Effect
    @moneta.hookimpl
    def moneta_signals(venue): return [Signal("aave-v3:core:USDC", "x", Effect.LEAVE, "out!")]
    """
    plugins, (theirs,) = loaded(tmp_path, source)
    past = Past((), (), (), (), (), (), ())
    given = {"venue": NumbersVenue("theirs:a:USDC"), "state": GOOD, "past": past, "units": 0, "now": 1}
    groups: list[list[Signal]] = plugins.hook.moneta_signals(**given)
    assert not [each for group in groups for each in group if each.effect is Effect.LEAVE]
    assert "was asked about" in theirs.why


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("hi @everyone", "hi ＠everyone"),
        ("see https://a.example/x", "see https: //a[.]example/x"),
        ("or evil.com", "or evil[.]com"),
        ("press /confirm now", "press ∕confirm now"),
        ("1.5 and 1/2 are figures.", "1.5 and 1/2 are figures."),
        ("a\u202eb\x1b[31mc\u200bd", "ab[31mcd"),
    ],
)
def test_text_does_nothing(said: str, shown: str) -> None:
    assert shapes.plain(said, "it", 100) == shown


def test_an_answer_is_bounded() -> None:
    found = talking.answer(Answer("x" * 9_000, ("a",), (("y" * 200,),) * 100))
    assert len(found.text) == talking.MOST_TEXT
    assert len(found.rows) == talking.MOST_ROWS
    assert len(found.rows[0][0]) == talking.MOST_CELL
    with pytest.raises(ValueError, match="number of cells"):
        talking.answer(Answer("x", ("a",), (("1", "2"),)))
    with pytest.raises(TypeError):
        talking.answer("x")


@pytest.mark.parametrize("offer", ["yes", "Confirm!", "/confirm", "", "x" * 61, "a\nb", "hi @all", "acknowledge"])
def test_no_button_says_yes_to_something_else(offer: str) -> None:
    with pytest.raises((ValueError, MonetaError)):
        talking.offers((offer,))
    assert talking.offers(("best yields for USDC?",)) == ("best yields for USDC?",)
