"""A server that speaks OpenAI's completions protocol, well or badly: the first part of the path says how."""

from __future__ import annotations

import asyncio
import json
import zlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

USAGE = {"prompt_tokens": 900, "completion_tokens": 40, "total_tokens": 940}
EMPTY = {"role": "assistant", "content": None}
Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]


def completion(message: dict[str, Any], usage: Any = USAGE, finish: str = "stop") -> dict[str, Any]:
    """A whole answer."""
    body = {
        "id": "x", "object": "chat.completion", "created": 0, "model": "m",
        "choices": [{"index": 0, "message": EMPTY | message, "finish_reason": finish}],
    }  # fmt: skip
    return body | ({"usage": usage} if usage is not None else {})


def called(name: str, arguments: Any, *more: tuple[str, Any]) -> dict[str, Any]:
    """The message of a tool call, or of several; arguments that are text already are sent as they are."""
    calls = [(name, arguments), *more]
    return {
        "tool_calls": [
            {
                "id": f"call_{number}", "type": "function",
                "function": {"name": tool, "arguments": said if isinstance(said, str) else json.dumps(said)},
            }
            for number, (tool, said) in enumerate(calls)
        ]
    }  # fmt: skip


def whole(message: dict[str, Any], usage: Any = USAGE, finish: str = "stop", **options: Any) -> Answering:
    """Answers with a completion; `options` are aiohttp's."""

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(
            text=json.dumps(completion(message, usage, finish)), **{"content_type": "application/json", **options}
        )

    return answer


def status(code: int, said: str = "no", **headers: str) -> Answering:
    """Answers with an error."""

    async def answer(_: web.Request) -> web.StreamResponse:
        body = {"error": {"message": said, "type": "error"}}
        return web.json_response(body, status=code, headers={k.replace("_", "-"): v for k, v in headers.items()})

    return answer


def body(text: str, content_type: str = "application/json") -> Answering:
    """Answers 200 with any text."""

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(text=text, content_type=content_type)

    return answer


async def silent(_: web.Request) -> web.StreamResponse:
    """Never answers."""
    await asyncio.sleep(60)
    return web.Response()


async def cut(request: web.Request) -> web.StreamResponse:
    """Hangs up in the middle of a body."""
    response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": "9000"})
    await response.prepare(request)
    await response.write(b'{"choices": [{"message": ')
    if request.transport is not None:
        request.transport.close()
    return response


async def drip(request: web.Request) -> web.StreamResponse:
    """A body of a byte now and then."""
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    for _ in range(600):
        await response.write(b" ")
        await asyncio.sleep(0.1)
    return response


async def endless(request: web.Request) -> web.StreamResponse:
    """A body without an end, as fast as it goes."""
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    await response.write(b'{"choices": [{"message": {"role": "assistant", "content": "')
    for _ in range(2_000):
        await response.write(b"and so on " * 10_000)
    return response


def packed(message: dict[str, Any]) -> Answering:
    """A compressed body, which wasn't asked for."""

    async def answer(_: web.Request) -> web.StreamResponse:
        data = zlib.compress(json.dumps(completion(message)).encode())
        return web.Response(body=data, headers={"Content-Encoding": "deflate", "Content-Type": "application/json"})

    return answer


def streamed(message: dict[str, Any]) -> Answering:
    """Server-sent events, which weren't asked for."""
    chunk = {"choices": [{"index": 0, "delta": message, "finish_reason": None}]}
    return body(f"data: {json.dumps(chunk)}\n\ndata: [DONE]\n\n", "text/event-stream")


class ModelServer:
    """Behaviours by name; `asked` counts their requests, `sizes` has each prompt's characters, then with tools."""

    def __init__(self, behaviours: dict[str, Answering]) -> None:
        self.behaviours = behaviours
        self.asked: Counter[str] = Counter()
        self.sizes: list[tuple[int, int]] = []
        self.port = 0

    def url(self, name: str) -> str:
        """The endpoint with that behaviour."""
        return f"http://127.0.0.1:{self.port}/{list(self.behaviours).index(name)}/v1"

    async def answer(self, request: web.Request) -> web.StreamResponse:
        name = list(self.behaviours)[int(request.match_info["number"])]
        self.asked[name] += 1
        sent = await request.json()
        messages = sum(len(each["content"]) for each in sent["messages"])
        self.sizes.append((messages, messages + len(json.dumps(sent.get("tools", [])))))
        return await self.behaviours[name](request)


@asynccontextmanager
async def serving(behaviours: dict[str, Answering]) -> AsyncIterator[ModelServer]:
    """The server on 127.0.0.1, until the block ends."""
    server = ModelServer(behaviours)
    app = web.Application()
    app.router.add_post(r"/{number:\d+}/v1/chat/completions", server.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.port = runner.addresses[0][1]
    try:
        yield server
    finally:
        await runner.cleanup()
