"""From an intent to moves: which venue, how much, to whom; what can't be read is asked or refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from agent.chain.snapshot import Snapshot
from agent.errors import NeedsAnswer, Refused
from agent.gate.choices import VenueChoice
from agent.gate.desk import Desk
from agent.gate.moves import Enter, Leave, Send
from agent.intents import All, AmountSpec, Deposit, Exact, Percentage, Transfer, Withdraw
from agent.money import RAY, Address, Rate, Token
from agent.plugin import Flag, Option
from tests.unit.gate_parts import FakeVenue, registry, snapshot, state
from tests.unit.policy_parts import DAI, ETH, FRIEND, USDC

pytestmark = pytest.mark.unit

VENUES = {"a": FakeVenue("a"), "b": FakeVenue("b"), "d": FakeVenue("d", DAI)}
FIVE = Exact(value="5")


def option(venue: str, why_not: str = "") -> Option:
    return Option(venue, Rate(RAY // 20), Rate(RAY // 25), 1, (), why_not)


def desk(
    seen: Snapshot,
    options: tuple[Option, ...] = (),
    contacts: Mapping[str, Address] | None = None,
    spare: int = 10**17,
) -> Desk:
    def rank(asset: Token, units: int) -> list[Option]:
        assert units > 0
        return [each for each in options if VENUES[each.venue].asset == asset]

    return Desk(registry(), VENUES, seen, rank, contacts or {}, spare)


def test_the_best_that_can_be_entered() -> None:
    options = (option("a", "it is paused"), option("b"), option("d"))
    found = desk(snapshot(), options).deposit(Deposit(asset="usdc", amount=FIVE, venue=None))
    assert found.moves == (Enter(VENUES["b"], 5_000_000),)
    (choice,) = found.choices
    assert isinstance(choice, VenueChoice)
    assert (choice.chosen, len(choice.options)) == ("b", 2)


def test_no_venue_can_be_entered() -> None:
    with pytest.raises(Refused) as caught:
        desk(snapshot(), (option("a", "it is paused"),)).deposit(Deposit(asset="USDC", amount=FIVE, venue=None))
    assert caught.value.rule == "state"
    assert "it is paused" in str(caught.value)


def test_the_venue_that_was_named_is_not_ranked_away() -> None:
    found = desk(snapshot(), (option("b"),)).deposit(_named("a"))
    assert found.moves == (Enter(VENUES["a"], 5_000_000),)
    (choice,) = found.choices
    assert isinstance(choice, VenueChoice)
    assert choice.options == ()


def _named(venue: str) -> Deposit:
    """Ids of the fakes are shorter than the pattern of an intent's venue."""
    return Deposit.model_construct(action="deposit", asset="USDC", amount=FIVE, venue=venue)


def test_a_balance_that_can_not_be_read_is_not_nought() -> None:
    with pytest.raises(Refused) as caught:
        desk(snapshot(balances={"DAI": 1})).deposit(Deposit(asset="USDC", amount=All(), venue=None))
    assert caught.value.rule == "state"


def test_without_a_wrapped_form_the_native_coin_earns_nowhere() -> None:
    bare = replace(desk(snapshot()), registry=replace(registry(), wrapped=None))
    with pytest.raises(Refused) as caught:
        bare.deposit(Deposit(asset="ETH", amount=FIVE, venue=None))
    assert caught.value.rule == "lists"


def test_a_token_that_is_not_pinned_is_a_question() -> None:
    for asset in ("DOGE", "USDC.e"):
        with pytest.raises(NeedsAnswer):
            desk(snapshot()).deposit(Deposit(asset=asset, amount=FIVE, venue=None))


def test_withdrawing_in_turn_says_so() -> None:
    seen = snapshot([state("a", 3_000_000, rate_percent=7), state("b", 4_000_000), state("d", 10**18)])
    found = desk(seen).withdraw(Withdraw(asset="USDC", amount=FIVE, venue=None))
    assert found.moves == (Leave(VENUES["b"], 4_000_000), Leave(VENUES["a"], 1_000_000))
    assert "lowest rate" in found.notes[0]
    (choice,) = found.choices
    recorded = choice.recorded()
    assert (recorded.kind, recorded.chosen) == ("withdraw", "b")
    assert [(each["venue"], each["units"]) for each in recorded.alternatives] == [("b", "4000000"), ("a", "1000000")]
    named = desk(seen).withdraw(
        Withdraw.model_construct(action="withdraw", asset="USDC", amount=Exact(value="4"), venue="b")
    )
    assert named.choices == ()
    with pytest.raises(Refused):
        desk(snapshot([state("d", 10**18)])).withdraw(Withdraw(asset="USDC", amount=All(), venue=None))


def test_a_transfer_goes_to_a_contact_and_to_nobody_else() -> None:
    at = desk(snapshot(), contacts={"bob": FRIEND})
    sent = at.transfer(Transfer(asset="USDC", amount=FIVE, recipient="bob"))
    assert sent.moves == (Send(USDC, 5_000_000, "bob", FRIEND),)
    with pytest.raises(NeedsAnswer) as caught:
        at.transfer(Transfer(asset="USDC", amount=FIVE, recipient="carol"))
    assert caught.value.missing == "recipient"


@pytest.mark.parametrize("spec", [All(), Percentage(value="100")])
def test_all_native_coin_keeps_the_reserve(spec: AmountSpec) -> None:
    at = desk(snapshot(native=10**18), contacts={"bob": FRIEND}, spare=10**17)
    sent = at.transfer(Transfer(asset="eth", amount=spec, recipient="bob"))
    assert sent.moves == (Send(ETH, 10**17, "bob", FRIEND),)
    with pytest.raises(Refused):
        desk(snapshot(), contacts={"bob": FRIEND}, spare=0).transfer(
            Transfer(asset="ETH", amount=spec, recipient="bob")
        )


def test_exit_leaves_what_can_be_left_and_names_the_rest() -> None:
    seen = snapshot(
        [state("a", 9, liquidity=4), state("b", 5), state("d", 7, flags=frozenset({Flag.PAUSED}))],
        missing={"c": "not ours"},
    )
    found = desk(seen).exit()
    assert found.moves == (Leave(VENUES["a"], 4), Leave(VENUES["b"], None))
    assert len(found.notes) == 2
    assert "0.000005 USDC stay in a" in found.notes[0]
    assert "stay in d" in found.notes[1]


def test_exit_names_a_venue_that_can_not_be_read() -> None:
    found = desk(snapshot([state("a", 9)], missing={"b": "no answer", "DAI": "its balance can't be read"})).exit()
    assert found.moves == (Leave(VENUES["a"], None),)
    assert len(found.notes) == 1
    assert "b can't be read" in found.notes[0]


def test_nothing_to_leave() -> None:
    with pytest.raises(Refused, match="nothing to leave"):
        desk(snapshot([state("a")])).exit()
    with pytest.raises(Refused, match="stay in a"):
        desk(snapshot([state("a", 5, liquidity=0)])).exit()
