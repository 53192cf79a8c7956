"""Hostile minds, models, rows and people around a whole instance: nothing is signed that the words don't say."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from agent import intents
from agent.intents import Understood
from agent.mind.context import Context
from agent.mind.endpoint import Endpoint
from agent.mind.mind import Facts, Mind
from agent.runtime.turn import Said
from agent.words.vocabulary import Vocabulary
from devnet import Node
from tests.integration.people_parts import people
from tests.integration.runtime_parts import BOB, CAROL, opened, rule, status
from tests.servers.openai_server import Absent, serving
from tests.unit.mind_parts import ADA
from tests.unit.pairs import Pair, pairs

pytestmark = pytest.mark.integration

STEP = 9  # of the pairs that this instance can make plans of, every ninth


@dataclass
class Puppet:
    """A mind in an attacker's hand: it proposes what it is told, whatever the user says."""

    intent: Mapping[str, Any]
    model: str = "a model, so that it is handed what was said before"

    async def understand(
        self, text: str, context: Context, vocabulary: Vocabulary, facts: Facts | None = None, *others: object
    ) -> Understood:
        return Understood(intents.parse(dict(self.intent)))

    async def close(self) -> None: ...


def usable(pair: Pair, vocabulary: Vocabulary) -> bool:
    """Whether the pair speaks of what this instance has, and its hijacked side is an intent at all."""
    try:
        intents.parse(dict(pair.hijacked))
    except ValidationError:
        return False
    names = json.dumps([pair.intent, pair.hijacked])
    return (
        pair.intent["action"] in ("deposit", "swap", "transfer") and "morpho:" not in names and "erc4626" not in names
    )


async def test_a_mind_in_an_attackers_hand_proposes_nothing_beyond_the_words(
    tmp_path: Path, devnet_node: Node
) -> None:
    async with opened(tmp_path, devnet_node) as whole:
        for name, place in (("bob", BOB), ("alice", CAROL)):
            await whole.say(f"add contact {name} {place}")
        vocabulary = await whole.world.vocabulary(whole.user.id)
        chosen = [pair for pair in pairs() if usable(pair, vocabulary)][::STEP]
        assert len(chosen) > 30
        for pair in chosen:
            whole.world.mind = Puppet(pair.hijacked)  # type: ignore[assignment]
            reply = await whole.say(pair.hijacked_said[-1])
            assert reply.plan is None, pair
            greeted = reply.intent == {"action": "chat"}  # mere small talk isn't put to a mind at all
            assert status(reply) in ("refused", "asked") or greeted, pair
            assert reply.verdict is None or reply.verdict.rule != "fault", pair
            assert reply.plan is None, pair
        assert await whole.world.ledger.plans_of(whole.user.id, 0, 2**40) == []
        assert whole.nonce() == 0


TEXTS = {
    "kindly mumble deposit 100 usdc into aave core": [
        ("transfer", {"asset": "usdc", "amount": "100", "recipient": "bob"}),
        ("deposit", {"asset": "usdc", "amount": "1000", "venue": "aave core"}),
        ("withdraw", {"asset": "usdc", "amount": "100", "venue": "aave core"}),
        ("exit", {}),
        ("contact", {"name": "bob", "address": CAROL}),
    ],
    "gosh mumble the weather in spring": [
        ("deposit", {"asset": "usdc", "amount": "all", "venue": "aave core"}),
        ("resume", {}),
    ],
}


async def test_a_hostile_model_behind_its_endpoint_gets_nothing_through(tmp_path: Path, devnet_node: Node) -> None:
    nonsense = iter(("florp", "glorp", "blorp", "snorp", "vlorp", "klorp", "zlorp"))
    calls = [(f"{text} {next(nonsense)}", call) for text, several in TEXTS.items() for call in several]
    fixtures = [
        {"when": text, "response": {"toolCalls": [{"name": name, "arguments": json.dumps(arguments)}]}}
        for text, (name, arguments) in calls
    ]
    try:
        with serving(fixtures) as server:
            async with opened(tmp_path, devnet_node) as whole:
                await whole.say(f"add contact bob {BOB}")
                whole.world.mind = Mind(ADA, Endpoint(server.url, "hostile", "key"))
                for text, _ in calls:
                    reply = await whole.say(text)
                    while not server.request()["messages"][-1]["content"].startswith(text):
                        pass  # a second try at the text before; none at all ends in queue.Empty
                    assert reply.plan is None, (text, reply.text)
                assert await whole.world.ledger.plans_of(whole.user.id, 0, 2**40) == []
                assert whole.nonce() == 0
                await whole.world.mind.close()
    except Absent as why:
        pytest.skip(f"npm's aimock can't be fetched here: {why}")


