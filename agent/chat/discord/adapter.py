"""The adapter: connects, hands events to the intake, delivers what is in the outbox, leaves cleanly."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import Any, Literal

import aiohttp
import discord
import structlog
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from agent.chat.discord import slash
from agent.chat.discord.delivery import Delivery
from agent.chat.discord.errors import translated
from agent.chat.discord.intake import PLATFORM, Intake
from agent.chat.discord.origin import Origin, channel_id
from agent.chat.service import Service
from agent.errors import Refused
from agent.replies.body import Body
from memory.rows import InboxRow, OutboxRow

LEAVING_SECONDS = 1.5
PROGRESS_SECONDS = 2.0
LONGEST_RATE_LIMIT_SECONDS = 30.0  # longer ones go back to the outbox
GUILDS_AFTER_SECONDS = 0.5
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 60.0
AUTHENTICATION_FAILED = 4004
REMEDY = (
    "Make a new one on the Bot page of your application (discord.com/developers), write it to the file that "
    "MONETA_DISCORD_TOKEN_FILE names, and start again."
)
UNREACHABLE = (OSError, aiohttp.ClientError, TimeoutError, discord.DiscordServerError, discord.RateLimited)

Shards = int | Literal["auto"] | None

log = structlog.get_logger()


class DiscordAdapter:
    """`api_base` and `gateway` point at another server than Discord's own; they hold for the whole process."""

    platform = PLATFORM

    def __init__(
        self,
        service: Service,
        token: str,
        *,
        api_base: str | None = None,
        gateway: str | None = None,
        shards: Shards = None,
    ) -> None:
        self.service = service
        self._token = token
        self._shards = shards
        self._intake = Intake(service)
        self._client: discord.Client | None = None
        self._delivery: Delivery | None = None
        self.connected = asyncio.Event()  # a session is there, of every shard
        self.ready = asyncio.Event()  # and the servers are known, and what was missed is taken in
        self._progress: dict[int, asyncio.Task[None]] = {}
        if api_base is not None:
            Route.BASE = api_base
        if gateway is not None:
            DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)

    async def run(self, stop: asyncio.Event) -> None:
        """Stays connected until `stop`. Raises Refused("discord-token") where Discord doesn't know the token."""
        stopping = asyncio.create_task(stop.wait())
        pause = FIRST_PAUSE_SECONDS
        try:
            while not stop.is_set():
                try:
                    await self._session(stopping)
                except Refused:
                    raise
                except UNREACHABLE as error:
                    log.warning("Discord can't be reached", error=type(error).__name__, again_in=pause)
                except Exception:  # an event that the library can't read ends its client; a new one goes on
                    log.exception("the connection to Discord broke", again_in=pause)
                await asyncio.wait([stopping], timeout=pause)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
        finally:
            stopping.cancel()

    async def close(self) -> None:
        """The client is closed when `run` returns."""

    async def deliver(self, row: OutboxRow) -> None:
        """Says what is in the row; waits for a connection where there is none yet."""
        await self.connected.wait()
        await self._progress_over(row.inbox_id)
        body, origin = Body.from_json(row.body), Origin.of_meta(row.meta)
        with translated():
            if origin is not None:
                await self._intake.acknowledging.over(origin.interaction)
                await self._deliverer.answer(origin, body, row.nonce)
            else:
                known = await self.service.ledger.platform_id(row.user, PLATFORM)
                user = int(known) if known is not None else None
                await self._deliverer.tell(channel_id(row.channel), user, body, row.nonce)

    async def progress(self, row: InboxRow, text: str) -> None:
        """Shows it in the background, unless the last one is still on its way."""
        origin = Origin.of_meta(row.meta)
        if origin is None or row.id in self._progress or not self.connected.is_set():
            return
        task = asyncio.create_task(self._show_progress(origin, text))
        self._progress[row.id] = task
        task.add_done_callback(lambda _: self._progress.pop(row.id, None))

    async def _show_progress(self, origin: Origin, text: str) -> None:
        try:
            await self._intake.acknowledging.over(origin.interaction)
            await self._deliverer.show_progress(origin, text)
        except Exception as error:  # a plan doesn't stop for what is only shown
            log.info("progress was not shown", error=type(error).__name__)

    async def _progress_over(self, inbox_id: int | None) -> None:
        """A step still on its way must not come after the answer."""
        task = self._progress.pop(inbox_id, None) if inbox_id is not None else None
        if task is not None:
            with contextlib.suppress(TimeoutError, asyncio.CancelledError):
                await asyncio.wait_for(task, PROGRESS_SECONDS)

    @property
    def _deliverer(self) -> Delivery:
        if self._delivery is None:
            raise AssertionError("nothing is delivered before the first connection")
        return self._delivery

    async def _session(self, stopping: asyncio.Task[bool]) -> None:
        """One client, from its login to its end."""
        client = self._client = self._new_client()
        self._intake.missed.starts(await self.service.ledger.latest(PLATFORM), client)
        self._delivery = Delivery(client)
        connecting = asyncio.create_task(self._connect(client))
        try:
            done, _ = await asyncio.wait([connecting, stopping], return_when=asyncio.FIRST_COMPLETED)
            if connecting in done:
                connecting.result()
        finally:
            self.connected.clear()
            self.ready.clear()
            connecting.cancel()  # first: after `close` the library has no loop to tell of a disconnect in
            await asyncio.wait([connecting], timeout=LEAVING_SECONDS / 2)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(client.close(), LEAVING_SECONDS / 2)

    async def _connect(self, client: discord.Client) -> None:
        try:
            await client.login(self._token)
            await client.connect()
        except discord.LoginFailure as error:
            raise Refused("discord-token", "Discord doesn't know this token.", REMEDY) from error
        except discord.ConnectionClosed as error:
            if error.code == AUTHENTICATION_FAILED:
                raise Refused("discord-token", "Discord took this token back.", REMEDY) from error
            reason = f"Discord closed the connection with code {error.code}."
            raise Refused("discord-gateway", reason, "Its documentation says what the code means.") from error

    def _new_client(self) -> discord.Client:
        intents = discord.Intents.none()
        intents.guilds = intents.guild_messages = intents.dm_messages = True
        kind = discord.Client if self._shards is None else discord.AutoShardedClient
        shards: Any = {"shard_count": self._shards} if isinstance(self._shards, int) else {}
        client = kind(
            intents=intents,
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            max_ratelimit_timeout=LONGEST_RATE_LIMIT_SECONDS,
            guild_ready_timeout=GUILDS_AFTER_SECONDS,
            **shards,
        )
        for handler in (
            self.setup_hook,
            self.on_connect,
            self.on_ready,
            self.on_resumed,
            self.on_disconnect,
            self.on_message,
            self.on_interaction,
        ):
            client.event(handler)
        return client

    async def setup_hook(self) -> None:
        """After the login, before the gateway: the commands, all at once."""
        client = self._open_client
        if client.application_id is not None:
            await client.http.bulk_upsert_global_commands(client.application_id, slash.payload())

    async def on_connect(self) -> None:
        """A new session, or one resumed; of several, one of them."""
        user = self._open_client.user
        self._intake.me = user.id if user else 0
        if self._shards is None:
            self.connected.set()

    async def on_ready(self) -> None:
        """A new session: what came between the last one and this was not replayed."""
        self.connected.set()
        await self._intake.missed.all()
        log.info("Discord is ready", servers=len(self._open_client.guilds), at=int(time.time()))
        self.ready.set()

    async def on_resumed(self) -> None:
        """The session went on: what was missed has been replayed. Of several, another may still be broken."""
        if self._shards is None:
            self._intake.missed.resumed()

    async def on_disconnect(self) -> None:
        """Notes what was heard, before anything of a new session is."""
        self._intake.missed.broke()

    async def on_message(self, message: discord.Message) -> None:
        await self._intake.message(message)

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        match interaction.type:
            case discord.InteractionType.application_command:
                await self._intake.command(interaction)
            case discord.InteractionType.autocomplete:
                await self._intake.suggest(interaction)
            case discord.InteractionType.component:
                await self._intake.press(interaction)

    @property
    def _open_client(self) -> discord.Client:
        if self._client is None:
            raise AssertionError("events come from a client")
        return self._client
