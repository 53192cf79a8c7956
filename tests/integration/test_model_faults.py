"""The mind with a model over real HTTP: npm's aimock with its faults, and bodies that aimock wouldn't send."""

from __future__ import annotations

import asyncio
import json
import logging
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from agent.intents import Understood
from agent.mind import tools
from agent.mind.bounded import MOST_BYTES
from agent.mind.context import Context
from agent.mind.endpoint import Endpoint
from agent.mind.mind import DOWN, Mind, Spoken
from agent.mind.model import ModelDown, Usage
from agent.mind.phrasebook import interpret
from agent.mind.provided import UNINSTALLED, Provided
from tests.integration.patience import ended
from tests.servers.openai_server import Absent, OpenAIServer, serving
from tests.unit.mind_parts import ADA, bound
from tests.unit.spoken import NOW, VOCABULARY, amount, deposit

pytestmark = pytest.mark.integration

KEY = "canary-key-9f3b"
HUNDRED = deposit("USDC", amount("exact", "100"), "venus:core:USDC")


def tool(arguments: Any, name: str = "deposit") -> dict[str, Any]:
    return {"name": name, "arguments": arguments if isinstance(arguments, str) else json.dumps(arguments)}


GOOD = {"toolCalls": [tool({"asset": "usdc", "amount": "100", "venue": "venus"})]}
RATE = {"error": {"message": "slow down", "type": "rate_limit_error"}, "status": 429}
FIXTURES: list[dict[str, Any]] = [
    {"when": "good", "response": GOOD},
    {"when": "cutargs", "response": {"toolCalls": [tool('{"asset":"usdc","amount":"100","ven')]}},
    {"when": "repaired", "step": 0, "response": {"toolCalls": [tool('{"asset":"usd')]}},
    {"when": "repaired", "response": GOOD},
    {"when": "wrong", "response": {"toolCalls": [tool({"asset": "usdc", "amount": "900"})]}},
    {"when": "bothcalls", "response": {"toolCalls": [GOOD["toolCalls"][0], tool({}, "exit")]}},
    {"when": "invented", "response": {"toolCalls": [tool({"to": "0x00"}, "sign")]}},
    {"when": "listargs", "response": {"toolCalls": [tool("[1,2]")]}},
    {"when": "busy", "response": {**RATE, "retryAfter": 30}},
    {"when": "retried", "step": 0, "response": {**RATE, "retryAfter": 1}},
    {"when": "retried", "response": GOOD},
    {"when": "always", "response": {**RATE, "retryAfter": 1}},
    {"when": "boom", "response": {"error": {"message": "boom", "type": "server_error"}, "status": 500}},
    {"when": "refused", "response": {"error": {"message": "no tools here", "type": "bad_request"}, "status": 400}},
    {"when": "locked", "response": {"error": {"message": f"bad key {KEY}", "type": "auth"}, "status": 401}},
    {"when": "sleepy", "response": GOOD, "chaos": {"latencyMs": 30_000}},
    {"when": "garbled", "response": GOOD, "chaos": {"malformedRate": 1}},
    {"when": "hangup", "response": GOOD, "chaos": {"disconnectRate": 1}},
    {"when": "chatty", "response": {"content": "A pool's shares can lose against holding."}},
    {"when": "inventive", "response": {"content": "Venus pays 99 % a year."}},
]  # fmt: skip


@pytest.fixture(scope="module")
def server() -> Iterator[OpenAIServer]:
    try:
        with serving(FIXTURES) as running:
            yield running
    except Absent as why:
        pytest.skip(f"npm's aimock can't be fetched here: {why}")


@asynccontextmanager
async def minding(url: str, seconds: float = 2.0) -> AsyncIterator[tuple[Mind, list[float]]]:
    """A mind on an endpoint, and what it slept."""
    slept: list[float] = []

    async def sleep(wait: float) -> None:
        slept.append(wait)

    mind = Mind(ADA, Endpoint(url, "test-model", KEY, seconds=seconds, sleep=sleep))
    try:
        yield mind, slept
    finally:
        await mind.close()


async def asked(server: OpenAIServer, word: str, times: int) -> tuple[Any, list[float], list[dict[str, Any]]]:
    """What the mind makes of the deposit with the word in it, what it slept, and the requests that this took."""
    server.forget()
    async with minding(server.url, seconds=15) as (mind, slept):
        found = await mind.understand(said(word), Context(now=NOW), VOCABULARY)
    requests = [server.request() for _ in range(times)]
    assert server.forget() == 0
    return found, slept, requests


