"""Help and small talk are answered while their message is being made durable.

The platform is told that a message was taken in only once it is in the ledger, as ever; so a crash in between has it
come again and be answered again, known by its nonce where the platform looks at those. Nothing else may go on before
that: an answer at once is made of words alone, and whatever needs a look or a write goes the long way.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from agent.replies.body import body_of
from agent.replies.reply import Reply
from agent.replies.spoken import spoken
from memory.messages.hearing import Known
from memory.rows import InboxRow, OutboxRow

if TYPE_CHECKING:
    from agent.chat.service import Service


@dataclass(frozen=True, slots=True)
class AtOnce:
    """Never waits, so that all it decides by is of one moment."""

    service: Service

    def say(self, row: InboxRow, known: Known) -> bool:
        """Whether it was answered: not where it isn't talk, or something of its channel or person comes first."""
        service, limits = self.service, self.service.limits
        if row.kind != "text" or known.news or not service.at_rest(row) or not service.ledger.holds(known):
            return False
        if service.welcome is not None and not service.welcome.passes(known.user, row):
            return False
        if limits is not None and not limits.passes(row.user, row.kind, row.received_at):
            return False
        if not service.tongue.is_settled(known, row):
            return False
        reply = service.runtime.talk(known, row.text)
        if reply is None:
            return False
        reply = spoken(reply, known.user.speaks)
        if limits is not None:
            limits.take(row.user, row.kind, row.received_at)
        service.runtime.remember(known.user, row.channel, row.text, reply)
        shown = body_of(reply).as_json()
        service.courier.post(service.ledger.draft(row, shown), partial(self._write, row, reply, shown))
        return True

    def _write(self, row: InboxRow, reply: Reply, shown: dict[str, Any], sent: bool) -> asyncio.Future[OutboxRow]:
        return self.service.ledger.finish_soon(row, reply.as_json(), shown, sent)
