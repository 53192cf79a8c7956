"""A Bot API server on this machine, and the people who talk to the bot: what tests drive Telegram's adapter with.

Every call is checked against the Bot API's description, every object sent as well; `problems` holds what was found.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientSession, web

from tests.servers import telegram_spec
from tests.servers.telegram_people import People, Update
from tests.servers.telegram_sends import MALFORMED, Failure, Sends

TOKEN = "123456:" + "A" * 35
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Call:
    """A call that came in: its parameters as form fields, how many files."""

    method: str
    given: Mapping[str, str]
    files: int


@dataclass
class Hook:
    """A webhook that the bot set. `refused` counts the pushes that got no 200."""

    url: str
    secret: str
    refused: int = 0


@dataclass
class TelegramServer:
    """One bot's Telegram. `url` goes into the library's base_url.

    `behind` is where pushes to the webhook's public address really go, as behind a proxy that ends TLS.
    """

    people: People = field(default_factory=People)
    calls: list[Call] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    revoked: bool = False
    away: bool = False
    behind: str = ""
    hook: Hook | None = None
    url: str = ""
    _faults: dict[str, list[Failure]] = field(default_factory=lambda: defaultdict(list))
    _polls: int = 0
    _allowed: list[str] | None = None
    _pusher: asyncio.Task[None] | None = None
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    def __post_init__(self) -> None:
        self.sends = Sends(self.people)
        self.people.notify = self._notify

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[TelegramServer]:
        """Listens on a free port of this machine."""
        app = web.Application(client_max_size=60 << 20)
        app.router.add_route("*", "/bot{token}/{method}", self._handle)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}/bot"
        try:
            yield self
        finally:
            if self._pusher is not None:
                self._pusher.cancel()
            await runner.cleanup()

    def fail(self, method: str, failure: Failure, times: int = 1) -> None:
        """The next calls of the method fail; '*' stands for every method that sends."""
        self._faults[method] += [failure] * times

    def forgive(self) -> None:
        """No more failures."""
        self._faults.clear()

    def count(self) -> Counter[str]:
        """How often each method was called."""
        return Counter(call.method for call in self.calls)

    def unfailed(self) -> bool:
        """Whether all failures asked for have happened."""
        return not any(self._faults.values())

    async def until(self, condition: Callable[[], Any], what: str = "") -> None:
        """Waits until the condition holds: it is looked at after every call and every change."""
        async with self._changed:
            try:
                await asyncio.wait_for(self._changed.wait_for(lambda: bool(condition())), PATIENCE_SECONDS)
            except TimeoutError:
                told = [(m["chat"]["id"], m.get("text")) for m in self.people.messages.values()]
                raise AssertionError(f"not reached: {what or condition}; {told[-6:]}; {self.problems}") from None

    def _notify(self) -> None:
        task = asyncio.ensure_future(self._notified())
        task.add_done_callback(lambda done: done.exception())

    async def _notified(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def _handle(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        if self.away:
            return web.Response(status=502, text="Bad Gateway")
        if self.revoked or request.match_info["token"] != TOKEN:
            return _failed(Failure(401, "Unauthorized"))
        given, files = await _parameters(request)
        self.calls.append(Call(method, given, len(files)))
        try:
            self._check(method, given, files)
            result = await self._answer(method, given, files)
        except Failure as failure:
            return _failed(failure)
        finally:
            self._notify()
        return web.json_response({"ok": True, "result": result})

    def _check(self, method: str, given: dict[str, str], files: dict[str, bytes]) -> None:
        try:
            problems = telegram_spec.call_problems(method, given, files)
        except telegram_spec.Unknown:
            raise Failure(404, "Not Found") from None
        self.problems += problems
        if problems:
            raise Failure(400, f"Bad Request: {problems[0]}")
        for name in (method, "*") if method.startswith(("send", "edit", "answer")) else (method,):
            if self._faults[name]:
                raise self._faults[name].pop(0)

    async def _answer(self, method: str, given: dict[str, str], files: dict[str, bytes]) -> Any:
        own: dict[str, Callable[[dict[str, str]], Awaitable[Any]]] = {
            "getUpdates": self._get_updates,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
        }
        if method in own:
            return await own[method](given)
        result, kind = self.sends.answer(method, given, files)
        self.problems += telegram_spec.object_problems(result, kind)
        return result

    async def _get_updates(self, given: dict[str, str]) -> list[Update]:
        if self.hook is not None:
            raise Failure(409, "Conflict: can't use getUpdates method while webhook is active")
        self._polls += 1
        mine = self._polls
        if "allowed_updates" in given:
            self._allowed = json.loads(given["allowed_updates"])
        offset = int(given.get("offset", 0))
        self.people.updates[:] = [u for u in self.people.updates if u["update_id"] >= offset]
        await self._notified()  # an older poll ends now
        with contextlib.suppress(TimeoutError):
            async with self._changed:
                waiting = self._changed.wait_for(
                    lambda: self._waiting() or self.away or self.revoked or self._polls != mine
                )
                await asyncio.wait_for(waiting, float(given.get("timeout", 0)))
        if self._polls != mine:
            raise Failure(
                409,
                "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
            )
        if self.away or self.revoked:
            raise Failure(502, MALFORMED)
        found = self._waiting()[: int(given.get("limit", 100))]
        self.problems += telegram_spec.object_problems(found, "Array of Update")
        return found

    def _waiting(self) -> list[Update]:
        return [u for u in self.people.updates if self._allowed is None or any(k in u for k in self._allowed)]

    async def _set_webhook(self, given: dict[str, str]) -> bool:
        if urlsplit(given["url"]).scheme != "https":
            raise Failure(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        self.hook = Hook(given["url"], given.get("secret_token", ""))
        self._allowed = json.loads(given.get("allowed_updates", "null"))
        self._pusher = asyncio.create_task(self._push())
        return True

    async def _delete_webhook(self, given: dict[str, str]) -> bool:
        self.hook = None
        if self._pusher is not None:
            self._pusher.cancel()
        return True

    async def _push(self) -> None:
        """Pushes update after update; one that gets no 200 is pushed again."""
        async with ClientSession() as session:
            while (hook := self.hook) is not None:
                async with self._changed:
                    await self._changed.wait_for(lambda: self._waiting())
                update = self._waiting()[0]
                if await push(session, self.behind + urlsplit(hook.url).path, update, hook.secret) == 200:
                    self.people.updates.remove(update)
                else:
                    hook.refused += 1
                self._notify()


async def push(session: ClientSession, url: str, update: Update, secret: str) -> int:
    """Pushes one update; the status of the answer, 0 for none."""
    try:
        async with session.post(url, json=update, headers={SECRET_HEADER: secret}) as answer:
            return answer.status
    except ClientError:
        return 0


def _failed(failure: Failure) -> web.Response:
    if failure.description == MALFORMED:
        return web.Response(status=failure.code, text="<html>not JSON</html>")
    body: dict[str, Any] = {"ok": False, "error_code": failure.code, "description": failure.description}
    if failure.parameters:
        body["parameters"] = dict(failure.parameters)
    return web.json_response(body, status=failure.code)


async def _parameters(request: web.Request) -> tuple[dict[str, str], dict[str, bytes]]:
    given: dict[str, str] = {}
    files: dict[str, bytes] = {}
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            files[name] = value.file.read()
        else:
            given[name] = str(value)
    return given, files
