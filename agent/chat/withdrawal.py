"""The withdrawal address: a contact named `home`, fixed at first use; changing it waits a day and is told everywhere.

`me` is taken by the grammar ("send me"), so what is said as `me` is kept as `home`, which can be paid by name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.chat.service import Service
from agent.errors import Refused
from agent.money import Address, address
from agent.replies.clock import duration
from agent.replies.reply import Reply
from agent.runtime.world import World
from agent.words.text import clean
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

    async def hear(self, user: User, row: InboxRow, words: str) -> Reply | None:
        """The reply to `my withdrawal address is 0x…`. Raises Refused("address"), Refused("wallet")."""
        text = said_address(words)
        if text is None:
            return None
        place = await self._checked(user, text)
        ledger, now = self.world.ledger, self.world.now()
        known = await ledger.contact(user.id, HOME)
        if known is not None and known.address == place:
            return Reply(f"That is your withdrawal address already. {_usable(known.ripe_at - now)}")
        ripe = await self.world.signer.contact(signer_name(user, HOME, place), place)
        ripe = max(ripe, await ledger.transfers_from(user.id))
        if known is None:
            await ledger.add_contact(user.id, HOME, place, ripe)
            return Reply(f"Your withdrawal address is {place}, from now on. {_usable(ripe - now)}")
        ripe = max(ripe, now + CHANGE_SECONDS)
        await ledger.replace_contact(user.id, HOME, place, ripe)
        text = f"Your withdrawal address was changed from {known.address} to {place}. {_usable(ripe - now)}"
        warning = f"{text} If that wasn't you, say `pause` now and tell the operator."
        await self.service.tell(user, Reply(warning, private=True), but=row.channel)
        return Reply(f"{text} The old one can't be paid any more.")

    async def _checked(self, user: User, text: str) -> Address:
        own = await self.world.account(user)
        try:
            place = address(text)
        except ValueError as error:
            raise Refused("address", f"{error}.", "Nothing was set.") from error
        if place == own or await self.world.ledger.is_account(place):
            raise Refused("address", "That is an account of this bot.", "Give one of a wallet of your own.")
        return place


def signer_name(user: User, name: str, place: Address) -> str:
    """A contact's name at the signer, which has one list for everybody: the person, the name, the address's end."""
    return f"{user.id[:8]} {name} {place[-8:]}"


def _usable(seconds: int) -> str:
    if seconds <= 0:
        return f"Say for example `send 20 USDC to {HOME}`."
    return f"It can be paid in {duration(seconds)}; then say for example `send 20 USDC to {HOME}`."
