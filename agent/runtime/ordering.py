"""Turns about orders: one is read back in numbers, given by a press or a yes, listed, taken away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from agent.chain.snapshot import Snapshot
from agent.errors import NeedsAnswer, Refused
from agent.gate import oracle
from agent.gate.orders.changed import as_said, terms_anew
from agent.gate.orders.terms import RULE, Terms, most_a_run, terms_of
from agent.intents import Amend, Order, Origin, parse
from agent.mind.amends import question
from agent.money import Amount
from agent.replies import orders as told
from agent.replies.reply import Reply, Status, Verdict, plan_json
from agent.runtime.agreeing import agreed
from agent.runtime.world import World
from agent.words.amends.orders import corrected
from agent.words.amends.outcome import Unfit
from agent.words.amends.peel import anew
from agent.words.amends.standing import DAY
from agent.words.languages import heard
from agent.words.orders.cancels import which
from memory.rows import PlanRow, PlanStatus, User
from memory.standing.orders import REPLACES, OrderRow, state_of


def asked_for(intent: Mapping[str, Any]) -> dict[str, Any]:
    """The intent of an order's plan as it was asked for, without what code added to it."""
    return {key: value for key, value in intent.items() if key not in ("terms", REPLACES)}


@dataclass(frozen=True, slots=True)
class Ordering:
    """An order is previewed as a plan without steps: the same digest, the same single use, the same expiry."""

    world: World

    async def asked(self, user: User, channel: str, intent: Order | Amend, origins: Mapping[str, Origin]) -> Reply:
        """The preview of an order, or of one in the place of another; the list. Raises as both."""
        if isinstance(intent, Order):
            return await self.preview(user, channel, intent, origins)
        return await self.amend(user, channel, intent, origins)

    async def preview(self, user: User, channel: str, intent: Order, origins: Mapping[str, Origin]) -> Reply:
        """The order in numbers, waiting for its confirmation; or the list of those in force.

        Raises Refused: pause, lists, amount, oracle, orders, step-up, cap; NeedsAnswer.
        """
        if intent.is_list:
            rows = await self.world.ledger.orders(user.id)
            return told.listed([(row, Terms.from_json(row.terms)) for row in rows])
        if user.paused:
            raise Refused("pause", "You paused me: I only take money out.", "Say `resume` first.")
        world = self.world
        await world.refresh()
        terms = terms_of(intent, world.registry, world.now(), await world.ledger.tz(user.id))
        return await self._proposed(user, channel, intent, terms, origins)

    async def amend(self, user: User, channel: str, intent: Amend, origins: Mapping[str, Origin]) -> Reply:
        """What an order that stands would be with the change, waiting for its confirmation: then it takes its place.

        Raises as `preview` does, and NeedsAnswer where the words don't fit the order.
        """
        if user.paused:
            raise Refused("pause", "You paused me: I only take money out.", "Say `resume` first.")
        world, now = self.world, self.world.now()
        await world.refresh()
        row = self._meant(await world.ledger.orders(user.id), intent.ref)
        plan = await world.ledger.plan(row.plan_id)
        if plan is None:
            raise Refused(RULE, f"You have no order {row.number}.", "`my orders` lists them.")
        old = Terms.from_json(row.terms)
        base = as_said(self._intent_of(plan), old, now)
        vocabulary = await world.vocabulary(user.id, user.language)
        spoken = heard(origins["change"].words, vocabulary)
        found = corrected(base, anew(intent.change), vocabulary, spoken)
        if not isinstance(found, Order):
            asked = question(found or Unfit("words", (intent.change,)))
            raise NeedsAnswer(asked.text)
        terms = terms_anew(base, found, old, world.registry, now, await world.ledger.tz(user.id))
        return await self._proposed(user, channel, found, terms, origins, row)

    async def _proposed(
        self,
        user: User,
        channel: str,
        intent: Order,
        terms: Terms,
        origins: Mapping[str, Origin],
        old: OrderRow | None = None,
    ) -> Reply:
        """The terms in numbers, with the order whose place they take."""
        world = self.world
        account = await world.account(user)
        snapshot = await world.priced_snapshot(account)
        self._check_possible(terms, snapshot)
        if terms.times is None and terms.holds(snapshot.prices):
            return told.holds_already(terms, snapshot.prices[terms.priced or ""])
        headline = f"{told.trade_text(terms.trade)}, {told.when_text(terms)}"
        notes, given = self._notes(terms, snapshot), {"terms": terms.as_json()}
        if old is not None:
            last = (await world.ledger.last_runs()).get(old.id)
            notes = [told.in_place_of(old.number, Terms.from_json(old.terms)), *notes]
            given[REPLACES] = {"id": str(old.id), "number": str(old.number), "run": state_of(last)}
        shown = told.preview(terms, world.registry, world.settings.plan_seconds, notes)
        return await agreed(world, user, channel, account, intent, given, origins, headline, shown)

    def _meant(self, rows: Sequence[OrderRow], ref: str) -> OrderRow:
        """The order of a change's `ref`. Raises Refused("orders") where there is none, or where there are several."""
        said = ref.partition(":")[2]
        what, _, detail = said.partition(" ")
        found = [row for row in rows if said.isdecimal() and row.number == int(said)]
        if what == DAY:
            found = [row for row in rows if detail in ((row.terms["times"] or {}).get("weekdays") or ())]
        elif not said.isdecimal():
            found = [row for row in rows if detail in ("", row.terms["kind"])]
        if not found:
            raise Refused(RULE, "You have no such order.", "`my orders` lists them.")
        if len(found) > 1:
            numbers = ", ".join(str(row.number) for row in found)
            raise Refused(RULE, f"You have several: {numbers}.", f"Say which: `change order {found[0].number} …`.")
        return found[0]

    def _intent_of(self, plan: PlanRow) -> Order:
        """What was asked for with an order's preview."""
        found = parse(asked_for(plan.intent))
        if not isinstance(found, Order):
            raise TypeError(f"{found.action} is no order")
        return found

    async def grant(self, user: User, row: PlanRow) -> Reply:
        """The previewed order comes into force. Raises Refused as a plan's confirmation does."""
        world = self.world
        found = await world.ledger.grant_order(row.plan_id, user.id, row.digest, world.now())
        terms = Terms.from_json(found.terms)
        following = None if terms.times is None else terms.times.after(world.now())
        reply = told.granted(found, terms, following, (row.intent.get(REPLACES) or {}).get("number"))
        plan = plan_json(row.plan, PlanStatus.SETTLED)
        return replace(reply, intent=asked_for(row.intent), plan=plan, verdict=Verdict(Status.SETTLED))

    async def cancel(self, user: User, ref: str) -> Reply:
        """`ref` says which (agent/words/orders/cancels.py). Always possible. Raises Refused("orders") where there is
        none, or where one is meant and there are several.
        """
        number, only, kind = which(ref)
        rows = await self.world.ledger.orders(user.id)
        meant = [row for row in rows if number in (None, row.number) and kind in ("", row.terms["kind"])]
        if not meant:
            missing = "You have no such order." if rows and kind else "You have no orders."
            missing = missing if number is None else f"You have no order {number}."
            raise Refused(RULE, missing, "`my orders` lists them.")
        if only and len(meant) > 1:
            numbers = ", ".join(str(row.number) for row in meant)
            raise Refused(
                RULE, f"You have several: {numbers}.", f"Say `cancel order {meant[0].number}`, or all of them."
            )
        gone = [row.number for row in meant if await self.world.ledger.cancel_orders(user.id, row.number)]
        return told.cancelled(len(gone), gone[0] if only and gone else None)

    def shown(self, row: PlanRow) -> Reply:
        """The preview of an order again."""
        terms = Terms.from_json(row.intent["terms"])
        return told.preview(terms, self.world.registry, max(row.not_after - self.world.now(), 0))

    def _check_possible(self, terms: Terms, snapshot: Snapshot) -> None:
        """What no run of it could pass, as things are."""
        registry, policy = self.world.registry, self.world.policy
        pays, gets = registry.token(terms.pays), registry.token(terms.gets)
        names = {registry.wrapped if each.is_native else each.symbol for each in (pays, gets)}
        if len(names) < 2:
            raise Refused("lists", f"{pays.symbol} and {gets.symbol} are one to one.", "Ask for another token.")
        for token in (pays, gets):
            oracle.check_price(registry, snapshot, token)
        most = most_a_run(terms, registry)
        cap, threshold = policy.cap(pays), policy.step_up.get(pays.symbol)
        if most is not None and cap is not None and most > cap:
            raise Refused(
                "cap",
                f"That gives up to {Amount(most, pays)} at once; the policy's cap is {Amount(cap, pays)}.",
                "Say less at a time.",
            )
        if most is not None and threshold is not None and most > threshold:
            raise Refused(
                "step-up",
                f"An order has nobody to give a code, and above {Amount(threshold, pays)} at once one is needed.",
                f"Say {Amount(threshold, pays)} or less at a time.",
            )

    def _notes(self, terms: Terms, snapshot: Snapshot) -> list[str]:
        registry, policy = self.world.registry, self.world.policy
        pays = registry.token(terms.pays)
        held = snapshot.native if pays.is_native else snapshot.balances.get(pays.symbol, 0)
        most, threshold = most_a_run(terms, registry), policy.step_up.get(pays.symbol)
        notes = []
        if terms.priced is not None:
            notes.append(f"{terms.priced} is at {told.price_text(snapshot.prices[terms.priced])} now.")
        if most is None or held < most:
            notes.append(f"Your wallet holds {Amount(held, pays)} now.")
        if most is None and threshold is not None:
            notes.append(
                f"More than {Amount(threshold, pays)} at once needs a code, so it would be refused and told."
            )
        if "hour" in terms.defaults and terms.tz == "UTC":
            notes.append("Say `my time zone is Europe/Vienna` first if you mean your own time.")
        if terms.times is not None and terms.times.every == "month" and terms.times.day > 28:
            notes.append("A month without that day has its last day instead.")
        return notes
