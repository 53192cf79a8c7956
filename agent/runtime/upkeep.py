"""What a mandate does beside placing money: debts are paid down from the wallet before they are liquidated, rewards
are claimed when they are worth their gas, liquidity is kept in range (agent/runtime/ranging.py).

All go through the gate like any other plan, under the mandate's own bounds; a repayment spends idle money of the
wallet only, and nothing is taken out of a venue for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agent.chain.positions import managers_of
from agent.chain.rewarders import rewarders_of
from agent.chain.snapshot import Snapshot
from agent.errors import Refused
from agent.execution.costs import costs_at
from agent.execution.outcome import End
from agent.execution.points import Point, point
from agent.gate.charges import spending_of
from agent.gate.lending import target_of, to_repay
from agent.gate.liquidity.providing import waiting_fees
from agent.gate.liquidity.words import worth as worth_of
from agent.gate.loans import floor_of
from agent.gate.mandates.mandate import RULE, Terms, wei_in_usd
from agent.gate.moves import Move
from agent.gate.propose import Proposal, Request
from agent.gate.rewards import waiting, worth
from agent.gate.step_up import check_covered
from agent.intents import Claim, Collect, Intent, as_json
from agent.loans import Loan
from agent.plans import Role
from agent.policy.moving import MARK, check_move
from agent.policy.whole import effects_of
from agent.runtime.finishing import Finishing
from agent.runtime.world import World
from agent.usd import CENT, dollars
from memory.rows import PlanRow, PlanStatus, User
from memory.standing.mandates import CHANNEL, MandateRow

DAY = 86_400
ACTIONS = ("repay", "claim", "collect", "reposition")
ENDED = (PlanStatus.SETTLED, PlanStatus.PARTIAL)


@dataclass(frozen=True, slots=True)
class Upkeep:
    """Acts under mandates that say so. Whether anything may be spent for a user now is the caller's to ask."""

    world: World

    async def repay(self, user: User, row: MandateRow, snapshot: Snapshot) -> bool:
        """Pays down what is below the mandate's line; whether anything was paid.

        Raises Refused with the rule that stops it, NeedsAnswer and Unavailable.
        """
        terms = Terms.from_json(row.limits)
        target = target_of(terms, floor_of(self.world.settings.health_factor))
        found = to_repay(snapshot, self.world.venues, terms, target)
        if found is None:
            return False
        intent, moves = found
        return await self.carry_out(user, row, snapshot, intent, moves, lambda _: None)

    async def claim(self, user: User, row: MandateRow, snapshot: Snapshot) -> bool:
        """Claims what brings more than its gas by the mandate's least gain; whether anything was claimed."""
        terms = Terms.from_json(row.limits)
        moves, _ = waiting(snapshot, self.world.registry, rewarders_of(self.world.venues.values()))
        priced = [move for move in moves if move.token.symbol in snapshot.prices]  # what has no price isn't worth gas
        value = worth(priced, snapshot.prices)
        if not priced or not value:
            return False

        def pays(gas_usd: int) -> None:
            _check_gain(terms, value, gas_usd)

        return await self.carry_out(user, row, snapshot, Claim(venue=None), priced, pays)

    async def collect(self, user: User, row: MandateRow, snapshot: Snapshot) -> bool:
        """Collects the fees of each position that bring more than their gas by the mandate's least gain."""
        terms, done = Terms.from_json(row.limits), False
        for move in waiting_fees(snapshot, self.world.registry, managers_of(self.world.traders)):
            fees = (move.position.fees0, move.position.fees1)
            value = worth_of(move.pair, *fees, dict(snapshot.prices))
            if not value:
                continue

            def pays(gas_usd: int, value: int = value) -> None:
                _check_gain(terms, value, gas_usd)

            intent = Collect(position=str(move.position.id))
            try:
                done = await self.carry_out(user, row, snapshot, intent, [move], pays) or done
            except Refused as error:
                if error.rule != RULE:  # not worth its gas yet: they wait
                    raise
        return done

    @staticmethod
    def below(terms: Terms, loans: Mapping[str, Loan]) -> bool:
        """Whether a loan is below the line at which a mandate pays it down."""
        line = terms.repay
        return line is not None and any(each.health is not None and each.health < line for each in loans.values())

    async def done(self, user: User) -> list[PlanRow]:
        """What was paid and claimed under mandates within a day, to be told where it wasn't."""
        now = self.world.now()
        rows = await self.world.ledger.plans_of(user.id, now - DAY, now)
        ours = [row for row in rows if row.channel.startswith(CHANNEL) and row.intent.get("action") in ACTIONS]
        return [row for row in ours if row.status in ENDED]

    async def carry_out(
        self,
        user: User,
        row: MandateRow,
        snapshot: Snapshot,
        intent: Intent,
        moves: Sequence[Move],
        pays: Callable[[int], None],
        decision: int | None = None,
    ) -> bool:
        """Through the gate, the mandate's gas budget and the manager; `pays` raises Refused where the gas (USD with 8
        decimals) is too much. Whether it settled.

        With a `decision` it moves a position, which takes a right of its own at the signer. Raises Refused with the
        rule that stops it, NeedsAnswer and Unavailable.
        """
        world, ledger = self.world, self.world.ledger
        terms = Terms.from_json(row.limits)
        async with world.executing[snapshot.account]:
            marked = as_json(intent) | ({} if decision is None else {MARK: str(row.id)})
            proposal = await self._proposed(user, marked, moves, snapshot)
            native = snapshot.prices.get(world.registry.native.symbol, 0)
            running = [step for step in proposal.plan.steps if step.role is not Role.CLEANUP]
            pays(wei_in_usd(costs_at(snapshot).expected(running, proposal.rehearsal.gas_used), native))
            spent = await ledger.mandate_fees(user.id, world.now() - terms.seconds)
            _check_gas(terms, wei_in_usd(spent + proposal.plan.max_total_fee_wei, native))
            if decision is not None:
                right = await world.signer.ranges(snapshot.account)
                check_move(right, proposal.plan, effects_of(world.policy, proposal.plan), world.now(), None)
            elif world.policy.step_up:
                check_covered(world.policy, proposal.plan, await world.signer.mandated(snapshot.account))
            await ledger.propose(
                proposal.plan,
                origins={},
                preview=proposal.preview.as_json(),
                decisions=[] if decision is None else [decision],
                channel=f"{CHANNEL}{row.id}",
                simulated=proposal.simulated.as_json(),
                beside=Finishing(world).kept(intent, proposal, snapshot, None),
            )
            point(Point.CONFIRMING)
            spending = spending_of(world.policy, proposal.plan, snapshot.prices)
            confirmed = await ledger.confirm_by_mandate(
                proposal.plan.plan_id, row, proposal.plan.digest, world.now(), spending
            )
            point(Point.CONFIRMED)
            return (await world.manager.run(confirmed.plan)).end is End.SETTLED

    async def _proposed(
        self, user: User, intent: dict[str, Any], moves: Sequence[Move], snapshot: Snapshot
    ) -> Proposal:
        request = Request(
            draft=self.world.draft(user, intent),
            seconds=self.world.settings.plan_seconds,
            contacts=frozenset(),
            paused=False,
            standing=await self.world.standing(user.id),
        )
        return await self.world.gate.propose(request, moves, snapshot)


def _check_gain(terms: Terms, value: int, gas_usd: int) -> None:
    """Raises Refused("mandate") where so many cents aren't worth their gas and the least gain."""
    if value * CENT < gas_usd + terms.min_gain:
        gas = f"{dollars(gas_usd // CENT)} of gas and {dollars(terms.min_gain // CENT)} of gain"
        raise Refused(RULE, f"They bring {dollars(value)}, less than {gas}.", "They wait until they do.")


def _check_gas(terms: Terms, usd: int) -> None:
    if usd > terms.gas_budget:
        used, most = dollars(usd // CENT), dollars(terms.gas_budget // CENT)
        raise Refused(
            RULE,
            f"With this the gas of your mandate could come to {used}, above its budget of {most}.",
            "Give it a larger budget.",
        )
