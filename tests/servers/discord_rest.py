"""The REST side: what a bot asks of Discord, each request held against Discord's own description of it."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.servers.discord_objects import (
    BOT_ID,
    EPHEMERAL,
    Channel,
    Interaction,
    Json,
    Person,
    message_json,
    sendable,
    snowflake,
)
from tests.servers.discord_spec import spec

BASE = "/api/v10"
MOST_OF_AN_EMBED = 6000
NOT_FOUND = {"message": "404: Not Found", "code": 0}
UNKNOWN_MESSAGE = {"message": "Unknown Message", "code": 10008}
UNKNOWN_WEBHOOK = {"message": "Unknown Webhook", "code": 10015}
ALREADY_ACKNOWLEDGED = {"message": "Interaction has already been acknowledged.", "code": 40060}
NO_DIRECT_MESSAGES = {"message": "Cannot send messages to this user", "code": 50007}

Files = list[tuple[str, bytes]]


@dataclass
class Fault:
    """Answers matching requests with an error, `times` over."""

    method: str
    path: str
    status: int
    times: int
    headers: dict[str, str] = field(default_factory=dict)
    body: Json = field(default_factory=dict)


@dataclass
class Call:
    """A request as it came."""

    method: str
    path: str
    body: Any
    files: Files
    status: int = 0


class Rest:
    """`changed` is called after whatever a test may wait for."""

    def __init__(self, bot: Person, token: str, emit: Callable[..., Awaitable[None]], changed: Callable[[], Any]):
        self.bot = bot
        self.token = token
        self.emit = emit
        self.changed = changed
        self.channels: dict[str, Channel] = {}
        self.people: dict[str, Person] = {bot.id: bot}
        self.interactions: dict[str, Interaction] = {}
        self.commands: list[Json] = []
        self.calls: list[Call] = []
        self.problems: list[str] = []
        self.faults: list[Fault] = []
        self._nonces: dict[tuple[str, str], Json] = {}
        self._routes: list[tuple[str, re.Pattern[str], Callable[..., Awaitable[web.Response]]]] = [
            ("GET", re.compile(r"/users/@me"), self._me),
            ("GET", re.compile(r"/(?:oauth2/)?applications/@me"), self._application),
            ("PUT", re.compile(r"/applications/\d+/commands"), self._commands),
            ("GET", re.compile(r"/gateway(?:/bot)?"), self._gateway),
            ("POST", re.compile(r"/users/@me/channels"), self._direct),
            ("POST", re.compile(r"/channels/(\d+)/typing"), self._typing),
            ("GET", re.compile(r"/channels/(\d+)/messages"), self._history),
            ("POST", re.compile(r"/channels/(\d+)/messages"), self._send),
            ("PATCH", re.compile(r"/channels/(\d+)/messages/(\d+)"), self._edit),
            ("POST", re.compile(r"/interactions/(\d+)/([^/]+)/callback"), self._callback),
            ("PATCH", re.compile(r"/webhooks/\d+/([^/]+)/messages/@original"), self._edit_original),
            ("POST", re.compile(r"/webhooks/\d+/([^/]+)"), self._follow_up),
        ]
        self.gateway_url = ""

    async def handle(self, request: web.Request) -> web.Response:
        path = request.path.removeprefix(BASE)
        body, files = await _read(request)
        call = Call(request.method, path, body, files)
        self.calls.append(call)
        response = await self._answer(request, call)
        call.status = response.status
        self.changed()
        return response

    async def _answer(self, request: web.Request, call: Call) -> web.Response:
        by_token = call.path.startswith(("/webhooks", "/interactions"))
        if not by_token and request.headers.get("Authorization") != f"Bot {self.token}":
            return answer({"message": "401: Unauthorized", "code": 0}, 401)
        for fault in self.faults:
            if fault.times and fault.method == call.method and re.search(fault.path, call.path):
                fault.times -= 1
                return answer(fault.body, fault.status, fault.headers)
        described = spec()
        problem = described.problem(call.method, call.path, call.body) if described else None
        problem = problem or _embeds_problem(call.body)
        if problem:
            self.problems.append(problem)
            return answer({"message": "Invalid Form Body", "code": 50035, "errors": {}}, 400)
        for method, pattern, handler in self._routes:
            match = pattern.fullmatch(call.path)
            if match and method == call.method:
                return await handler(request, call, *match.groups())
        return answer(NOT_FOUND, 404)

    async def _me(self, request: web.Request, call: Call) -> web.Response:
        return answer(self.bot.json())

    async def _application(self, request: web.Request, call: Call) -> web.Response:
        empty: Json = {"rpc_origins": [], "description": "", "summary": "", "icon": None, "team": None}
        flags: Json = {"bot_public": True, "bot_require_code_grant": False, "flags": 0}
        return answer({"id": BOT_ID, "name": "moneta", "owner": self.bot.json(), "verify_key": "", **empty, **flags})

    async def _commands(self, request: web.Request, call: Call) -> web.Response:
        more = {"application_id": BOT_ID, "default_member_permissions": None}
        described: list[Json] = call.body
        self.commands = [{**each, "id": snowflake(), "version": snowflake(), **more} for each in described]
        return answer(self.commands)

    async def _gateway(self, request: web.Request, call: Call) -> web.Response:
        limit = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 16}
        return answer({"url": self.gateway_url, "shards": 1, "session_start_limit": limit})

    async def _direct(self, request: web.Request, call: Call) -> web.Response:
        return answer(self.direct(self.people[str(call.body["recipient_id"])]).json())

    def direct(self, person: Person) -> Channel:
        """The channel between the bot and a person."""
        known = next((each for each in self.channels.values() if each.recipient is person), None)
        if known is None:
            known = Channel(snowflake(), None, "", person)
            self.channels[known.id] = known
        return known

    async def _typing(self, request: web.Request, call: Call, channel: str) -> web.Response:
        return web.Response(status=204)

    async def _history(self, request: web.Request, call: Call, channel: str) -> web.Response:
        after, limit = int(request.query.get("after", "0")), int(request.query.get("limit", "50"))
        found = [message for message in self.channels[channel].messages if int(message["id"]) > after][:limit]
        return answer([self.visible(message, self.channels[channel]) for message in reversed(found)])

    def visible(self, message: Json, channel: Channel) -> Json:
        """As a bot without the privileged intent gets it: no content that isn't for it."""
        for_bot = channel.guild is None or any(each["id"] == BOT_ID for each in message["mentions"])
        own = message["author"]["id"] == BOT_ID
        hidden = {} if for_bot or own else {"content": "", "embeds": [], "attachments": [], "components": []}
        return sendable({**message, **hidden})

    async def _send(self, request: web.Request, call: Call, channel_id: str) -> web.Response:
        channel = self.channels.get(channel_id)
        if channel is None:
            return answer({"message": "Unknown Channel", "code": 10003}, 404)
        if channel.recipient is not None and not channel.recipient.takes_messages:
            return answer(NO_DIRECT_MESSAGES, 403)
        nonce = (channel_id, str(call.body.get("nonce")))
        if call.body.get("enforce_nonce") and nonce in self._nonces:
            return answer(sendable(self._nonces[nonce]))
        message = message_json(channel, self.bot, call.body, call.files)
        self._nonces[nonce] = message
        channel.messages.append(message)
        await self.emit("MESSAGE_CREATE", _placed(message, channel), channel.guild)
        return answer(sendable(message))

    async def _edit(self, request: web.Request, call: Call, channel_id: str, message_id: str) -> web.Response:
        channel = self.channels[channel_id]
        message = next((each for each in channel.messages if each["id"] == message_id), None)
        if message is None:
            return answer(UNKNOWN_MESSAGE, 404)
        _change(message, call)
        return answer(sendable(message))

    async def _callback(self, request: web.Request, call: Call, interaction_id: str, token: str) -> web.Response:
        interaction = self.interactions.get(interaction_id)
        if interaction is None or interaction.token != token or interaction.expired:
            return answer({"message": "Unknown interaction", "code": 10062}, 404)
        if interaction.response is not None:
            return answer(ALREADY_ACKNOWLEDGED, 400)
        data = call.body.get("data") or {}
        interaction.response = call.body["type"]
        if interaction.response == 8:
            interaction.choices = [each["value"] for each in data["choices"]]
            return web.Response(status=204)
        if interaction.response in (6, 7):
            interaction.original = interaction.source
            _change(interaction.source or {}, Call(call.method, call.path, data, call.files))
        else:
            interaction.ephemeral = bool(int(data.get("flags") or 0) & EPHEMERAL)
            interaction.original = self._message(interaction, data, call.files, interaction.ephemeral)
        made = interaction.original or {}
        resource = {"type": interaction.response, "message": sendable(made)}
        about = {"id": interaction.id, "type": interaction.kind, "response_message_id": made["id"]}
        return answer({"interaction": about, "resource": resource})

    async def _edit_original(self, request: web.Request, call: Call, token: str) -> web.Response:
        interaction = self._by_token(token)
        if interaction is None or interaction.original is None:
            return answer(UNKNOWN_WEBHOOK, 404)
        interaction.edits += 1
        _change(interaction.original, call)
        return answer(sendable(interaction.original))

    async def _follow_up(self, request: web.Request, call: Call, token: str) -> web.Response:
        interaction = self._by_token(token)
        if interaction is None:
            return answer(UNKNOWN_WEBHOOK, 404)
        hidden = bool(int(call.body.get("flags") or 0) & EPHEMERAL)
        message = self._message(interaction, call.body, call.files, hidden)
        interaction.followups.append(message)
        return answer(sendable(message))

    def _by_token(self, token: str) -> Interaction | None:
        live = (each for each in self.interactions.values() if each.token == token and not each.expired)
        return next(live, None)

    def _message(self, interaction: Interaction, body: Json, files: Files, hidden: bool) -> Json:
        """A message by an interaction: in the channel, unless only its asker sees it."""
        message = message_json(interaction.channel, self.bot, body, files, application_id=BOT_ID, webhook_id=BOT_ID)
        if not hidden:
            interaction.channel.messages.append(message)
        return message


