"""Turns about the mandate: it is read back in numbers, given by a press or a yes, shown, ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from zoneinfo import available_timezones

from agent.errors import NeedsAnswer, Refused
from agent.gate.mandate import Terms, terms_of
from agent.intents import Hours, Mandate, Origin, Quiet, as_json
from agent.money import Address
from agent.plans import Plan
from agent.replies import mandate
from agent.replies.reply import Reply, Status, Verdict, plan_json
from agent.runtime.world import World
from memory.mandates import UserSettings
from memory.rows import PlanRow, PlanStatus, User


@dataclass(frozen=True, slots=True)
class Mandating:
    """A mandate is previewed as a plan without steps: the same digest, the same single use, the same expiry."""

    world: World

    async def preview(self, user: User, channel: str, intent: Mandate, origins: Mapping[str, Origin]) -> Reply:
        """The mandate in numbers, waiting for its confirmation."""
        world = self.world
        account = await world.account(user)
        snapshot = await world.snapshot(account)
        terms = terms_of(intent, world.registry, world.venues, snapshot.prices, world.settings)
        plan = self._plan(user, account, intent, terms)
        shown = mandate.preview(terms, world.registry, self._hours, world.settings.plan_seconds)
        await world.ledger.cancel_previews(user.id, channel, "a newer preview took its place")
        headline = f"keep your {' and '.join(terms.assets)} well placed"
        await world.ledger.propose(
            plan, origins=origins, preview={"headline": headline}, decisions=(), channel=channel
        )
        await world.ledger.set_pending(user.id, channel, {"preview": plan.plan_id})
        return replace(
            shown, intent=as_json(intent), plan=plan_json(plan, PlanStatus.PROPOSED), verdict=Verdict(Status.READY)
        )

    async def grant(self, user: User, row: PlanRow) -> Reply:
        """The previewed mandate comes into force. Raises Refused as a plan's confirmation does."""
        world = self.world
        if await world.ledger.frozen():
            raise Refused("freeze", "The operator has frozen everything.", "Ask the operator.")
        before = await world.ledger.mandate(user.id)
        told = await self._settings_in(user, row.channel)
        found = await world.ledger.grant(row.plan_id, user.id, row.digest, world.now(), told)
        reply = mandate.granted(
            Terms.from_json(found.limits), world.registry, self._hours, renewed=before is not None
        )
        intent = {key: value for key, value in row.intent.items() if key != "limits"}
        plan = plan_json(row.plan, PlanStatus.SETTLED)
        return replace(reply, intent=intent, plan=plan, verdict=Verdict(Status.SETTLED))

    async def revoke(self, user: User) -> Reply:
        """Ends the mandate. Always possible."""
        return mandate.revoked(await self.world.ledger.revoke_mandate(user.id))

    async def show(self, user: User) -> Reply:
        """The mandate in force, in numbers."""
        row = await self.world.ledger.mandate(user.id)
        if row is None:
            return mandate.none()
        return mandate.shown(Terms.from_json(row.limits), self.world.registry, self._hours)

    async def hours(self, user: User, channel: str, intent: Hours) -> Reply:
        """Sets when the agent speaks on its own, and where: here."""
        if intent.tz is not None and intent.tz not in available_timezones():
            raise NeedsAnswer(f"I know no time zone {intent.tz}. They look like Europe/Vienna. Which one?")
        now = await self._settings_in(user, channel)
        if intent.summary is not None:
            now = replace(now, summary_hour=None if intent.summary == "off" else intent.summary)
        if isinstance(intent.quiet, Quiet):
            now = replace(now, quiet_from=intent.quiet.start, quiet_to=intent.quiet.end)
        elif intent.quiet == "off":
            now = replace(now, quiet_from=None, quiet_to=None)
        now = replace(now, tz=intent.tz or now.tz, pictures=intent.pictures or now.pictures)
        await self.world.ledger.set_settings(now)
        return mandate.pictures(now) if intent.pictures else mandate.hours(now)

    async def _settings_in(self, user: User, channel: str) -> UserSettings:
        """The user's settings with this channel in them; the summary's hour is the operator's default at first."""
        known = await self.world.ledger.settings(user.id)
        new = UserSettings(user.id, channel, summary_hour=self.world.settings.summary_hour)
        return new if known is None else replace(known, channel=channel)

    @property
    def _hours(self) -> int:
        return self.world.settings.rebalance_every_hours

    def _plan(self, user: User, account: Address, intent: Mandate, terms: Terms) -> Plan:
        return Plan(
            plan_id=self.world.new_id(),
            chain_id=self.world.registry.chain_id,
            account=account,
            user=user.id,
            intent={**as_json(intent), "limits": terms.as_json()},  # the digest covers the defaults, too
            steps=(),
            max_total_fee_wei=0,
            not_after=self.world.now() + self.world.settings.plan_seconds,
            expected=(),
        )
