"""A language model of a plug-in: `provider = "mine"` in the settings of a model asks the plug-in that has `mine`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from agent.plugin.talking import Setup


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One call of a tool; `arguments` is None where they are no JSON object."""

    name: str
    arguments: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """What a model answered, whole: never stream tool calls. Tokens as the provider counted them, None unknown."""

    text: str
    calls: tuple[ToolCall, ...] = ()
    tokens_in: int | None = None
    tokens_out: int | None = None


class LanguageModel(Protocol):
    """Messages are (role, text) with the roles system, user and assistant; tools are OpenAI's JSON shape."""

    async def ask(self, messages: Sequence[tuple[str, str]], tools: Sequence[Mapping[str, Any]]) -> ModelAnswer:
        """One answer. Raises Unavailable where there is none."""
        ...

    async def close(self) -> None:
        """Lets go of its connections."""
        ...


@dataclass(frozen=True, slots=True)
class Provider:
    """`name` is the `provider` of a model's settings; `make` gives the model of a name.

    `options` of its setup are the plug-in's own, and of the model's settings url, key_file, seconds and max_tokens.
    """

    name: str
    make: Callable[[str, Setup], LanguageModel]
