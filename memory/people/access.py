"""Who was let in, what they agreed to, where they can be told something, and what a server's operators set."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from memory.part import Part, dump, many, one

if TYPE_CHECKING:
    from sqlite_utils import Database

INVITE_BYTES = 10  # 80 bits: 16 letters and digits in base32
RECENT_MESSAGES = 50


@dataclass(frozen=True, slots=True)
class Home:
    """Where a person is told what the agent says on its own account."""

    platform: str
    channel: str


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """What operators set for one server. No channels: every channel. `roles` let people in, where roles do."""

    channels: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is, for the operator."""

    people: int
    accounts: int
    unsettled: int
    unanswered: int
    undelivered: int
    refused: int


class Access(Part):
    async def identities(self, user: str) -> list[str]:
        """The person's ids as `discord:123`."""
        sql = "SELECT platform, platform_user_id FROM identities WHERE user = ? ORDER BY 1, 2"
        rows = await self._store.read(lambda db: many(db, sql, (user,)))
        return [f"{row['platform']}:{row['platform_user_id']}" for row in rows]

    async def next_index(self) -> int:
        """The next account's place in the derivation path. 0 is never it: that one is an owner's."""
        row = await self._store.read(lambda db: one(db, 'SELECT max("index") AS last FROM accounts'))
        return 1 if row is None or row["last"] is None else int(row["last"]) + 1

    async def homes(self, user: str) -> list[Home]:
        """Per platform the channel that the person last spoke in: one with nobody else in it where there is one."""
        sql = """SELECT platform, channel, meta_json FROM inbox
                 WHERE user IN (SELECT ? UNION SELECT user FROM merges WHERE into_user = ?)
                 ORDER BY id DESC LIMIT ?"""
        rows = await self._store.read(lambda db: many(db, sql, (user, user, RECENT_MESSAGES)))
        rows.sort(key=lambda row: is_shared(json.loads(row["meta_json"])))  # stable: the latest stays first
        found: dict[str, Home] = {}
        for row in rows:
            found.setdefault(row["platform"], Home(row["platform"], row["channel"]))
        return list(found.values())

    async def add_invite(self, made_by: str) -> str:
        """A new single-use code. Only its hash is kept: the code is shown now or never."""
        code = base64.b32encode(self._entropy(INVITE_BYTES)).decode()

        def add(db: Database) -> None:
            row = {"hash": hashed(code), "made_by": made_by, "made_at": self._now()}
            db.table("invites").insert(row)
            self._audit(db, "invite.made", None, {"by": made_by})

        await self._store.write(add)
        return code

    async def redeem(self, code: str, user: str) -> bool:
        """Uses an invite up for the person and admits them; False where it is no live code."""

        def use(db: Database) -> bool:
            wanted = hashed(code)
            live = many(db, "SELECT hash FROM invites WHERE used_by IS NULL")
            matching = [row["hash"] for row in live if hmac.compare_digest(row["hash"], wanted)]
            if not matching:
                return False
            db.execute("UPDATE invites SET used_by = ?, used_at = ? WHERE hash = ?", (user, self._now(), wanted))
            self._admit(db, user, "invite")
            return True

        return await self._store.write(use)

    async def admit(self, user: str, rule: str) -> None:
        """Remembers that a rule let the person in; the first one stays."""
        await self._store.write(lambda db: self._admit(db, user, rule))

    def _admit(self, db: Database, user: str, rule: str) -> None:
        sql = "INSERT INTO admissions (user, rule, at) VALUES (?, ?, ?) ON CONFLICT (user) DO NOTHING"
        if db.execute(sql, (user, rule, self._now())).rowcount:
            self._audit(db, "user.admitted", user, {"rule": rule})

    async def admitted(self, user: str) -> str | None:
        """The rule that let the person in, None where none has."""
        row = await self._store.read(lambda db: one(db, "SELECT rule FROM admissions WHERE user = ?", (user,)))
        return None if row is None else str(row["rule"])

    async def acknowledge(self, user: str, document: str, version: str) -> None:
        """Keeps that the person agreed to a text, or proved a back-up; the first time stays."""

        def add(db: Database) -> None:
            sql = """INSERT INTO acknowledgements (user, document, version, at) VALUES (?, ?, ?, ?)
                     ON CONFLICT DO NOTHING"""
            if db.execute(sql, (user, document, version, self._now())).rowcount:
                self._audit(db, f"acknowledged.{document}", user, {"version": version})

        await self._store.write(add)

    async def acknowledged(self, user: str, document: str, version: str) -> int | None:
        """When (Unix seconds) the person did, None where they didn't."""
        sql = "SELECT at FROM acknowledgements WHERE user = ? AND document = ? AND version = ?"
        row = await self._store.read(lambda db: one(db, sql, (user, document, version)))
        return None if row is None else int(row["at"])

    async def backed_up(self) -> bool:
        """Whether somebody at this machine proved that they have the words."""
        sql = "SELECT 1 AS found FROM acknowledgements WHERE document = 'backup' LIMIT 1"
        return await self._store.read(lambda db: one(db, sql)) is not None

    async def server(self, platform: str, server: str) -> ServerSettings:
        """What is set for a server; the defaults where nothing is."""
        sql = "SELECT * FROM servers WHERE platform = ? AND server = ?"
        row = await self._store.read(lambda db: one(db, sql, (platform, server)))
        if row is None:
            return ServerSettings()
        channels, roles = json.loads(row["channels_json"]), json.loads(row["roles_json"])
        return ServerSettings(tuple(channels), tuple(roles), row["language"])

    async def set_server(self, platform: str, server: str, settings: ServerSettings, by: str) -> None:
        """Replaces what is set for a server; `by` is the operator's user id."""

        def change(db: Database) -> None:
            row = {
                "platform": platform,
                "server": server,
                "channels_json": dump(list(settings.channels)),
                "roles_json": dump(list(settings.roles)),
                "language": settings.language,
            }
            db.table("servers").upsert(row, pk=("platform", "server"))
            self._audit(db, "server.set", by, row)

        await self._store.write(change)

    async def counts(self) -> Counts:
        """Rows of each kind, in one look."""
        sql = """SELECT (SELECT count(*) FROM users) AS people, (SELECT count(*) FROM accounts) AS accounts,
                   (SELECT count(*) FROM plans WHERE status IN ('confirmed', 'running')) AS unsettled,
                   (SELECT count(*) FROM inbox WHERE status = 'new') AS unanswered,
                   (SELECT count(*) FROM outbox WHERE status = 'queued' AND dropped IS NULL) AS undelivered,
                   (SELECT count(*) FROM outbox WHERE status = 'queued' AND dropped IS NOT NULL) AS refused"""
        row: dict[str, Any] | None = await self._store.read(lambda db: one(db, sql))
        return Counts(**(row or {}))


def hashed(code: str) -> str:
    """What is kept of a code. The codes are random enough that a plain hash can't be searched."""
    return hashlib.sha256(code.strip().upper().encode()).hexdigest()


def is_shared(meta: Mapping[str, Any]) -> bool:
    """Whether the channel of a message has others in it, by what its adapter said of it."""
    return bool(meta.get("group") or meta.get("server"))


def roles_in(meta: Mapping[str, Any]) -> frozenset[str]:
    """The platform's roles of who spoke, as its adapter said."""
    roles = meta.get("roles")
    return frozenset(str(role) for role in roles) if isinstance(roles, Sequence) else frozenset()