def said(word: str) -> str:
    return f"oi {word}, deposit 100 usdc into venus pretty sharpish"


def is_plain_question(found: Any, word: str) -> bool:
    return bool(found == interpret(said(word), Context(now=NOW), VOCABULARY))


def is_down(found: Any, word: str) -> bool:
    question = interpret(said(word), Context(now=NOW), VOCABULARY).question
    return isinstance(found, Understood) and found.question is not None and question is not None and (
        found.question.text == f"{DOWN} {question.text}"
    )  # fmt: skip


async def test_a_call_binds_and_nothing_is_streamed(server: OpenAIServer) -> None:
    found, _, (request,) = await asked(server, "good", 1)
    assert bound(found, said("good")) == HUNDRED
    assert request["stream"] is False
    assert request["messages"][-1] == {"role": "user", "content": said("good")}
    offered = {tool["function"]["name"] for tool in request["tools"]}
    assert offered == {*tools.READS, "say", "deposit", "withdraw", "transfer", "limit"}
    size = sum(len(message["content"]) for message in request["messages"])
    assert size <= 3_000
    assert size + len(json.dumps(request["tools"])) <= 6_000


async def test_one_repair_round(server: OpenAIServer) -> None:
    found, _, requests = await asked(server, "repaired", 2)
    assert bound(found, said("repaired")) == HUNDRED
    assert "wasn't accepted" in requests[1]["messages"][-1]["content"]


@pytest.mark.parametrize("word", ["cutargs", "wrong", "bothcalls", "invented", "inventive"])
async def test_what_stays_wrong_ends_after_two_in_the_phrasebooks_question(server: OpenAIServer, word: str) -> None:
    found, _, _ = await asked(server, word, 2)
    assert is_plain_question(found, word)


async def test_a_short_429_is_tried_once_more(server: OpenAIServer) -> None:
    found, slept, _ = await asked(server, "retried", 2)
    assert bound(found, said("retried")) == HUNDRED
    assert slept == [1.0]
    found, slept, _ = await asked(server, "always", 2)
    assert is_down(found, "always")
    assert slept == [1.0]


