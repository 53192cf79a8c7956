"""A model of a plug-in, asked through the mind: Ollama's own API on a real socket, and how it fails."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web

from agent.character.files import default
from agent.config import Settings
from agent.hooks import load
from agent.mind.configured import mind_of
from agent.mind.context import Context
from agent.mind.mind import Mind, Spoken
from agent.mind.model import ModelDown
from agent.mind.plugged import Plugged, providers_of, setup_of
from agent.model_settings import ModelSetting
from agent.words.vocabulary import Vocabulary

pytestmark = pytest.mark.integration

WORDS = Vocabulary(tokens=("ETH", "USDC"), venues=("aave-v3:core:USDC",))
TALK = {"message": {"role": "assistant", "content": "It is a lovely day."}, "prompt_eval_count": 40, "eval_count": 7}


@dataclass
class Server:
    """Answers what a test says, and keeps what it was asked."""

    url: str = ""
    says: Any = field(default_factory=lambda: dict(TALK))
    status: int = 200
    asked: list[dict[str, Any]] = field(default_factory=list)

    async def chat(self, request: web.Request) -> web.Response:
        self.asked.append(await request.json())
        if isinstance(self.says, str):
            return web.Response(text=self.says, status=self.status)
        return web.json_response(self.says, status=self.status)


@pytest_asyncio.fixture
async def server() -> AsyncIterator[Server]:
    it, app = Server(), web.Application()
    app.router.add_post("/api/chat", it.chat)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    it.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield it
    await runner.cleanup()


def settings(url: str) -> Settings:
    return Settings(models=(ModelSetting(name="local", model="llama3", provider="ollama", url=url, max_tokens=64),))


def plugged(server: Server) -> Plugged:
    (said,) = settings(server.url).models or ()
    return Plugged(providers_of(load(found=[]).hook.moneta_models())["ollama"], "llama3", setup_of(said))


def mind(url: str) -> Mind:
    return mind_of(settings(url), default(), providers_of(load(found=[]).hook.moneta_models()))


async def test_it_talks_through_the_mind(server: Server) -> None:
    it = mind(server.url)
    try:
        said = await it.understand("the weather is lovely today", Context(), WORDS)
    finally:
        await it.close()
    assert isinstance(said, Spoken), said
    assert said.text == "It is a lovely day."
    (body,) = server.asked
    assert (body["model"], body["stream"], body["options"]) == ("llama3", False, {"num_predict": 64})
    assert body["messages"][-1] == {"role": "user", "content": "the weather is lovely today"}
    assert body["tools"][0]["type"] == "function"


async def test_its_calls_and_counts_are_taken_over(server: Server) -> None:
    server.says = {
        "message": {"content": "", "tool_calls": [{"function": {"name": "say", "arguments": {"text": "hi"}}}]},
        "prompt_eval_count": 12,
        "eval_count": 3,
    }
    model = plugged(server)
    try:
        found = await model.ask([("user", "hi")], [])
    finally:
        await model.close()
    ((name, arguments),) = [(each.name, each.arguments) for each in found.calls]
    assert (name, arguments) == ("say", {"text": "hi"})
    assert found.usage is not None
    assert (found.usage.prompt_tokens, found.usage.answer_tokens) == (12, 3)


@pytest.mark.parametrize(
    "says", ["no json", "[]", {}, {"message": 5}, {"message": {"tool_calls": [5]}}, "[" * 100_000]
)
async def test_what_is_no_answer_is_a_model_that_is_down(server: Server, says: Any) -> None:
    server.says = says
    await down(server)


@pytest.mark.parametrize("status", [301, 401, 429, 500])
async def test_so_is_what_it_refuses(server: Server, status: int) -> None:
    server.status = status
    await down(server)


async def test_so_is_nobody_there(server: Server) -> None:
    server.url = "http://127.0.0.1:9"
    await down(server)


async def down(server: Server) -> None:
    model = plugged(server)
    try:
        with pytest.raises(ModelDown) as error:
            await model.ask([("user", "hi")], [])
    finally:
        await model.close()
    assert (error.value.charged, "127.0.0.1" in error.value.reason) == (True, False)
