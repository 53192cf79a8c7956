"""The gateway: hello, heartbeat, identify, ready, events, resume with replay, invalid session, reconnect."""

from __future__ import annotations

import contextlib
import importlib
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.servers.discord_objects import BOT_ID, Json, snowflake

HEARTBEAT_MS = 41_250
DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID, HELLO, ACK = 0, 1, 2, 6, 7, 9, 10, 11
AUTHENTICATION_FAILED = 4004

Compress = Callable[[bytes], bytes]


def _zlib() -> Compress:
    stream = zlib.compressobj()
    return lambda data: stream.compress(data) + stream.flush(zlib.Z_SYNC_FLUSH)


def _zstd() -> Compress:
    """By the package or the standard library of 3.14: the same choice as the library under test makes."""
    try:
        package = importlib.import_module("zstandard")
    except ImportError:
        package = importlib.import_module("compression.zstd")
        whole = package.ZstdCompressor()
        return lambda data: bytes(whole.compress(data, whole.FLUSH_BLOCK))
    stream = package.ZstdCompressor().compressobj()
    return lambda data: bytes(stream.compress(data) + stream.flush(package.COMPRESSOBJ_FLUSH_BLOCK))


COMPRESSIONS: dict[str, Callable[[], Compress]] = {"zlib-stream": _zlib, "zstd-stream": _zstd}


@dataclass
class Session:
    """One shard's session: every event since its start, so that it can be replayed."""

    id: str
    shard: int
    shards: int
    events: list[Json] = field(default_factory=list)
    line: Line | None = None
    valid: bool = True

    async def emit(self, kind: str, data: Json) -> None:
        event = {"op": DISPATCH, "s": len(self.events) + 1, "t": kind, "d": data}
        self.events.append(event)
        if self.line is not None:
            await self.line.send(event)

    def hears(self, guild: str | None) -> bool:
        return self.shard == (int(guild) >> 22) % self.shards if guild else self.shard == 0


class Line:
    """One WebSocket, compressed where that was asked for."""

    def __init__(self, socket: web.WebSocketResponse, request: web.Request) -> None:
        self.socket = socket
        self.request = request
        self._compress = COMPRESSIONS[request.query.get("compress", "")]()

    async def send(self, payload: Json) -> None:
        data = self._compress(json.dumps(payload).encode())
        with contextlib.suppress(ConnectionError, RuntimeError):  # it is replayed at the RESUME
            await self.socket.send_bytes(data)

    def abort(self) -> None:
        """As if the cable were cut."""
        if self.request.transport is not None:
            self.request.transport.abort()


class Gateway:
    """All sessions. `identified` and `resumed` count."""

    def __init__(self, bot: Json, token: str) -> None:
        self.bot = bot
        self.token = token
        self.sessions: dict[str, Session] = {}
        self.intents = 0
        self.identified = 0
        self.resumed = 0
        self.heartbeats = 0
        self.guilds: list[Json] = []
        self.url = ""
        self.refused = False

    @property
    def live(self) -> list[Session]:
        return [session for session in self.sessions.values() if session.line is not None and session.valid]

    async def emit(self, kind: str, data: Json, guild: str | None = None) -> None:
        """To the sessions that would hear it, connected or about to RESUME."""
        for session in list(self.sessions.values()):
            if session.valid and session.hears(guild):
                await session.emit(kind, data)

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        line = Line(socket, request)
        await line.send({"op": HELLO, "d": {"heartbeat_interval": HEARTBEAT_MS}})
        session: Session | None = None
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                continue
            payload = json.loads(message.data)
            match payload["op"]:
                case op if op == HEARTBEAT:
                    self.heartbeats += 1
                    await line.send({"op": ACK})
                case op if op == IDENTIFY:
                    session = await self._identify(line, payload["d"])
                case op if op == RESUME:
                    session = await self._resume(line, payload["d"])
        if session is not None and session.line is line:
            session.line = None
        return socket

    async def _identify(self, line: Line, data: Json) -> Session | None:
        if self.refused or data["token"] != self.token:
            await line.socket.close(code=AUTHENTICATION_FAILED, message=b"Authentication failed.")
            return None
        self.identified += 1
        self.intents = data["intents"]
        shard, shards = data.get("shard") or (0, 1)
        for old in [each for each in self.sessions.values() if each.shard == shard]:
            old.valid = False
        session = Session(snowflake(), shard, shards, line=line)
        self.sessions[session.id] = session
        mine = [guild for guild in self.guilds if session.hears(guild["id"])]
        ready: dict[str, Any] = {
            "v": 10,
            "user": self.bot,
            "guilds": [{"id": guild["id"], "unavailable": True} for guild in mine],
            "session_id": session.id,
            "resume_gateway_url": self.url,
            "application": {"id": BOT_ID, "flags": 0},
            "shard": [shard, shards],
        }
        await session.emit("READY", ready)
        for guild in mine:
            await session.emit("GUILD_CREATE", guild)
        return session

    async def _resume(self, line: Line, data: Json) -> Session | None:
        if self.refused:
            await line.socket.close(code=AUTHENTICATION_FAILED, message=b"Authentication failed.")
            return None
        session = self.sessions.get(data["session_id"])
        if session is None or not session.valid:
            await line.send({"op": INVALID, "d": False})
            return None
        self.resumed += 1
        sent = data["seq"]
        while sent < len(session.events):  # more may come while these are sent
            await line.send(session.events[sent])
            sent += 1
        session.line = line
        await session.emit("RESUMED", {})
        return session
