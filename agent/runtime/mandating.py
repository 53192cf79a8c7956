"""Turns about the mandate: it is read back in numbers, given by a press or a yes, shown, ended."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from zoneinfo import available_timezones

from agent.chain.snapshot import Snapshot
from agent.errors import MonetaError, NeedsAnswer, Refused
from agent.execution.costs import costs_at
from agent.gate.mandates.mandate import Terms, wei_in_usd
from agent.gate.mandates.positions import pairs_in, right_of
from agent.gate.mandates.said import terms_of
from agent.gate.mandates.sense import check_possible, notes
from agent.gate.step_up import above_of, check_mandate
from agent.intents import Hours, Mandate, Origin, Quiet
from agent.money import Address
from agent.replies import mandate
from agent.replies.reply import Reply, Status, Verdict, plan_json
from agent.runtime.agreeing import agreed
from agent.runtime.codes import enrolled
from agent.runtime.reports import Reports
from agent.runtime.trying import Trying
from agent.runtime.weighing import ENTER_GAS, ENTER_TRANSACTIONS, LEAVE_GAS, LEAVE_TRANSACTIONS
from agent.runtime.world import World
from memory.rows import PlanRow, PlanStatus, User
from memory.standing.mandates import MandateRow, UserSettings

WITH_PICTURES = ("discord", "telegram")


def _has(held: Mapping[str, int], most: Mapping[str, int]) -> bool:
    return all(units <= held.get(symbol, 0) for symbol, units in most.items())


def _moves_positions(row: MandateRow | None) -> bool:
    return row is not None and bool(Terms.from_json(row.limits).ranges)


def _shows(channel: str) -> bool:
    """Whether pictures are seen where this is said: a terminal only writes them down."""
    return channel.partition(":")[0] in WITH_PICTURES


def _gas_of_a_move(snapshot: Snapshot, native: str) -> int | None:
    """USD with 8 decimals, None where the native coin has no price."""
    price = snapshot.prices.get(native)
    return (
        None
        if price is None
        else wei_in_usd(costs_at(snapshot).wei(ENTER_GAS + LEAVE_GAS, ENTER_TRANSACTIONS + LEAVE_TRANSACTIONS), price)
    )


@dataclass(frozen=True, slots=True)
class Mandating:
    """A mandate is previewed as a plan without steps: the same digest, the same single use, the same expiry."""

    world: World

    async def preview(self, user: User, channel: str, intent: Mandate, origins: Mapping[str, Origin]) -> Reply:
        """The mandate in numbers, waiting for its confirmation."""
        world = self.world
        account = await world.account(user)
        snapshot = await world.priced_snapshot(account)
        await world.refresh()
        pairs = pairs_in(snapshot, world.registry)
        terms = terms_of(intent, world.registry, world.venues, snapshot.prices, world.settings, pairs)
        check_possible(terms, world.registry, world.venues, snapshot.venues, snapshot.prices)
        moved = above_of(world.policy, world.registry, terms)
        if moved is not None and not await enrolled(world):
            check_mandate(world.policy, moved, enrolled=False)
        tz = await world.ledger.tz(user.id)
        gas = _gas_of_a_move(snapshot, world.registry.native.symbol)
        said = notes(terms, world.registry, world.venues, snapshot.venues, snapshot.prices, gas)
        said += [line] if (line := await Trying(world).line(user, terms)) else []
        shown = mandate.preview(
            terms, world.registry, self._hours, world.settings.plan_seconds, moved, tz=tz, notes=said
        )
        headline = f"keep your {' and '.join(terms.assets)} well placed"
        given = {"limits": terms.as_json()}
        shown = await agreed(world, user, channel, account, intent, given, origins, headline, shown)
        return await self._drawn(user, shown, terms, snapshot) if _shows(channel) else shown

    async def grant(self, user: User, row: PlanRow, code: str = "") -> Reply:
        """The previewed mandate comes into force. Raises Refused as a plan's confirmation does.

        Above a step-up threshold it takes a code, once: the signer then signs its moves without one each.
        """
        world = self.world
        if await world.ledger.frozen():
            raise Refused("freeze", "The operator has frozen everything.", "Ask the operator.")
        await self._at_signer(user, row, code)
        before = await world.ledger.mandate(user.id)
        told = await self._settings_in(user, row.channel)
        found = await world.ledger.grant(row.plan_id, user.id, row.digest, world.now(), told)
        reply = mandate.granted(
            Terms.from_json(found.limits), world.registry, self._hours, renewed=before is not None, tz=told.tz
        )
        intent = {key: value for key, value in row.intent.items() if key != "limits"}
        plan = plan_json(row.plan, PlanStatus.SETTLED)
        return replace(reply, intent=intent, plan=plan, verdict=Verdict(Status.SETTLED))

    async def revoke(self, user: User) -> Reply:
        """Ends the mandate, at the signer too where that is there. Always possible."""
        row = await self.world.ledger.mandate(user.id)
        ended = await self.world.ledger.revoke_mandate(user.id)
        account = await self.world.ledger.account(user.id)
        if account is not None and (self.world.policy.step_up or _moves_positions(row)):
            with contextlib.suppress(MonetaError):
                await self.world.signer.mandate(account.address, {})
        return mandate.revoked(ended)

    async def _at_signer(self, user: User, row: PlanRow, code: str) -> None:
        """The signer learns what may move without a code each; a row that can't come into force teaches it nothing.

        Raises Refused("step-up").
        """
        world = self.world
        await world.refresh()
        live = row.status is PlanStatus.PROPOSED and world.now() <= row.not_after and row.user == user.id
        if not live or world.ledger.not_intact(row):
            return
        terms = Terms.from_json(row.intent["limits"])
        if not world.policy.step_up and not terms.ranges:
            if _moves_positions(await world.ledger.mandate(user.id)):  # which this one doesn't
                await world.signer.mandate(row.account, {})
            return
        moved = above_of(world.policy, world.registry, terms)
        most = {symbol: bounds.most for symbol, bounds in terms.assets.items()} if moved else {}
        right = right_of(terms, await self._native_price(row.account) if terms.ranges else None)
        if moved is not None and not await self._is_known(row.account, most, terms.ranges):
            check_mandate(world.policy, moved, await enrolled(world), code)
        await world.signer.mandate(row.account, most, code or None, right)

    async def _is_known(self, account: Address, most: Mapping[str, int], ranges: Mapping[str, int]) -> bool:
        """Whether the signer lets as much be moved already."""
        signer = self.world.signer
        right = await signer.ranges(account) if ranges else None
        return _has(await signer.mandated(account), most) and _has({} if right is None else right.most, ranges)

    async def _native_price(self, account: Address) -> int | None:
        snapshot = await self.world.priced_snapshot(account)
        return snapshot.prices.get(self.world.registry.native.symbol)

    async def show(self, user: User, channel: str, drawn: bool = False) -> Reply:
        """The mandate in force, in numbers, and drawn where the channel shows pictures or one is asked for."""
        row = await self.world.ledger.mandate(user.id)
        if row is None:
            return mandate.none()
        terms = Terms.from_json(row.limits)
        reply = mandate.shown(terms, self.world.registry, self._hours, await self.world.ledger.tz(user.id))
        if not drawn and not _shows(channel):
            return reply
        try:
            snapshot = await self.world.snapshot(await self.world.account(user))
        except MonetaError:  # it is shown all the same
            return reply
        return await self._drawn(user, reply, terms, snapshot)

    async def _drawn(self, user: User, reply: Reply, terms: Terms, snapshot: Snapshot) -> Reply:
        return await Reports(self.world).mandate_drawn(
            user, reply, terms, snapshot.venues, await self.world.ledger.tz(user.id)
        )

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
