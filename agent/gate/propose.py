"""From moves to a plan that may be confirmed: build → state → policy → simulate → bounds → reserve → preview."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from agent.chain.multicall import read
from agent.chain.registry import Registry
from agent.chain.rpc import Rpc
from agent.chain.simulate import NoSimulation
from agent.chain.snapshot import Snapshot
from agent.errors import Refused
from agent.execution.costs import costs_at
from agent.gate import alone, expect, head, listed, loans, oracle, reserve, rewards, risk, rollup, shares, state
from agent.gate.build import Draft, Simulated, drafted, entering, plan_of, spenders, steps_of
from agent.gate.charges import charges_of
from agent.gate.erc7730 import Descriptor
from agent.gate.liquidity import pool_price
from agent.gate.liquidity.provided import Close, Gather, Provide
from agent.gate.moves import Collect, Enter, Leave, Move, PayBack, Send, Swap, TakeBack, Wrap
from agent.gate.preview import Preview, preview
from agent.gate.rehearse import Rehearsal, WouldRevert, rehearse
from agent.gate.trades import honest, mean_price
from agent.money import Address, Token
from agent.plans import Plan, Step
from agent.plugin import Trader, Venue
from agent.policy.effects import Effect
from agent.policy.policy import Policy
from agent.policy.spending import Standing
from agent.policy.whole import check_plan, read_step

ALLOWANCE = "allowance(address owner,address spender)"


Passed = Callable[[str], None]
"""Hears the name of each rule that a plan passed, in order."""


def unheard(rule: str) -> None:
    """For a plan that nobody asks about."""


def undrafted(plan: Plan) -> None:
    """The same for its draft: the steps, before they were simulated."""


@dataclass(frozen=True, slots=True)
class Request:
    """A draft and what stands around it: `seconds` that it lives. `contacts` are the addresses that may receive."""

    draft: Draft
    seconds: int
    contacts: frozenset[Address]
    paused: bool
    notes: tuple[str, ...] = ()
    standing: Standing = field(default_factory=Standing)
    passed: Passed = unheard
    names: Mapping[Address, str] = field(default_factory=dict)
    drafted: Callable[[Plan], None] = undrafted


@dataclass(frozen=True, slots=True)
class Proposal:
    """A plan that passed every check at this block, with its preview and what it was made from."""

    plan: Plan
    preview: Preview
    moves: tuple[Move, ...]
    rehearsal: Rehearsal
    simulated: Simulated


def _no_clock() -> int:
    return 0


@dataclass(frozen=True, slots=True)
class Watched:
    """What is known of the chain besides a snapshot. `untrusted` says why a venue may only be left, by its id.

    `now` gives Unix seconds. `longest_head`: how old the newest block may be, in seconds, 0 for any age.
    `most_gap_bps`: how far a feed and the pools' mean may be apart. `least_health`: to how low a health factor (ray)
    a withdrawal may bring a loan.
    """

    untrusted: Mapping[str, str] = field(default_factory=dict)
    now: Callable[[], int] = _no_clock
    longest_head: int = 0
    most_gap_bps: int = mean_price.MAX_GAP_BPS
    least_health: int = 0


@dataclass(frozen=True, slots=True)
class Gate:
    """What the checks need: the node, the pinned registry, the operator's policy, and how its calls read."""

    rpc: Rpc
    registry: Registry
    policy: Policy
    traders: Mapping[str, Trader] = field(default_factory=dict)
    descriptors: Mapping[str, Descriptor] = field(default_factory=dict)
    watched: Watched = field(default_factory=Watched)

    async def propose(self, request: Request, moves: Sequence[Move], snapshot: Snapshot) -> Proposal:
        """Raises Refused with the rule that said no. Nothing is signed or stored here."""
        leaving = all(_only_takes_out(move) for move in moves)
        if request.paused and not leaving:
            raise Refused("pause", "You paused me: I only take money out.", "Say `resume` first.")
        request.passed("pause")
        if not leaving:
            self.check_chain(snapshot)
        request.passed("chain")
        await self._check_state(moves, snapshot)
        request.passed("state")
        for move in moves:
            if isinstance(move, Enter):
                risk.check_risk(move.venue.id, snapshot.signals)
        request.passed("risk")
        allowances = await self._allowances(moves, snapshot.account)
        steps = steps_of(moves, snapshot, allowances)
        venues = {move.venue.id: move.venue for move in moves if isinstance(move, Enter | Leave | PayBack)}
        draft = drafted(request.draft, steps, snapshot)
        request.drafted(draft)
        check_plan(self.policy, snapshot.account, request.contacts, draft)
        request.passed("policy")
        charges = charges_of(self.policy, draft, snapshot.prices)
        request.passed("price")
        request.standing.check(charges)
        request.passed("limits")
        try:
            rehearsal, notes = await self._rehearsed(moves, steps, snapshot, list(venues.values()))
        except WouldRevert as error:
            raise loans.why_reverted(error, moves, snapshot) from error
        request.passed("simulate")
        loans.check_health(snapshot.loans, rehearsal.loans, self.watched.least_health, _one_leave(moves))
        request.passed("health")
        paid = {move.venue.id for move in moves if isinstance(move, PayBack)}
        entered = {key: venue for key, venue in venues.items() if key not in paid}
        self._check_worth(steps, entered, snapshot, rehearsal)
        request.passed("shares")
        await self._check_honest(moves, steps, snapshot, rehearsal)
        request.passed("honest")
        simulated = Simulated(allowances, rehearsal.gas_used, rehearsal.changes)
        plan = plan_of(request.draft, moves, steps, snapshot, simulated)
        most = min(self.policy.max_fee_wei, snapshot.native) if leaving else self.policy.max_fee_wei
        if plan.max_total_fee_wei > most:  # less room for gas to rise, rather than no way out
            simulated = replace(simulated, most_fee_wei=most)
            plan = plan_of(request.draft, moves, steps, snapshot, simulated)
        check_plan(self.policy, snapshot.account, request.contacts, plan)
        request.passed("expected")
        opened = sum(1 for move in moves if isinstance(move, Provide))
        self._check_native(plan, snapshot, not leaving, venues, opened)
        request.passed("gas")
        shown = preview(
            plan,
            self.policy,
            self.registry.native,
            moves,
            snapshot.venues,
            rehearsal.states,
            (
                *request.notes,
                *loans.health_notes(moves, snapshot.loans, rehearsal.loans),
                *rewards.notes(moves, plan, snapshot, self.registry),
                *notes,
                *rollup.notes(snapshot),
            ),
            snapshot.prices.get(self.registry.native.symbol),
            request.seconds,
            self.descriptors,
            request.names,
            self.registry.network,
        )
        request.passed("preview")
        return Proposal(plan, shown, tuple(moves), rehearsal, simulated)

    async def propose_exit(self, request: Request, moves: Sequence[Move], snapshot: Snapshot) -> Proposal:
        """As `propose`, but a venue whose contract refuses is left out and named: it holds no other one back. So are
        the last ones where gas for all at once is more than there is.
        """
        left = list(moves)
        while True:
            try:
                return await self.propose(request, left, snapshot)
            except WouldRevert as error:
                left = [move for move in left if _where(move) != error.venue]
                if not left or not error.venue:
                    raise
                note = f"What you have in {error.venue} stays there: {error.message}"
                request = replace(request, notes=(*request.notes, note))
            except loans.InUse as error:
                kept = [move for move in left if loans.stands_against(move, error.lender)]
                left = [move for move in left if move not in kept]
                if not left:
                    raise
                note = f"What you have at {error.lender} stays there: {error.message} {error.remedy}"
                request = replace(request, notes=(*request.notes, note))
            except Refused as error:
                last = left.pop()
                if error.rule not in ("gas", "fees") or not left or not isinstance(last, Leave | Close):
                    raise
                note = f"What you have in {_where(last)} stays for now: say the same again for it."
                request = replace(request, notes=(*request.notes, note))

    def check_chain(self, snapshot: Snapshot) -> None:
        """What holds for all that isn't an exit. Raises Refused: stale-head, sequencer, l1-fee."""
        head.check_head(snapshot.block, self.watched.now(), self.watched.longest_head)
        rollup.check_sequencer(self.registry, snapshot)
        rollup.check_l1(snapshot)

    async def _check_state(self, moves: Sequence[Move], snapshot: Snapshot) -> None:
        """What stands at this block: the venues that are entered, the prices, the contracts themselves."""
        for move in moves:
            match move:
                case Enter(venue=venue):
                    state.check_trusted(venue, snapshot.untrusted)
                    missing = snapshot.missing.get(venue.id)
                    state.check_entry(venue, snapshot.venues.get(venue.id), move.most_in, missing)
                    self.check_bought(venue.asset, snapshot)
                case Swap(pays=pays, gets=gets):
                    oracle.check_price(self.registry, snapshot, pays)
                    self.check_bought(gets, snapshot)
                case Provide():
                    for token in move.tokens:
                        self.check_bought(token, snapshot)
                    pool_price.check_pool(snapshot, move.pool, move.pair)
                case PayBack(venue=venue):
                    state.check_trusted(venue, snapshot.untrusted)
                    oracle.check_price(self.registry, snapshot, venue.asset)
                case Send(token=token):
                    oracle.check_price(self.registry, snapshot, token)
        await listed.check_unchanged(self.rpc, self.registry, self.policy, listed.touched(moves))

    def check_bought(self, token: Token, snapshot: Snapshot) -> None:
        """Raises Refused: oracle, peg, where a token isn't to be bought or entered at this block."""
        oracle.check_price(self.registry, snapshot, token)
        oracle.check_peg(self.registry, snapshot.prices, token)
        oracle.check_agreement(self.registry, snapshot, self.traders, token)
        mean_price.check_mean(self.registry, snapshot, token, self.watched.most_gap_bps)

    async def _check_honest(
        self, moves: Sequence[Move], steps: Sequence[Step], snapshot: Snapshot, rehearsal: Rehearsal
    ) -> None:
        for move in moves:
            if isinstance(move, Swap) and not move.gets.is_native:  # what is unwrapped at once is the coin itself
                if any(step.typed for step in steps):
                    await self._check_ordered(move, snapshot)
                    continue
                key, last = expect.key_of(move.gets), honest.last_of(steps, move)
                got = rehearsal.each[last].get(key, 0)
                before = sum(done.get(key, 0) for done in rehearsal.each[:last])  # of what was taken out first
                held = snapshot.balances.get(move.gets.symbol, 0) + before
                if got > 0:  # else the bounds say what is wrong
                    elsewhere = honest.elsewhere(self.registry, self.traders, snapshot, move, got)
                    await honest.check_honest(
                        self.rpc, self.registry, snapshot.account, steps, move, got, held, snapshot.block, elsewhere
                    )

    async def _check_ordered(self, move: Swap, snapshot: Snapshot) -> None:
        """The token that an order buys, bought and sold again on the own pools: who fills it can't be simulated."""
        if move.back is None:
            raise Refused("token-safety", f"No pool that I know sells {move.gets.symbol} again.", "Choose another.")
        trader, trade = move.back
        steps = honest.bought_by(self.registry, trader, trade, snapshot.account, snapshot.block)
        own = replace(move, trader=trader, trade=trade)
        held = snapshot.balances.get(move.gets.symbol, 0)
        elsewhere = honest.elsewhere(self.registry, self.traders, snapshot, own, trade.units_out)
        await honest.check_honest(
            self.rpc,
            self.registry,
            snapshot.account,
            steps,
            own,
            trade.units_out,
            held,
            snapshot.block,
            elsewhere,
        )

    async def _rehearsed(
        self, moves: Sequence[Move], steps: Sequence[Step], snapshot: Snapshot, venues: list[Venue]
    ) -> tuple[Rehearsal, tuple[str, ...]]:
        """What the steps do, and what the user should read of how that was found out."""
        account = snapshot.account
        try:
            found = rehearse(self.rpc, self.registry, account, steps, venues, snapshot.block, read=self._read)
            return await found, ()
        except NoSimulation:
            if not all(alone.takes_out(move) for move in moves):
                raise alone.no_entry() from None
            return alone.left(moves, snapshot.venues, await alone.tried(self.rpc, account, steps)), (alone.NOTE,)

    def _read(self, step: Step) -> Effect:
        return read_step(self.policy, step)[1]

    async def _allowances(self, moves: Sequence[Move], owner: Address) -> dict[tuple[Address, Address], int]:
        """What stands of each approval that the moves need, by token and spender."""
        found: dict[tuple[Address, Address], int] = {}
        for token, spender in spenders(moves):
            place = _contract(token)
            found[place, spender] = int(await read(self.rpc, place, ALLOWANCE, "uint256", owner, spender))
        return found

    @staticmethod
    def _check_worth(
        steps: Sequence[Step], venues: Mapping[str, Venue], snapshot: Snapshot, rehearsal: Rehearsal
    ) -> None:
        for key, units in entering(steps, venues, rehearsal.outputs).items():
            before, after = snapshot.venues[key], rehearsal.states[key]
            shares.check_worth(venues[key].asset, units, after.position - before.position, key)

    def _check_native(
        self, plan: Plan, snapshot: Snapshot, entering: bool, venues: Mapping[str, Venue], opened: int
    ) -> None:
        native, balance = self.registry.native, snapshot.native
        reserve.check_most(native, self.policy.max_fee_wei, plan.max_total_fee_wei)
        reserve.check_fee(native, balance, plan.max_total_fee_wei)
        if entering:
            spent = sum(step.value for step in plan.steps)
            held = {state.venue for state in snapshot.venues.values() if state.position} | set(venues)
            kept = reserve.reserve_wei(len(held) + len(snapshot.positions) + opened, costs_at(snapshot))
            reserve.check_reserve(native, balance, spent, plan.max_total_fee_wei, kept)


def _where(move: Move) -> str:
    """What a step of the move is about."""
    match move:
        case Leave(venue=venue):
            return venue.id
        case Close(manager=manager):
            return manager.name
    return ""


def _only_takes_out(move: Move) -> bool:
    """Whether it takes something out, claims or takes back, or makes the coin of what a withdrawal gave."""
    if isinstance(move, Wrap):
        return move.back and move.source is not None
    return isinstance(move, Leave | TakeBack | Collect | Gather | Close)


def _one_leave(moves: Sequence[Move]) -> Leave | None:
    """The one withdrawal that the plan is, None for any other plan."""
    return moves[0] if len(moves) == 1 and isinstance(moves[0], Leave) else None


def _contract(token: Token) -> Address:
    if token.address is None:
        raise Refused("lists", f"{token.symbol} itself can't be put into a venue.", "Use its wrapped form.")
    return token.address
