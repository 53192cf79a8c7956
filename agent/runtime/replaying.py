"""Replay: a decision made again from what was stored with it. Nothing is asked of the chain, nothing is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pluggy

from agent.chain.positions import managers_of
from agent.chain.registry import Registry
from agent.chain.snapshot import Snapshot
from agent.chain.snapshot_json import from_json
from agent.curves import Allocation, Candidate, Terms
from agent.errors import Refused
from agent.gate.allowed import marked, trusted
from agent.gate.build import Draft, Simulated, plan_of, steps_of
from agent.gate.desk import SpreadOf, unspread
from agent.gate.liquidity.choice import seen_in
from agent.gate.liquidity.move import weighed as weighed_position
from agent.gate.liquidity.stopped import stopped_in
from agent.gate.mandates.mandate import Terms as MandateTerms
from agent.gate.mandates.ranging import KIND, decided
from agent.gate.moves import Move, Swap
from agent.gate.orders.price import held_to
from agent.gate.risk import bearing, weighed
from agent.gate.shift import moves_of_shifts
from agent.gate.spread import Horizon, Spreader
from agent.gate.trades.offered import from_json as from_facts
from agent.gate.wanted import desk_at, moves_of
from agent.gate.weighed import Weighed, limits_of
from agent.intents import parse
from agent.money import Token
from agent.plans import Plan, Step, plain
from agent.plugin import Option, Placement, Trader, Venue
from agent.replies import rebalanced
from memory.rows import DecisionRow


@dataclass(frozen=True, slots=True)
class Known:
    """What code and the chain file say, as the instance has it: no state of the chain."""

    registry: Registry
    venues: Mapping[str, Venue]
    traders: Mapping[str, Trader]
    hooks: pluggy.HookRelay

    def allocate(self, candidates: Sequence[Candidate], terms: Terms) -> Allocation | None:
        """Where all money should be, by the first plug-in that says so."""
        found: Allocation | None = self.hooks.moneta_allocate(candidates=candidates, terms=terms)
        return found


@dataclass(frozen=True, slots=True)
class Replay:
    """What came out this time; `digest` is '' without a plan. `differs` names what isn't as it was; empty: all is."""

    chosen: str
    steps: tuple[dict[str, Any], ...]
    digest: str
    differs: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "chosen": self.chosen or None,
            "steps": list(self.steps),
            "digest": self.digest or None,
            "differs": list(self.differs),
            "same": not self.differs,
        }


def replay(row: DecisionRow, plan: Plan | None, known: Known) -> Replay:
    """The choice, its alternatives and the whole plan, made again by the same rule from the stored snapshot.

    Only the plan's id, its user and its expiry are taken from `plan`: the digest is the same where all else is.
    Raises Refused("replay") where the decision was made without a snapshot, or by what isn't here any more.
    """
    if "block" not in row.snapshot:
        raise Refused("replay", f"Decision {row.id} saw nothing: {row.snapshot.get('why_not', 'no snapshot')}.")
    if "intent" not in row.snapshot or (plan is not None and row.simulated is None):
        raise Refused("replay", f"Decision {row.id} was made by an earlier version, which didn't keep enough for it.")
    snapshot = from_json(row.snapshot)
    gone = sorted((set(snapshot.venues) - set(known.venues)) | (set(snapshot.traders) - set(known.traders)))
    if gone:
        raise Refused("replay", f"Decision {row.id} needs what isn't listed any more: {', '.join(gone)}.")
    make = _rebalance if row.kind.startswith("rebalance") else _ranged if row.kind == KIND else _request
    chosen, weighed, moves = make(row, snapshot, known)
    differs = []
    if chosen != row.chosen:
        differs.append(f"chose {chosen or 'nothing'}; it was {row.chosen or 'nothing'}")
    if weighed != [dict(each) for each in row.alternatives]:
        differs.append("the alternatives have other numbers")
    if plan is None or row.simulated is None:
        return Replay(chosen, (), "", tuple(differs))
    try:
        again = _plan(moves, snapshot, Simulated.from_json(row.simulated), plan)
    except Refused as error:
        return Replay(chosen, (), "", (*differs, f"no plan comes of it with what was simulated: {error}"))
    if _shown(again.steps) != _shown(plan.steps):
        differs.append("the plan has other steps")
    elif again.digest != plan.digest:
        differs.append("the plan has other bounds, gas limits or words")
    return Replay(chosen, _shown(again.steps), again.digest, tuple(differs))


Made = tuple[str, list[dict[str, Any]], tuple[Move, ...]]


