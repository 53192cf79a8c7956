"""A preview shown once more: behind its Open button, and where something was told between it and the yes to it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from agent.errors import Refused
from agent.gate.mandates.mandate import Terms
from agent.gate.preview import Preview
from agent.gate.step_up import above_of
from agent.replies import mandate
from agent.replies.details import details
from agent.replies.reply import Reply, Status, Verdict, plan_json
from agent.runtime.ordering import Ordering, asked_for
from agent.runtime.world import World
from memory.rows import ButtonRow, PlanRow, PlanStatus

BETWEEN = "I told you something else after that preview, so your yes may have been for that. Nothing was sent."


@dataclass(frozen=True, slots=True)
class Repeating:
    """Shows what waits for a confirmation; confirms nothing."""

    world: World

    async def behind_button(self, plan_id: str) -> Reply:
        """The preview with what is left of its time, for its asker alone. Raises Refused("nothing-pending")."""
        row = await self.world.ledger.plan(plan_id)
        if row is None or row.status is not PlanStatus.PROPOSED or self.world.now() > row.not_after:
            raise Refused("nothing-pending", "That plan waits no more.", "Ask again for a new one.")
        return replace(await self._shown(row), private=True)

    async def details(self, user: str, channel: str, button: ButtonRow | None = None) -> Reply:
        """A plan to the last argument: the one behind a button, or the channel's latest."""
        if button is not None:
            row = await self.world.ledger.plan(button.plan_id or "")
        else:
            rows = await self.world.ledger.plans_of(user, 0, self.world.now())
            row = next((each for each in reversed(rows) if each.channel == channel), None)
        if row is None:
            raise Refused("nothing-pending", "There is no plan here to show.", "Say what you want first.")
        return details(row)

    async def in_doubt(self, user: str, channel: str, live: list[PlanRow]) -> Reply | None:
        """The preview again, where a typed yes came right behind it and only the agent spoke in between.

        None where that isn't so: another turn of theirs was the last one, or there isn't exactly one preview.
        """
        if len(live) != 1:
            return None
        last = await self.world.ledger.last_reply(user, channel)
        plan = None if last is None else last.get("plan")
        if plan is None or plan.get("id") != live[0].plan_id:
            return None
        await self.world.ledger.set_pending(user, channel, {"preview": live[0].plan_id})
        shown = await self._shown(live[0])
        return replace(shown, text=f"{BETWEEN} {shown.text}")

    async def _shown(self, row: PlanRow) -> Reply:
        native, now = self.world.registry.native, self.world.now()
        plan, verdict = plan_json(row.plan, PlanStatus.PROPOSED), Verdict(Status.READY)
        if row.intent.get("action") == "mandate":
            hours = self.world.settings.rebalance_every_hours
            terms = Terms.from_json(row.intent["limits"])
            coded = above_of(self.world.policy, self.world.registry, terms)
            tz = await self.world.ledger.tz(row.user)
            shown = mandate.preview(terms, self.world.registry, hours, row.not_after - now, coded, tz=tz)
            intent = {key: value for key, value in row.intent.items() if key != "limits"}
            return replace(shown, intent=intent, plan=plan, verdict=verdict)
        if row.intent.get("action") == "order":
            intent = asked_for(row.intent)
            return replace(Ordering(self.world).shown(row), intent=intent, plan=plan, verdict=verdict)
        preview = Preview.of_json(row.preview, native, expires=row.not_after, now=now, digest=row.digest)
        text = f"I can {preview.headline}. Confirm?"
        return Reply(text, preview=preview, intent=dict(row.intent), plan=plan, verdict=verdict)