def answer(data: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """JSON with exactly this type: with a charset the library would hand on text."""
    body = json.dumps(data).encode()
    return web.Response(body=body, status=status, headers={"Content-Type": "application/json", **(headers or {})})


async def _read(request: web.Request) -> tuple[Any, Files]:
    if not request.content_type.startswith("multipart"):
        return (await request.json() if request.can_read_body else {}), []
    body: Any = {}
    files: Files = []
    async for part in await request.multipart():
        data = bytes(await part.read())  # type: ignore[union-attr]  # a form's parts aren't nested
        if part.name == "payload_json":  # type: ignore[union-attr]
            body = json.loads(data)
        else:
            files.append((str(part.filename), data))  # type: ignore[union-attr]
    return body, files


def _embeds_problem(body: Any) -> str | None:
    """Discord's limit on all the text of a message's embeds, which its description doesn't say."""
    if not isinstance(body, dict):
        return None
    total = 0
    for embed in body.get("embeds") or []:
        texts = [embed.get("title"), embed.get("description"), (embed.get("footer") or {}).get("text")]
        texts += [each[key] for each in embed.get("fields") or [] for key in ("name", "value")]
        total += sum(len(text) for text in texts if text)
    return f"{total} characters in embeds" if total > MOST_OF_AN_EMBED else None


def _change(message: Json, call: Call) -> None:
    message |= {k: v or type(message[k])() for k, v in call.body.items() if k in ("content", "embeds", "components")}
    if "attachments" in call.body:
        message["attachments"] = [
            {"id": str(index), "filename": name, "size": len(data), "url": "https://cdn.invalid/x", "data": data}
            | {"proxy_url": "https://cdn.invalid/x"}
            for index, (name, data) in enumerate(call.files)
        ]


def _placed(message: Json, channel: Channel) -> Json:
    return {**sendable(message), **({"guild_id": channel.guild} if channel.guild else {})}
