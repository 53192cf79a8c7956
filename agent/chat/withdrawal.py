"""The withdrawal address: a contact named `home`, fixed at first use; changing it waits a day and is told everywhere.

`me` is taken by the grammar ("send me"), so what is said as `me` is kept as `home`, which can be paid by name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.chat.service import Service
from agent.gate.open_doors import check_ledger
from agent.replies.clock import duration
from agent.replies.reply import Reply
from agent.runtime.world import World
from agent.words.reading.text import clean
from memory.rows import InboxRow, User

HOME = "home"
CHANGE_SECONDS = 86_400
_SAID = re.compile(
    r"\s*(?:please\s+)?(?:"
    r"(?:add|save|set)\s+(?P<first>0x[0-9a-f]{40})\s+as\s+(?:me|home|my(?:\s+withdrawal)?(?:\s+address)?)"
    r"|(?:set\s+)?my\s+(?:withdrawal\s+|home\s+)?address\s+(?:is|to|:)\s*(?P<second>0x[0-9a-f]{40})"
    r")\s*[.!]*\s*",
    re.IGNORECASE | re.ASCII,
)


def said_address(words: str) -> str | None:
    """The address that a message makes the withdrawal address; None where it says anything else."""
    found = _SAID.fullmatch(clean(words).plain)
    return None if found is None else found["first"] or found["second"]


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Sets the address that the person's money leaves to."""

    world: World
    service: Service

    async def hear(self, user: User, row: InboxRow, words: str, code: str = "") -> Reply | None:
        """The reply to `my withdrawal address is 0x…`. Raises Refused: address, wallet, ledger."""
        text = said_address(words)
        if text is None:
            return None
        check_ledger(self.world.ledger.broken, "contact")
        contacting = self.service.runtime.contacting
        place = await contacting.checked(user, text)
        ledger, now = self.world.ledger, self.world.now()
        known = await ledger.contact(user.id, HOME)
        if known is not None and known.address == place:
            return Reply(f"That is your withdrawal address already. {_usable(known.ripe_at - now)}")
        ripe = await contacting.at_signer(user, HOME, place, code)
        if known is None:
            await ledger.add_contact(user.id, HOME, place, ripe, row.channel)
            return Reply(f"Your withdrawal address is {place}, from now on. {_usable(ripe - now)}")
        ripe = max(ripe, now + CHANGE_SECONDS)
        await ledger.replace_contact(user.id, HOME, place, ripe, row.channel)
        await contacting.off_signer(user, known)
        text = f"Your withdrawal address was changed from {known.address} to {place}. {_usable(ripe - now)}"
        return Reply(f"{text} The old one can't be paid any more.")


def _usable(seconds: int) -> str:
    if seconds <= 0:
        return f"Say for example `send 20 USDC to {HOME}`."
    return f"It can be paid in {duration(seconds)}; then say for example `send 20 USDC to {HOME}`."
