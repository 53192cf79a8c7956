"""Talk with a model in a whole instance: what it is told is of one moment; the chain is not looked at each time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from agent.mind.model import Answer, Call, ModelDown
from agent.mind.prompt import Messages
from agent.runtime.facts import KEPT_SECONDS
from devnet import Node
from tests.integration import runtime_parts
from tests.integration.runtime_parts import AAVE, Whole, deposit, status
from tests.servers.faulty_node import FaultyNode

pytestmark = pytest.mark.integration

LINES = ("somebody painted the gate green", "pigeons slept upon the roof", "the violin sings")


@dataclass
class Talkative:
    """Says what it is told to, or nothing at all; `told` are the system messages that came."""

    told: list[str] = field(default_factory=list)
    down: bool = False

    async def ask(self, messages: Messages, tools: Sequence[Mapping[str, Any]]) -> Answer:
        if self.down:
            raise ModelDown("as the test wants it")
        self.told.append(messages[0][1])
        return Answer("", (Call("say", {"text": "How nice."}),))

    async def close(self) -> None:
        return


def talking(whole: Whole) -> Talkative:
    model = Talkative()
    whole.world.mind = replace(whole.world.mind, model=model)
    return model


async def test_it_is_told_of_one_moment_until_something_moves(
    tmp_path: Path, devnet_node: Node, proxy: FaultyNode
) -> None:
    async with runtime_parts.opened(tmp_path, devnet_node, proxy.url) as whole:
        model, now, asked = talking(whole), 0.0, 0
        whole.instance.service.runtime.facts.clock = lambda: now
        for line in LINES:
            asked = len(proxy.arrived)
            assert (await whole.say(line)).text == "How nice."
        assert len(proxy.arrived) == asked  # by the last of them nothing was looked up any more
        assert len(set(model.told)) == 1
        await whole.do(deposit("1000", venue=AAVE))
        await whole.say("somebody painted the gate red")
        assert "9,999,000" in model.told[-1]
        asked, now = len(proxy.arrived), KEPT_SECONDS
        await whole.say("pigeons slept upon the tower")
        assert len(proxy.arrived) > asked  # all of it is looked at anew


async def test_what_waits_comes_before_talk(tmp_path: Path, devnet_node: Node) -> None:
    async with runtime_parts.opened(tmp_path, devnet_node) as whole:
        model = talking(whole)
        assert status(await whole.say("deposit usdc into aave core")) == "asked"
        assert status(await whole.say("100")) == "ready"  # the answer to what was asked
        assert (await whole.say(LINES[0])).text == "How nice."
        assert status(await whole.say("yes")) == "refused"  # the preview wasn't the last turn any more
        model.down = True
        assert "language model doesn't answer" in (await whole.say(LINES[1])).text
