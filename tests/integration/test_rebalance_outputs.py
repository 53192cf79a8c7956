"""A rebalance enters with exactly what left: over every pair of venues, and when it goes wrong half-way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from agent.errors import Refused
from agent.execution.outcome import End, Outcome
from agent.execution.signer.client import Signed
from agent.gate.mandates.mandate import Bounds, Terms, check
from agent.gate.propose import Proposal, Request
from agent.gate.shift import moves_of_shifts
from agent.intents import Rebalance, as_json
from agent.money import Rate
from agent.plans import Output, Plan, Role
from agent.plugin import Limits, Shift
from memory.rows import Flow, FlowKind, PlanStatus
from tests.integration.runtime_parts import AAVE, BOB, MORPHO, USDC, Whole, deposit

pytestmark = pytest.mark.integration

VENUS, VAULT = "venus:core:USDC", "erc4626:stata-prime-USDC:USDC"
AMOUNT = 40_000 * USDC
LOOSE = Limits(None, None, None, 0, 0, 10**8, 86_400, decimals=6)


async def proposed(
    whole: Whole, source: str, target: str, units: int | None = None, limits: Limits = LOOSE
) -> Proposal:
    world = whole.world
    snapshot = await world.priced_snapshot(whole.account)
    position = snapshot.venues[source].position
    shift = Shift(source, target, units or position, units is None, Rate(1), Rate(2), 1, 1)
    moves = moves_of_shifts([shift], world.venues, snapshot.venues, limits)
    draft = world.draft(whole.user, as_json(Rebalance(assets=("USDC",))))
    return await world.gate.propose(Request(draft, 120, frozenset(), False), moves, snapshot)


async def carried_out(whole: Whole, proposal: Proposal) -> Outcome:
    world, plan = whole.world, proposal.plan
    await world.ledger.propose(plan, origins={}, preview={}, decisions=(), channel="here")
    row = await world.ledger.confirm(plan.plan_id, whole.user.id, plan.digest, world.now())
    return await world.manager.run(row.plan)


def empty_wallet(whole: Whole) -> None:
    """Not one unit is left that a rounding could be taken from."""
    whole.send(whole.account, whole.token("USDC").address, "transfer(address,uint256)", BOB, whole.balance("USDC"))


async def flows(whole: Whole, proposal: Proposal) -> list[Flow]:
    return await whole.world.ledger.flows_of_plan(proposal.plan.plan_id)


def output_of(plan: Plan) -> Output:
    """The one amount that is left open, in approval and entry alike."""
    opened_ = [step for step in plan.steps if step.outputs]
    assert [step.role for step in opened_] == [Role.APPROVAL, Role.ACTION]
    assert len({step.outputs for step in opened_}) == 1
    return opened_[0].outputs[0]


async def test_between_all_kinds_of_venues_nothing_is_left_behind_and_nothing_fails(whole: Whole) -> None:
    """Aave, Venus, Morpho, a vault, each after each other, with interest and an empty wallet."""
    usdc = str(whole.token("USDC").address)
    ways = [AAVE, VENUS, MORPHO, VAULT, VENUS, AAVE, MORPHO, AAVE, VAULT, MORPHO, VENUS, VAULT, AAVE]
    assert len(set(pairwise(ways))) == 12  # each pair, both ways
    await whole.do(deposit("40000", venue=AAVE))
    empty_wallet(whole)
    await whole.say("advance 30 days")
    await whole.say("acknowledge")  # that it was emptied by another hand
    for source, target in pairwise(ways):
        before = await whole.position(source)
        proposal = await proposed(whole, source, target)
        outcome = await carried_out(whole, proposal)
        assert outcome.end is End.SETTLED, (source, target, outcome.reason)
        assert whole.balance("USDC") == 0, (source, target)
        assert [c.token for c in proposal.plan.expected if c.token == usdc and c.min == c.max == 0] == [usdc]
        state = (await whole.world.snapshot(whole.account)).venues[source]
        assert (state.position, state.shares) == (0, 0), (source, target)
        assert await whole.position(target) >= before - 3, (source, target)  # a unit of rounding in each contract
        assert whole.allowance("USDC", whole.world.venues[target].contract.address) == 0
        moved = {flow.kind: flow.units for flow in await flows(whole, proposal) if flow.symbol == "USDC"}
        assert moved[FlowKind.WITHDRAW] == -moved[FlowKind.DEPOSIT] >= before - 2
    assert await whole.position(AAVE) > AMOUNT


async def test_a_part_leaves_to_the_unit_and_its_interest_stays(whole: Whole) -> None:
    await whole.do(deposit("40000", venue=AAVE))
    empty_wallet(whole)
    await whole.say("advance 30 days")
    await whole.say("acknowledge")  # that it was emptied by another hand
    for source, target in pairwise((AAVE, VENUS, MORPHO, VAULT, AAVE)):
        part = await whole.position(source) // 2
        proposal = await proposed(whole, source, target, part)
        output = output_of(proposal.plan)
        assert (output.min, output.max) == (part - 2, part)
        before = await whole.position(target)
        assert (await carried_out(whole, proposal)).end is End.SETTLED
        assert whole.balance("USDC") == 0
        assert abs(await whole.position(target) - before - part) <= 2 + before // 10**6


async def test_the_bounds_keep_to_the_limits_or_only_a_part_leaves(whole: Whole) -> None:
    """A position that its interest could carry over a limit isn't left whole: exactly what was weighed moves."""
    await whole.do(deposit("40000", venue=AAVE))
    position = await whole.position(AAVE)
    roomy, tight = replace(LOOSE, cap=position * 2, most=position * 2), replace(LOOSE, cap=position, most=position)
    output = output_of((await proposed(whole, AAVE, VENUS, limits=roomy)).plan)
    assert output.min == position - 2
    assert position < output.max < position * 1002 // 1000
    proposal = await proposed(whole, AAVE, VENUS, limits=tight)
    output = output_of(proposal.plan)
    assert (output.min, output.max) == (position - 2, position)
    terms = Terms({"USDC": Bounds(position, position)}, None, 0, 10**12, 30)
    states = (await whole.world.snapshot(whole.account)).venues
    check(terms, proposal.moves, states, 0, 0, 10**8)
    with pytest.raises(Refused, match="more than your"):
        check(terms, (await proposed(whole, AAVE, VENUS, limits=roomy)).moves, states, 0, 0, 10**8)


