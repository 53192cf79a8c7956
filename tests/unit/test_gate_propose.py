"""From moves to a plan that may be confirmed, over a model of the chain: what each check lets through and refuses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from agent.chain.snapshot import take
from agent.errors import Refused
from agent.execution import fees
from agent.gate import reserve
from agent.gate.build import Draft, Simulated, plan_of
from agent.gate.moves import Enter, Leave, Move, Send, Swap, TakeBack
from agent.gate.propose import Gate, Proposal, Request
from agent.gate.rehearse import WouldRevert
from agent.money import Address
from agent.plans import Plan, Role
from agent.plugin import Block, Flag
from agent.policy.fingerprint import Fingerprint
from agent.policy.spending import By, Cap, Limits, Period, Standing
from tests.unit.gate_chain import (
    BASE_FEE,
    GATE_POLICY,
    TRADER,
    GateChain,
    PoolVenue,
    Reverted,
    along,
    gate_chain,
    gate_registry,
    route,
)
from tests.unit.policy_parts import ACCOUNT, DAI, DAI_AT, ETH, FRIEND, POOL, USDC, USDC_AT

pytestmark = pytest.mark.unit

VENUE, DAI_VENUE = PoolVenue(USDC), PoolVenue(DAI)
FIVE = 5_000_000
RULES = [
    "pause",
    "chain",
    "state",
    "risk",
    "policy",
    "price",
    "limits",
    "simulate",
    "health",
    "shares",
    "honest",
    "expected",
    "gas",
    "preview",
]


def swap(chain: GateChain, units: int = FIVE) -> Swap:
    back = chain.quote(USDC_AT, DAI_AT, units)
    return along(route(USDC, DAI, units, back), back * 997 // 1000, back * 102 // 100)


async def propose(chain: GateChain, *moves: Move, **asked: Any) -> Proposal:
    gate, request, snapshot = await desk(chain, **asked)
    return await gate.propose(request, moves, snapshot)


async def desk(
    chain: GateChain,
    *,
    policy: Any = GATE_POLICY,
    prices: Any = None,
    venues: Sequence[Any] = (VENUE, DAI_VENUE),
    **asked: Any,
) -> tuple[Gate, Request, Any]:
    registry = gate_registry()
    snapshot = await take(chain, registry, {venue.id: venue for venue in venues}, ACCOUNT)
    if prices is not None:
        snapshot = replace(snapshot, prices={**snapshot.prices, **prices})
    basis: dict[str, Any] = {"seconds": 120, "contacts": frozenset({FRIEND}), "paused": False, **asked}
    draft = Draft("ab" * 16, "u1", {"action": "deposit"}, 1_800_000_120)
    return Gate(chain, registry, policy, {TRADER.name: TRADER}), Request(draft, **basis), snapshot


async def refused(chain: GateChain, *moves: Move, **asked: Any) -> tuple[str, str]:
    with pytest.raises(Refused) as caught:
        await propose(chain, *moves, **asked)
    return caught.value.rule, caught.value.message


async def test_a_deposit_passes_every_rule_and_its_plan_says_what_it_does() -> None:
    passed: list[str] = []
    drafts: list[Plan] = []
    found = await propose(
        gate_chain(), Enter(VENUE, FIVE), passed=passed.append, drafted=drafts.append, notes=("a note",)
    )
    assert passed == RULES
    assert [(step.to, step.role, step.gas) for step in found.plan.steps] == [
        (USDC_AT, Role.APPROVAL, 105_000),
        (POOL.address, Role.ACTION, 105_000),
        (USDC_AT, Role.CLEANUP, 100_000),
    ]
    assert [(change.token, change.min, change.max) for change in found.plan.expected] == [(USDC_AT, -FIVE, -FIVE)]
    assert found.plan.max_total_fee_wei == 310_000 * fees.offered(BASE_FEE).max_fee_per_gas
    assert (found.moves, found.simulated.gas_used) == ((Enter(VENUE, FIVE),), (50_000, 50_000))
    assert found.simulated.changes == found.rehearsal.changes == {USDC_AT: -FIVE}
    assert found.simulated.allowances == {(USDC_AT, POOL.address): 0}
    assert found.rehearsal.states[VENUE.id].position == FIVE
    assert (found.preview.headline, found.preview.notes, found.preview.seconds) == (
        "put 5 USDC into pool:USDC",
        ("a note",),
        120,
    )
    assert found.preview.max_fee_usd
    (draft,) = drafts
    assert ([step.gas for step in draft.steps], draft.expected) == ([0, 0, 0], ())


async def test_an_allowance_that_stands_is_read_and_goes_through_zero() -> None:
    chain = gate_chain()
    chain.world.allowed[USDC_AT, ACCOUNT, POOL.address] = 7
    found = await propose(chain, Enter(VENUE, FIVE))
    assert [step.args[1] for step in found.plan.steps if step.to == USDC_AT] == [0, FIVE, 0]
    assert found.simulated.allowances == {(USDC_AT, POOL.address): 7}


async def test_under_pause_only_what_leaves_goes_on() -> None:
    chain = gate_chain()
    chain.world.supplied[USDC_AT, ACCOUNT] = FIVE
    out = Leave(VENUE, 1_000_000)
    assert (await refused(chain, Enter(VENUE, FIVE), paused=True))[0] == "pause"
    assert (await refused(chain, out, Enter(VENUE, FIVE), paused=True))[0] == "pause"
    assert (await refused(chain, Send(USDC, 1, "bob", FRIEND), paused=True))[0] == "pause"
    assert (await propose(chain, out, paused=True)).rehearsal.changes == {USDC_AT: 1_000_000}


async def test_a_venue_that_may_not_be_entered() -> None:
    chain = gate_chain(room=FIVE - 1)
    rule, message = await refused(chain, Enter(VENUE, FIVE))
    assert (rule, "capped" in message) == ("state", True)
    chain.room = FIVE
    assert (await propose(chain, Enter(VENUE, FIVE))).plan.steps
    gate, request, snapshot = await desk(chain, venues=())
    snapshot = replace(snapshot, missing={VENUE.id: "the pool is on holiday"})
    with pytest.raises(Refused, match="the pool is on holiday") as caught:
        await gate.propose(request, [Enter(VENUE, FIVE)], snapshot)
    assert caught.value.rule == "state"
    frozen = replace(chain_state(VENUE), flags=frozenset({Flag.FROZEN}))
    gate, request, snapshot = await desk(chain)
    with pytest.raises(Refused, match="frozen"):
        await gate.propose(request, [Enter(VENUE, FIVE)], replace(snapshot, venues={VENUE.id: frozen}))


def chain_state(venue: PoolVenue) -> Any:
    return venue.state([(0,), (0,), (10**30,)], Block(1, "0x", 1, 1))


async def test_what_has_no_price_or_lost_its_peg_is_not_bought() -> None:
    chain = gate_chain()
    gate, request, snapshot = await desk(chain)
    unpriced = replace(snapshot, prices={"ETH": 3_000 * 10**8})
    moves: list[Move] = [Enter(VENUE, FIVE), swap(chain), Send(USDC, 1, "bob", FRIEND)]
    for move in moves:
        with pytest.raises(Refused) as caught:
            await gate.propose(request, [move], unpriced)
        assert caught.value.rule == "oracle"
    for symbol in ("USDC", "DAI"):
        half = replace(snapshot, prices={key: at for key, at in snapshot.prices.items() if key != symbol})
        with pytest.raises(Refused, match=f"no price for {symbol}"):
            await gate.propose(request, [swap(chain)], half)
    low = {"USDC": 97_999_999}
    assert (await refused(chain, Enter(VENUE, FIVE), prices=low))[0] == "peg"
    assert (await refused(chain, swap(chain), prices={"DAI": 97_999_999}))[0] == "peg"
    assert (await propose(chain, swap(chain), prices=low)).plan.steps  # selling it is no entry
    assert (await propose(chain, Enter(VENUE, FIVE), prices={"USDC": 98_000_000})).plan.steps
    chain.world.supplied[USDC_AT, ACCOUNT] = FIVE
    assert (await gate.propose(request, [Leave(VENUE, 1)], replace(snapshot, prices={}))).plan.steps


async def test_a_contract_that_changed_since_it_was_listed() -> None:
    known = replace(GATE_POLICY, codes={POOL.address: Fingerprint("0x" + "77" * 32)})
    assert (await refused(gate_chain(), Enter(VENUE, FIVE), policy=known))[0] == "changed"
    chain = gate_chain()
    chain.world.supplied[USDC_AT, ACCOUNT] = FIVE
    assert (await propose(chain, Leave(VENUE, 1), policy=known)).plan.steps


async def test_a_recipient_that_is_no_contact_and_an_amount_above_the_cap() -> None:
    chain = gate_chain()
    assert (await propose(chain, Send(USDC, 1, "bob", FRIEND))).plan.steps
    assert (await refused(chain, Send(USDC, 1, "bob", FRIEND), contacts=frozenset()))[0] == "recipients"
    assert (await refused(chain, Enter(VENUE, 10**9 + 1)))[0] == "caps"


async def test_what_other_plans_have_reserved_counts() -> None:
    cap = Cap(By.SIGNER, Period.DAY, None, "USDC", FIVE)
    standing = Standing(Limits((cap,)), {cap: 1})
    rule, _ = await refused(gate_chain(), Enter(VENUE, FIVE), standing=standing)
    assert rule == "day-cap"
    assert (await propose(gate_chain(), Enter(VENUE, FIVE - 1), standing=standing)).plan.steps


async def test_shares_that_are_worth_less_than_what_went_in() -> None:
    assert (await refused(gate_chain(skimmed=1_000), Enter(VENUE, FIVE)))[0] == "shares"
    assert (await propose(gate_chain(skimmed=500), Enter(VENUE, FIVE))).plan.steps  # a basis point
    chain = gate_chain(skimmed=1_000)
    chain.world.supplied[USDC_AT, ACCOUNT] = 1_000  # what stood there before is no part of what was given for it
    assert (await refused(chain, Enter(VENUE, FIVE)))[0] == "shares"


async def test_a_step_that_would_fail_is_named() -> None:
    chain = gate_chain()
    chain.world.units[USDC_AT, ACCOUNT] = FIVE - 1
    rule, message = await refused(chain, Enter(VENUE, FIVE))
    assert (rule, message) == (
        "simulate",
        "Aave v3 pool would refuse the call of supply: transfer amount exceeds balance.",
    )


async def test_gas_for_leaving_stays() -> None:
    chain = gate_chain()
    per_gas = fees.offered(BASE_FEE).max_fee_per_gas
    fee, kept = 310_000 * per_gas, reserve.EXIT_GAS * per_gas
    chain.world.native[ACCOUNT] = fee + kept
    assert (await propose(chain, Enter(VENUE, FIVE))).plan.max_total_fee_wei == fee
    chain.world.native[ACCOUNT] -= 1
    assert (await refused(chain, Enter(VENUE, FIVE)))[0] == "gas-reserve"
    chain.world.native[ACCOUNT] = fee - 1
    assert (await refused(chain, Enter(VENUE, FIVE)))[0] == "gas"
    chain.world.native[ACCOUNT] = fee + 2 * kept
    chain.world.supplied[DAI_AT, ACCOUNT] = 1  # a second position to leave
    assert (await propose(chain, Enter(VENUE, FIVE))).plan.steps
    chain.world.native[ACCOUNT] -= 1
    assert (await refused(chain, Enter(VENUE, FIVE)))[0] == "gas-reserve"
    out = await propose(gate_chain_with(FIVE, native=105_000 * per_gas), Leave(VENUE, 1))
    assert out.plan.max_total_fee_wei == 105_000 * per_gas  # leaving needs its fee, and no reserve


def gate_chain_with(supplied: int, *, native: int = 10**18) -> GateChain:
    chain = gate_chain()
    chain.world.supplied[USDC_AT, ACCOUNT] = supplied
    chain.world.native[ACCOUNT] = native
    return chain


async def test_coin_that_is_sent_counts_against_the_reserve() -> None:
    chain, per_gas = gate_chain(), fees.offered(BASE_FEE).max_fee_per_gas
    chain.world.native[ACCOUNT] = 10**17
    fee = 105_000 * per_gas
    assert (await propose(chain, Send(ETH, 10**17 - fee, "bob", FRIEND))).rehearsal.changes == {
        "native": -(10**17 - fee)
    }
    assert (await refused(chain, Send(ETH, 10**17 - fee + 1, "bob", FRIEND)))[0] == "gas-reserve"


async def test_a_swap_into_an_honest_token() -> None:
    chain = gate_chain()
    found = await propose(chain, swap(chain))
    back = chain.quote(USDC_AT, DAI_AT, FIVE)
    assert found.rehearsal.changes == {USDC_AT: -FIVE, DAI_AT: back}
    assert len(chain.simulated) == 2  # the plan, and the round trip


@pytest.mark.parametrize("lie", [{"tax_bps": 100}, {"rebasing": True}, {"unsellable": True}, {"unreadable": True}])
async def test_a_token_that_lies_is_not_bought(lie: dict[str, Any]) -> None:
    honest, chain = gate_chain(), gate_chain()
    gate, request, snapshot = await desk(chain)
    for name, value in lie.items():
        setattr(chain, name, value)
    move = swap(honest)
    wide = replace(move, limits=(1,))
    with pytest.raises(Refused) as caught:
        await gate.propose(request, [wide], snapshot)
    assert caught.value.rule == "token-safety"


async def test_what_a_swap_gives_goes_into_a_venue_at_once() -> None:
    chain = gate_chain()
    bought = swap(chain)
    found = await propose(chain, bought, Enter(DAI_VENUE, bought.trade.units_out, bought))
    assert found.rehearsal.outputs == {1: bought.trade.units_out}
    assert found.rehearsal.changes == {USDC_AT: -FIVE}
    assert found.rehearsal.states[DAI_VENUE.id].position == bought.trade.units_out
    chain.unsellable = True
    assert (await refused(chain, bought, Enter(DAI_VENUE, bought.trade.units_out, bought)))[0] == "token-safety"


async def test_an_exit_leaves_out_a_venue_that_refuses_and_names_it() -> None:
    chain = gate_chain_with(FIVE)
    gate, request, snapshot = await desk(chain)
    request = replace(request, notes=("asked",))
    whole = [Leave(VENUE, None), Leave(DAI_VENUE, None)]
    found = await gate.propose_exit(request, whole[:1], snapshot)
    assert (found.moves, found.preview.notes) == ((whole[0],), ("asked",))

    withdraw = chain._functions

    def half_stuck(world: Any, sender: Address, to: Address, logs: list[Any]) -> dict[str, Any]:
        found = withdraw(world, sender, to, logs)
        for name, run in list(found.items()):
            if name.startswith("withdraw("):
                found[name] = lambda asset, *rest, run=run: _stuck(asset, *rest, run=run)
        return found

    def _stuck(asset: str, *rest: Any, run: Any) -> Any:
        if asset.lower() == DAI_AT.lower():
            raise Reverted("not enough liquidity")
        return run(asset, *rest)

    chain._functions = half_stuck  # type: ignore[method-assign]
    chain.world.supplied[DAI_AT, ACCOUNT] = 9
    gate, request, snapshot = await desk(chain)
    request = replace(request, notes=("asked",))
    found = await gate.propose_exit(request, whole, snapshot)
    assert found.moves == (whole[0],)
    assert found.preview.notes == (
        "asked",
        "What you have in pool:DAI stays there: Aave v3 pool would refuse the call of withdraw: not enough "
        "liquidity.",
    )
    with pytest.raises(WouldRevert):
        await gate.propose_exit(request, whole[1:], snapshot)
    poor = Send(USDC, 10**9 + 1, "bob", FRIEND)
    with pytest.raises(Refused):
        await gate.propose_exit(request, [whole[0], poor], snapshot)


async def test_where_gas_is_dear_an_exit_offers_less_for_it_and_then_leaves_one_venue_after_another() -> None:
    per_gas, least = fees.offered(BASE_FEE).max_fee_per_gas, BASE_FEE * 9 // 8 + fees.ETHEREUM.tip
    two = [Leave(VENUE, None), Leave(DAI_VENUE, None)]
    chain = gate_chain_with(FIVE)
    chain.world.supplied[DAI_AT, ACCOUNT] = 9
    whole = (await propose(chain, *two)).plan
    gas = sum(step.gas for step in whole.steps)
    assert whole.max_total_fee_wei == gas * per_gas

    async def left(native: int = 10**18, most: int = 10**18) -> tuple[Sequence[Move], int, Sequence[str]]:
        chain.world.native[ACCOUNT] = native
        gate, request, snapshot = await desk(chain, policy=replace(GATE_POLICY, max_fee_wei=most))
        found = await gate.propose_exit(request, two, snapshot)
        assert (
            plan_of(
                request.draft,
                two[: len(found.moves)],
                whole.steps[: len(found.moves)],
                snapshot,
                Simulated.from_json(found.simulated.as_json()),
            ).digest
            == found.plan.digest
        )
        return found.moves, found.plan.max_total_fee_wei, found.preview.notes

    stays = ("What you have in pool:DAI stays for now: say the same again for it.",)
    for tight in ({"most": gas * least}, {"native": gas * least}):
        assert await left(**tight) == (tuple(two), gas * least, ())
    for tighter in ({"most": gas * least - 1}, {"native": gas * least - 1}):
        moves, fee, notes = await left(**tighter)
        assert (moves, notes) == ((two[0],), stays)
        assert fee <= gas * least - 1
    one = whole.steps[0].gas * least
    with pytest.raises(Refused, match="the policy allows one plan") as caught:
        await left(most=one - 1)
    assert caught.value.rule == "fees"
    with pytest.raises(Refused, match="the account holds"):
        await left(native=one - 1)


async def test_an_entry_keeps_to_what_the_policy_allows_for_gas() -> None:
    chain, least = gate_chain(), BASE_FEE * 9 // 8 + fees.ETHEREUM.tip
    policy = replace(GATE_POLICY, max_fee_wei=310_000 * least)
    assert (await propose(chain, Enter(VENUE, FIVE), policy=policy)).plan.max_total_fee_wei == 310_000 * least
    policy = replace(GATE_POLICY, max_fee_wei=310_000 * least - 1)
    assert (await refused(chain, Enter(VENUE, FIVE), policy=policy))[0] == "fees"


async def test_the_coin_itself_is_no_asset_of_a_venue() -> None:
    coin = PoolVenue(USDC)
    coin.asset = ETH
    gate, request, snapshot = await desk(gate_chain())
    snapshot = replace(snapshot, venues={coin.id: chain_state(coin)})
    with pytest.raises(Refused, match="wrapped form") as caught:
        await gate.propose(request, [Enter(coin, FIVE)], snapshot)
    assert caught.value.rule == "lists"


async def test_an_allowance_is_taken_back() -> None:
    chain = gate_chain()
    chain.world.allowed[USDC_AT, ACCOUNT, POOL.address] = 7
    found = await propose(chain, TakeBack(USDC, POOL.address, VENUE.id))
    (step,) = found.plan.steps
    assert (step.to, step.args, step.role, step.venue) == (USDC_AT, (POOL.address, 0), Role.ACTION, VENUE.id)
    assert [(each.token, each.min, each.max) for each in found.plan.expected] == [(USDC_AT, 0, 0)]
    assert found.simulated.allowances == {(USDC_AT, POOL.address): 7}
    chain.world.allowed[USDC_AT, ACCOUNT, POOL.address] = 0
    rule, message = await refused(chain, TakeBack(USDC, POOL.address, VENUE.id))
    assert (rule, message) == (
        "allowance",
        "pool:USDC may take nothing of your USDC: there is nothing to take back.",
    )