def _rebalance(row: DecisionRow, snapshot: Snapshot, known: Known) -> Made:
    if row.snapshot["limits"] is None:
        return "", [], ()
    if "weighed" not in row.snapshot:
        raise Refused("replay", f"Decision {row.id} was made by the rule of an earlier version, which is gone.")
    limits = limits_of(row.snapshot["limits"])
    weighed = Weighed.from_json(row.snapshot["weighed"], limits)
    placement: Placement = known.hooks.moneta_rebalance(
        candidates=weighed.candidates,
        terms=weighed.terms,
        limits=limits,
        outlooks=weighed.outlooks,
        signals=weighed.signals,
    )
    if row.snapshot["barred"]:  # a user's pause or a freeze stood above the rule
        placement = replace(placement, shifts=(), why_not=row.snapshot["why_not"])
    moves = moves_of_shifts(placement.shifts, _seen(snapshot, known), snapshot.venues, limits)
    return rebalanced.chosen_of(placement), rebalanced.record(placement), moves


def _ranged(row: DecisionRow, snapshot: Snapshot, known: Known) -> Made:
    """A position that a mandate moved, or didn't."""
    terms, seen = MandateTerms.from_json(row.snapshot["terms"]), seen_in(row.snapshot)
    position = next(each for each in snapshot.positions if str(each.id) == row.snapshot["position"])
    found = weighed_position(position, snapshot, known.registry, managers_of(known.traders), seen)
    if found is None:
        return "", [], ()
    made = decided(terms, found, snapshot.prices)
    if made.why_not or row.plan_id is None:
        return made.chosen, made.alternatives, ()
    desk = desk_at(known.registry, _seen(snapshot, known), known.traders, snapshot, lambda asset, units: [], {})
    return made.chosen, made.alternatives, moves_of(made.intent, replace(desk, seen=seen)).moves


def _request(row: DecisionRow, snapshot: Snapshot, known: Known) -> Made:
    """All that the request comes to; of its choices the one of the row's kind."""
    venues = _seen(snapshot, known)

    allowed = row.snapshot.get("allowed_venues")

    def rank(asset: Token, units: int) -> list[Option]:
        options = known.hooks.moneta_rank(venues=venues, states=snapshot.venues, asset=asset, units=units)
        against = bearing(snapshot.signals, snapshot.venues, units)
        offered = weighed(trusted(options or [], snapshot.untrusted), against)
        return marked(offered, None if allowed is None else frozenset(allowed))

    spread: SpreadOf = unspread  # in an earlier version every deposit went into one venue
    if "horizon" in row.snapshot:
        horizon = Horizon.from_json(row.snapshot["horizon"])
        spread = Spreader(known.registry, venues, snapshot, rank, known.allocate, horizon).spread
    tokens = {**known.registry.tokens, known.registry.native.symbol: known.registry.native}
    offers = from_facts(row.snapshot, tokens)
    desk = desk_at(known.registry, venues, known.traders, snapshot, rank, {}, spread, offers)
    desk = replace(desk, seen=seen_in(row.snapshot), stopped=stopped_in(row.snapshot))
    resolved = moves_of(parse(dict(row.snapshot["intent"])), desk)
    moves = resolved.moves
    bound = row.snapshot.get("bound")  # a limit's own, stricter than the slippage
    if bound is not None:
        moves = tuple(held_to(move, int(bound)) if isinstance(move, Swap) else move for move in moves)
    recorded = [made for choice in resolved.choices if (made := choice.recorded()).kind == row.kind]
    return (recorded[0].chosen, recorded[0].alternatives, moves) if recorded else ("", [], ())


def _seen(snapshot: Snapshot, known: Known) -> dict[str, Venue]:
    """The venues that the decision could see: others may be listed since."""
    return {key: venue for key, venue in known.venues.items() if key in snapshot.venues or key in snapshot.missing}


def _plan(moves: Sequence[Move], snapshot: Snapshot, simulated: Simulated, before: Plan) -> Plan:
    draft = Draft(before.plan_id, before.user, before.intent, before.not_after)
    return plan_of(draft, moves, steps_of(moves, snapshot, simulated.allowances), snapshot, simulated)


def _shown(steps: Sequence[Step]) -> tuple[dict[str, Any], ...]:
    """What a step does; its gas limit is in the digest."""
    return tuple(
        {
            "to": step.to,
            "contract": step.contract,
            "function": step.function,
            "args": plain(step.args),
            "value": str(step.value),
            "role": str(step.role),
        }
        for step in steps
    )
