"""One turn: a message in, a reply out. Interpret → bind → look or act; every end is a reply."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from agent.errors import MonetaError, NeedsAnswer, Refused, Unavailable
from agent.gate.bind import bind
from agent.intents import (
    Advance,
    Cancel,
    Chat,
    Contact,
    Deposit,
    Exit,
    Explain,
    Help,
    History,
    Intent,
    Pause,
    Portfolio,
    Resume,
    Transfer,
    Understood,
    Withdraw,
    Yields,
    as_json,
)
from agent.mind.context import Context, Pending, Turn
from agent.mind.phrasebook import interpret, pending_after
from agent.money import address
from agent.replies import talk
from agent.replies.clock import duration
from agent.replies.reply import Reply, Status, Verdict, of_error
from agent.runtime.acting import NOTHING_PENDING, Acting
from agent.runtime.viewing import Viewing
from agent.runtime.world import World
from memory.rows import PlanStatus, User

YES = frozenset({"confirm", "yes", "y"})
NO = frozenset({"no", "n"})
ROLES = {"user": "user", "agent": "assistant"}
RECENT_TURNS = 6


@dataclass(frozen=True, slots=True)
class Said:
    """Who said what where."""

    user: User
    channel: str
    text: str


def is_yes(text: str) -> bool:
    """Whether a message is a typed yes and nothing else."""
    return _bare(text) in YES


def _bare(text: str) -> str:
    return re.sub(r"[\s.!]+$", "", text.strip()).casefold()


class Runtime:
    """Takes messages of one instance. The caller hands them over one at a time per channel."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.acting = Acting(world)
        self.viewing = Viewing(world)

    async def turn(self, said: Said) -> Reply:
        """The reply to a message. Whatever goes wrong on purpose is a reply, too."""
        reply = await self._told(said, self._typed)
        await self._remember(said, reply)
        return reply

    async def press_confirm(self, said: Said) -> Reply:
        """The Confirm button of the channel's latest preview."""
        return await self._pressed(said, confirm=True)

    async def press_cancel(self, said: Said) -> Reply:
        """The Cancel button."""
        return await self._pressed(said, confirm=False)

    async def _pressed(self, said: Said, confirm: bool) -> Reply:
        async def press(said: Said) -> Reply:
            await self.world.ledger.set_pending(said.user.id, said.channel, None)
            if confirm:
                return await self.acting.confirm(said.user, said.channel, None)
            return await self.acting.cancel(said.user, said.channel)

        return await self._told(said, press)

    async def _told(self, said: Said, answer: Callable[[Said], Awaitable[Reply]]) -> Reply:
        """The answer, after what became of plans that were left under way."""
        late: list[Reply] = []
        try:
            late = await self.acting.recover()
            reply = await answer(said)
        except MonetaError as error:
            reply = of_error(error)
        if not late:
            return reply
        told = "\n".join(each.text for each in late)
        txs = (*(tx for each in late for tx in each.txs), *reply.txs)
        return replace(reply, text=f"{told}\n{reply.text}", txs=txs)

    async def _typed(self, said: Said) -> Reply:
        pending = await self.world.ledger.pending(said.user.id, said.channel)
        await self.world.ledger.set_pending(said.user.id, said.channel, None)
        return await self._answer(said, dict(pending) if pending else {})

    async def _answer(self, said: Said, pending: dict[str, Any]) -> Reply:
        if is_yes(said.text):
            return await self._typed_yes(said, pending)
        if _bare(said.text) in NO and "preview" in pending:
            return await self.acting.cancel(said.user, said.channel)
        vocabulary = await self.world.vocabulary(said.user.id)
        context = await self._context(said, pending)
        understood = interpret(said.text, context, vocabulary)
        if understood.intent is None:
            await self._await_answer(said, pending_after(understood, said.text, context, vocabulary))
            return _asked(understood)
        try:
            earlier = context.pending.said if context.pending else ()
            bind(understood.intent, understood.origins, (*earlier, said.text), vocabulary)
            return await self._do(said, understood.intent, understood)
        except NeedsAnswer as error:
            if error.missing:
                await self._await_answer(said, Pending(text=said.text, missing=error.missing))
            return of_error(error, as_json(understood.intent))
        except MonetaError as error:
            return of_error(error, as_json(understood.intent))

    async def _typed_yes(self, said: Said, pending: dict[str, Any]) -> Reply:
        """A typed yes counts only when exactly one preview, the user's last turn, is what it can mean."""
        plan_id = pending.get("preview")
        live = await self.world.ledger.live_previews(said.user.id, said.channel, self.world.now())
        if plan_id is None or [row.plan_id for row in live] not in ([plan_id], []):
            raise Refused("nothing-pending", NOTHING_PENDING, "Say what you want, and I show you a preview first.")
        try:
            return await self.acting.confirm(said.user, said.channel, str(plan_id))
        except MonetaError:
            row = await self.world.ledger.plan(str(plan_id))
            if row is not None and row.status is PlanStatus.PROPOSED:  # so the next yes may still mean it
                await self.world.ledger.set_pending(said.user.id, said.channel, pending)
            raise

    async def _context(self, said: Said, pending: dict[str, Any]) -> Context:
        """What a mind may know besides the message. Earlier turns are the user's own channel, nobody else's."""
        return Context(
            turns=await self._recent(said),
            pending=Pending.model_validate(pending["question"]) if "question" in pending else None,
            now=self.world.now(),
        )

    async def _await_answer(self, said: Said, pending: Pending | None) -> None:
        if pending is not None:
            data = {"question": pending.model_dump(mode="json")}
            await self.world.ledger.set_pending(said.user.id, said.channel, data)

    async def _do(self, said: Said, intent: Intent, understood: Understood) -> Reply:
        match intent:
            case Deposit() | Withdraw() | Transfer() | Exit():
                return await self.acting.propose(said.user, said.channel, intent, understood.origins)
            case Cancel():
                reply = await self.acting.cancel(said.user, said.channel)
            case Contact():
                reply = await self._contact(said, intent)
            case Pause() | Resume():
                reply = await self._pause(said, isinstance(intent, Pause))
            case Advance():
                reply = await self._advance(intent)
            case _:
                reply = await self._look(said, intent)
        return replace(reply, intent=as_json(intent))

    async def _look(self, said: Said, intent: Intent) -> Reply:
        match intent:
            case Yields():
                return await self.viewing.yields(intent)
            case Portfolio():
                return await self.viewing.portfolio()
            case Explain():
                return await self.viewing.explain(said.user, intent)
            case History():
                return await self.viewing.history(said.user, intent)
            case Help():
                return talk.ability()
            case Chat():
                return talk.chat()
            case _:
                raise TypeError(f"no reply for {intent.action}")

    async def _contact(self, said: Said, intent: Contact) -> Reply:
        try:
            place = address(intent.address)
        except ValueError as error:
            raise Refused("address", f"{error}.", "Nothing was added.") from error
        ripe = await self.world.signer.contact(intent.name, place)
        await self.world.ledger.add_contact(said.user.id, intent.name, place, ripe)
        wait = ripe - self.world.now()
        when = f"can be paid in {duration(wait)}" if wait > 0 else "can be paid now"
        return Reply(f"{intent.name} is {place}, and {when}.")

    async def _pause(self, said: Said, paused: bool) -> Reply:
        await self.world.ledger.set_paused(said.user.id, paused)
        if not paused:
            return Reply("I'm back: deposits and transfers are possible again.")
        await self.world.ledger.cancel_previews(said.user.id, said.channel, "paused by the user")
        return Reply(
            "Paused. I put nothing in and send nothing; taking money out still works. Say `resume` to go on."
        )

    async def _advance(self, intent: Advance) -> Reply:
        if self.world.advance is None:
            raise Refused("devnet", "Time passes by itself on a real chain.", "`advance` works on devnet only.")
        return Reply(await self.world.advance(intent.seconds))

    async def _remember(self, said: Said, reply: Reply) -> None:
        """Into memory.db, without which everything else goes on."""
        with contextlib.suppress(Unavailable):
            await self.world.memory.remember_turn(said.user.id, said.channel, "user", said.text)
            await self.world.memory.remember_turn(said.user.id, said.channel, "agent", reply.text)

    async def _recent(self, said: Said) -> tuple[Turn, ...]:
        try:
            recent = await self.world.memory.recent(said.user.id, said.channel, RECENT_TURNS)
        except Unavailable:
            return ()
        return tuple(Turn(role=ROLES[turn.role], text=turn.text) for turn in recent)


def _asked(understood: Understood) -> Reply:
    if understood.question is None:
        raise NeedsAnswer("I didn't understand that. Ask `what can you do?`.")
    return Reply(understood.question.text, verdict=Verdict(Status.ASKED))
