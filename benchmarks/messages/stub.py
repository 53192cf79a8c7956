"""A model that answers at once, in this process: what is measured is all that stands around one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agent.mind.model import Answer, Call
from agent.mind.prompt import Messages

SAID = "That is a fine thing to talk about. Tell me when your money should do something."


@dataclass
class Instant:
    """Answers with the tool that talks. `calls` and `letters` are what came to it."""

    calls: int = 0
    letters: int = 0

    async def ask(self, messages: Messages, tools: Sequence[Mapping[str, Any]]) -> Answer:
        self.calls += 1
        self.letters += sum(len(text) for _, text in messages)
        return Answer("", (Call("say", {"text": SAID}),))

    async def close(self) -> None:
        return
