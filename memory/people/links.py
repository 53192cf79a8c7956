"""Joining two identities to one person: a code, its claim, the yes of both sides, the merge."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agent.errors import Refused
from memory.journal.plans import find_plan
from memory.part import many, one
from memory.people.access import hashed
from memory.people.limits import LimitBook
from memory.people.model_book import join_models
from memory.rows import PlanStatus
from memory.standing.mandates import Mandates

if TYPE_CHECKING:
    from sqlite_utils import Database

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # without I and O: 24 of them, 24**8 codes
CODE_LETTERS = 8
CODE_SECONDS = 600
CODES_AN_HOUR = 5
LINK_DELAY = 86_400  # seconds in which nothing is sent away after a link


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A code's way: who made it where, who claimed it where, and when (Unix seconds) each of them said yes."""

    hash: str
    maker: str
    maker_platform: str
    maker_channel: str
    made_at: int
    not_after: int
    claimer: str | None
    claimer_platform: str | None
    claimer_channel: str | None
    maker_yes: int | None
    claimer_yes: int | None
    ended: str | None

    @property
    def agreed(self) -> bool:
        return self.maker_yes is not None and self.claimer_yes is not None


class Links(LimitBook, Mandates):
    async def add_link(self, user: str, platform: str, channel: str) -> str:
        """A new code. Raises Refused("link") where the person made too many within the hour."""
        code = "".join(LETTERS[each % len(LETTERS)] for each in _even(self._entropy, CODE_LETTERS))

        def add(db: Database) -> None:
            now = self._now()
            sql = "SELECT count(*) AS made FROM links WHERE maker = ? AND made_at > ?"
            made = one(db, sql, (user, now - 3_600))
            if made is not None and made["made"] >= CODES_AN_HOUR:
                raise Refused("link", f"I make {CODES_AN_HOUR} codes an hour at the most.", "Try again later.")
            sql = "UPDATE links SET ended = 'refused' WHERE maker = ? AND ended IS NULL"
            db.execute(sql, (user,))  # one live code a person
            db.table("links").insert(
                {
                    "hash": hashed(code),
                    "maker": user,
                    "maker_platform": platform,
                    "maker_channel": channel,
                    "made_at": now,
                    "not_after": now + CODE_SECONDS,
                }
            )

        await self._store.write(add)
        return code

    async def claim_link(self, code: str, user: str, platform: str, channel: str) -> LinkRow:
        """The other side names the code. Raises Refused("link") for no live code, one's own, one that is claimed."""

        def claim(db: Database) -> LinkRow:
            row = self._live(db, code)
            if row.maker == user:
                raise Refused("link", "That code is your own.", "Say it on the other platform.")
            if row.maker_platform == platform:
                raise Refused("link", "A link joins two platforms.", "Say the code on another one.")
            if row.claimer not in (None, user):
                raise _no_code()
            sql = "UPDATE links SET claimer = ?, claimer_platform = ?, claimer_channel = ? WHERE hash = ?"
            db.execute(sql, (user, platform, channel, row.hash))
            return self._live(db, code)

        return await self._store.write(claim)

    async def agree_to_link(self, code: str, user: str) -> LinkRow:
        """One side says yes. Raises Refused("link") where the code isn't theirs, claimed and live."""

        def agree(db: Database) -> LinkRow:
            row = self._live(db, code)
            if row.claimer is None or user not in (row.maker, row.claimer):
                raise _no_code()
            side = "maker_yes" if user == row.maker else "claimer_yes"
            db.execute(f"UPDATE links SET {side} = ? WHERE hash = ?", (self._now(), row.hash))  # noqa: S608
            return self._live(db, code)

        return await self._store.write(agree)

    async def refuse_link(self, code: str, user: str) -> LinkRow:
        """Ends a code by the no of either side. Raises Refused("link")."""

        def end(db: Database) -> LinkRow:
            row = self._live(db, code)
            if user not in (row.maker, row.claimer):
                raise _no_code()
            db.execute("UPDATE links SET ended = 'refused' WHERE hash = ?", (row.hash,))
            return row

        return await self._store.write(end)

    async def merge(self, link: LinkRow, keep: str, leave: str) -> None:
        """Makes `leave`'s identities `keep`'s, in one transaction, once; transfers wait LINK_DELAY from now.

        Live previews of both are cancelled, `leave`'s mandate and orders end: nothing that one side prepared is
        carried out by the other. `leave`'s address book isn't carried over; its limits and what it spent are, so that
        a link loosens none. Raises Refused("link").
        """

        def join(db: Database) -> None:
            now = self._now()
            sql = "UPDATE links SET ended = 'linked' WHERE hash = ? AND ended IS NULL"
            if not db.execute(sql, (link.hash,)).rowcount:
                raise _no_code()
            if one(
                db, "SELECT 1 FROM plans WHERE user IN (?, ?) AND status IN ('confirmed', 'running')", (keep, leave)
            ):
                raise Refused("link", "A plan of yours is under way.", "Link once it is done.")
            for row in many(
                db, "SELECT plan_id FROM plans WHERE user IN (?, ?) AND status = 'proposed'", (keep, leave)
            ):
                plan = find_plan(db, row["plan_id"])
                if plan is not None:
                    self._move(db, plan, PlanStatus.CANCELLED, "identities were linked")
            db.execute("UPDATE identities SET user = ? WHERE user = ?", (keep, leave))
            db.execute("UPDATE buttons SET user = ? WHERE user = ?", (keep, leave))
            db.execute(
                "UPDATE contacts SET ripe_at = max(ripe_at, ?) WHERE user = ? AND removed_at IS NULL",
                (now + LINK_DELAY, keep),
            )
            sql = "UPDATE links SET ended = 'refused' WHERE ended IS NULL AND (maker IN (?, ?) OR claimer IN (?, ?))"
            db.execute(sql, (keep, leave, keep, leave))  # a yes given as one of two persons isn't one of the one
            self._revoke(db, leave)
            sql = """UPDATE orders SET ended_at = ?, why_ended = 'cancelled', told_at = ?
                     WHERE user = ? AND ended_at IS NULL"""
            db.execute(sql, (now, now, leave))
            self._join_limits(db, keep, leave)
            join_models(db, keep, leave)
            db.execute("UPDATE OR IGNORE user_settings SET user = ? WHERE user = ?", (keep, leave))
            db.execute("DELETE FROM user_settings WHERE user = ?", (leave,))  # its empty account has no day to tell
            db.execute("DELETE FROM pending WHERE user IN (?, ?)", (keep, leave))
            db.execute("UPDATE merges SET into_user = ? WHERE into_user = ?", (keep, leave))
            db.table("merges").insert({"user": leave, "into_user": keep, "at": now})
            sql = """INSERT INTO admissions (user, rule, at) SELECT ?, rule, at FROM admissions WHERE user = ?
                     ON CONFLICT (user) DO NOTHING"""
            db.execute(sql, (keep, leave))
            self._audit(db, "user.linked", keep, {"from": leave, "transfers_from": now + LINK_DELAY})

        await self._store.write(join)

    async def merged_into(self, user: str) -> str:
        """Whom the person has become by linking; themselves where they never were linked away."""
        sql = "SELECT into_user FROM merges WHERE user = ?"
        row = await self._store.read(lambda db: one(db, sql, (user,)))
        return user if row is None else str(row["into_user"])

    async def transfers_from(self, user: str) -> int:
        """Unix seconds from which transfers are possible after the person's last link; 0 where there is none."""
        sql = "SELECT max(at) AS at FROM merges WHERE into_user = ?"
        row = await self._store.read(lambda db: one(db, sql, (user,)))
        return 0 if row is None or row["at"] is None else int(row["at"]) + LINK_DELAY

    def _live(self, db: Database, code: str) -> LinkRow:
        wanted = hashed(code)
        sql = "SELECT * FROM links WHERE ended IS NULL AND not_after >= ?"
        rows: list[dict[str, Any]] = many(db, sql, (self._now(),))
        row = next((row for row in rows if hmac.compare_digest(row["hash"], wanted)), None)
        if row is None:
            raise _no_code()
        return LinkRow(**row)


def _no_code() -> Refused:
    return Refused("link", "I know no such code now.", "A code lives ten minutes; say `link` for a new one.")


def _even(entropy: Any, count: int) -> list[int]:
    """Random numbers below 240, a multiple of the letters' number, so that every letter is as likely."""
    found: list[int] = []
    while len(found) < count:
        found += [byte for byte in entropy(2 * count) if byte < 240]
    return found[:count]
