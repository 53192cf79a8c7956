"""The pure part of a proposal: moves become steps, and with what a simulation did, a plan. Replay builds the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from agent.chain.contracts.weth9 import UNWRAP, WRAP
from agent.chain.snapshot import Snapshot
from agent.errors import Refused
from agent.execution.costs import Costs, costs_at, size_of
from agent.gate import approvals, expect
from agent.gate.liquidity.provided import Close, Gather, Provide
from agent.gate.moves import Collect, Enter, Leave, Move, PayBack, Send, Swap, TakeBack, Wrap
from agent.gate.templates import opened, output_of
from agent.money import Address, Token
from agent.plans import Change, Plan, Role, Step
from agent.plugin import Trader, Venue

TRANSFER = "transfer(address to,uint256 amount)"
CLEANUP_GAS = 100_000
TRADE_SECONDS = 1_800
"""After its snapshot's block a swap that isn't mined yet fails: a price of half an hour ago is nobody's wish."""
LIQUIDITY_SECONDS = 1_800
"""After its snapshot's block a position isn't opened or closed any more: the prices are of half an hour ago."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Whose plan it is, for which intent (JSON data) and until when (Unix seconds)."""

    plan_id: str
    user: str
    intent: dict[str, Any]
    not_after: int


@dataclass(frozen=True, slots=True)
class Simulated:
    """What a plan is made from besides its snapshot.

    `allowances`: base units by (token, spender) that stood. `gas_used` per step that ran, `changes` of the account's
    balances by token, as the simulation gave them. `most_fee_wei`: what all gas may cost, where the usual offer would
    be more than the account or the signer's policy has for it.
    """

    allowances: Mapping[tuple[Address, Address], int]
    gas_used: tuple[int, ...]
    changes: Mapping[str, int]
    most_fee_wei: int | None = None

    def as_json(self) -> dict[str, Any]:
        """What the ledger keeps; integers as decimal text."""
        most = {} if self.most_fee_wei is None else {"most_fee_wei": str(self.most_fee_wei)}
        return {
            **most,
            "allowances": [[token, spender, str(units)] for (token, spender), units in self.allowances.items()],
            "gas_used": [str(gas) for gas in self.gas_used],
            "changes": {token: str(delta) for token, delta in self.changes.items()},
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Simulated:
        """What `as_json` wrote."""
        return cls(
            allowances={(Address(token), Address(place)): int(units) for token, place, units in data["allowances"]},
            gas_used=tuple(int(gas) for gas in data["gas_used"]),
            changes={token: int(delta) for token, delta in data["changes"].items()},
            most_fee_wei=int(data["most_fee_wei"]) if "most_fee_wei" in data else None,
        )


def spenders(moves: Sequence[Move]) -> list[tuple[Token, Address]]:
    """Each token with whom it is approved to: the allowances that must be known."""
    found: list[tuple[Token, Address]] = []
    for move in moves:
        if isinstance(move, Enter):
            found.append((move.venue.asset, move.venue.contract.address))
        elif isinstance(move, Swap) and not move.pays.is_native:
            found.append((move.pays, move.trader.spender))
        elif isinstance(move, TakeBack):
            found.append((move.token, move.spender))
        elif isinstance(move, Provide):
            found += [(token, move.manager.contract.address) for token in move.tokens]
        elif isinstance(move, PayBack):
            found.append((move.venue.asset, move.venue.contract.address))
    return list(dict.fromkeys(found))


def steps_of(
    moves: Sequence[Move], snapshot: Snapshot, allowances: Mapping[tuple[Address, Address], int]
) -> tuple[Step, ...]:
    """The steps of the moves in their order, without gas limits, each entry with its approval and clean-up."""
    steps: list[Step] = []
    left = dict(allowances)
    for move in moves:
        match move:
            case Enter(venue=venue):
                steps += [replace(step, venue=venue.id) for step in _entry(move, steps, snapshot, left)]
                if venue.asset.address is not None:  # an entry spends all that it was let
                    left[venue.asset.address, venue.contract.address] = 0
            case Swap():
                steps += _trade(move, snapshot, allowances)
            case Leave(venue=venue, units=units):
                inner = venue.withdraw(snapshot.venues[venue.id], snapshot.account, units)
                steps += [replace(step, venue=venue.id) for step in inner]
            case Provide() | Gather() | Close():
                steps += _liquidity(move, snapshot, allowances)
            case PayBack(venue=venue):
                steps += [replace(step, venue=venue.id) for step in _pay_back(move, snapshot, allowances)]
            case Wrap():
                steps += _wrap(move, steps)
            case Send() | TakeBack() | Collect():
                steps.append(_single(move, snapshot.account, allowances))
    return tuple(steps)


def _single(
    move: Send | TakeBack | Collect, account: Address, allowances: Mapping[tuple[Address, Address], int]
) -> Step:
    match move:
        case Send():
            return _send(move)
        case TakeBack():
            return _take_back(move, allowances)
        case Collect(rewarder=rewarder, token=token, units=units):
            if token.address is None:
                raise ValueError("rewards are tokens")
            return rewarder.claim(account, token.address, units)


def plan_of(
    draft: Draft, moves: Sequence[Move], steps: Sequence[Step], snapshot: Snapshot, simulated: Simulated
) -> Plan:
    """The whole plan. Raises Refused("simulate") where the simulation did something else than was asked for."""
    bounds = expect.expected(moves, simulated.changes, snapshot.venues, snapshot.account)
    costs = costs_at(snapshot)
    plan = drafted(draft, _with_gas(steps, simulated.gas_used, costs), snapshot, bounds)
    most = simulated.most_fee_wei
    fits = most is not None and costs.least_of_steps(plan.steps) <= most < plan.max_total_fee_wei
    return replace(plan, max_total_fee_wei=most) if most is not None and fits else plan


def drafted(draft: Draft, steps: Sequence[Step], snapshot: Snapshot, bounds: tuple[Change, ...] = ()) -> Plan:
    """The plan around steps; before the simulation it has no gas limits and no bounds yet."""
    return Plan(
        plan_id=draft.plan_id,
        chain_id=snapshot.chain_id,
        account=snapshot.account,
        user=draft.user,
        intent=draft.intent,
        steps=tuple(steps),
        max_total_fee_wei=costs_at(snapshot).of_steps(steps),
        not_after=draft.not_after,
        expected=bounds,
    )


def entering(steps: Sequence[Step], venues: Mapping[str, Venue], outputs: Mapping[int, int]) -> dict[str, int]:
    """Base units that the steps put into each venue: what they approve there, outputs by step index filled in."""
    filled = [step.filled(outputs) for step in steps if step.role is Role.APPROVAL and step.venue in venues]
    return {step.venue: int(str(step.args[1])) for step in filled if int(str(step.args[1]))}


def _entry(
    move: Enter, before: Sequence[Step], snapshot: Snapshot, allowances: Mapping[tuple[Address, Address], int]
) -> tuple[Step, ...]:
    venue, spender = move.venue, move.venue.contract.address
    present = _present(allowances, venue.asset, spender)

    def build(units: int) -> tuple[Step, ...]:
        inner = venue.deposit(snapshot.venues[venue.id], snapshot.account, units)
        return approvals.around(inner, venue.asset, spender, units, present)

    return build(move.units) if move.source is None else opened(build, output_of(move.source, before))


def _trade(move: Swap, snapshot: Snapshot, allowances: Mapping[tuple[Address, Address], int]) -> list[Step]:
    native, deadline = (move.pays.is_native, move.gets.is_native), snapshot.block.timestamp + TRADE_SECONDS
    inner = move.trader.swap(move.trade, snapshot.account, move.limits, native, deadline)
    if not move.pays.is_native:
        inner = granted(move.trader, move.pays, move.most_in, deadline, inner)
        spender = move.trader.spender
        if move.trade.exact_out:  # less than the approvals may be spent
            inner = (*inner, *taking_back(move.trader, move.pays, Role.APPROVAL))
        present = _present(allowances, move.pays, spender)
        inner = approvals.around(inner, move.pays, spender, move.most_in, present)
        inner = (*inner[:-1], *taking_back(move.trader, move.pays, Role.CLEANUP))
    return [replace(step, venue=move.trader.name) for step in inner]


def granted(trader: Trader, token: Token, units: int, until: int, steps: Sequence[Step]) -> tuple[Step, ...]:
    """`steps`, and before them what lets the exchange have what is taken for it by another contract, if one does."""
    if trader.through is None:
        return tuple(steps)
    return (replace(trader.grant(token, units, until), role=Role.APPROVAL), *steps)


def taking_back(trader: Trader, token: Token, role: Role) -> list[Step]:
    """What takes all back that the exchange was let take of a token."""
    back = [approvals.approve(token, trader.spender, 0, role)]
    return back if trader.through is None else [replace(trader.grant(token, 0, 0), role=role), *back]


def _pay_back(
    move: PayBack, snapshot: Snapshot, allowances: Mapping[tuple[Address, Address], int]
) -> tuple[Step, ...]:
    """The debt may turn out smaller than what is approved, so the rest is taken back at the end."""
    venue, spender = move.venue, move.venue.contract.address
    loan = snapshot.loans[move.lender.id]
    inner = move.lender.repay(loan, venue, snapshot.account, move.units, move.most)
    inner = (*inner, approvals.approve(venue.asset, spender, 0, Role.APPROVAL))
    return approvals.around(inner, venue.asset, spender, move.most, _present(allowances, venue.asset, spender))


def _liquidity(
    move: Provide | Gather | Close, snapshot: Snapshot, allowances: Mapping[tuple[Address, Address], int]
) -> list[Step]:
    """Less than both approvals may be spent, so what is left of them is taken back."""
    account, deadline = snapshot.account, snapshot.block.timestamp + LIQUIDITY_SECONDS
    if isinstance(move, Gather):
        inner = move.manager.collect(move.position, account)
    elif isinstance(move, Close):
        inner = move.manager.close(move.position, move.least, account, deadline)
    else:
        inner = move.manager.open(move.pool, move.low, move.high, move.most, move.least, account, deadline)
        spender = move.manager.contract.address
        spent = [(token, units) for token, units in zip(move.tokens, move.most, strict=True) if units]
        inner = (*inner, *(approvals.approve(token, spender, 0, Role.APPROVAL) for token, _ in spent))
        for token, units in spent:
            inner = approvals.around(inner, token, spender, units, _present(allowances, token, spender))
    return [replace(step, venue=move.manager.name) for step in inner]


def _present(allowances: Mapping[tuple[Address, Address], int], token: Token, spender: Address) -> int:
    if token.address is None or (token.address, spender) not in allowances:
        raise Refused("simulate", f"What {spender} may take of {token.symbol} isn't known.", "Ask for a new preview.")
    return allowances[token.address, spender]


def _wrap(move: Wrap, before: Sequence[Step]) -> tuple[Step, ...]:
    if move.token.address is None:
        raise ValueError("the wrapped form is a contract")
    place, name = move.token.address, move.token.symbol
    if not move.back:
        return (Step(place, name, WRAP, (), value=move.units),)

    def build(units: int) -> tuple[Step, ...]:
        return (Step(place, name, UNWRAP, (units,)),)

    return build(move.units) if move.source is None else opened(build, output_of(move.source, before))


def _send(move: Send) -> Step:
    if move.token.address is None:
        return Step(move.recipient, move.name, "", (), value=move.units)
    return Step(move.token.address, move.token.symbol, TRANSFER, (move.recipient, move.units))


def _take_back(move: TakeBack, allowances: Mapping[tuple[Address, Address], int]) -> Step:
    if not _present(allowances, move.token, move.spender):
        raise Refused(
            "allowance",
            f"{move.name} may take nothing of your {move.token.symbol}: there is nothing to take back.",
            "Name another token, or whom else you let take it.",
        )
    return replace(approvals.approve(move.token, move.spender, 0, Role.ACTION), venue=move.name)


def _with_gas(steps: Sequence[Step], used: Sequence[int], costs: Costs) -> tuple[Step, ...]:
    """Gas limits: half as much again as the simulation used (refunds come back only at the end) and a margin, and
    what a simulation leaves out of it on Arbitrum.
    """
    if len(used) != sum(1 for step in steps if step.role is not Role.CLEANUP):
        raise Refused("simulate", "The simulation was one of other steps.", "Ask for a new preview.")
    left = iter(used)
    limits = [CLEANUP_GAS if step.role is Role.CLEANUP else next(left) * 3 // 2 + 30_000 for step in steps]
    return tuple(
        step if step.typed else replace(step, gas=costs.limit(gas, size_of(step)))
        for step, gas in zip(steps, limits, strict=True)
    )
