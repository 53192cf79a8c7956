"""Buttons: a random id on the platform's side, what it means on ours; still good after a restart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from memory.part import Part, one
from memory.rows import ButtonRow

if TYPE_CHECKING:
    from sqlite_utils import Database


class Buttons(Part):
    async def add_buttons(
        self, user: str, channel: str, presses: Sequence[tuple[str, str]], plan_id: str | None = None
    ) -> list[ButtonRow]:
        """Makes a button for each (press, words); `words` is what a 'say' button says in its user's name."""
        rows = [
            ButtonRow(self._entropy(16).hex(), user, channel, press, plan_id, words, self._now())
            for press, words in presses
        ]

        def add(db: Database) -> None:
            for row in rows:
                db.execute(
                    "INSERT INTO buttons (id, user, channel, press, plan_id, words, created_at)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (row.id, row.user, row.channel, row.press, row.plan_id, row.words, row.created_at),
                )

        await self._store.write(add)
        return rows

    async def button(self, button_id: str) -> ButtonRow | None:
        """What a button means, None for one that was never made here."""
        row: dict[str, Any] | None = await self._store.read(
            lambda db: one(db, "SELECT * FROM buttons WHERE id = ?", (button_id,))
        )
        return None if row is None else ButtonRow(**row)
