"""'Type your code': the next message is handed to the signer, and kept nowhere.

What needs a code is refused by its rule first; then it waits, and the message that is a code does it once more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from agent.errors import Unavailable
from agent.gate.step_up import RULE
from agent.replies.reply import Reply, Status, Verdict
from agent.runtime.codes import enrolled
from agent.runtime.world import World
from memory.messages.hearing import Known
from memory.rows import InboxRow, User

KEY = "code"
UNASKED = (
    "I haven't asked for a code. I kept those six digits nowhere and did nothing with them; type a code only when I "
    "ask for one. If they were an amount, say the whole of it, such as `deposit … usdc`."
)
_CODE = re.compile(r"\s*(\d{3})[ -]?(\d{3})\s*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that is done once more with a code: its kind and text, and what was pending before it."""

    row: InboxRow
    code: str


def code_in(text: str) -> str | None:
    """The six digits of a message that is a code and nothing else."""
    found = _CODE.fullmatch(text)
    return None if found is None else found[1] + found[2]


@dataclass(frozen=True, slots=True)
class Codes:
    """Asks for codes, and takes them from the messages that they come in."""

    world: World

    async def taken(self, known: Known, row: InboxRow) -> Waiting | None:
        """What waits for the code that this message is. The code is erased from the inbox before anything else."""
        user, pending = known.user, known.pending
        code = code_in(row.text) if row.kind == "text" else None
        if code is None or pending is None or KEY not in pending:
            return None
        await self.world.ledger.redact(row.id)
        before = {key: value for key, value in pending.items() if key != KEY}
        await self.world.ledger.set_pending(user.id, row.channel, before or None)
        return Waiting(replace(row, kind=pending[KEY]["kind"], text=pending[KEY]["text"]), code)

    async def unasked(self, known: Known, row: InboxRow) -> Reply | None:
        """The answer to a message that is a code where none was asked for: it is erased, and put to no mind.

        None for all else, and for what may be the number that a question of another kind waits for.
        """
        pending = known.pending or {}
        if row.kind != "text" or code_in(row.text) is None or KEY in pending or "question" in pending:
            return None
        await self.world.ledger.redact(row.id)
        await self.world.ledger.set_pending(known.user.id, row.channel, None)
        return Reply(UNASKED, verdict=Verdict(Status.ASKED), private=True)

    async def asked(self, user: User, row: InboxRow, reply: Reply) -> Reply:
        """The reply, or where it refused for want of a right code the question for one."""
        refused = reply.verdict is not None and reply.verdict == Verdict(Status.REFUSED, RULE)
        if not refused or not await self._enrolled():
            return reply
        before: Mapping[str, Any] = await self.world.ledger.pending(user.id, row.channel) or {}
        waiting = {"kind": row.kind, "text": row.text}
        await self.world.ledger.set_pending(user.id, row.channel, {**before, KEY: waiting})
        text = f"{reply.text.removesuffix(f' (rule: {RULE})')} Type it here; I keep it nowhere."
        return replace(reply, text=text, verdict=Verdict(Status.ASKED, RULE), private=True)

    async def _enrolled(self) -> bool:
        try:
            return await enrolled(self.world)
        except Unavailable:
            return False
