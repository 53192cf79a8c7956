"""The address book: names that a user gave to addresses, and from when on transfers may go there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.errors import Refused
from agent.money import Address
from memory.part import Part, many, one
from memory.rows import ContactRow
from memory.standing.news import note

if TYPE_CHECKING:
    from sqlite_utils import Database

_LIVE = "SELECT * FROM contacts WHERE user = ? AND name = ? AND removed_at IS NULL"


class Contacts(Part):
    async def add_contact(
        self, user: str, name: str, address: Address, ripe_at: int, channel: str = ""
    ) -> ContactRow:
        """Adds a name; it is told on every channel but `channel`, where it was said.

        Raises Refused('contact') where the user has given the name to an address already.
        """

        def add(db: Database) -> ContactRow:
            if one(db, _LIVE, (user, name)) is not None:
                raise Refused(
                    "contact", f"You already have a contact {name}.", "Remove it first, or use another name."
                )
            row = one(
                db,
                "INSERT INTO contacts (user, name, address, added_at, ripe_at) VALUES (?, ?, ?, ?, ?) RETURNING *",
                (user, name, address, self._now(), ripe_at),
            )
            if row is None:
                raise AssertionError("INSERT RETURNING gave no row")
            self._audit(db, "contact.added", user, {"address": address, "ripe_at": ripe_at}, {"name": name})
            note(db, user, "contact", row["id"], channel, self._now(), ripe_at)
            return ContactRow(**row)

        return await self._store.write(add)

    async def replace_contact(
        self, user: str, name: str, address: Address, ripe_at: int, channel: str = ""
    ) -> ContactRow:
        """Gives a name to another address, in one transaction; the old one can't be paid from then on."""

        def change(db: Database) -> ContactRow:
            sql = "UPDATE contacts SET removed_at = ? WHERE user = ? AND name = ? AND removed_at IS NULL"
            db.execute(sql, (self._now(), user, name))
            sql = "INSERT INTO contacts (user, name, address, added_at, ripe_at) VALUES (?, ?, ?, ?, ?) RETURNING *"
            row = one(db, sql, (user, name, address, self._now(), ripe_at))
            if row is None:
                raise AssertionError("INSERT RETURNING gave no row")
            body = {"address": address, "ripe_at": ripe_at}
            self._audit(db, "contact.replaced", user, body, {"name": name})
            note(db, user, "contact", row["id"], channel, self._now(), ripe_at)
            return ContactRow(**row)

        return await self._store.write(change)

    async def remove_contact(self, user: str, name: str) -> ContactRow | None:
        """Removes a name; the row that it was, None where there is none."""

        def remove(db: Database) -> ContactRow | None:
            row = one(db, _LIVE, (user, name))
            if row is None:
                return None
            db.execute("UPDATE contacts SET removed_at = ? WHERE id = ?", (self._now(), row["id"]))
            self._audit(db, "contact.removed", user, {"address": row["address"]}, {"name": name})
            return ContactRow(**row)

        return await self._store.write(remove)

    async def contact(self, user: str, name: str) -> ContactRow | None:
        """The user's contact of that name, ripe or not."""
        row = await self._store.read(lambda db: one(db, _LIVE, (user, name)))
        return None if row is None else ContactRow(**row)

    async def contact_row(self, number: int) -> ContactRow | None:
        """The contact of that number while it isn't removed."""
        sql = "SELECT * FROM contacts WHERE id = ? AND removed_at IS NULL"
        row = await self._store.read(lambda db: one(db, sql, (number,)))
        return None if row is None else ContactRow(**row)

    async def contacts(self, user: str) -> list[ContactRow]:
        """All of the user's contacts by name, unripe ones too."""
        sql = "SELECT * FROM contacts WHERE user = ? AND removed_at IS NULL ORDER BY name"
        return await self._store.read(lambda db: [ContactRow(**row) for row in many(db, sql, (user,))])
