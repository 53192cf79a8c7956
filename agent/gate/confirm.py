"""Confirm: what was previewed is simulated again at the head; only inside the confirmed bounds does it run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agent.chain.snapshot import take
from agent.errors import Refused
from agent.execution.settle import outside
from agent.gate import listed, oracle, reserve, shares, state
from agent.gate.build import entering
from agent.gate.propose import Gate
from agent.gate.rehearse import rehearse
from agent.money import Address
from agent.plans import Plan, Role
from agent.plugin import Venue
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
    risky = any(effect.direction in ("enter", "swap") for effect in effects)
    traders = gate.traders if risky else {}  # an exit asks no pool for its price
    snapshot = await take(gate.rpc, gate.registry, touched, plan.account, traders=traders)
    try:
        for effect in effects:
            if effect.direction == "swap" and effect.to is not None:
                oracle.check_price(gate.registry, snapshot, effect.token)
                gate.check_bought(effect.to, snapshot)
        spent = sum(step.value for step in plan.steps)
        reserve.check_fee(gate.registry.native, snapshot.native - spent, plan.max_total_fee_wei)
        rehearsal = await rehearse(
            gate.rpc, gate.registry, plan.account, plan.steps, list(touched.values()), snapshot.block
        )
        for venue_id, units in entering(plan.steps, touched, rehearsal.outputs).items():
            venue, before, after = venues[venue_id], snapshot.venues.get(venue_id), rehearsal.states[venue_id]
            state.check_entry(venue, before, units, snapshot.missing.get(venue_id))
            gate.check_bought(venue.asset, snapshot)
            grown = after.position - (before.position if before else 0)
            shares.check_worth(venue.asset, units, grown, venue_id)
        await listed.check_unchanged(gate.rpc, gate.registry, gate.policy, _risked(plan, gate))
    except Refused as error:
        return Look(str(error), snapshot.prices)
    return Look(outside(rehearsal.changes, plan.expected), snapshot.prices)


def _risked(plan: Plan, gate: Gate) -> list[Address]:
    """The contracts that the plan lets spend something, and the tokens that it moves there; exits have none."""
    approvals = [step for step in plan.steps if step.role is Role.APPROVAL and str(step.args[1]) != "0"]
    native = [step for step in plan.steps if step.value and step.to in gate.policy.contracts]
    spenders = [Address(str(step.args[0])) for step in approvals] + [step.to for step in native]
    gained = [change.token for change in plan.expected if change.max > 0] if spenders else []
    return [*dict.fromkeys([*spenders, *(step.to for step in approvals), *map(Address, gained)])]
