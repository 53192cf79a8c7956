"""From moves to a plan that may be confirmed: build → state → policy → simulate → bounds → reserve → preview."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from agent.chain.multicall import read
from agent.chain.registry import Registry
from agent.chain.rpc import Rpc
from agent.chain.snapshot import Snapshot
from agent.errors import Refused
from agent.execution import fees
from agent.gate import approvals, expect, honest, listed, oracle, reserve, shares, state
from agent.gate.order import Enter, Leave, Move, Send, Swap
from agent.gate.preview import Preview, preview
from agent.gate.rehearse import Rehearsal, WouldRevert, rehearse
from agent.gate.templates import opened, output_of
from agent.money import Address, Token
from agent.plans import Change, Plan, Role, Step
from agent.plugin import Trader, Venue
from agent.policy.policy import Policy
from agent.policy.whole import check_plan

ALLOWANCE = "allowance(address owner,address spender)"
TRANSFER = "transfer(address to,uint256 amount)"
CLEANUP_GAS = 100_000


@dataclass(frozen=True, slots=True)
class Request:
    """Whose plan it is and what stands around it. `contacts` are the addresses that may receive."""

    plan_id: str
    user: str
    intent: dict[str, Any]
    not_after: int
    seconds: int
    contacts: frozenset[Address]
    paused: bool
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """A plan that passed every check at this block, with its preview."""

    plan: Plan
    preview: Preview
    moves: tuple[Move, ...]
    rehearsal: Rehearsal


@dataclass(frozen=True, slots=True)
class Gate:
    """What the checks need: the node, the pinned registry and the operator's policy."""

    rpc: Rpc
    registry: Registry
    policy: Policy
    traders: Mapping[str, Trader] = field(default_factory=dict)

    async def propose(self, request: Request, moves: Sequence[Move], snapshot: Snapshot) -> Proposal:
        """Raises Refused with the rule that said no. Nothing is signed or stored here."""
        entering = [move for move in moves if not isinstance(move, Leave)]
        if request.paused and entering:
            raise Refused("pause", "You paused me: I only take money out.", "Say `resume` first.")
        await self._check_state(moves, snapshot)
        steps = await self._steps(moves, snapshot)
        venues = {move.venue.id: move.venue for move in moves if isinstance(move, Enter | Leave)}
        draft = self._plan(request, steps, snapshot, ())
        check_plan(self.policy, snapshot.account, request.contacts, draft)
        rehearsal = await rehearse(
            self.rpc, self.registry, snapshot.account, steps, list(venues.values()), snapshot.block
        )
        self._check_worth(moves, snapshot, rehearsal)
        await self._check_honest(moves, steps, snapshot, rehearsal)
        bounds = expect.expected(moves, rehearsal.changes, snapshot.venues, snapshot.account)
        plan = self._plan(request, _with_gas(steps, rehearsal.gas_used), snapshot, bounds)
        check_plan(self.policy, snapshot.account, request.contacts, plan)
        self._check_native(plan, snapshot, bool(entering), venues)
        shown = preview(
            plan,
            self.policy,
            self.registry.native,
            moves,
            snapshot.venues,
            rehearsal.states,
            request.notes,
            snapshot.prices.get(self.registry.native.symbol),
            request.seconds,
        )
        return Proposal(plan, shown, tuple(moves), rehearsal)

    async def propose_exit(self, request: Request, moves: Sequence[Move], snapshot: Snapshot) -> Proposal:
        """As `propose`, but a venue whose contract refuses is left out and named: it holds no other one back."""
        left = list(moves)
        while True:
            try:
                return await self.propose(request, left, snapshot)
            except WouldRevert as error:
                left = [move for move in left if not isinstance(move, Leave) or move.venue.id != error.venue]
                if not left or not error.venue:
                    raise
                note = f"What you have in {error.venue} stays there: {error.message}"
                request = replace(request, notes=(*request.notes, note))

    async def _check_state(self, moves: Sequence[Move], snapshot: Snapshot) -> None:
        """What stands at this block: the venues that are entered, the prices, the contracts themselves."""
        for move in moves:
            match move:
                case Enter(venue=venue, source=source):
                    most = move.units if source is None else source.edge
                    state.check_entry(venue, snapshot.venues.get(venue.id), most, snapshot.missing.get(venue.id))
                    self._check_bought(venue.asset, snapshot)
                case Swap(pays=pays, gets=gets):
                    oracle.check_price(self.registry, snapshot, pays)
                    self._check_bought(gets, snapshot)
                case Send(token=token):
                    oracle.check_price(self.registry, snapshot, token)
        await listed.check_unchanged(self.rpc, self.registry, self.policy, listed.touched(moves))

    def _check_bought(self, token: Token, snapshot: Snapshot) -> None:
        oracle.check_price(self.registry, snapshot, token)
        oracle.check_peg(self.registry, snapshot.prices, token)
        oracle.check_agreement(self.registry, snapshot, self.traders, token)

    async def _check_honest(
        self, moves: Sequence[Move], steps: Sequence[Step], snapshot: Snapshot, rehearsal: Rehearsal
    ) -> None:
        for move in moves:
            if isinstance(move, Swap):
                taken = sum(rehearsal.outputs.values())  # what a later step takes of it at once
                got = taken or rehearsal.changes.get(expect.key_of(move.gets), 0)
                held = snapshot.balances.get(move.gets.symbol, 0)
                if got > 0:  # else the bounds say what is wrong
                    await honest.check_honest(
                        self.rpc, self.registry, snapshot.account, steps, move, got, held, snapshot.block
                    )

    async def _steps(self, moves: Sequence[Move], snapshot: Snapshot) -> tuple[Step, ...]:
        steps: list[Step] = []
        for move in moves:
            match move:
                case Enter(venue=venue):
                    entry = await self._entry(move, snapshot)
                    inner = entry(move.units) if move.source is None else opened(entry, output_of(move.source, steps))
                    steps.extend(replace(step, venue=venue.id) for step in inner)
                case Swap():
                    steps.extend(await self._trade(move, snapshot.account))
                case Leave(venue=venue, units=units):
                    inner = venue.withdraw(snapshot.venues[venue.id], snapshot.account, units)
                    steps.extend(replace(step, venue=venue.id) for step in inner)
                case Send():
                    steps.append(_send(move))
        return tuple(steps)

    async def _entry(self, move: Enter, snapshot: Snapshot) -> Callable[[int], tuple[Step, ...]]:
        """What makes the steps of an entry from its base units."""
        venue, spender = move.venue, move.venue.contract.address
        present = await self._allowance(venue.asset, snapshot.account, spender)

        def build(units: int) -> tuple[Step, ...]:
            inner = venue.deposit(snapshot.venues[venue.id], snapshot.account, units)
            return approvals.around(inner, venue.asset, spender, units, present)

        return build

    async def _trade(self, move: Swap, account: Address) -> tuple[Step, ...]:
        inner = move.trader.swap(move.route, account, move.limit, move.pays.is_native)
        if not move.pays.is_native:
            spender = move.trader.contract.address
            if move.route.exact_out:  # less than the approval may be spent
                inner = (*inner, approvals.approve(move.pays, spender, 0, Role.APPROVAL))
            present = await self._allowance(move.pays, account, spender)
            inner = approvals.around(inner, move.pays, spender, move.most_in, present)
        return tuple(replace(step, venue=move.trader.name) for step in inner)

    async def _allowance(self, token: Token, owner: Address, spender: Address) -> int:
        if token.address is None:
            raise Refused("lists", f"{token.symbol} itself can't be put into a venue.")
        return int(await read(self.rpc, token.address, ALLOWANCE, "uint256", owner, spender))

    def _plan(self, request: Request, steps: Sequence[Step], snapshot: Snapshot, bounds: tuple[Change, ...]) -> Plan:
        gas = sum(step.gas for step in steps)
        fee = gas * fees.offered(snapshot.block.base_fee).max_fee_per_gas
        return Plan(
            plan_id=request.plan_id,
            chain_id=snapshot.chain_id,
            account=snapshot.account,
            user=request.user,
            intent=request.intent,
            steps=tuple(steps),
            max_total_fee_wei=fee,
            not_after=request.not_after,
            expected=bounds,
        )

    @staticmethod
    def _check_worth(moves: Sequence[Move], snapshot: Snapshot, rehearsal: Rehearsal) -> None:
        for move in moves:
            if isinstance(move, Enter):
                before, after = snapshot.venues[move.venue.id], rehearsal.states[move.venue.id]
                units = move.units if move.source is None else sum(rehearsal.outputs.values())
                shares.check_worth(move.venue.asset, units, after.position - before.position, move.venue.id)

    def _check_native(self, plan: Plan, snapshot: Snapshot, entering: bool, venues: Mapping[str, Venue]) -> None:
        native, balance = self.registry.native, snapshot.native
        reserve.check_fee(native, balance, plan.max_total_fee_wei)
        if entering:
            spent = sum(step.value for step in plan.steps)
            held = {state.venue for state in snapshot.venues.values() if state.position} | set(venues)
            per_gas = fees.offered(snapshot.block.base_fee).max_fee_per_gas
            reserve.check_reserve(
                native, balance, spent, plan.max_total_fee_wei, reserve.reserve_wei(len(held), per_gas)
            )


def _send(move: Send) -> Step:
    if move.token.address is None:
        return Step(move.recipient, move.name, "", (), value=move.units)
    return Step(move.token.address, move.token.symbol, TRANSFER, (move.recipient, move.units))


def _with_gas(steps: Sequence[Step], used: Sequence[int]) -> tuple[Step, ...]:
    """Gas limits: half as much again as the simulation used (refunds come back only at the end) and a margin."""
    left = iter(used)
    return tuple(
        replace(step, gas=CLEANUP_GAS if step.role is Role.CLEANUP else next(left) * 3 // 2 + 30_000)
        for step in steps
    )
