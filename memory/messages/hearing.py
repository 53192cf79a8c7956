"""A message taken in with all that a turn begins with: a write that also looks at what is known of its speaker."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from memory.journal.plans import LIVE, Plans
from memory.messages.inbox import Inbox
from memory.part import one
from memory.rows import Inbound, InboxRow, User

if TYPE_CHECKING:
    from sqlite_utils import Database


KNOWN = f"""SELECT id, name, created_at, paused_at, language,
    (SELECT data_json FROM pending WHERE user = users.id AND channel = :channel) AS pending,
    EXISTS (SELECT 1 FROM news WHERE told_at IS NULL AND user = users.id AND due_at <= :now)
      OR EXISTS (SELECT 1 FROM given_up JOIN plans USING (plan_id) WHERE told_at IS NULL AND user = users.id)
      OR EXISTS (SELECT 1 FROM loan_news WHERE told_at IS NULL AND user = users.id)
      OR EXISTS (SELECT 1 FROM adoptions JOIN accounts ON address = account
                 WHERE told_at IS NULL AND accounts.user = users.id) AS news,
    (SELECT json_group_array(name) FROM
      (SELECT name FROM contacts WHERE user = users.id AND removed_at IS NULL ORDER BY name)) AS contacts,
    EXISTS (SELECT 1 FROM plans WHERE {LIVE} AND status <> 'proposed' AND +user = users.id)
      OR EXISTS (SELECT 1 FROM attempts JOIN accounts ON address = account
                 WHERE accounts.user = users.id AND attempts.status IN ('signed', 'broadcast'))
      OR EXISTS (SELECT 1 FROM cleanups JOIN plans USING (plan_id) WHERE ended_at IS NULL AND plans.user = users.id)
      OR EXISTS (SELECT 1 FROM strangers JOIN accounts ON address = account
                 WHERE accounts.user = users.id AND told_at IS NULL) AS restless
    FROM users WHERE id = coalesce((SELECT into_user FROM merges WHERE user = :id), :id)"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Known:
    """A person at one moment: the question that is open in one channel, whether news waits for them, and whether they
    are `restless`: something that was signed for them waits for its fate, or to be told or tidied.

    `contacts` are names. `moment` is the ledger's; None where writes were under way, so that it isn't known what it
    still holds against.
    """

    user: User
    channel: str
    pending: Mapping[str, Any] | None
    restless: bool
    contacts: tuple[str, ...]
    news: bool
    moment: int | None = field(compare=False)


class Hearing(Inbox, Plans):
    async def hear(
        self, message: Inbound, meanwhile: Callable[[InboxRow, Known], None] | None = None
    ) -> tuple[InboxRow, Known] | None:
        """The message's row, once it is durable, and what the same transaction saw. None: taken in before.

        `meanwhile` is called with both a little earlier: when the row is there, and not durable yet.
        """
        moment = self._store.moment  # writes keep their order: what it sees holds until another is asked for

        def take(db: Database) -> tuple[InboxRow, Known] | None:
            row = self._accept(db, message)
            return None if row is None else (row, self._known(db, row.user, row.channel, moment))

        def tell(heard: tuple[InboxRow, Known] | None) -> None:
            if heard is not None and meanwhile is not None:
                meanwhile(*heard)

        return await self._store.write(take, meanwhile=tell, aside=True)

    async def known(self, user: str, channel: str) -> Known:
        """What is known of the person now, who may have become another by linking. Raises LookupError for nobody."""
        moment = self._store.moment if self._store.at_rest else None
        return await self._store.read(lambda db: self._known(db, user, channel, moment))

    def holds(self, known: Known) -> bool:
        """Whether nothing of what is in it was written by this process since that was seen."""
        return known.moment == self._store.moment

    def _known(self, db: Database, said_by: str, channel: str, moment: int | None) -> Known:
        found = one(db, KNOWN, {"id": said_by, "channel": channel, "now": self._now()})
        if found is None:
            raise LookupError(f"no user {said_by}")
        user = User(found["id"], found["name"], found["created_at"], found["paused_at"], found["language"])
        return Known(
            user=user,
            channel=channel,
            pending=self._own_question(user.id, channel, found["pending"]),
            restless=bool(found["restless"]),
            contacts=tuple(json.loads(found["contacts"])),
            news=bool(found["news"]),
            moment=moment,
        )