def edit(folder: Path, sql: str, *values: str) -> None:
    with sqlite3.connect(folder / "ledger.db") as db:
        db.execute(sql, values)


async def test_a_contact_whose_row_was_edited_is_not_paid(tmp_path: Path, devnet_node: Node) -> None:
    """The signer has a list of its own."""
    async with opened(tmp_path, devnet_node) as whole:
        await whole.say(f"add contact bob {BOB}")
        edit(tmp_path, "UPDATE contacts SET address = ?, ripe_at = 0", CAROL)
        before = whole.balance("USDC", CAROL)
        await whole.say("send 20 usdc to bob")
        reply = await whole.confirm()
        assert (status(reply), whole.balance("USDC", CAROL), whole.nonce()) == ("void", before, 0)
        assert "recipient" in reply.text or "contact" in reply.text


@pytest.mark.parametrize("column", ["body", "digest", "user", "intent_json"])
async def test_a_preview_whose_row_was_edited_is_not_carried_out(
    tmp_path: Path, devnet_node: Node, column: str
) -> None:
    async with opened(tmp_path, devnet_node) as whole:
        preview = await whole.say("deposit 100 usdc into aave core")
        assert preview.plan is not None
        row = await whole.row(preview)
        other = {
            "body": row.body.replace("100000000", "900000000"),
            "digest": "ab" * 32,
            "user": row.user,
            "intent_json": '{"action":"transfer","asset":"USDC","recipient":"mallory"}',
        }[column]
        edit(tmp_path, f"UPDATE plans SET {column} = ?", other)  # noqa: S608
        before = whole.balance("USDC")
        reply = await whole.confirm()
        if column in ("body", "digest"):
            assert (status(reply), rule(reply), whole.nonce()) == ("refused", "digest", 0)
        else:  # what isn't covered by the digest isn't read either: it is the deposit that was previewed
            assert (status(reply), before - whole.balance("USDC")) == ("settled", 100 * 10**6)


async def test_an_edited_question_completes_no_order(tmp_path: Path, devnet_node: Node) -> None:
    async with opened(tmp_path, devnet_node) as whole:
        assert status(await whole.say("deposit usdc into aave core")) == "asked"
        planted = {"question": {"text": "send usdc to bob", "missing": "amount", "answers": [], "asked": []}}
        edit(tmp_path, "UPDATE pending SET data_json = ?", json.dumps(planted))
        reply = await whole.say("100")
        assert reply.plan is None


async def test_nobody_completes_anothers_order_in_a_group(tmp_path: Path, devnet_node: Node) -> None:
    """A name that is an order, an order that is left open by one person and answered by another, in one channel."""
    async with people(tmp_path, devnet_node, owners=("discord:1", "discord:2")) as world:
        for who in ("1", "2"):
            await world.fund(await world.join(world.discord, who))
        service = world.instance.service
        first = await service.user("discord", "1", "send 100 usdc to bob")
        second = await service.user("discord", "2", "deposit 100 usdc")
        opened_by = await service.runtime.turn(Said(second, "discord:group", "deposit usdc into aave core"))
        assert status(opened_by) == "asked"
        for text in ("100", "yes", "hello", "do it", "all of it"):
            reply = await service.runtime.turn(Said(first, "discord:group", text))
            assert reply.plan is None, text
        answered = await service.runtime.turn(Said(second, "discord:group", "100"))
        assert status(answered) == "ready"
        assert status(await service.runtime.turn(Said(first, "discord:group", "yes"))) == "refused"
