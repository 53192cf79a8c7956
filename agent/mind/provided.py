"""A language model of any provider that LangChain's `init_chat_model` knows and whose package is installed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from agent.mind.endpoint import SECONDS, answer_of, down
from agent.mind.model import Answer
from agent.mind.prompt import Messages

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

UNINSTALLED = "its provider's package isn't installed"


class Provided:
    """One model of one provider. At most `seconds` for an answer and one request for it; its client tries none again.

    `url` is another base URL than the provider's own, None for its own.
    """

    def __init__(
        self,
        provider: str,
        name: str,
        key: str | None,
        *,
        url: str | None = None,
        seconds: float = SECONDS,
        most_tokens: int | None = None,
    ) -> None:
        self._provider = provider
        self._name = name
        self._key = key
        self._url = url
        self._seconds = seconds
        self._most_tokens = most_tokens
        self._chat: BaseChatModel | None = None

    async def ask(self, messages: Messages, tools: Sequence[Mapping[str, Any]]) -> Answer:
        """One answer. Raises ModelDown."""
        chat = await self._ready()
        from langsmith import tracing_context

        try:
            async with asyncio.timeout(self._seconds):
                with tracing_context(enabled=False):
                    bound = chat.bind_tools([dict(tool) for tool in tools]) if tools else chat
                    return answer_of(await bound.ainvoke(list(messages)))
        except TimeoutError as error:
            raise down("no answer in time", charged=True) from error
        except Exception as error:  # each provider has exceptions of its own
            status = getattr(error, "status_code", None)
            if isinstance(status, int):
                raise down(f"status {status}") from error
            raise down(type(error).__name__, charged=True) from error

    async def close(self) -> None:
        """Its client belongs to LangChain, which ends it with the process."""
        self._chat = None

    async def prepare(self) -> None:
        """Imports the provider's package. Raises ModelDown."""
        await self._ready()

    async def _ready(self) -> BaseChatModel:
        if self._chat is None:
            try:
                self._chat = await asyncio.to_thread(self._made)
            except ImportError as error:
                raise down(UNINSTALLED) from error
            except Exception as error:  # what a provider says of its settings may repeat them
                raise down(f"it can't be set up: {type(error).__name__}") from error
        return self._chat

    def _made(self) -> BaseChatModel:
        from langchain.chat_models import init_chat_model

        said: dict[str, Any] = {"api_key": self._key, "base_url": self._url, "max_tokens": self._most_tokens}
        made: BaseChatModel = init_chat_model(
            self._name,
            model_provider=self._provider,
            timeout=self._seconds,
            max_retries=0,
            disable_streaming=True,
            **{name: value for name, value in said.items() if value is not None},
        )
        return made
