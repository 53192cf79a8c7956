"""The one way in for every channel: a message is written down, answered once, and its reply kept until delivered."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from dataclasses import dataclass, field

from agent.replies.reply import Reply, Status, Verdict
from agent.runtime.turn import Runtime, Said, is_yes
from memory.ledger import Ledger
from memory.rows import Inbound, User

log = logging.getLogger(__name__)

CONFIRM, CANCEL = "/confirm", "/cancel"
INTERRUPTED = "I was stopped before I answered that. Say it again if it still holds."
UNDELIVERED = "I was stopped before this reached you:"
FAULT = "Something went wrong inside me, so I stopped there. What was under way is looked up with your next message."


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply and the outbox row that the channel marks as sent once it has delivered it."""

    reply: Reply
    outbox_id: int


@dataclass
class Service:
    """What adapters call. Messages of one channel are answered one at a time, in order; channels run side by side."""

    runtime: Runtime
    ledger: Ledger
    _queues: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    async def user(self, platform: str, platform_user_id: str, name: str) -> User:
        """The person behind a platform's id."""
        return await self.ledger.ensure_user(platform, platform_user_id, name)

    async def handle(self, message: Inbound) -> Answer | None:
        """The answer to a message; None where this update was taken in before."""
        async with self._queues[message.channel]:
            row = await self.ledger.accept(message)
            if row is None:
                return None
            user = await self.ledger.user(message.user)
            if user is None:
                raise LookupError(f"no user {message.user}")
            reply = await self._reply(Said(user, message.channel, message.text))
            queued = await self.ledger.finish(row.id, reply.as_json())
            return Answer(reply, queued.id)

    async def _reply(self, said: Said) -> Reply:
        """One reply to every message, a fault of ours included."""
        try:
            match said.text.strip():
                case word if word == CONFIRM:
                    return await self.runtime.press_confirm(said)
                case word if word == CANCEL:
                    return await self.runtime.press_cancel(said)
                case _:
                    return await self.runtime.turn(said)
        except Exception:
            log.exception("a turn failed")
            return Reply(FAULT, verdict=Verdict(Status.REFUSED, "fault"))

    async def delivered(self, answer: Answer) -> None:
        """The channel has it."""
        await self.ledger.sent(answer.outbox_id)

    async def recover(self) -> list[Reply]:
        """First thing at a start: what was under way is brought to its end, what was left unanswered is said so."""
        replies = await self.runtime.acting.recover()
        for unsent in await self.ledger.unsent():
            replies.append(Reply(f"{UNDELIVERED} {unsent.body['reply']}"))
            await self.ledger.sent(unsent.id)
        for row in await self.ledger.unfinished():
            if replies and (row.text.strip() == CONFIRM or is_yes(row.text)):  # what became of its plan answers it
                queued = await self.ledger.finish(row.id, replies[0].as_json())
                await self.ledger.sent(queued.id)
                continue
            replies.append(Reply(f"{INTERRUPTED} ({row.text!r})"))
            queued = await self.ledger.finish(row.id, Reply(INTERRUPTED).as_json())
            await self.ledger.sent(queued.id)
        return replies
