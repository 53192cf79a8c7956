"""People, their identities on platforms, their accounts, their pause, and the operator's freeze."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from agent.money import Address
from memory.part import Part, many, one
from memory.rows import Account, User

if TYPE_CHECKING:
    from sqlite_utils import Database


class Users(Part):
    async def ensure_user(self, platform: str, platform_user_id: str, name: str) -> User:
        """The person behind an identity, made at first sight. `name` is kept from then on."""
        known = await self._store.read(lambda db: _by_identity(db, platform, platform_user_id))
        if known is not None:
            return known
        return await self._store.write(lambda db: self._ensure_user(db, platform, platform_user_id, name))

    def _ensure_user(self, db: Database, platform: str, platform_user_id: str, name: str) -> User:
        known = _by_identity(db, platform, platform_user_id)
        if known is not None:
            return known
        user = User(id=self._entropy(16).hex(), name=name, created_at=self._now(), paused_at=None)
        db.table("users").insert({"id": user.id, "name": name, "created_at": user.created_at})
        db.table("identities").insert(
            {
                "platform": platform,
                "platform_user_id": platform_user_id,
                "user": user.id,
                "created_at": user.created_at,
            }
        )
        identity = {"identity": f"{platform}:{platform_user_id}", "name": name}
        self._audit(db, "user.added", user.id, {}, identity)
        return user

    async def user_of(self, identity: str) -> User | None:
        """The person behind an identity such as `discord:123`, None where nobody was seen by it."""
        platform, _, name = identity.partition(":")
        return await self._store.read(lambda db: _by_identity(db, platform, name))

    async def user(self, user_id: str) -> User | None:
        return await self._store.read(lambda db: _user(one(db, "SELECT * FROM users WHERE id = ?", (user_id,))))

    async def platform_id(self, user_id: str, platform: str) -> str | None:
        """Who the person is on a platform; None where they were never seen there."""
        sql = "SELECT platform_user_id FROM identities WHERE user = ? AND platform = ? ORDER BY created_at DESC"
        row = await self._store.read(lambda db: one(db, sql, (user_id, platform)))
        return None if row is None else str(row["platform_user_id"])

    async def set_paused(self, user_id: str, paused: bool) -> None:
        """Pauses or resumes entries. Raises LookupError for nobody."""

        def change(db: Database) -> None:
            row = one(db, "SELECT * FROM users WHERE id = ?", (user_id,))
            if row is None:
                raise LookupError(f"no user {user_id}")
            if (row["paused_at"] is not None) == paused:
                return
            at = self._now() if paused else None
            db.execute("UPDATE users SET paused_at = ? WHERE id = ?", (at, user_id))
            self._audit(db, "user.paused" if paused else "user.resumed", user_id, {})

        await self._store.write(change)

    async def set_language(self, user_id: str, language: str) -> None:
        """What the person is spoken to in from now on, ISO 639-1."""
        sql = "UPDATE users SET language = ? WHERE id = ?"
        await self._store.write(lambda db: db.execute(sql, (language, user_id)))

    async def ensure_account(self, user_id: str, address: Address, index: int) -> Account:
        """Gives the user the account, once. Raises sqlite3.IntegrityError where it, or its index, is another's."""

        def add(db: Database) -> Account:
            known = _account(one(db, "SELECT * FROM accounts WHERE user = ?", (user_id,)))
            if known is not None and (known.address, known.index) == (address, index):
                return known
            account = Account(address=address, user=user_id, index=index, created_at=self._now())
            db.table("accounts").insert(asdict(account))
            self._audit(db, "account.added", user_id, {"address": address, "index": index})
            return account

        return await self._store.write(add)

    async def account(self, user_id: str) -> Account | None:
        return await self._store.read(
            lambda db: _account(one(db, "SELECT * FROM accounts WHERE user = ?", (user_id,)))
        )

    async def is_account(self, address: Address) -> bool:
        """Whether an address is the account of somebody here."""
        sql = "SELECT 1 AS found FROM accounts WHERE address = ?"
        return await self._store.read(lambda db: one(db, sql, (address,))) is not None

    async def accounts(self) -> list[Account]:
        """All accounts in the order of their indices: the next free index is their number."""
        return await self._store.read(
            lambda db: [Account(**row) for row in many(db, 'SELECT * FROM accounts ORDER BY "index"')]
        )

    async def set_frozen(self, frozen: bool) -> None:
        """The operator's stop for everything, exits included."""

        def change(db: Database) -> None:
            at = self._now() if frozen else None
            db.execute(
                "INSERT INTO freeze (id, frozen_at) VALUES (1, ?)"
                " ON CONFLICT (id) DO UPDATE SET frozen_at = excluded.frozen_at",
                (at,),
            )
            self._audit(db, "frozen" if frozen else "thawed", None, {})

        await self._store.write(change)

    async def frozen(self) -> bool:
        """Whether the operator has; where that can't be read any more, as the audit log has it last."""
        row = await self._store.read(lambda db: one(db, "SELECT frozen_at FROM freeze"))
        if "freeze" in self._store.lost:
            sql = """SELECT nullif(kind, 'thawed') AS frozen_at FROM audit WHERE kind IN ('frozen', 'thawed')
                     ORDER BY seq DESC LIMIT 1"""
            row = await self._store.read(lambda db: one(db, sql))
        return row is not None and row["frozen_at"] is not None


def _by_identity(db: Database, platform: str, platform_user_id: str) -> User | None:
    sql = """SELECT users.* FROM users JOIN identities ON identities.user = users.id
             WHERE identities.platform = ? AND identities.platform_user_id = ?"""
    return _user(one(db, sql, (platform, platform_user_id)))


def _user(row: dict[str, Any] | None) -> User | None:
    return None if row is None else User(**row)


def _account(row: dict[str, Any] | None) -> Account | None:
    return None if row is None else Account(**row)
