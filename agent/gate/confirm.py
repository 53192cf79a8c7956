"""Confirm: what was previewed is simulated again at the head; only inside the confirmed bounds does it run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agent.chain.simulate import NoSimulation
from agent.chain.snapshot import Snapshot, take
from agent.errors import Refused
from agent.execution.settle import outside
from agent.gate import alone, listed, loans, oracle, reserve, shares, state
from agent.gate.build import entering
from agent.gate.propose import Gate
from agent.gate.rehearse import Rehearsal, rehearse
from agent.gate.trades import honest
from agent.money import Address, Token
from agent.plans import Plan
from agent.plugin import Venue
from agent.policy.effects import Effect
from agent.policy.outputs import at_most
from agent.policy.whole import read_step


@dataclass(frozen=True, slots=True)
class Look:
    """`void`: '' where the plan still does what was confirmed, else why it doesn't. `prices`: at the head."""

    void: str
    prices: Mapping[str, int]


async def look(gate: Gate, plan: Plan, venues: Mapping[str, Venue]) -> Look:
    """The plan at the head, once more. Raises Unavailable for a dead node."""
    touched = {step.venue: venues[step.venue] for step in plan.steps if step.venue in venues}
    effects = [read_step(gate.policy, at_most(step))[1] for step in plan.steps]
    leaving = all(effect.direction in ("leave", "unwrap") for effect in effects)
    risky = any(effect.direction in ("enter", "swap") for effect in effects)
    paid = {step.venue for step, effect in zip(plan.steps, effects, strict=True) if effect.direction == "repay"}
    traders = gate.traders if risky else {}  # an exit asks no pool for its price
    snapshot = await take(
        gate.rpc, gate.registry, touched, plan.account, traders=traders, untrusted=gate.watched.untrusted
    )
    try:
        if not leaving:
            gate.check_chain(snapshot)
        for effect in effects:
            if effect.direction == "repay":
                oracle.check_price(gate.registry, snapshot, effect.token)
            for side in effect.sides if effect.along is not None else ():
                gate.check_bought(side.token, snapshot)
            if effect.direction == "swap" and effect.to is not None:
                oracle.check_price(gate.registry, snapshot, effect.token)
                gate.check_bought(effect.to, snapshot)
        spent = sum(step.value for step in plan.steps)
        reserve.check_fee(gate.registry.native, snapshot.native - spent, plan.max_total_fee_wei)
        bought = [  # what an order buys comes from nobody that could be simulated
            effect.to
            for step, effect in zip(plan.steps, effects, strict=True)
            if effect.direction == "swap" and effect.to is not None and not step.typed
        ]
        rehearsal = await _rehearsed(gate, plan, touched, snapshot, leaving, bought)
        if rehearsal is not None:
            for venue_id in paid & touched.keys():
                state.check_trusted(touched[venue_id], snapshot.untrusted)
            entered = {key: venue for key, venue in touched.items() if key not in paid}
            _check_entered(gate, plan, entered, snapshot, rehearsal)
            loans.check_health(snapshot.loans, rehearsal.loans, gate.watched.least_health, None)
            honest.check_arrived(bought, snapshot, rehearsal)
        await listed.check_unchanged(gate.rpc, gate.registry, gate.policy, _risked(plan, effects, gate))
    except Refused as error:
        return Look(str(error), snapshot.prices)
    return Look("" if rehearsal is None else outside(rehearsal.changes, plan.expected), snapshot.prices)


def _check_entered(
    gate: Gate, plan: Plan, venues: Mapping[str, Venue], snapshot: Snapshot, rehearsal: Rehearsal
) -> None:
    """Raises Refused for a venue that the plan puts money into and that may not be entered now."""
    for venue_id, units in entering(plan.steps, venues, rehearsal.outputs).items():
        venue, before, after = venues[venue_id], snapshot.venues.get(venue_id), rehearsal.states[venue_id]
        state.check_trusted(venue, snapshot.untrusted)
        state.check_entry(venue, before, units, snapshot.missing.get(venue_id))
        gate.check_bought(venue.asset, snapshot)
        grown = after.position - (before.position if before else 0)
        shares.check_worth(venue.asset, units, grown, venue_id)


async def _rehearsed(
    gate: Gate,
    plan: Plan,
    venues: Mapping[str, Venue],
    snapshot: Snapshot,
    leaving: bool,
    bought: Sequence[Token],
) -> Rehearsal | None:
    """What the plan does now; None for an exit that a node without eth_simulateV1 could only try step by step."""
    try:
        counted = [token.address for token in bought if token.address is not None]
        return await rehearse(
            gate.rpc,
            gate.registry,
            plan.account,
            plan.steps,
            list(venues.values()),
            snapshot.block,
            counted,
            lambda step: read_step(gate.policy, step)[1],
        )
    except NoSimulation:
        if not leaving:
            raise alone.no_entry() from None
        await alone.tried(gate.rpc, plan.account, plan.steps)
        return None


def _risked(plan: Plan, effects: Sequence[Effect], gate: Gate) -> list[Address]:
    """The contracts that the plan lets spend something, and the tokens that it moves there; exits have none."""
    approvals = [effect for effect in effects if effect.direction == "approve" and effect.units]
    native = [step for step in plan.steps if step.value and step.to in gate.policy.contracts]
    spenders = [effect.spender for effect in approvals] + [step.to for step in native]
    spenders += [step.to for step in plan.steps if step.typed]
    gained = [change.token for change in plan.expected if change.max > 0] if spenders else []
    tokens = [effect.token.address for effect in approvals]
    places = [*spenders, *tokens, *map(Address, gained)]
    return [place for place in dict.fromkeys(places) if place is not None]
