"""Recall by meaning through an embedding endpoint over a real socket, and what becomes of it when that one fails."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from agent.config import Settings
from agent.errors import Refused, Unavailable
from agent.mind import embedding
from agent.mind.embedding import REST_SECONDS, EmbeddingEndpoint, embedder_of
from memory.memory import Memory
from tests.integration.patience import PATIENCE_SECONDS
from tests.unit.memory_parts import Clock

pytestmark = pytest.mark.integration

MEANINGS = {"flat": 0, "rent": 0, "landlord": 0, "boat": 1, "sail": 1, "dog": 2, "puppy": 2}


def meaning(text: str) -> list[float]:
    """A vector by what the words mean, as a model would have it."""
    vector = [0.01] * 4
    for word, place in MEANINGS.items():
        vector[place] += word in text
    return vector


@asynccontextmanager
async def serving(answer: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/v1/embeddings", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}/v1"
    finally:
        await runner.cleanup()


async def test_recall_goes_by_meaning_and_the_endpoint_gets_the_key(tmp_path: Path) -> None:
    seen: list[dict[str, Any]] = []

    async def answer(request: web.Request) -> web.Response:
        body = await request.json()
        seen.append({"key": request.headers["Authorization"], **body})
        rows = [{"index": place, "embedding": meaning(text)} for place, text in enumerate(body["input"])]
        return web.json_response({"data": rows[::-1]})  # in whatever order

    key = tmp_path / "key"
    key.write_text("k-123\n")
    async with serving(answer) as url:
        settings = Settings.said(embedding_url=url, embedding_model="small", embedding_key_file=key)
        memory = await Memory.open(tmp_path, Clock(), embedder=embedder_of(settings))
        for text in ("the landlord wants it on the 5th", "my boat is in Rotterdam", "the puppy is called Rex"):
            await memory.note("ann", "here", "fact", text)
        assert await memory.embed_new() == 3
        found = await memory.recalled("ann", "sail?", 1)
        await memory.close()
    assert [each.told.text for each in found] == ["my boat is in Rotterdam"]
    assert {(each["key"], each["model"]) for each in seen} == {("Bearer k-123", "small")}
    assert [len(each["input"]) for each in seen] == [3, 1]


def replying(**kinds: Any) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(**kinds)

    return answer


ROWS = {"data": [{"index": 0, "embedding": [1.0, 2.0]}]}
FAULTS = {
    "status": replying(status=500),
    "too many requests": replying(status=429),
    "elsewhere": replying(status=302, headers={"Location": "http://127.0.0.1:1/"}),
    "no JSON": replying(body=b"{oops"),
    "no data": replying(body=b"{}"),
    "too few": replying(body=b'{"data": []}'),
    "no number": replying(body=b'{"data": [{"index": 0, "embedding": ["x"]}]}'),
    "not finite": replying(body=b'{"data": [{"index": 0, "embedding": [NaN]}]}'),
    "empty": replying(body=b'{"data": [{"index": 0, "embedding": []}]}'),
    "too long": replying(body=json.dumps({"data": [{"index": 0, "embedding": [1] * 9_000}]}).encode()),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_costs_the_likeness_and_not_the_recall(tmp_path: Path, fault: str) -> None:
    async with serving(FAULTS[fault]) as url:
        endpoint = EmbeddingEndpoint(url, "small", "none")
        memory = await Memory.open(tmp_path, Clock(), embedder=endpoint)
        await memory.note("ann", "here", "fact", "my boat is in Rotterdam")
        with pytest.raises(Unavailable):
            await memory.embed_new()
        assert len(await memory.recalled("ann", "boat", 5)) == 1
        await memory.close()


async def test_after_a_failure_nobody_waits_for_it_until_it_has_rested(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, now = 0, 0.0
    silent = asyncio.Event()

    async def answer(_: web.Request) -> web.Response:
        nonlocal asked
        asked += 1
        if asked == 1:
            await silent.wait()
        return web.json_response(ROWS)

    monkeypatch.setattr(embedding, "SECONDS_ASKED", 1.0)  # for the first, which nobody answers
    async with serving(answer) as url:
        endpoint = EmbeddingEndpoint(url, "small", "none", lambda: now)
        for _ in range(3):
            with pytest.raises(Unavailable):
                await endpoint.embed(["boat"])
        assert asked == 1
        silent.set()
        now = REST_SECONDS
        monkeypatch.setattr(embedding, "SECONDS_ASKED", PATIENCE_SECONDS)
        assert len((await endpoint.embed(["boat"]))[0]) == 2
        await endpoint.close()


@pytest.mark.parametrize("half", [{"embedding_url": "http://127.0.0.1:1/v1"}, {"embedding_model": "small"}])
def test_half_an_endpoint_is_refused(half: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="Set embedding_url and embedding_model"):
        embedder_of(Settings.said(**half))
    assert embedder_of(Settings.said()) is None
