"""What a language model is to Moneta: something that answers messages, with tools to call, or says that it can't."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from agent.errors import Refused
from agent.mind.prompt import Messages

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Call:
    """One tool call; `arguments` is None where they are no JSON object."""

    name: str
    arguments: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the endpoint counted them."""

    prompt_tokens: int
    answer_tokens: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model answered: text, calls, or both. `usage` is None where the endpoint doesn't say."""

    text: str
    calls: tuple[Call, ...] = ()
    usage: Usage | None = None


class ModelDown(Exception):
    """The model gave no answer. The message holds no URL, no key and nothing of the conversation.

    `charged`: the request may be charged all the same. `wait`: the seconds that the endpoint wants to be left alone.
    """

    def __init__(self, reason: str, *, charged: bool = False, wait: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.charged = charged
        self.wait = wait


class Model(Protocol):
    """Anything that answers messages, with tools to call."""

    async def ask(self, messages: Messages, tools: Sequence[Mapping[str, Any]]) -> Answer:
        """One answer. Raises ModelDown."""
        ...

    async def close(self) -> None: ...


@runtime_checkable
class Prepares(Protocol):
    """A model that needs something once before it can be asked, such as an import that takes seconds."""

    async def prepare(self) -> None:
        """Returns once it can be asked. Raises ModelDown."""
        ...


def key_from(path: Path | None, setting: str = "MONETA_MODEL_KEY_FILE") -> str:
    """The key in a file; local endpoints want none. Raises Refused("model")."""
    if path is None:
        return "none"
    try:
        key = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Refused("model", f"The file of {setting} can't be read.", "Check its path.") from error
    if not key or not key.isascii() or not key.isprintable():
        raise Refused("model", f"The file of {setting} holds no key.", "Write the key alone into it.")
    return key
