"""Amounts at the edge of what a rule allows, and notes that a user reads of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from agent.chain.snapshot import Snapshot
from agent.errors import Refused
from agent.execution import find
from agent.gate.build import spenders, steps_of
from agent.gate.charges import charges_of
from agent.gate.choices import TurnChoice
from agent.gate.desk import Desk
from agent.gate.expect import expected
from agent.gate.moves import Enter, Leave, Move, Send
from agent.gate.preview import preview
from agent.gate.reserve import EXIT_GAS, check_fee, check_reserve
from agent.gate.resolve import leave_in_turn
from agent.gate.shares import check_worth
from agent.gate.shift import moves_of_shifts
from agent.gate.trades import trading
from agent.gate.trades.trading import SWAP_GAS
from agent.gate.trades.words import about, percent, priced
from agent.gate.trades.wrapping import ENTRY_GAS
from agent.intents import All, Exact, Transfer, Withdraw
from agent.intents import Swap as SwapIntent
from agent.money import Token
from agent.plans import Output
from agent.plugin import Limits, Shift
from agent.routes import Trade
from plugins.uniswap.calls import EXACT_INPUT_SINGLE
from tests.unit.gate_chain import GATE_POLICY, ROUTER, along, route
from tests.unit.gate_parts import FakeVenue, registry, snapshot, state
from tests.unit.model_chain import ModelChain
from tests.unit.policy_parts import (
    ACCOUNT,
    CHAIN,
    DAI,
    DAI_AT,
    ETH,
    FRIEND,
    USDC,
    USDC_AT,
    WETH,
    WETH_AT,
    plan,
    step,
)
from tests.unit.signer_parts import OWNER
from tests.unit.test_gate_trading import REGISTRY, FakeTrader
from tests.unit.test_gate_trading import route as traded
from tests.unit.test_policy_outputs import GIVEN, TRADE, approve, left, supply

pytestmark = pytest.mark.unit

A, B = FakeVenue("a"), FakeVenue("b")
VENUES = {"a": A, "b": B}
FIVE = Exact(value="5")


def desk(seen: Snapshot, spare: int = 7) -> Desk:
    return Desk(registry(), VENUES, seen, lambda asset, units: [], {"bob": FRIEND}, spare)


@pytest.mark.parametrize(
    ("asset", "amount", "units"),
    [("ETH", All(), 7), ("ETH", Exact(value="0.1"), 10**17), ("USDC", All(), 10**9), ("USDC", FIVE, 5_000_000)],
)
def test_only_all_of_the_coin_keeps_what_gas_needs(asset: str, amount: Any, units: int) -> None:
    (move,) = desk(snapshot(), 7).transfer(Transfer(asset=asset, amount=amount, recipient="bob")).moves
    assert isinstance(move, Send)
    assert move.units == units


def test_more_of_the_coin_than_all() -> None:
    with pytest.raises(Refused):
        desk(snapshot(native=10**16)).transfer(Transfer(asset="ETH", amount=Exact(value="0.1"), recipient="bob"))


def test_the_lowest_rate_first_is_said_where_there_is_a_choice() -> None:
    both = desk(snapshot([state("a", 6_000_000, rate_percent=4), state("b", 9_000_000, rate_percent=3)]))
    found = both.withdraw(Withdraw(asset="USDC", amount=FIVE, venue=None))
    assert found.moves == (Leave(B, 5_000_000),)
    assert found.notes == ("Taken from the lowest rate first.",)
    (choice,) = found.choices
    assert isinstance(choice, TurnChoice)
    assert [(each.venue, units) for each, units in choice.held] == [("b", 5_000_000), ("a", 0)]
    alone = desk(snapshot([state("a", 6_000_000)])).withdraw(Withdraw(asset="USDC", amount=FIVE, venue=None))
    assert alone.notes == ()


def test_no_venue_is_known_at_all() -> None:
    with pytest.raises(Refused, match=r"^No venue can take 0.000005 USDC now\.") as caught:
        desk(snapshot()).choose(USDC, 5, None)
    assert caught.value.rule == "state"


def test_what_is_left_is_taken_and_no_position_besides() -> None:
    held = [state("a", 5_000_000), state("b", 5_000_000)]
    assert leave_in_turn(FIVE, USDC, held, VENUES) == [Leave(A, 5_000_000)]


def test_the_reserve_says_how_much_is_lacking() -> None:
    check_reserve(ETH, 10, 3, 2, 5)
    with pytest.raises(Refused) as caught:
        check_reserve(ETH, 10 * 10**17, 3 * 10**17, 3 * 10**17, 5 * 10**17)
    assert (caught.value.message, caught.value.remedy) == (
        "This would leave 0.4 ETH; leaving your positions may take 0.5 ETH.",
        "Send at least 0.1 ETH to your account first.",
    )
    check_fee(ETH, 5, 5)
    with pytest.raises(Refused, match=r"Send at least 0\.000000000000000001 ETH to your account first\."):
        check_fee(ETH, 4, 5)
    assert EXIT_GAS == 500_000  # what docs promise


def test_nobody_is_told_that_less_than_nothing_is_held_or_left() -> None:
    tenth = 10**17
    with pytest.raises(Refused) as caught:
        check_reserve(ETH, tenth, 3 * tenth, tenth, 2 * tenth)
    assert (caught.value.rule, caught.value.message) == (
        "gas-reserve",
        "With its gas this would take 0.3 ETH more than the account holds.",
    )
    assert caught.value.remedy == "Send at least 0.5 ETH to your account first."
    with pytest.raises(Refused) as caught:
        check_fee(ETH, -3 * tenth, tenth)
    assert (caught.value.rule, caught.value.message) == (
        "gas",
        "Without its gas this would take 0.3 ETH more than the account holds.",
    )
    assert caught.value.remedy == "Send at least 0.4 ETH to your account first."


@pytest.mark.parametrize(
    ("given", "worth", "fits"),
    [
        (1_000_000, 999_900, True),
        (1_000_000, 999_899, False),
        (10_000, 9_999, True),
        (10, 8, True),
        (10, 7, False),
        (30_000, 29_997, True),
        (29_999, 29_996, False),
    ],
)
def test_a_basis_point_or_two_base_units_are_rounding(given: int, worth: int, fits: bool) -> None:
    if fits:
        check_worth(USDC, given, worth, "a")
        return
    with pytest.raises(Refused) as caught:
        check_worth(USDC, given, worth, "a")
    assert caught.value.rule == "shares"


def test_amounts_in_short() -> None:
    assert about(2_994_081_234, USDC) == "2,994.0812"
    assert about(99, USDC) == "0.000099"
    assert about(1_999, USDC) == "0.0019"
    assert about(7, Token(CHAIN, "GUSD", DAI_AT, 2)) == "0.07"
    assert about(12_345, Token(CHAIN, "GUSD", DAI_AT, 2)) == "123.45"
    assert [percent(each) for each in (0, 7, 99, 100, 1_005)] == ["0.00 %", "0.07 %", "0.99 %", "1.00 %", "10.05 %"]


def test_a_swap_in_one_phrase() -> None:
    given = along(replace(route(USDC, DAI, 5_000_000, 10**18), impact_bps=12), 9 * 10**17, 10**19)
    assert priced(given) == "swap 5 USDC for at least 0.9 DAI (about 1), price impact 0.12 %, pool fee 0.05 %"
    wanted = along(route(USDC, DAI, 5_000_000, 10**18, exact_out=True), 6_000_000, 1)
    assert priced(wanted) == "swap at most 6 USDC (about 5) for 1 DAI, price impact 0.00 %, pool fee 0.05 %"


def trade(spare: int, later_gas: int = 0, pays: str = "ETH") -> int:
    """Base units that `all` of the coin comes to."""
    trader = FakeTrader(traded(1, 10**10, way=(WETH, USDC)))
    here = Desk(REGISTRY, {}, snapshot(), lambda asset, units: [], {}, spare, {"fake": trader})
    trading.swap(here, SwapIntent(asset=pays, amount=All(), to_asset="USDC", to_amount=None), later_gas)
    return trader.asked[-1][2]


def test_all_of_the_coin_keeps_the_gas_of_its_own_swap_and_of_what_follows() -> None:
    one, more = trade(10**18), trade(10**18, ENTRY_GAS)
    assert 10**18 - one == SWAP_GAS * (10**18 - one) // SWAP_GAS
    assert (10**18 - more) * SWAP_GAS == (10**18 - one) * (SWAP_GAS + ENTRY_GAS)


def test_an_output_that_no_token_can_have_is_no_amount() -> None:
    """What a pool is asked for is bounded by what a word holds."""
    trader = FakeTrader(traded(10, 2**256 - 1, exact_out=True))
    here = Desk(REGISTRY, {}, snapshot(), lambda asset, units: [], {}, 1, {"fake": trader})

    def wanted(units: int) -> None:
        value = f"{units // 10**18}.{units % 10**18:018d}".rstrip("0")
        trading.swap(here, SwapIntent(asset="USDC", amount=None, to_asset="WETH", to_amount=Exact(value=value)))

    wanted(2**256 - 1)
    with pytest.raises(Refused) as caught:
        wanted(2**256 + 1)
    assert caught.value.rule == "balance"


def test_no_pool_names_what_was_asked_for() -> None:
    none = FakeTrader()
    here = Desk(REGISTRY, {}, snapshot(), lambda asset, units: [], {}, 1, {"fake": none})
    with pytest.raises(Refused, match=r"swaps 5 USDC to WETH\.") as caught:
        trading.swap(here, SwapIntent(asset="USDC", amount=FIVE, to_asset="WETH", to_amount=None))
    assert caught.value.rule == "liquidity"
    with pytest.raises(Refused, match=r"swaps 5 WETH from USDC\."):
        trading.swap(here, SwapIntent(asset="USDC", amount=None, to_asset="WETH", to_amount=FIVE))


@pytest.mark.parametrize(
    ("gets", "way", "notes"),
    [
        ("WETH", (USDC, WETH), ()),
        ("ETH", (USDC, WETH), ()),
        ("WETH", (USDC, DAI, WETH), ("By way of DAI.",)),
    ],
)
def test_what_a_swap_says_besides(gets: str, way: tuple[Token, ...], notes: tuple[str, ...]) -> None:
    trader = FakeTrader(traded(5_000_000, 10**15, way=way))
    here = Desk(REGISTRY, {}, snapshot(), lambda asset, units: [], {}, 1, {"fake": trader})
    found = trading.swap(here, SwapIntent(asset="USDC", amount=FIVE, to_asset=gets, to_amount=None))
    assert [note for note in found.notes if "sandwich" not in note] == list(notes)


def test_a_swaps_output_counts_once_in_what_is_spent() -> None:
    """What a swap took counts already; what a withdrawal gives is put to work anew."""
    prices = {"USDC": 10**8, "DAI": 10**8}
    chained = charges_of(GATE_POLICY, plan(*TRADE, approve(GIVEN), supply(GIVEN)), prices)
    assert [(each.step, each.kind, each.units, each.again) for each in chained] == [
        (1, "swap", 5_000_000, False),
        (3, "deposit", 6, True),
    ]
    out = replace(GIVEN, step=0, token=USDC_AT)
    moved = charges_of(GATE_POLICY, plan(left(), approve(out, USDC_AT), supply(out, USDC_AT)), prices)
    assert [(each.kind, each.units, each.again) for each in moved] == [("deposit", 6, False)]


def test_an_open_amount_is_said_with_its_step_and_its_bounds() -> None:
    output = Output(1, DAI_AT, 4 * 10**18, 6 * 10**18)
    shown = preview(plan(*TRADE, approve(output), supply(output)), GATE_POLICY, ETH, [], {}, {}).steps
    assert "what step 2 gave (4 DAI to 6 DAI)" in shown[3]


@pytest.mark.parametrize("since", [0, 3, 16, 17, 40])
async def test_the_first_transaction_of_an_account_is_found_from_any_block(since: int) -> None:
    """It stands in the first block behind the genesis."""
    chain = ModelChain(knows_by_nonce=False)
    strange = chain.strange()
    chain.mine(40)
    found = await find.find_at_nonce(chain, OWNER, 0, since)
    assert found is not None
    assert found.hash == strange.hash
    assert await find.find_at_nonce(chain, OWNER, 1, since) is None


async def test_looking_back_takes_ever_longer_steps() -> None:
    asked: list[str] = []
    chain = ModelChain(knows_by_nonce=False)
    chain.strange()
    chain.mine(2_000)
    count = chain._eth_getTransactionCount

    def counted(account: str, tag: str) -> str:
        asked.append(tag)
        return count(account, tag)

    chain.instead["eth_getTransactionCount"] = counted
    assert await find.find_at_nonce(chain, OWNER, 0, 2_000) is not None
    assert len(asked) < 25


async def test_an_account_that_was_used_at_the_genesis_tells_nothing() -> None:
    chain = ModelChain(knows_by_nonce=False)
    chain.mine(5)
    chain.instead["eth_getTransactionCount"] = lambda account, tag: "0x1"
    assert await find.find_at_nonce(chain, OWNER, 0, 3) is None
    assert await find.find_at_nonce(chain, OWNER, 1, 3) is None


def test_a_token_of_a_venue_that_gives_no_receipt_is_bounded_by_itself() -> None:
    receipt = Token(CHAIN, "vDAI", ROUTER.address, 18)
    vault, plain = FakeVenue("v", DAI, receipt), FakeVenue("p", DAI)
    source = along(route(USDC, DAI, 100, 1_000), 990, 1_020)
    states = {"v": state("v", rate_percent=0), "p": state("p", rate_percent=0)}
    moves: list[Move] = [source, Enter(plain, 1_000, source), Enter(vault, 500)]
    found = {
        change.token: (change.min, change.max)
        for change in expected(moves, {USDC_AT: -100, DAI_AT: -500, ROUTER.address: 500}, states, ACCOUNT)
    }
    assert found[ROUTER.address] == (498, 502)


def test_room_that_is_not_known_is_no_bound() -> None:
    huge = state("a", 2**255)
    limits = Limits(None, None, None, 0, 0, 10**8, 86_400, decimals=6)
    shift = Shift("a", "b", 2**255, True, huge.rate, huge.rate, 1, 1)
    leave, _ = moves_of_shifts([shift], VENUES, {"a": huge, "b": state("b")}, limits)
    assert isinstance(leave, Leave)
    assert leave.units is None


def test_whom_the_coin_and_a_token_let_spend() -> None:

    token = along(route(USDC, DAI, 100, 1_000), 990, 1_020)
    coin = replace(token, pays=ETH, trade=Trade((route(WETH, DAI, 100, 1_000),)))
    assert spenders([coin]) == []
    assert spenders([token]) == [(USDC, ROUTER.address)]


def traded_steps(exact_out: bool, standing: int = 0, coin: bool = False) -> list[tuple[str, object, str]]:
    """Each step of a swap of USDC for DAI: what is called, the amount of an approval, its role."""
    way = route(WETH if coin else USDC, DAI, 100, 1_000, exact_out=exact_out)
    move = along(way, 110, 95, ETH if coin else USDC)
    made = steps_of([move], snapshot(), {(USDC_AT, ROUTER.address): standing})
    return [
        (each.function.partition("(")[0], each.args[-1] if each.to == USDC_AT else None, each.role) for each in made
    ]


def test_of_a_wanted_output_less_may_be_spent_so_the_rest_is_taken_back() -> None:
    assert traded_steps(exact_out=False) == [
        ("approve", 100, "approval"),
        ("multicall", None, "action"),
        ("approve", 0, "cleanup"),
    ]
    assert traded_steps(exact_out=True) == [
        ("approve", 110, "approval"),
        ("multicall", None, "action"),
        ("approve", 0, "approval"),
        ("approve", 0, "cleanup"),
    ]
    assert traded_steps(exact_out=False, standing=1)[:2] == [("approve", 0, "approval"), ("approve", 100, "approval")]
    assert traded_steps(exact_out=False, coin=True) == [("multicall", None, "action")]


@pytest.mark.parametrize(
    ("pays", "gets", "wraps"),
    [
        (USDC_AT, DAI_AT, ()),
        (USDC_AT, WETH_AT, (("WETH", "ETH"),)),
        (WETH_AT, USDC_AT, (("WETH", "ETH"),)),
    ],
)
def test_the_coin_and_its_wrapped_form_are_one_on_a_list(pays: Any, gets: Any, wraps: tuple[Any, ...]) -> None:
    trade = step(ROUTER.address, EXACT_INPUT_SINGLE, (pays, gets, 500, ACCOUNT, 5, 1, 0))
    made = plan(approve(5, pays, ROUTER.address), trade)
    (charge,) = charges_of(GATE_POLICY, made, {"USDC": 10**8, "WETH": 3_000 * 10**8})
    assert charge.wraps == wraps
