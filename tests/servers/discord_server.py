"""Discord on this machine: REST v10 and the gateway over real sockets, and people who talk there by a test's word."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self, TypeVar

from aiohttp import web

from tests.servers.discord_gateway import INVALID, RECONNECT, Gateway
from tests.servers.discord_objects import (
    BOT_ID,
    EPHEMERAL,
    FORWARDED,
    Channel,
    Interaction,
    Json,
    Person,
    guild_json,
    message_json,
    snowflake,
)
from tests.servers.discord_rest import BASE, Fault, Rest

TOKEN = "MTAw.test.token"
MENTION = re.compile(r"<@!?(\d+)>")
COMMAND, PRESS, SUGGEST = 2, 3, 4
REPLY = 19
LONGEST_WAIT_SECONDS = 60.0
RATE_LIMITED = {"Via": "1.1 google", "X-RateLimit-Scope": "shared"}

T = TypeVar("T")


class DiscordServer:
    """`async with DiscordServer() as server:` then point a bot at `api_base` and `gateway_url` with `token`."""

    def __init__(self) -> None:
        self.token = TOKEN
        self.bot = Person(BOT_ID, "moneta", "Moneta", bot=True)
        self.gateway = Gateway(self.bot.json(), TOKEN)
        self._changed = asyncio.Event()
        self.rest = Rest(self.bot, TOKEN, self.gateway.emit, self._changed.set)
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=32 * 2**20)
        app.router.add_get("/gateway", self.gateway.handle)
        app.router.add_get("/gateway/", self.gateway.handle)
        app.router.add_route("*", BASE + "/{rest:.*}", self.rest.handle)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.api_base = f"http://{host}:{port}{BASE}"
        self.gateway_url = self.gateway.url = self.rest.gateway_url = f"ws://{host}:{port}/gateway"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for session in self.gateway.live:
            if session.line is not None:
                session.line.abort()
        if self._runner is not None:
            await self._runner.cleanup()

    # what there is

    def person(self, name: str, display: str = "", **more: Any) -> Person:
        """A new user."""
        person = Person(snowflake(), name, display or name.title(), **more)
        self.rest.people[person.id] = person
        return person

    def guild(self, owner: Person, name: str = "a server") -> Channel:
        """A new server's one channel. Make it before the bot connects."""
        guild = snowflake()
        channel = Channel(snowflake(), guild, "general")
        self.rest.channels[channel.id] = channel
        self.gateway.guilds.append(guild_json(guild, name, owner, self.bot, [channel]))
        return channel

    def direct(self, person: Person) -> Channel:
        """The channel of direct messages between the bot and a person."""
        return self.rest.direct(person)

    # what people do

    async def say(self, author: Person, channel: Channel, text: str, **more: Any) -> Json:
        """A message; `more` are fields of the message object (`webhook_id`, `type`, `message_snapshots`, …)."""
        mentioned = [self.rest.people[each] for each in MENTION.findall(text) if each in self.rest.people]
        more.setdefault("mentions", [person.json() for person in mentioned])
        message = message_json(channel, author, {"content": text}, [], **more)
        channel.messages.append(message)
        await self._emit_message("MESSAGE_CREATE", message, channel, author)
        return message

    async def mention(self, author: Person, channel: Channel, text: str, **more: Any) -> Json:
        """Says something to the bot."""
        return await self.say(author, channel, f"<@{BOT_ID}> {text}", **more)

    async def forward(self, author: Person, channel: Channel, text: str) -> Json:
        """Forwards somebody's message."""
        snapshot = {"message": {"content": text, "type": 0, "flags": 0, "mentions": [], "embeds": []}}
        snapshot["message"] |= {"attachments": [], "timestamp": "2026-01-01T00:00:00+00:00", "edited_timestamp": None}
        return await self.say(author, channel, "", flags=FORWARDED, message_snapshots=[snapshot])

    async def reply(self, author: Person, channel: Channel, text: str, to: Json, **more: Any) -> Json:
        """Replies to a message, which comes along."""
        reference = {"message_id": to["id"], "channel_id": channel.id}
        return await self.say(
            author,
            channel,
            text,
            type=REPLY,
            message_reference=reference,
            referenced_message=self.rest.visible(to, channel),
            **more,
        )

    async def edit(self, author: Person, channel: Channel, message: Json, text: str) -> None:
        """Changes what was said."""
        message |= {"content": text, "edited_timestamp": "2026-01-01T00:01:00+00:00"}
        await self._emit_message("MESSAGE_UPDATE", message, channel, author)

    async def slash(self, asker: Person, channel: Channel, name: str, /, **options: str) -> Interaction:
        """Gives a command."""
        given = [{"name": key, "type": 3, "value": value} for key, value in options.items()]
        return await self._interact(COMMAND, asker, channel, {"id": "1", "name": name, "type": 1, "options": given})

    async def suggest(self, asker: Person, channel: Channel, name: str, at: str, /, **options: str) -> list[str]:
        """What comes up while the option `at` is typed."""
        given = [
            {"name": key, "type": 3, "value": value, **({"focused": True} if key == at else {})}
            for key, value in options.items()
        ]
        data = {"id": "1", "name": name, "type": 1, "options": given}
        interaction = await self._interact(SUGGEST, asker, channel, data)
        return await self.until(lambda: interaction.choices)

    async def press(self, asker: Person, channel: Channel, message: Json, label: str) -> Interaction:
        """Presses a button, also one that is disabled: somebody's client may not have heard of it."""
        data = {"custom_id": button(message, label)["custom_id"], "component_type": 2}
        return await self._interact(PRESS, asker, channel, data, message)

    async def _interact(
        self, kind: int, asker: Person, channel: Channel, data: Json, source: Json | None = None, ago: float = 0
    ) -> Interaction:
        interaction = Interaction(snowflake(ago), f"token-{snowflake()}", kind, channel, asker, source)
        interaction.expired = ago > 900
        self.rest.interactions[interaction.id] = interaction
        await self.gateway.emit("INTERACTION_CREATE", self._interaction_json(interaction, data), channel.guild)
        return interaction

    def _interaction_json(self, interaction: Interaction, data: Json) -> Json:
        channel, asker = interaction.channel, interaction.asker
        who: Json = {"user": asker.json()}
        where: Json = {"context": 1, "authorizing_integration_owners": {"0": "0"}}
        if channel.guild is not None:
            who = {"member": {**asker.member(), "user": asker.json()}}
            guild = {"id": channel.guild, "locale": "en-US", "features": []}
            owners = {"0": channel.guild}
            where = {
                "context": 0,
                "authorizing_integration_owners": owners,
                "guild_id": channel.guild,
                "guild": guild,
            }
        source = interaction.source
        hidden = source is not None and source not in channel.messages
        shown = {**self.rest.visible(source, channel), "flags": EPHEMERAL if hidden else 0} if source else None
        return {
            "id": interaction.id,
            "application_id": BOT_ID,
            "type": interaction.kind,
            "token": interaction.token,
            "version": 1,
            "channel_id": channel.id,
            "channel": channel.json(),
            "locale": "en-US",
            "app_permissions": "8",
            "entitlements": [],
            "attachment_size_limit": 10 * 2**20,
            "data": data,
            **who,
            **where,
            **({"message": shown} if shown else {}),
        }

    async def _emit_message(self, kind: str, message: Json, channel: Channel, author: Person) -> None:
        guild = {"guild_id": channel.guild, "member": author.member()} if channel.guild else {}
        await self.gateway.emit(kind, {**self.rest.visible(message, channel), **guild}, channel.guild)

    # what goes wrong

    def fail(self, method: str, path: str, status: int, times: int = 1, **body: Any) -> Fault:
        """The next `times` requests that match fail."""
        fault = Fault(method, path, status, times, {}, {"message": "no", "code": 0, **body})
        self.rest.faults.append(fault)
        return fault

    def storm(self, path: str, times: int, retry_after: float = 0.01, *, method: str = "POST") -> Fault:
        """Rate limits, as Discord tells them."""
        fault = self.fail(method, path, 429, times, retry_after=retry_after, **{"global": False})
        fault.headers = {**RATE_LIMITED, "Retry-After": str(retry_after)}
        return fault

    def cut(self) -> None:
        """Every connection breaks; sessions can be resumed."""
        for session in self.gateway.live:
            if session.line is not None:
                session.line.abort()
                session.line = None

    async def ask_to_reconnect(self) -> None:
        """Discord moves the bot to another machine."""
        for session in self.gateway.live:
            if session.line is not None:
                await session.line.send({"op": RECONNECT, "d": None})

    async def invalidate(self) -> None:
        """Sessions end and can't be resumed; what is said until the next one is not sent again."""
        for session in self.gateway.live:
            session.valid = False
            if session.line is not None:
                await session.line.send({"op": INVALID, "d": False})

    def forget_sessions(self) -> None:
        """Connections break, and no RESUME will work."""
        live = self.gateway.live
        for session in live:
            session.valid = False
            if session.line is not None:
                session.line.abort()

    def revoke(self) -> None:
        """The token is reset: REST answers 401, the gateway closes with 4004."""
        self.rest.token = "another"
        self.gateway.refused = True

    # what can be waited for

    async def until(self, found: Callable[[], T | None], seconds: float = LONGEST_WAIT_SECONDS) -> T:
        """The first true value of `found`, looked at whenever the bot did something."""
        try:
            async with asyncio.timeout(seconds):
                while not (value := found()):
                    assert not self.rest.problems, self.rest.problems
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            calls = [f"{call.method} {call.path} {call.status}" for call in self.rest.calls]
            raise AssertionError("it didn't come; these did:\n" + "\n".join(calls[-20:])) from None
        return value


def buttons(message: Json) -> list[Json]:
    """A message's buttons."""
    return [each for row in message["components"] for each in row["components"]]


def button(message: Json, label: str) -> Json:
    """The button with this label."""
    found = next((each for each in buttons(message) if each["label"] == label), None)
    assert found is not None, f"no {label} on: {text_of(message)}"
    return found


def text_of(message: Json) -> str:
    """All that a person reads in a message, without the backslashes of escapes, which nobody sees."""
    parts = [message["content"]]
    for embed in message["embeds"]:
        parts += [embed.get("title", ""), embed.get("description", "")]
        parts += [f"{each['name']}: {each['value']}" for each in embed.get("fields", ())]
        parts.append((embed.get("footer") or {}).get("text", ""))
    return re.sub(r"\\([^\w\s])", r"\1", "\n".join(part for part in parts if part))
