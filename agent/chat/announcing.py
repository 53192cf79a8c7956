"""What the signer holds and the ledger doesn't know: loosenings that wait there, recipients that nobody added here.

Somebody may have asked the signer around this process. Who hears of it can still cancel it, here or at the machine.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from agent.chat.access import Access
from agent.chat.rhythm import Rhythm
from agent.errors import MonetaError
from agent.money import Address
from agent.replies.clock import day_and_time
from agent.replies.reply import Offer, Reply
from agent.runtime.contacting import signer_name
from agent.runtime.operating import said
from agent.runtime.world import World

if TYPE_CHECKING:
    from agent.chat.service import Service

KIND = "signer"
EVERY_SECONDS = 5
"""How often at the most it is looked for a terminal, which has no schedule."""


@dataclass(frozen=True, slots=True)
class Held:
    """One thing at the signer: what is said of it, what its button says, and what makes it this one for ever."""

    text: str
    cancel: str
    key: str

    @property
    def number(self) -> int:
        return int.from_bytes(hashlib.sha256(self.key.encode()).digest()[:7])


@dataclass
class Announcing:
    """`tell` looks and tells; each channel hears each thing once."""

    world: World
    service: Service
    _unknown: frozenset[str] = frozenset()
    _rhythm: Rhythm = field(default_factory=lambda: Rhythm(EVERY_SECONDS))

    async def tell_at_terminal(self) -> None:
        """The same, not at every turn."""
        if self._rhythm.is_due(self.world.now()):
            await self.tell()

    async def tell(self) -> None:
        """Tells everybody with an account. A signer that isn't there now is asked at the next look."""
        try:
            held = [*await self._waiting(), *await self._strangers()]
        except MonetaError:
            return
        for each in held:
            for account in await self.world.ledger.accounts():
                await self._tell(account.user, each)

    async def _waiting(self) -> list[Held]:
        return [
            Held(
                f"A limit of the signer is to be loosened, for everybody here: from {day_and_time(each['ripe_at'])} "
                f"on {said(each['changes'], self.world.registry)}.",
                f"cancel signer change {each['id']}",
                f"change {each['id']} {each['asked_at']}",
            )
            for each in await self.world.signer.pending()
        ]

    async def _strangers(self) -> list[Held]:
        """Recipients that stand in no address book, seen twice: one that is just being added does in a moment."""
        listed = await self.world.signer.contacts()
        if not listed:
            return []
        book = {
            signer_name(account.user, row.name, Address(row.address))
            for account in await self.world.ledger.accounts()
            for row in await self.world.ledger.contacts(account.user)
        }
        unknown = {str(each["name"]): each for each in listed if each["name"] not in book}
        before, self._unknown = self._unknown, frozenset(unknown)
        return [
            Held(
                f"The signer would pay {each['address']} from {day_and_time(each['ripe_at'])} on, and that address "
                "is in nobody's address book.",
                f"remove signer contact {each['address']}",
                f"contact {name} {each['address']} {each['ripe_at']}",
            )
            for name, each in unknown.items()
            if name in before
        ]

    async def _tell(self, user: str, held: Held) -> None:
        person = await self.world.ledger.user(user)
        if person is None:
            return
        owner = Access.of(self.world.settings).owners & set(await self.world.ledger.identities(user))
        offers = (Offer("Cancel it", "say", held.cancel),) if owner else ()
        remedy = (
            f"If that wasn't you, say `{held.cancel}`." if owner else "If you don't know of it, ask the operator."
        )
        reply = Reply(f"{held.text} {remedy}", offers=offers, private=True)
        await self.service.tell_once(KIND, held.number, person, reply)
