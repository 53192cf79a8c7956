"""One look at the positions of a user: on its own under a mandate, or asked for and then shown first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from agent.chain.snapshot import Snapshot
from agent.chain.snapshot_json import to_json
from agent.errors import MonetaError, Refused
from agent.execution.costs import costs_at
from agent.execution.points import Point, point
from agent.gate.charges import spending_of
from agent.gate.mandates import mandate as under_mandate
from agent.gate.mandates.mandate import Bounds, Terms, wei_in_usd
from agent.gate.mandates.said import terms_of
from agent.gate.moves import Move
from agent.gate.open_doors import check_ledger
from agent.gate.propose import Proposal, Request
from agent.gate.shift import moves_of_shifts
from agent.gate.step_up import check_covered
from agent.hours import zone
from agent.intents import Mandate, Origin, Rebalance, as_json
from agent.money import MAX_UINT256, Token
from agent.plans import Role
from agent.replies import rebalanced
from agent.replies.reply import Reply, Status, Verdict, plan_json
from agent.runtime.agreeing import NEWER
from agent.runtime.weighing import ENTER_GAS, LEAVE_GAS, Judged, judged
from agent.runtime.world import World
from memory.rows import PlanStatus, User
from memory.standing.mandates import CHANNEL, MandateRow

DAY = 86_400
ASLEEP = "you wanted nothing moved at this hour"
ON_ITS_OWN, ASKED = "rebalance", "rebalance-asked"


@dataclass(frozen=True, slots=True)
class Rebalancing:
    """The rule of the plug-ins, the gate, the limits of the mandate: all three must agree before anything moves."""

    world: World

    async def run(
        self, user: User, row: MandateRow, snapshot: Snapshot, *, only_for_safety: bool = False
    ) -> list[int]:
        """Weighs each asset of the mandate and places it anew where that pays; the numbers of the decisions.

        `only_for_safety`: what nothing speaks against stays as it is, without a decision.
        """
        await self.world.refresh()
        terms = Terms.from_json(row.limits)
        numbers: list[int] = []
        for symbol in terms.assets:
            asset = self.world.registry.token(symbol)
            if numbers:  # what the asset before it did is in the next snapshot
                snapshot = await self.world.priced_snapshot(snapshot.account)
            barred = await self.barred(user)
            against = await self.world.risks.look(snapshot)
            found = judged(self.world, against, asset, terms, await self.world.standing(user.id))
            if only_for_safety and not found.is_for_safety:
                continue
            if not barred and not found.is_for_safety and not await self._is_awake(user, terms):
                barred = ASLEEP
            if barred:
                found = found.barred(barred)
            number = await self._record(user, snapshot, found, ON_ITS_OWN, row)
            numbers.append(number)
            if not found.placement.shifts:
                await self.world.ledger.set_outcome(number, rebalanced.KEPT)
                continue
            async with self.world.executing[snapshot.account]:
                refused = await self._carry_out(user, row, terms, snapshot, found, number)
                if refused and found.is_for_safety and found.enters:
                    closed = f"the way into another venue was refused ({refused})"
                    found = judged(self.world, against, asset, terms, await self.world.standing(user.id), closed)
                    numbers.append(await self._out(user, row, terms, snapshot, found))
        return numbers

    async def _out(self, user: User, row: MandateRow, terms: Terms, snapshot: Snapshot, found: Judged) -> int:
        """What is in danger leaves into the wallet, which nothing that bars an entry keeps it from."""
        number = await self._record(user, snapshot, found, ON_ITS_OWN, row)
        if found.placement.shifts:
            await self._carry_out(user, row, terms, snapshot, found, number)
        else:
            await self.world.ledger.set_outcome(number, rebalanced.KEPT)
        return number

    async def would_move(self, user: User, row: MandateRow, snapshot: Snapshot) -> tuple[int, int] | None:
        """What gas the moves of a look now would use, and what they gain a day in USD with 8 decimals; None
        where something leaves for safety, which waits for nothing.
        """
        terms, standing = Terms.from_json(row.limits), await self.world.standing(user.id)
        against = await self.world.risks.look(snapshot)
        tokens = [self.world.registry.token(symbol) for symbol in terms.assets]
        found = [judged(self.world, against, token, terms, standing) for token in tokens]
        placed = [each.placement for each in found if each.placement.shifts]
        shifts = [shift for placement in placed for shift in placement.shifts]
        if any(shift.signal for shift in shifts):
            return None
        gained = sum(each.gain_usd * DAY // (each.seconds or terms.seconds) for each in placed)
        return len(shifts) * (ENTER_GAS + LEAVE_GAS), gained

    async def propose(
        self,
        user: User,
        channel: str,
        intent: Rebalance,
        origins: Mapping[str, Origin],
        verdict: Verdict | None = None,
    ) -> Reply:
        """'Rebalance now': the best move as a preview, which the user confirms like any other."""
        snapshot = await self.world.priced_snapshot(await self.world.account(user))
        terms = await self._terms(user, intent, snapshot)
        standing = await self.world.standing(user.id)
        tokens = [self.world.registry.token(symbol) for symbol in terms.assets]
        against = await self.world.risks.look(snapshot)
        found = [judged(self.world, against, token, terms, standing) for token in tokens]
        best = max(found, key=lambda each: (bool(each.placement.shifts), each.placement.gain_usd))
        if not best.placement.shifts:
            number = await self._record(user, snapshot, best, ASKED)
            await self.world.ledger.set_outcome(number, rebalanced.KEPT)
            return replace(rebalanced.stays(best.asset, best.placement), intent=as_json(intent))
        proposal = await self._build(user, self._moves(best, snapshot), snapshot, as_json(intent), user.paused)
        await self.world.ledger.cancel_previews(user.id, channel, NEWER)
        number = await self._record(user, snapshot, best, ASKED, intent=intent)
        await self._write_down(proposal, channel, number, origins)
        await self.world.ledger.set_pending(user.id, channel, {"preview": proposal.plan.plan_id})
        return Reply(
            text=rebalanced.preview_text(best.placement, best.asset),
            preview=proposal.preview,
            intent=as_json(intent),
            plan=plan_json(proposal.plan, PlanStatus.PROPOSED),
            verdict=verdict or Verdict(Status.READY),
        )

    async def barred(self, user: User) -> str:
        """Why nothing may be entered for the user now, '' where it may."""
        if await self.world.ledger.frozen():
            return "the operator has frozen everything"
        if self.world.ledger.broken:
            return "my ledger can't be kept"
        fresh = await self.world.ledger.user(user.id)
        if fresh is None or fresh.paused:
            return "you paused me"
        if any(plan.user == user.id for plan in await self.world.ledger.unsettled()):
            return "an earlier transaction isn't settled yet"
        if await self.world.ledger.strangers(await self.world.account(user)):
            return "something was sent from your account without me"
        return ""

    async def _is_awake(self, user: User, terms: Terms) -> bool:
        """Whether it isn't one of the hours in which the mandate makes exits for safety alone."""
        return terms.acts_at(self.world.now(), zone(await self.world.ledger.tz(user.id)))

    async def _carry_out(
        self,
        user: User,
        row: MandateRow,
        terms: Terms,
        snapshot: Snapshot,
        found: Judged,
        number: int,
    ) -> str:
        """Through the gate, the mandate and the manager: '', or what refused, which is the decision's outcome;
        nothing is sent then.
        """
        ledger, moves = self.world.ledger, self._moves(found, snapshot)
        try:
            await self._check_still(snapshot)
            proposal = await self._build(user, moves, snapshot, as_json(_one(found.asset)), paused=False)
            spent = await ledger.mandate_fees(user.id, self.world.now() - terms.seconds)
            native = snapshot.prices.get(self.world.registry.native.symbol)
            fee = proposal.plan.max_total_fee_wei
            danger, awake = found.dangers(terms), await self._is_awake(user, terms)
            under_mandate.check(terms, moves, snapshot.venues, fee, spent, native, danger=danger, asleep=not awake)
            running = [step for step in proposal.plan.steps if step.role is not Role.CLEANUP]
            gas = costs_at(snapshot).expected(running, proposal.rehearsal.gas_used)
            under_mandate.check_gain(terms, found.placement, wei_in_usd(gas, native or 0))
            if self.world.policy.step_up:
                check_covered(self.world.policy, proposal.plan, await self.world.signer.mandated(snapshot.account))
            await self._write_down(proposal, f"{CHANNEL}{row.id}", number, {})
            point(Point.CONFIRMING)
            confirmed = await ledger.confirm_by_mandate(
                proposal.plan.plan_id,
                row,
                proposal.plan.digest,
                self.world.now(),
                spending_of(self.world.policy, proposal.plan, snapshot.prices),
            )
            point(Point.CONFIRMED)
            check_ledger(ledger.broken, "rebalance")  # it may have broken just now
        except MonetaError as error:
            refused = f"{error}".rstrip(".")
            await ledger.set_outcome(number, refused)
            return refused
        await self.world.manager.run(confirmed.plan)
        return ""

    async def _check_still(self, snapshot: Snapshot) -> None:
        """Raises Refused("mandate") where the account sent anything since the look: what it holds is not what was
        weighed, and an entry of that size could take what its user has just taken out.
        """
        account, seen = snapshot.account, snapshot.block.number
        if await self.world.rpc.nonce(account, "pending") != await self.world.rpc.nonce(account, seen):
            raise Refused("mandate", "Something of yours was sent while I looked.", "I look again at the next time.")

    def _moves(self, found: Judged, snapshot: Snapshot) -> tuple[Move, ...]:
        if found.weighed is None:
            return ()
        return moves_of_shifts(found.placement.shifts, self.world.venues, snapshot.venues, found.weighed.limits)

    async def _build(
        self, user: User, moves: tuple[Move, ...], snapshot: Snapshot, intent: dict[str, Any], paused: bool
    ) -> Proposal:
        request = Request(
            draft=self.world.draft(user, intent),
            seconds=self.world.settings.plan_seconds,
            contacts=frozenset(),
            paused=paused,
            standing=await self.world.standing(user.id),
        )
        return await self.world.gate.propose(request, moves, snapshot)

    async def _write_down(self, proposal: Proposal, channel: str, number: int, origins: Mapping[str, Origin]) -> None:
        await self.world.ledger.propose(
            proposal.plan,
            origins=origins,
            preview=proposal.preview.as_json(),
            decisions=[number],
            channel=channel,
            simulated=proposal.simulated.as_json(),
        )
        point(Point.PROPOSED)

    async def _record(
        self,
        user: User,
        snapshot: Snapshot,
        found: Judged,
        kind: str,
        row: MandateRow | None = None,
        intent: Rebalance | None = None,
    ) -> int:
        """The decision, with all that it was made from."""
        return await self.world.ledger.decide(
            user=user.id,
            kind=kind,
            rule=rebalanced.RULE,
            snapshot=to_json(snapshot)
            | found.as_json()
            | {"intent": as_json(intent or _one(found.asset)), "mandate": None if row is None else row.id},
            alternatives=rebalanced.record(found.placement),
            chosen=rebalanced.chosen_of(found.placement),
        )

    async def _terms(self, user: User, intent: Rebalance, snapshot: Snapshot) -> Terms:
        """The user's mandate where it speaks of the assets; else defaults without caps: what moves is confirmed."""
        row = await self.world.ledger.mandate(user.id)
        held = [self.world.venues[key].asset.symbol for key, state in snapshot.venues.items() if state.position]
        wanted = tuple(dict.fromkeys(intent.assets or sorted(held)))
        if not wanted:
            raise Refused("balance", "Nothing of yours is at work: there is nothing to rebalance.")
        if row is not None and set(wanted) <= set(row.limits["assets"]):
            terms = Terms.from_json(row.limits)
            return replace(terms, assets={key: terms.assets[key] for key in wanted})
        said = Mandate(
            assets=wanted,
            venues=None,
            cap_per_venue=None,
            min_gain_usd=None,
            gas_budget_usd=None,
            max_move=None,
            horizon_days=None,
        )
        terms = terms_of(said, self.world.registry, self.world.venues, snapshot.prices, self.world.settings)
        return replace(terms, assets=dict.fromkeys(wanted, Bounds(MAX_UINT256, MAX_UINT256)))


def _one(asset: Token) -> Rebalance:
    return Rebalance(assets=(asset.symbol,))
