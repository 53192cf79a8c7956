"""Turns about the address book: a name for an address, which waits before it can be paid, and its removal."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

from agent.errors import Refused
from agent.gate.contact import check_known, check_place, typed
from agent.intents import Contact
from agent.money import Address
from agent.replies.clock import duration
from agent.replies.limits import cancel_contact
from agent.replies.reply import Reply
from agent.runtime.world import World
from memory.rows import ContactRow, User

RULE = "contact"


def signer_name(user: str, name: str, place: Address) -> str:
    """A contact's name at the signer, which has one list for everybody: the person, the name, the address's end."""
    return f"{user[:8]} {name} {place[-8:]}"


@dataclass(frozen=True, slots=True)
class Contacting:
    """Ledger and signer each hold the list; the signer's is the one that counts."""

    world: World

    async def add(self, user: User, channel: str, intent: Contact, code: str = "") -> Reply:
        """Raises Refused: address, contact, step-up."""
        place = await self.checked(user, intent.address)
        if await self.world.ledger.contact(user.id, intent.name) is not None:  # before the signer learns of it
            raise Refused(
                RULE,
                f"You already have a contact {intent.name}.",
                f"Use another name, or say `remove contact {intent.name}` first.",
            )
        ripe = await self.at_signer(user, intent.name, place, code)
        await self.world.ledger.add_contact(user.id, intent.name, place, ripe, channel)
        wait = ripe - self.world.now()
        if wait <= 0:
            return Reply(f"{intent.name} is {place}, and can be paid now.")
        text = (
            f"{intent.name} is {place}, and can be paid in {duration(wait)}. I say so on all your channels, and on "
            f"each it can be cancelled; here with `cancel contact {intent.name}`."
        )
        return Reply(text, offers=(cancel_contact(intent.name),))

    async def checked(self, user: User, text: str) -> Address:
        """The address that was typed. Raises Refused("address") for one that can't be paid, or may hold a slip."""
        place = typed(text)
        own = await self.world.account(user)
        check_place(place, self.world.policy, own == place or await self.world.ledger.is_account(place))
        await check_known(self.world.rpc, text, place)
        return place

    async def at_signer(self, user: User, name: str, place: Address, code: str) -> int:
        """Hands it to the signer; Unix seconds from which it can be paid, a link's own wait included.

        One that the signer still had from before, as it wasn't there when the name was removed, waits as a new one.
        """
        await self.world.refresh()
        account = await self.world.ledger.account(user.id)
        ripe = await self.world.signer.contact(
            signer_name(user.id, name, place), place, code or None, account.address if account else None
        )
        anew = self.world.now() + self.world.policy.contact_delay_seconds
        return max(ripe, anew, await self.world.ledger.transfers_from(user.id))

    async def remove(self, user: User, name: str) -> Reply:
        """Takes a name away at once, ripe or not. Always possible, from every channel."""
        row = await self.world.ledger.remove_contact(user.id, name)
        if row is None:
            raise Refused(RULE, f"You have no contact {name}.", "`show my policy` lists who may be paid.")
        await self.off_signer(user, row)
        return Reply(f"{name} ({row.address}) is no contact any more and can't be paid.", private=True)

    async def off_signer(self, user: User, row: ContactRow) -> None:
        """Off the signer's list, too; one that it doesn't have is gone already."""
        with contextlib.suppress(Refused):
            await self.world.signer.remove_contact(signer_name(user.id, row.name, row.address))
