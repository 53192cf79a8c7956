"""Replay: a decision made again from what was stored with it. Nothing is asked of the chain, nothing is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pluggy

from agent.chain.registry import Registry
from agent.chain.snapshot import Snapshot
from agent.chain.snapshot_json import from_json
from agent.errors import Refused
from agent.gate import approvals
from agent.money import Token
from agent.plans import Plan, Role, Step, plain
from agent.plugin import Limits, Placement, Venue
from agent.replies import explain, rebalanced
from memory.rows import DecisionRow


@dataclass(frozen=True, slots=True)
class Replay:
    """What came out this time. `differs` names what isn't as it was; empty: all of it is."""

    chosen: str
    steps: tuple[dict[str, Any], ...]
    differs: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "chosen": self.chosen or None,
            "steps": list(self.steps),
            "differs": list(self.differs),
            "same": not self.differs,
        }


def replay(
    row: DecisionRow, plan: Plan | None, registry: Registry, venues: Mapping[str, Venue], hooks: pluggy.HookRelay
) -> Replay:
    """The choice, its alternatives and the plan's steps, made again by the same rule from the stored snapshot.

    Raises Refused("replay") where the decision was made without a snapshot, or a venue of it isn't listed any more.
    """
    if "block" not in row.snapshot:
        raise Refused("replay", f"Decision {row.id} saw nothing: {row.snapshot.get('why_not', 'no snapshot')}.")
    snapshot = from_json(row.snapshot)
    gone = sorted(set(snapshot.venues) - set(venues))
    if gone:
        raise Refused("replay", f"Venues of decision {row.id} aren't listed any more: {', '.join(gone)}.")
    venues = {key: venue for key, venue in venues.items() if key in snapshot.venues or key in snapshot.missing}
    asset = registry.token(str(row.snapshot["asset"]))
    if row.kind.startswith("rebalance"):
        chosen, weighed, steps = _rebalance(row, asset, snapshot, venues, hooks)
    else:
        chosen, weighed, steps = _deposit(row, asset, snapshot, venues, hooks)
    differs = []
    if chosen != row.chosen:
        differs.append(f"chose {chosen or 'nothing'}; it was {row.chosen or 'nothing'}")
    if weighed != [dict(each) for each in row.alternatives]:
        differs.append("the alternatives have other numbers")
    shown = _shown(_approved(steps, plan, venues)) if plan is not None else ()
    if plan is not None and shown != _shown(plan.steps):
        differs.append("the plan has other steps")
    return Replay(chosen, shown, tuple(differs))


Made = tuple[str, list[dict[str, Any]], list[Step]]


def _rebalance(
    row: DecisionRow, asset: Token, snapshot: Snapshot, venues: Mapping[str, Venue], hooks: pluggy.HookRelay
) -> Made:
    if row.snapshot["limits"] is None:
        return "", [], []
    placement: Placement = hooks.moneta_rebalance(
        venues=venues, states=snapshot.venues, asset=asset, limits=limits_of(row.snapshot["limits"])
    )
    shift = placement.shift
    weighed = rebalanced.record(placement)
    if shift is None or row.snapshot["why_not"]:  # a user's pause or a freeze stood above the rule
        return "", weighed, []
    source, target = venues[shift.source], venues[shift.target]
    leave = source.withdraw(snapshot.venues[source.id], snapshot.account, None if shift.whole else shift.units)
    enter = target.deposit(snapshot.venues[target.id], snapshot.account, shift.units)
    steps = [replace(step, venue=source.id) for step in leave] + [replace(step, venue=target.id) for step in enter]
    return shift.target, weighed, steps


def _deposit(
    row: DecisionRow, asset: Token, snapshot: Snapshot, venues: Mapping[str, Venue], hooks: pluggy.HookRelay
) -> Made:
    units, chosen = int(row.snapshot["units"]), row.chosen
    weighed: list[dict[str, Any]] = []
    if row.alternatives:  # else the user named the venue: there was nothing to choose
        options = hooks.moneta_rank(venues=venues, states=snapshot.venues, asset=asset, units=units) or []
        weighed = explain.record(options)
        chosen = next((option.venue for option in options if not option.why_not), "")
    venue = venues[chosen]
    steps = venue.deposit(snapshot.venues[chosen], snapshot.account, units)
    return chosen, weighed, [replace(step, venue=chosen) for step in steps]


def _approved(steps: Sequence[Step], plan: Plan, venues: Mapping[str, Venue]) -> list[Step]:
    """The steps with their approvals. What allowance stood then isn't in the snapshot: the plan's own steps say."""
    amounts = {step.venue: int(str(step.args[1])) for step in plan.steps if step.role is Role.APPROVAL}
    around: list[Step] = []
    for step in steps:
        if step.venue not in amounts:
            around.append(step)
            continue
        given = sum(1 for each in plan.steps if each.role is Role.APPROVAL and each.venue == step.venue)
        venue = venues[step.venue]
        spender, units = venue.contract.address, amounts[step.venue]
        with_approval = approvals.around((step,), venue.asset, spender, units, given - 1)
        around += [replace(each, venue=step.venue) for each in with_approval]
    return around


def _shown(steps: Sequence[Step]) -> tuple[dict[str, Any], ...]:
    """What is the same in a step whenever it is built: not its gas limit, which a simulation gave."""
    return tuple(
        {
            "to": step.to,
            "contract": step.contract,
            "function": step.function,
            "args": plain(step.args),
            "role": str(step.role),
        }
        for step in steps
    )


def limits_of(data: Mapping[str, Any]) -> Limits:
    """The limits that a decision was made under."""
    return Limits(
        venues=None if data["venues"] is None else frozenset(data["venues"]),
        cap=None if data["cap"] is None else int(data["cap"]),
        most=None if data["most"] is None else int(data["most"]),
        min_gain=int(data["min_gain"]),
        gas=int(data["gas"]),
        price=int(data["price"]),
        seconds=int(data["seconds"]),
    )
