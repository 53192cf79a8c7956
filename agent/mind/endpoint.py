"""A language model behind any OpenAI-compatible endpoint, through langchain-openai, one whole answer at a time.

Tool calls are never streamed: a cut-off stream's half call would be repaired and taken for a whole one. LangChain is
imported with the first question, in a thread: it takes a second and 88 MB that plain commands never pay for.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from agent.mind.model import Answer, Call, ModelDown, Usage
from agent.mind.prompt import Messages

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage

SECONDS = 20.0
LONGEST_WAIT = 5.0
_LONGEST_TEXT = 10_000  # characters; what is shown is far shorter

logger = logging.getLogger(__name__)
Sleep = Callable[[float], Awaitable[None]]


class Endpoint:
    """One model of one endpoint. At most `seconds` for an answer; with `waits` one more try after a short 429, none
    else. `most_tokens` is the longest answer that is asked for; None leaves that to the endpoint.
    """

    def __init__(
        self,
        url: str,
        name: str,
        key: str,
        *,
        seconds: float = SECONDS,
        most_tokens: int | None = None,
        waits: bool = True,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._url = url
        self._name = name
        self._key = key
        self._seconds = seconds
        self._most_tokens = most_tokens
        self._waits = waits
        self._sleep = sleep
        self._chat: BaseChatModel | None = None
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
                    return answer_of(await self._invoke(chat, messages, tools))
        except TimeoutError as error:
            raise down("no answer in time", charged=True) from error
        except openai.APIStatusError as error:
            wait = _seconds(error.response.headers.get("retry-after"))
            raise down(f"status {error.status_code}", wait=wait) from error
        except (openai.OpenAIError, httpx.HTTPError) as error:
            unheard = httpx.ConnectError | httpx.ConnectTimeout | httpx.UnsupportedProtocol
            sent = not any(isinstance(each, unheard) for each in _causes(error))
            raise down(type(error).__name__, charged=sent) from error
        except json.JSONDecodeError as error:
            raise down("a body that is no JSON", charged=True) from error
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
            # JSON, but no completion
            raise down("a body that is no answer", charged=True) from error

    async def close(self) -> None:
        """Ends the connections."""
        if self._http is not None:
            await self._http.aclose()
        self._chat = self._http = None

    async def prepare(self) -> None:
        """Imports LangChain, which is nothing that the endpoint should be given less time for."""
        await self._ready()

    async def _ready(self) -> BaseChatModel:
        if self._chat is None:
            await asyncio.to_thread(__import__, "langchain_openai")
        if self._chat is None:  # nor did another message make it meanwhile
            from langchain_openai import ChatOpenAI
            from pydantic import SecretStr

            from agent.mind.bounded import client

            self._http = client(self._seconds)  # LangChain's own is shared between event loops
            self._chat = ChatOpenAI(
                model=self._name,
                base_url=self._url,
                api_key=SecretStr(self._key),
                http_async_client=self._http,
                timeout=self._seconds,
                max_retries=0,
                max_completion_tokens=self._most_tokens,
                disable_streaming=True,
                use_responses_api=False,
            )
        return self._chat

    async def _invoke(self, chat: BaseChatModel, messages: Messages, tools: Sequence[Mapping[str, Any]]) -> AIMessage:
        import openai

        bound = chat.bind_tools([dict(tool) for tool in tools]) if tools else chat
        try:
            return await bound.ainvoke(list(messages))
        except openai.RateLimitError as error:
            wait = _seconds(error.response.headers.get("retry-after"))
            if wait is None or wait > LONGEST_WAIT or not self._waits:
                raise
            await self._sleep(wait)
            return await bound.ainvoke(list(messages))


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The exception and what led to it: LangChain and the client each wrap what is below."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def down(reason: str, *, charged: bool = False, wait: float | None = None) -> ModelDown:
    """The exception, which is logged as well."""
    logger.warning("the language model doesn't answer: %s", reason)
    return ModelDown(reason, charged=charged, wait=wait)


def answer_of(message: AIMessage) -> Answer:
    """A LangChain message as an answer."""
    calls = [Call(str(call["name"]), _object(call["args"])) for call in message.tool_calls]
    broken = [Call(str(call["name"]), None) for call in message.invalid_tool_calls]
    return Answer(str(message.text)[:_LONGEST_TEXT], (*calls, *broken), _usage(message))


def _usage(message: AIMessage) -> Usage | None:
    told = message.usage_metadata
    if not told:
        return None
    prompt, answer = told["input_tokens"], told["output_tokens"]
    return Usage(prompt, answer) if min(prompt, answer) >= 0 and prompt + answer else None


def _seconds(retry_after: str | None) -> float | None:
    """What the endpoint says in seconds, None where it says nothing that can be read."""
    try:
        seconds = float(retry_after or "")
    except ValueError:
        return None
    return seconds if 0 <= seconds < 1e6 else None


def _object(value: Any) -> Mapping[str, Any] | None:
    return value if isinstance(value, dict) else None
