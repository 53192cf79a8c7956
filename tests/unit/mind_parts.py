"""A model that says what a test wants, and the whole way of its answer: the mind, then the gate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agent.character import Character
from agent.errors import NeedsAnswer, Refused
from agent.gate.binding.bind import bind
from agent.intents import Understood, as_json
from agent.mind.context import Context
from agent.mind.mind import Mind, Spoken
from agent.mind.model import Answer, Call, ModelDown
from agent.mind.prompt import Messages
from tests.unit.spoken import NOW, VOCABULARY

ADA = Character("Ada", bio=("A tester.",))


class Scripted:
    """Gives its answers in turn, the last one for ever. `asked` keeps what it was asked with."""

    def __init__(self, *answers: Answer | ModelDown) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[Messages, Sequence[Mapping[str, Any]]]] = []

    async def ask(self, messages: Messages, tools: Sequence[Mapping[str, Any]]) -> Answer:
        self.asked.append((messages, tools))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, ModelDown):
            raise answer
        return answer

    async def close(self) -> None: ...


def call(tool: str, /, **arguments: Any) -> Answer:
    return Answer("", (Call(tool, arguments),))


async def understand(text: str, model: Scripted, context: Context | None = None, facts: str = "") -> Any:
    async def computed() -> str:
        return facts

    mind = Mind(ADA, model)
    return await mind.understand(text, context or Context(now=NOW), VOCABULARY, computed)


def bound(found: Understood | Spoken, *said: str) -> dict[str, Any] | None:
    """The intent as JSON if it binds to the user's words, else None."""
    if not isinstance(found, Understood) or found.intent is None:
        return None
    try:
        bind(found.intent, found.origins, said, VOCABULARY)
    except (Refused, NeedsAnswer):
        return None
    return as_json(found.intent)
