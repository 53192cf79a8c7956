"""The desk of one account at one block, and which counter an intent goes to."""

from __future__ import annotations

import pytest

from agent.errors import Refused
from agent.execution import fees
from agent.gate import reserve
from agent.gate.desk import Desk
from agent.gate.moves import Enter, Leave, Send, Swap, TakeBack
from agent.gate.wanted import TRANSFER_GAS, desk_at, moves_of
from agent.intents import All, Deposit, Exact, Exit, Intent, Pause, Revoke, Sequence, Transfer, Withdraw
from agent.intents import Swap as SwapIntent
from agent.plugin import Option
from agent.routes import Route
from tests.unit.gate_parts import BLOCK, FakeVenue, snapshot, state
from tests.unit.policy_parts import DAI, ETH, FRIEND, USDC
from tests.unit.test_gate_trading import REGISTRY, FakeTrader, route

pytestmark = pytest.mark.unit

VENUE = FakeVenue("aave-v3:core:USDC", USDC)
PER_GAS = fees.offered(BLOCK.base_fee).max_fee_per_gas


def desk(
    position: int = 0,
    native: int = 10**18,
    trade: Route = route(10_000_000, 10**15),  # noqa: B008
    into: str = "aave-v3:core:USDC",
) -> Desk:
    held = [state("aave-v3:core:USDC", position), state("aave-v3:core:DAI", 0)]
    trader = FakeTrader(trade)
    option = Option(into, held[0].rate, held[0].rate, 1, ())
    return desk_at(
        REGISTRY,
        {"aave-v3:core:USDC": VENUE, "aave-v3:core:DAI": FakeVenue("aave-v3:core:DAI", DAI)},
        {"fake": trader},
        snapshot(held, native=native),
        lambda asset, units: [option],
        {"bob": FRIEND},
    )


@pytest.mark.parametrize("position", [0, 5])
def test_coin_is_spare_beyond_leaving_what_is_held_and_one_transfer(position: int) -> None:
    kept = (reserve.EXIT_GAS * PER_GAS if position else 0) + 2 * TRANSFER_GAS * PER_GAS
    assert desk(position).spare_native == 10**18 - kept
    assert desk(position, kept).spare_native == 0
    assert desk(position, kept + 1).spare_native == 1
    assert desk(position, kept - 1).spare_native == 0
    assert desk(position, 0).spare_native == 0


TEN = Exact(value="10")
SWAP = SwapIntent(asset="USDC", amount=TEN, to_asset="WETH", to_amount=None)


@pytest.mark.parametrize(
    ("intent", "kinds"),
    [
        (Deposit(asset="USDC", amount=TEN, venue="aave-v3:core:USDC"), [Enter]),
        (Withdraw(asset="USDC", amount=TEN, venue="aave-v3:core:USDC"), [Leave]),
        (Transfer(asset="USDC", amount=TEN, recipient="bob"), [Send]),
        (Transfer(asset=ETH.symbol, amount=All(), recipient="bob"), [Send]),
        (SWAP, [Swap]),
        (Exit(), [Leave]),
    ],
)
def test_each_intent_comes_to_its_own_moves(intent: Intent, kinds: list[type]) -> None:
    assert [type(move) for move in moves_of(intent, desk(20_000_000)).moves] == kinds


def test_a_sequence_is_one_plan() -> None:
    into = Deposit(asset="DAI", amount=All(), venue="aave-v3:core:DAI")
    first = SwapIntent(asset="USDC", amount=TEN, to_asset="DAI", to_amount=None)
    made = desk(trade=route(10_000_000, 10**19, way=(USDC, DAI)), into="aave-v3:core:DAI")
    traded, entered = moves_of(Sequence(steps=(first, into)), made).moves
    assert isinstance(entered, Enter)
    assert (entered.source, entered.units) == (traded, 10**19)


def test_an_intent_that_moves_nothing_makes_no_plan() -> None:
    with pytest.raises(TypeError, match="pause makes no plan"):
        moves_of(Pause(), desk())


def test_whom_an_allowance_is_taken_back_from() -> None:
    """A venue by its id, an exchange by its name."""
    for spender, place in (("aave-v3:core:USDC", VENUE.contract.address), ("fake", FakeTrader().contract.address)):
        (move,) = moves_of(Revoke(asset="USDC", spender=spender), desk()).moves
        assert move == TakeBack(USDC, place, spender)
    with pytest.raises(Refused) as caught:
        moves_of(Revoke(asset="ETH", spender="fake"), desk())
    assert caught.value.rule == "lists"
