"""Turns that only look: rates, positions, reasons, what was done."""

from __future__ import annotations

from dataclasses import dataclass, replace

from agent.chain.positions import managers_of
from agent.chain.snapshot import Snapshot
from agent.gate.choices import ROUTE, TURN
from agent.intents import Explain, Yields
from agent.money import ZERO_ADDRESS
from agent.replies import explain, history, portfolio, risks, talk
from agent.replies.reply import Reply
from agent.runtime import rates, sandwiched
from agent.runtime.adopting import Adopting
from agent.runtime.lending import Lending
from agent.runtime.world import World
from agent.voice import voiced
from memory.rows import DecisionRow, PlanStatus, User


@dataclass(frozen=True, slots=True)
class Viewing:
    """Answers from one snapshot and the ledger; nothing is changed."""

    world: World

    async def yields(self, user: User, intent: Yields) -> Reply:
        """The venues of one asset, or the best venue of each."""
        found = await self.world.ledger.account(user.id)
        account = found.address if found else ZERO_ADDRESS
        return await rates.yields(self.world.market, account, intent, self.world.risks.look)

    async def portfolio(self, user: User) -> Reply:
        """Wallet, positions and what they earned."""
        account = await self.world.account(user)
        snapshot = await Adopting(self.world).snapshot(account)
        await Lending(self.world).seen(user.id, snapshot)
        net = await self.world.ledger.net_deposits(account)
        assets = {venue_id: venue.asset.address for venue_id, venue in self.world.venues.items()}
        flows = {
            venue: portfolio.Flow(each.deposited, each.withdrawn)
            for (venue, token), each in net.items()
            if assets.get(venue) == token  # the rows of receipt tokens mirror these
        }
        settled = not any(each.account == account for each in await self.world.ledger.unsettled())
        reply = portfolio.portfolio(
            snapshot,
            self.world.registry,
            self.world.venues,
            flows if settled else None,
            managers_of(self.world.traders),
        )
        held = {key for key, state in snapshot.venues.items() if state.position}
        found = (await self.world.risks.look(snapshot)).signals(of=held)
        return replace(reply, text=reply.text + risks.lines(found), private=True)

    async def explain(self, user: User, intent: Explain) -> Reply:
        """Why the last choices were made, or the one for the venue that `ref` names; what was asked for since."""
        venue = intent.ref if intent.ref in self.world.venues else None
        row = await self.world.ledger.last_decision(user.id, venue)
        if venue is not None and row is not None:
            return await self.chosen(user, row)
        return explain.nothing() if venue is not None else await self.with_asked(user, row)

    async def with_asked(self, user: User, row: DecisionRow | None) -> Reply:
        """The choices of a decision, and what was asked for since; None: of no decision."""
        choice = None if row is None else await self.chosen(user, row)
        since, after = (row.at, row.plan_id) if row is not None else (0, None)
        asked = await self.world.ledger.last_confirmed(user.id, since, after)
        if asked is not None:
            return explain.with_request(choice, asked)
        return choice or explain.nothing()

    async def chosen(self, user: User, row: DecisionRow) -> Reply:
        """The choices of the decision's plan; where none of them placed money, the last one that did, too."""
        ledger, tokens = self.world.ledger, self.world.registry.token
        rows = [row] if row.plan_id is None else await ledger.decisions_of_plan(row.plan_id)
        plan = None if row.plan_id is None else await ledger.plan(row.plan_id)
        told = explain.told(rows, tokens, waits=plan is not None and plan.status is PlanStatus.PROPOSED)
        if plan is not None and plan.status in (PlanStatus.SETTLED, PlanStatus.PARTIAL):
            taken = await sandwiched.look(self.world, plan.plan)
            told = replace(told, text=f"{told.text} {taken}") if taken else told
        if any(each.kind not in (ROUTE, TURN) for each in rows):
            return told
        earlier = await ledger.last_placement(user.id, rows[0].id)
        if earlier is None:
            return told
        return explain.with_earlier(told, explain.told([earlier], tokens), any(each.kind == ROUTE for each in rows))

    async def history(self, user: User, since: int, until: int) -> Reply:
        """The user's plans made in [since, until], Unix seconds, with their transactions."""
        rows = await self.world.ledger.plans_of(user.id, since, until)
        confirmed = [row for row in rows if row.confirmed_at is not None]
        shown = [(row, await self.world.ledger.attempts(row.plan_id)) for row in confirmed[-history.MOST_ROWS :]]
        kept = await self.world.ledger.kept_for(user.id)
        return history.history(shown, len(confirmed), len(rows) - len(confirmed), kept)

    async def greeting(self, user: User) -> Reply:
        """The first reply of a channel."""
        greeting = talk.greeting(self.world.registry.network, await self.world.account(user))
        return voiced(greeting, self.world.character, f"{user.id}:{self.world.now()}")

    async def snapshot(self, user: User) -> Snapshot:
        """As the user has it; rates are for everybody, so one without an account sees them, too."""
        found = await self.world.ledger.account(user.id)
        return await self.world.snapshot(found.address if found else ZERO_ADDRESS)
