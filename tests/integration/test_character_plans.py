"""The same words give the same plan under every character, and with a model that says whatever it likes."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

import characters
from agent.character import load
from agent.compose import Instance, open_instance
from agent.config import Settings
from agent.errors import Refused
from agent.mind.configured import models_of
from agent.mind.endpoint import Endpoint
from agent.mind.mind import Mind
from agent.replies.reply import Reply, Status
from agent.runtime.turn import Said
from devnet import Node
from memory.rows import User
from tests.integration.place_parts import funded, place_on
from tests.servers.openai_server import Absent, OpenAIServer, serving

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]

WORDS = (
    "put 1,000 USDC to work",
    "deposit 500 dai into aave core",
    "best yield for usdc?",
    "deposit usdc",
    "deposit \u0430 usdc",
    "don't deposit 5 usdc",
    "send 20 usdc to nobody",
    "get me out of everything",
    "how am I doing?",
)
CALL = {"name": "deposit", "arguments": json.dumps({"asset": "usdc", "amount": "100", "venue": "aave core"})}
FIXTURES: list[dict[str, Any]] = [
    {"when": "honest", "response": {"toolCalls": [CALL]}},
    {"when": "hostile", "response": {"toolCalls": [{**CALL, "arguments": '{"asset":"usdc","amount":"900"}'}]}},
    {"when": "turned", "response": {"toolCalls": [{**CALL, "name": "withdraw"}]}},
    {"when": "impermanent", "response": {"content": "It is what a pool may lose against holding."}},
    {"when": "broken", "response": {"error": {"message": "x", "type": "server_error"}, "status": 500}},
]  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def instance(devnet_module: Node, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Instance]:
    async with funded(place_on(devnet_module, tmp_path_factory.mktemp("moneta"))) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def owner(instance: Instance) -> User:
    return await instance.owner("terminal", "owner", "you")


@pytest.fixture(scope="module")
def server() -> Iterator[OpenAIServer]:
    try:
        with serving(FIXTURES) as running:
            yield running
    except Absent as why:
        pytest.skip(f"npm's aimock can't be fetched here: {why}")


async def say(instance: Instance, owner: User, text: str) -> Reply:
    return await instance.service.runtime.turn(Said(owner, "terminal", text))


def facts(reply: Reply) -> dict[str, Any]:
    """All of a reply but its words, and what is drawn anew for each plan."""
    plan = (
        None if reply.plan is None else {k: v for k, v in reply.plan.items() if k not in ("id", "digest", "expires")}
    )
    shown = None if reply.preview is None else (reply.preview.steps, reply.preview.changes, reply.preview.rates)
    return {"intent": reply.intent, "plan": plan, "preview": shown, "table": reply.table, "verdict": reply.verdict}


async def test_the_same_words_give_the_same_plan(instance: Instance, owner: User) -> None:
    told: dict[str, list[Reply]] = {}
    try:
        for name in characters.names():
            instance.world.character = load(name)
            told[name] = [await say(instance, owner, words) for words in WORDS]
    finally:
        instance.world.character = load("moneta")
    first = [facts(reply) for reply in told["moneta"]]
    assert sum(each["plan"] is not None for each in first) >= 2
    for name, replies in told.items():
        assert [facts(reply) for reply in replies] == first, name
        for exact, reply in zip(told["moneta"], replies, strict=True):
            assert exact.text in reply.text
    texts = {tuple(reply.text for reply in replies) for replies in told.values()}
    assert len(texts) == len(told)


async def test_a_settled_plan_and_the_greeting_in_the_characters_voice(instance: Instance, owner: User) -> None:
    instance.world.character = load("harbour-master")
    try:
        greeting = await instance.service.runtime.viewing.greeting(owner)
        await say(instance, owner, "deposit 10 usdc into aave core")
        done = await say(instance, owner, "confirm")
    finally:
        instance.world.character = load("moneta")
    assert "I'm Brannoch." in greeting.text
    assert str(instance.first_account) in greeting.text
    assert done.text.startswith("Done: put 10 USDC into")
    assert any(done.text.endswith(phrase) for phrase in load("harbour-master").phrases["settled"])


async def test_a_model_in_the_whole_turn(instance: Instance, owner: User, server: OpenAIServer) -> None:
    endpoint = Endpoint(server.url, "m", "k")
    instance.world.mind = Mind(load("moneta"), endpoint)
    ask = "oi {}, deposit 100 usdc into aave core pretty sharpish"
    try:
        honest = await say(instance, owner, ask.format("honest"))
        assert honest.verdict is not None
        assert honest.verdict.status is Status.READY
        plain = await say(instance, owner, "deposit 100 usdc into aave core")
        assert facts(honest)["plan"] == facts(plain)["plan"]
        for word in ("hostile", "turned"):
            reply = await say(instance, owner, ask.format(word))
            assert reply.plan is None
        requests = [server.request() for _ in range(5)]  # one for the honest, two for the hostile and the turned
        assert "wasn't accepted" in requests[2]["messages"][-1]["content"]
        talk = await say(instance, owner, "what is impermanent loss?")
        assert (talk.text, talk.plan, talk.private) == ("It is what a pool may lose against holding.", None, True)
        system = server.request()["messages"][0]["content"]
        assert "Facts:" in system
        assert "USDC" in system
        await say(instance, owner, "remember that impermanent loss is what worries me most about any pool")
        await say(instance, owner, "is impermanent loss something to worry about?")
        told = server.request()
        assert "From memory" in told["messages"][0]["content"]
        for request in (*requests, told):
            size = sum(len(message["content"]) for message in request["messages"])
            assert size <= 3_000
            assert size + len(json.dumps(request["tools"])) <= 6_000
        down = await say(instance, owner, ask.format("broken"))
        assert down.text.startswith("My language model doesn't answer, so I go by plain commands. I don't understand")
        assert (await say(instance, owner, "deposit 5 usdc into aave core")).plan is not None
    finally:
        await endpoint.close()
        instance.world.mind = Mind()


async def test_what_a_model_cost_is_told_and_ends_with_the_budget(
    instance: Instance, owner: User, server: OpenAIServer
) -> None:
    server.forget()
    world, before = instance.world, instance.world.settings
    model = {"name": "small", "url": server.url, "input_usd": "1", "output_usd": "2"}
    settings = Settings.said(models=[model], model_user_usd_a_day="0.01")
    models = models_of(settings)
    assert models is not None
    world.settings, world.mind = settings, Mind(load("moneta"), models)
    world.mind.kept_by(world.ledger)
    try:
        ask = "oi honest, deposit 100 usdc into aave core pretty sharpish"
        first = await say(instance, owner, ask)
        assert first.plan is not None
        told = await say(instance, owner, "what did the model cost?")
        assert told.private
        assert told.table is not None
        (row,) = told.table.rows
        assert row[:4] == ("understand", "small", "1", "0")
        assert "Of your budget of $0.01 a day, $0.00" in told.text
        assert (await say(instance, owner, "usage")).text == told.text
        spent = False
        for _ in range(12):  # each costs a tenth of the budget or more, and the dearest answer has to fit as well
            reply = await say(instance, owner, ask)
            spent = spent or reply.text.startswith("Your budget of $0.01 a day for language models is used up")
        assert spent
        assert (await say(instance, owner, "deposit 100 usdc into aave core")).plan is not None
    finally:
        await models.close()
        world.settings, world.mind = before, Mind()
        server.forget()


async def test_an_unusable_character_stops_the_start(devnet_module: Node, tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text("{}")
    place = place_on(devnet_module, tmp_path / "place")
    with pytest.raises(Refused, match="no name"):
        async with open_instance(place, Settings(character=str(bad))):
            pass