@pytest.mark.parametrize("word", ["busy", "boom", "refused", "locked", "garbled", "listargs"])
async def test_other_faults_are_told_after_one_request(
    server: OpenAIServer, word: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    found, slept, _ = await asked(server, word, 1)
    assert is_down(found, word)
    assert slept == []
    assert KEY not in caplog.text
    assert said(word) not in caplog.text


async def test_slow_and_hung_up(server: OpenAIServer) -> None:
    async with minding(server.url, seconds=0.5) as (mind, _):
        found = await ended(mind.understand(said("sleepy"), Context(now=NOW), VOCABULARY))
        assert is_down(found, "sleepy")
    async with minding(server.url, seconds=15) as (mind, _):
        assert is_down(await mind.understand(said("hangup"), Context(now=NOW), VOCABULARY), "hangup")
        assert bound(await mind.understand(said("good"), Context(now=NOW), VOCABULARY), said("good")) == HUNDRED


async def test_words_are_talk(server: OpenAIServer) -> None:
    found, _, _ = await asked(server, "chatty", 1)
    assert found == Spoken("A pool's shares can lose against holding.")


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def answering(handler: Handler) -> AsyncIterator[str]:
    """A bare server for bodies that no completion server sends."""
    app = web.Application()
    app.router.add_post("/v1/chat/completions", handler)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    finally:
        await runner.cleanup()


MESSAGE = {"role": "assistant", "content": None}
BODIES = [
    "", "null", "[]", "7", '"text"', "{}", '{"choices": null}', '{"choices": []}', '{"choices": [null]}',
    '{"choices": [{}]}', '{"choices": [{"message": null}]}', '{"choices": [{"message": 5}]}', "<html>busy</html>",
    '{"error": {"message": "x"}}', '{"choices": [{"message": {"role": "assistant", "content": "cut',
    json.dumps({"choices": [{"message": MESSAGE}]}),
    json.dumps({"choices": [{"message": MESSAGE | {"tool_calls": "x"}}]}),
    json.dumps({"choices": [{"message": MESSAGE | {"tool_calls": [{}]}}]}),
    json.dumps({"choices": [{"message": MESSAGE | {"tool_calls": [{"function": {"name": None}}]}}]}),
    json.dumps({"choices": [{"message": MESSAGE | {"content": {"a": 1}}}]}),
    json.dumps({"choices": [{"message": MESSAGE | {"content": [{"type": "text"}]}}]}),
    json.dumps({"choices": [{"message": MESSAGE | {"refusal": "I won't."}}]}),
    json.dumps({"choices": [{"message": {"role": "tool", "content": "x"}}]}),
    '{"choices": ' + "[" * 3_000 + "]" * 3_000 + "}",
]  # fmt: skip


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("kind", ["application/json", "text/html"])
async def test_no_body_raises_or_binds(body: str, kind: str) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(text=body, content_type=kind)

    async with answering(answer) as url, minding(url) as (mind, _):
        found = await mind.understand(said("x"), Context(now=NOW), VOCABULARY)
    assert is_down(found, "x") or is_plain_question(found, "x") or found == Spoken("x")


async def test_a_cut_body_and_a_dripping_one_are_down() -> None:
    async def cut(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": "9000"})
        await response.prepare(request)
        await response.write(b'{"choices": [{"message": ')
        if request.transport is not None:
            request.transport.close()
        return response

    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        while True:
            await response.write(b" ")
            await asyncio.sleep(0.1)

    for handler in (cut, drip):
        async with answering(handler) as url, minding(url, seconds=0.6) as (mind, _):
            assert is_down(await ended(mind.understand(said("x"), Context(now=NOW), VOCABULARY)), "x")


async def test_nobody_there() -> None:
    async with minding("http://127.0.0.1:9/v1") as (mind, _):
        assert is_down(await mind.understand(said("x"), Context(now=NOW), VOCABULARY), "x")
        with pytest.raises(ModelDown) as down:
            await Endpoint("http://127.0.0.1:9/v1", "m", KEY).ask([("user", "hi")], [])
    assert "127.0.0.1" not in str(down.value)
    assert not down.value.charged  # nothing was sent


async def test_a_provider_of_langchain_answers_the_same(
    server: OpenAIServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    server.forget()
    for provider, word, works in (
        ("openai", "good", True),
        ("openai", "boom", False),
        ("openai", "locked", False),
        ("openai", "hangup", False),
        ("anthropic", "good", False),  # its package isn't installed
        ("nobody", "good", False),
    ):
        mind = Mind(ADA, Provided(provider, "test-model", KEY, url=server.url, seconds=15, most_tokens=300))
        found = await mind.understand(said(word), Context(now=NOW), VOCABULARY)
        assert (bound(found, said(word)) == HUNDRED) is works, (provider, word)
        assert is_down(found, word) is not works, (provider, word)
    first = server.request()
    assert (first["stream"], first["messages"][-1]["content"]) == (False, said("good"))
    assert UNINSTALLED in caplog.text
    assert KEY not in caplog.text
    server.forget()


async def test_an_endless_body_and_a_packed_one_are_left() -> None:
    sent = 0

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        while sent < 64 * MOST_BYTES:
            await response.write(b" " * 100_000)
            sent += 100_000
        return response

    async def packed(request: web.Request) -> web.Response:
        talk = {"choices": [{"message": MESSAGE | {"content": "It would be read."}}]}
        body = zlib.compress(json.dumps(talk).encode())  # of two hundred bytes; it could be a thousand times that
        return web.Response(body=body, headers={"Content-Encoding": "deflate", "Content-Type": "application/json"})

    for handler in (endless, packed):
        async with answering(handler) as url, minding(url, seconds=15) as (mind, _):
            assert is_down(await mind.understand(said("x"), Context(now=NOW), VOCABULARY), "x")
    assert sent < 32 * MOST_BYTES  # what was left in the buffers of both sides among it


async def test_the_usage_that_an_endpoint_reports() -> None:
    completion = {"choices": [{"message": MESSAGE | {"content": "Hello."}, "finish_reason": "stop"}]}
    for usage, expected in (
        ({"prompt_tokens": 900, "completion_tokens": 40, "total_tokens": 940}, Usage(900, 40)),
        (None, None),
    ):

        async def answer(request: web.Request, usage: Any = usage) -> web.Response:
            return web.json_response(completion | ({"usage": usage} if usage else {}))

        async with answering(answer) as url:
            endpoint = Endpoint(url, "m", KEY, most_tokens=300)
            assert (await endpoint.ask([("user", "hi")], [])).usage == expected
            await endpoint.close()
