"""A language model behind any OpenAI-compatible endpoint, through langchain-openai, one whole answer at a time.

Tool calls are never streamed: a cut-off stream's half call would be repaired and taken for a whole one. LangChain is
imported with the first question, in a thread: it takes a second and 88 MB that plain commands never pay for.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from agent.errors import Refused
from agent.mind.prompt import Messages

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage
    from langchain_openai import ChatOpenAI

SECONDS = 20.0
LONGEST_WAIT = 5.0
_LONGEST_TEXT = 10_000  # characters; what is shown is far shorter

logger = logging.getLogger(__name__)
Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Call:
    """One tool call; `arguments` is None where they are no JSON object."""

    name: str
    arguments: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model answered: text, calls, or both."""

    text: str
    calls: tuple[Call, ...] = ()


class ModelDown(Exception):
    """The model gave no answer. The message holds no URL, no key and nothing of the conversation."""


class Model(Protocol):
    """Anything that answers messages, with tools to call."""

    async def ask(self, messages: Messages, tools: Sequence[Mapping[str, Any]]) -> Answer:
        """One answer. Raises ModelDown."""
        ...

    async def close(self) -> None: ...


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


class Endpoint:
    """One model of one endpoint. At most `seconds` for an answer, one more try after a short 429, none else."""

    def __init__(
        self, url: str, name: str, key: str, *, seconds: float = SECONDS, sleep: Sleep = asyncio.sleep
    ) -> None:
        self._url = url
        self._name = name
        self._key = key
        self._seconds = seconds
        self._sleep = sleep
        self._chat: ChatOpenAI | None = None
        self._http: Any = None

    async def ask(self, messages: Messages, tools: Sequence[Mapping[str, Any]]) -> Answer:
        """One answer. Raises ModelDown."""
        chat = await self._ready()
        import httpx
        import openai
        from langsmith import tracing_context

        try:
            async with asyncio.timeout(self._seconds):
                with tracing_context(enabled=False):  # words go to this endpoint and nowhere else
                    return _answer(await self._invoke(chat, messages, tools))
        except TimeoutError as error:
            raise _down("no answer in time") from error
        except openai.APIStatusError as error:
            raise _down(f"status {error.status_code}") from error
        except (openai.OpenAIError, httpx.HTTPError) as error:
            raise _down(type(error).__name__) from error
        except json.JSONDecodeError as error:
            raise _down("a body that is no JSON") from error
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
            # JSON, but no completion
            raise _down("a body that is no answer") from error

    async def close(self) -> None:
        """Ends the connections."""
        if self._http is not None:
            await self._http.aclose()
        self._chat = self._http = None

    async def _ready(self) -> ChatOpenAI:
        if self._chat is None:
            await asyncio.to_thread(__import__, "langchain_openai")
            import httpx
            from langchain_openai import ChatOpenAI
            from pydantic import SecretStr

            self._http = httpx.AsyncClient(timeout=self._seconds)  # LangChain's own is shared between event loops
            self._chat = ChatOpenAI(
                model=self._name,
                base_url=self._url,
                api_key=SecretStr(self._key),
                http_async_client=self._http,
                timeout=self._seconds,
                max_retries=0,
                disable_streaming=True,
                use_responses_api=False,
            )
        return self._chat

    async def _invoke(self, chat: ChatOpenAI, messages: Messages, tools: Sequence[Mapping[str, Any]]) -> AIMessage:
        import openai

        bound = chat.bind_tools([dict(tool) for tool in tools])
        try:
            return await bound.ainvoke(list(messages))
        except openai.RateLimitError as error:
            wait = _wait(error.response.headers.get("retry-after"))
            if wait is None:
                raise
            await self._sleep(wait)
            return await bound.ainvoke(list(messages))


def _down(reason: str) -> ModelDown:
    logger.warning("the language model doesn't answer: %s", reason)
    return ModelDown(reason)


def _wait(retry_after: str | None) -> float | None:
    """The seconds to wait, None where the endpoint says none, or too many."""
    try:
        seconds = float(retry_after or "")
    except ValueError:
        return None
    return seconds if 0 <= seconds <= LONGEST_WAIT else None


def _answer(message: AIMessage) -> Answer:
    calls = [Call(str(call["name"]), _object(call["args"])) for call in message.tool_calls]
    broken = [Call(str(call["name"]), None) for call in message.invalid_tool_calls]
    return Answer(str(message.text)[:_LONGEST_TEXT], (*calls, *broken))


def _object(value: Any) -> Mapping[str, Any] | None:
    return value if isinstance(value, dict) else None
