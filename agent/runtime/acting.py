"""Turns that change something: a plan is proposed, confirmed, carried out, reported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from agent.chain.snapshot import Snapshot
from agent.chain.snapshot_json import to_json
from agent.errors import Refused
from agent.execution.manager import Progress, silent
from agent.execution.outcome import End
from agent.execution.points import Point, point
from agent.execution.stops import check_stops
from agent.execution.strangers import said_of
from agent.gate import spread_words
from agent.gate.charges import spending_of
from agent.gate.choices import Choice, VenueChoice
from agent.gate.confirm import look
from agent.gate.desk import Resolved
from agent.gate.liquidity import choice as range_choice
from agent.gate.liquidity.finishing import chosen
from agent.gate.liquidity.stopped import facts as stopped_facts
from agent.gate.moves import Enter, Move
from agent.gate.open_doors import check_ledger
from agent.gate.propose import Proposal, Request
from agent.gate.step_up import check_code, code_note, needs
from agent.gate.trades import offered
from agent.gate.worth import told, worth
from agent.intents import Exit, Finish, Intent, Origin, Provide, Rebalance, Reposition, as_json, parse
from agent.money import Address, Amount
from agent.plans import LEAVING
from agent.policy.spending import VENUES, Spending
from agent.policy.whole import check_plan
from agent.ranges import PoolSeen
from agent.replies import risks
from agent.replies.reply import Reply, Status, Verdict, plan_json
from agent.runtime import recovering
from agent.runtime.agreeing import NEWER
from agent.runtime.codes import enrolled
from agent.runtime.deciding import decided
from agent.runtime.desk import DAY, desk, horizon_of
from agent.runtime.filled import with_fill
from agent.runtime.finishing import Finishing, rest_of, with_rest
from agent.runtime.following import Following
from agent.runtime.mandating import Mandating
from agent.runtime.offering import asking, passing
from agent.runtime.ordering import Ordering
from agent.runtime.rebalancing import Rebalancing
from agent.runtime.traded import with_trades
from agent.runtime.world import World
from agent.words.liquidity.stopped import MOVE
from memory.rows import PlanRow, PlanStatus, User

ENTERING = ("deposit", "transfer", "rebalance", "swap", "sequence", "repay", "provide", "reposition", "finish")
NOTHING_PENDING = "Nothing is waiting for your confirmation."


@dataclass(frozen=True, slots=True)
class Acting:
    """Proposes and carries out plans for the one account of this instance."""

    world: World

    async def propose(
        self, user: User, channel: str, intent: Intent, origins: Mapping[str, Origin], verdict: Verdict | None = None
    ) -> Reply:
        """The preview of what the intent comes to. A newer preview replaces those that still wait in the channel."""
        await check_stops(self.world.ledger, leaving=intent.action in LEAVING)
        await self.world.refresh()
        if isinstance(intent, Rebalance):
            return await Rebalancing(self.world).propose(user, channel, intent, origins, verdict)
        world, account = self.world, await self.world.account(user)
        async with asking(world, account, intent, attended=True) as asked:
            snapshot = await world.priced_snapshot(account)
            contacts = await self._ripe_contacts(user)
            standing = await world.standing(user.id)
            horizon = horizon_of(world, intent, snapshot, standing)
            at = desk(world, snapshot, standing, contacts, horizon)
            stopped = await Finishing(world).stopped(user.id) if isinstance(intent, Finish) else ()
            at = replace(at, offers=await asked.offers(at), seen=await self._seen(intent, snapshot), stopped=stopped)

        async def built(resolved: Resolved) -> Proposal:
            request = Request(
                draft=world.draft(user, as_json(intent)),
                seconds=world.settings.plan_seconds,
                contacts=frozenset(contacts.values()),
                paused=user.paused,
                notes=(
                    *await Following(world).notes(user, origins),
                    *resolved.notes,
                    *await self._against(snapshot, resolved.moves),
                    *await self._warnings(intent, snapshot.account),
                ),
                standing=standing,
                names={place: name for name, place in contacts.items()},
            )
            build = world.gate.propose_exit if isinstance(intent, Exit) else world.gate.propose
            return self._with_worth(await build(request, resolved.moves, snapshot), snapshot)

        at, resolved, proposal = await passing(intent, at, built)
        await self.world.ledger.cancel_previews(user.id, channel, NEWER)
        facts = to_json(snapshot) | standing.as_json(VENUES) | {"horizon": horizon.as_json()}
        facts |= offered.as_json(at.offers) | range_choice.facts(at.seen) | stopped_facts(at.stopped)
        facts |= {"intent": as_json(intent)}
        rest = chosen(at.stopped, intent.position) if isinstance(intent, Finish) else None
        decisions = [await decided(world.ledger, user.id, choice, facts) for choice in resolved.choices]
        await self.world.ledger.propose(
            proposal.plan,
            origins=origins,
            preview=proposal.preview.as_json(),
            decisions=decisions,
            channel=channel,
            simulated=proposal.simulated.as_json(),
            beside=Finishing(world).kept(intent, proposal, snapshot, rest),
        )
        point(Point.PROPOSED)
        await self.world.ledger.set_pending(user.id, channel, {"preview": proposal.plan.plan_id})
        coded = code_note(world.policy, proposal.plan)
        return _previewed(proposal, resolved.choices, coded, verdict or Verdict(Status.READY))

    async def confirm(
        self, user: User, channel: str, plan_id: str | None, progress: Progress = silent, code: str = ""
    ) -> Reply:
        """Carries out a preview: simulated again, confirmed once, then run. None: the channel's latest one.

        `code` is a one-time code, which the signer wants for what is above its thresholds.
        """
        if not self.world.executes:
            raise Refused("one-executor", "Another process runs Moneta in this folder.", "Confirm it there.")
        row = await self._row(user, channel, plan_id)
        if row.intent.get("action") == "mandate":
            check_ledger(self.world.ledger.broken, "mandate")
            return await Mandating(self.world).grant(user, row, code)
        if row.intent.get("action") == "order":
            check_ledger(self.world.ledger.broken, "order")
            return await Ordering(self.world).grant(user, row)
        async with self.world.executing[row.account]:
            return await self._confirm(user, channel, await self._row(user, channel, row.plan_id), progress, code)

    async def _confirm(self, user: User, channel: str, row: PlanRow, progress: Progress, code: str) -> Reply:
        now, spending = self.world.now(), Spending()
        if row.status is PlanStatus.PROPOSED and now <= row.not_after:
            await self.world.refresh()
            await self._check_may_run(user, row)
            seen = await look(self.world.gate, row.plan, self.world.venues)
            if seen.void:
                changed = f"Nothing was sent: things have changed since the preview ({seen.void})"
                return await self._renew(user, channel, row, changed)
            spending = spending_of(self.world.policy, row.plan, seen.prices)
            await self._check_code(row, code)
        point(Point.CONFIRMING)
        confirmed = await self.world.ledger.confirm(row.plan_id, user.id, row.digest, now, spending)
        point(Point.CONFIRMED)
        check_ledger(self.world.ledger.broken, str(row.intent.get("action")))  # it may have broken just now
        outcome = await self.world.manager.run(confirmed.plan, progress)
        self.world.codes.forget(row.digest)
        headline = str(row.preview.get("headline", ""))
        if headline and outcome.end in (End.SETTLED, End.PARTIAL):
            how = "done" if outcome.end is End.SETTLED else "done in part"
            self.world.memory.episode_soon(user.id, channel, f"{how}: {headline}", f"plan {row.plan_id}")
        if code and outcome.end is End.VOID:  # a wrong code costs a preview, not the wish
            return await self._renew(user, channel, row, f"Nothing was sent: {outcome.reason}")
        reply = recovering.reported(confirmed.plan, outcome, headline)
        reply = await with_trades(self.world, confirmed.plan, outcome, reply)
        reply = await with_fill(self.world, confirmed.plan, outcome, reply)
        stopped = await rest_of(self.world, confirmed.plan, outcome)
        if stopped is None:
            return reply
        await self.world.ledger.set_pending(user.id, channel, {MOVE: str(stopped.position)})
        return with_rest(self.world, stopped, reply)

    async def _check_may_run(self, user: User, row: PlanRow) -> None:
        """What may have changed since the preview, besides the chain. The preview stays as it is."""
        if row.user != user.id:
            raise Refused("owner", "Only the person who asked for a plan can confirm it.")
        if edited := self.world.ledger.not_intact(row):
            raise edited
        await check_stops(self.world.ledger, leaving=row.plan.leaves)
        check_ledger(self.world.ledger.broken, str(row.intent.get("action")))
        await self.world.manager.catch_up(row.account, row.chain_id)
        await recovering.check_strangers(self.world, row.plan)
        fresh = await self.world.ledger.user(user.id)  # a pause said elsewhere while this waited its turn counts
        if (fresh is None or fresh.paused) and row.intent.get("action") in ENTERING:
            raise Refused("pause", "You paused me: I only take money out.", "Say `resume` first.")
        await Finishing(self.world).check(row)
        contacts = await self._ripe_contacts(user)  # so does a contact that was taken back, or has to wait since
        check_plan(self.world.policy, row.account, frozenset(contacts.values()), row.plan)
        apart = self.world.manager.shallow  # all of these is mined, and nothing can come between
        if row.plan.leaves:  # an order that is open takes no number, so that it holds up no way out
            apart = apart | self.world.manager.ordered
        unsettled = [each for each in await self.world.ledger.unsettled() if each.plan_id not in apart]
        mine = {each.plan_id for each in unsettled if each.account == row.account}
        if mine:
            how = recovering.CALL_OFF if mine <= self.world.manager.ordered else recovering.CANCEL
            raise Refused(
                "under-way",
                "An earlier transaction isn't settled yet.",
                f"Confirm again once I have told its end, or say `{how.words}`.",
            )

    async def _check_code(self, row: PlanRow, code: str) -> None:
        """Hands a code on to the signer, where the plan needs one. Raises Refused("step-up")."""
        moved = needs(self.world.policy, row.plan)
        if moved is not None:
            check_code(self.world.policy, moved, code, await enrolled(self.world))
            self.world.codes.give(row.digest, code)

    async def cancel(self, user: User, channel: str) -> Reply:
        """Takes back every preview that waits in the channel."""
        cancelled = await self.world.ledger.cancel_previews(user.id, channel, "cancelled by the user")
        called = None if cancelled else await recovering.Recovering(self.world).call_off(user)
        if called is not None:
            return called
        text = "Cancelled. Nothing was sent." if cancelled else "There was nothing to cancel."
        left = await Finishing(self.world).declined(cancelled)
        return Reply(f"{text} {left}".rstrip())

    async def _row(self, user: User, channel: str, plan_id: str | None) -> PlanRow:
        if plan_id is not None:
            row = await self.world.ledger.plan(plan_id)
        else:
            rows = await self.world.ledger.plans_of(user.id, 0, self.world.now())
            row = next((each for each in reversed(rows) if each.channel == channel), None)
        if row is None:
            raise Refused("nothing-pending", NOTHING_PENDING, "Say what you want first.")
        return row

    async def _renew(self, user: User, channel: str, row: PlanRow, why: str) -> Reply:
        """The world moved between preview and confirmation: that plan is void, a new preview is shown."""
        await self.world.ledger.set_status(row.plan_id, PlanStatus.PROPOSED, PlanStatus.VOID, why)
        verdict = Verdict(Status.VOID, "expected")
        try:
            reply = await self.propose(user, channel, parse(dict(row.intent)), row.origins, verdict)
        except Refused as error:
            void = plan_json(row.plan, PlanStatus.VOID)
            text = f"{why}, and now: {error}"
            return Reply(text, intent=dict(row.intent), plan=void, verdict=verdict)
        text = f"{why.rstrip('.')}. Here is a new one. {reply.text}"
        return Reply(text, reply.table, reply.preview, reply.intent, reply.plan, verdict)

    async def _seen(self, intent: Intent, snapshot: Snapshot) -> Mapping[Address, PoolSeen]:
        """What was seen of pools, for who provides to one."""
        return (
            await self.world.observing.pools(snapshot.block.timestamp)
            if isinstance(intent, Provide | Reposition | Finish)
            else {}
        )

    async def _against(self, snapshot: Snapshot, moves: Sequence[Move]) -> list[str]:
        """What speaks against the venues that are entered, with what comes in counted as one's own."""
        adding = {move.venue.id: move.most_in for move in moves if isinstance(move, Enter)}
        found = (await self.world.risks.look(snapshot)).signals(adding, adding.keys()) if adding else ()
        return [risks.told(each) for each in found]

    def _with_worth(self, proposal: Proposal, snapshot: Snapshot) -> Proposal:
        """With a note on whether a deposit earns its gas back, and from which size on one does."""
        registry, seconds = self.world.registry, self.world.settings.mandate_horizon_days * DAY
        found = worth(proposal.moves, snapshot, registry, proposal.rehearsal.gas_used, seconds)
        if found is None:
            return proposal
        note = told(found, snapshot.prices[found.asset.symbol], registry.network)
        return replace(proposal, preview=replace(proposal.preview, notes=(*proposal.preview.notes, note)))

    async def _warnings(self, intent: Intent, account: Address) -> tuple[str, ...]:
        """What stops an entry is said beside what takes money out: that stays possible."""
        if intent.action not in LEAVING:
            return ()
        said = await said_of(self.world.manager, account, self.world.registry.chain_id)
        return (said,) if said else ()

    async def _ripe_contacts(self, user: User) -> dict[str, Address]:
        now = self.world.now()
        return {row.name: row.address for row in await self.world.ledger.contacts(user.id) if row.ripe_at <= now}


def _previewed(proposal: Proposal, choices: Sequence[Choice], coded: str, verdict: Verdict) -> Reply:
    text = f"I can {proposal.preview.headline}."
    for choice in choices:
        if not isinstance(choice, VenueChoice) or not choice.options:
            continue
        if choice.spread is not None:
            text += f" {spread_words.told(choice)}"
            continue
        best, *others = [option for option in choice.options if not option.why_not]
        amount = Amount(choice.units, choice.asset)
        most = "that pays the most" if best is choice.options[0] else "that pays the most of what may take it"
        text += f" For {amount} {most}: {best.after} a year with your deposit in it."
        if others:
            second = others[0]
            text += f" Next best: {second.venue}, {second.after}."
    return Reply(
        text=f"{text}{coded} Confirm?",
        preview=proposal.preview,
        intent=proposal.plan.intent,
        plan=plan_json(proposal.plan, PlanStatus.PROPOSED),
        verdict=verdict,
    )