class Liar:
    """Stands between manager and signer and says another amount than the receipt does."""

    def __init__(self, whole: Whole, change: int) -> None:
        self.signer, self.change = whole.world.signer, change
        self.replacement, self.cancel = self.signer.replacement, self.signer.cancel
        self.signed, self.message = self.signer.signed, self.signer.message

    async def sign(
        self, plan: Plan, step: int, nonce: int, fee: int, tip: int, outputs: Mapping[int, int] | None = None
    ) -> Signed:
        told = {source: units + self.change for source, units in (outputs or {}).items()}
        return await self.signer.sign(plan, step, nonce, fee, tip, told)


@pytest.mark.parametrize("change", [-100 * USDC, 100 * USDC])
async def test_the_signer_holds_the_bounds_of_what_left(whole: Whole, change: int) -> None:
    await whole.do(deposit("40000", venue=AAVE))
    wallet = whole.balance("USDC")
    proposal = await proposed(whole, AAVE, VENUS)
    whole.world.manager.signer = Liar(whole, change)
    outcome = await carried_out(whole, proposal)
    assert outcome.end is End.PARTIAL
    assert "were confirmed" in outcome.reason
    assert whole.balance("USDC") >= wallet + AMOUNT - 2  # it is in the wallet, where its user finds it
    assert whole.allowance("USDC", whole.world.venues[VENUS].contract.address) == 0


async def test_what_gives_less_than_its_bounds_stops_before_the_entry(whole: Whole) -> None:
    """Venus' treasury takes its part of a redemption: that isn't made up for out of the wallet."""
    await whole.do(deposit("40000", venue=VENUS))
    proposal = await proposed(whole, VENUS, AAVE)
    wallet, tight = whole.balance("USDC"), output_of(proposal.plan)
    steps = tuple(_raised(step, tight) for step in proposal.plan.steps)
    outcome = await carried_out(whole, replace(proposal, plan=replace(proposal.plan, steps=steps)))
    assert outcome.end is End.PARTIAL
    assert "were confirmed" in outcome.reason
    assert whole.balance("USDC") >= wallet + AMOUNT - 2
    assert await whole.position(AAVE) == 0
    assert (await whole.world.ledger.plans_of(whole.user.id, 0, 2**40))[-1].status is PlanStatus.PARTIAL


def _raised(step: Any, output: Output) -> Any:
    """The step with bounds that the withdrawal won't reach."""
    higher = replace(output, min=output.max, max=output.max * 2)
    return replace(step, args=tuple(higher if each == output else each for each in step.args))
