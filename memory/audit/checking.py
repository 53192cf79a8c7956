"""Is the audit log whole, and does the journal still say what it says?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from memory.audit.chain_of_hashes import START, row_hash
from memory.audit.said import contradictions
from memory.journal.plans import Plans, must_plan
from memory.part import many, one
from memory.people.model_book import hand_over
from memory.rows import PlanStatus

if TYPE_CHECKING:
    from sqlite_utils import Database


class Audit(Plans):
    async def verify_audit(self) -> list[str]:
        """Every row that was changed, removed or moved, named; empty where all is whole.

        Whoever can rewrite the whole file can also write a new chain: keep `audit_head` elsewhere to find that.
        """
        return await self._store.read(_problems)

    async def audit_head(self) -> tuple[int, str]:
        """The number and the hash of the last row: (0, 64 zeros) in a new ledger."""
        row = await self._store.read(lambda db: one(db, "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1"))
        return (0, START) if row is None else (row["seq"], row["hash"])

    async def forget_words(self, user: str) -> None:
        """Erases what the user said and was answered, and the salts of private texts in the audit log.

        Those whom the user was before a link are the user, too. Plans, flows and the address book stay: they are
        what was done. Messages still at work stay until answered, the preview of a plan under way until it has ended;
        one that waits for a confirmation is taken back.
        """

        def erase(db: Database) -> None:
            sql = "SELECT plan_id FROM plans WHERE user = ? AND status = 'proposed'"
            for row in many(db, sql, (user,)):
                self._move(db, must_plan(db, row["plan_id"]), PlanStatus.CANCELLED, "forgotten")
            earlier = many(db, "SELECT user FROM merges WHERE into_user = ?", (user,))
            for person in (user, *(row["user"] for row in earlier)):
                _erase(db, person)
            self._audit(db, "forgotten", user, {})

        await self._store.write(erase, scrub=True)

    async def forget_person(self, user: str) -> None:
        """Erases who the person is beside their account and its identities: names, the address book, hours, alerts.
        Their orders end.

        Limits stay: they hold for the account. So do plans and flows, which are what was done.
        """

        def erase(db: Database) -> None:
            earlier = many(db, "SELECT user FROM merges WHERE into_user = ?", (user,))
            for person in (user, *(row["user"] for row in earlier)):
                db.execute("UPDATE users SET name = '' WHERE id = ?", (person,))
                db.execute("DELETE FROM news WHERE user = ? AND about = 'contact'", (person,))
                hand_over(db, "", person)
                sql = """UPDATE orders SET ended_at = ?, why_ended = 'cancelled', told_at = ?
                         WHERE user = ? AND ended_at IS NULL"""
                db.execute(sql, (self._now(), self._now(), person))
                for table in ("contacts", "user_settings", "buttons", "alerts"):
                    db.execute(f"DELETE FROM {table} WHERE user = ?", (person,))  # noqa: S608  (names of our own)
            self._audit(db, "person.forgotten", user, {})

        await self._store.write(erase, scrub=True)


def _erase(db: Database, user: str) -> None:
    db.execute("UPDATE outbox SET body_json = '{}' WHERE user = ? AND status = 'sent'", (user,))
    db.execute("UPDATE inbox SET text = '', reply_json = '{}' WHERE user = ? AND status = 'done'", (user,))
    db.execute("UPDATE plans SET origins_json = '{}' WHERE user = ?", (user,))
    sql = "UPDATE plans SET preview_json = '{}' WHERE user = ? AND status NOT IN ('confirmed', 'running')"
    db.execute(sql, (user,))
    db.execute("DELETE FROM pending WHERE user = ?", (user,))
    db.execute("DELETE FROM buttons WHERE user = ? AND press = 'say'", (user,))
    db.execute("UPDATE audit SET salt = NULL WHERE user = ?", (user,))


def _problems(db: Database) -> list[str]:
    rows = many(db, "SELECT * FROM audit ORDER BY seq")
    highest = one(db, "SELECT seq FROM sqlite_sequence WHERE name = 'audit'")
    return [*_broken_links(rows, 0 if highest is None else highest["seq"]), *contradictions(db, rows)]


def _broken_links(rows: list[dict[str, Any]], highest: int) -> list[str]:
    problems: list[str] = []
    expected, prev = 1, START
    for row in rows:
        seq = row["seq"]
        if seq != expected:
            problems.append(_missing(expected, seq - 1))
        elif row["prev_hash"] != prev:
            problems.append(f"audit row {seq} doesn't follow from row {seq - 1}: one of them was changed")
        body = (row["at"], row["kind"], row["user"], row["body_json"], row["prev_hash"])
        if row["hash"] != row_hash(seq, *body):
            problems.append(f"audit row {seq} ({row['kind']}) was changed")
        expected, prev = seq + 1, row["hash"]
    if expected <= highest:
        problems.append(_missing(expected, highest))
    return problems


def _missing(first: int, last: int) -> str:
    return f"audit row {first} is missing" if first == last else f"audit rows {first} to {last} are missing"
