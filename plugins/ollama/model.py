"""One model of an Ollama server, asked for whole answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp

from moneta import ModelAnswer, ToolCall, Unavailable

MOST_BYTES = 2_000_000


class Ollama:
    """At most `seconds` for an answer; `most_tokens` is the longest one, None for the model's own."""

    def __init__(self, name: str, url: str, *, seconds: float, most_tokens: int | None) -> None:
        self._name = name
        self._url = url.rstrip("/").removesuffix("/v1") + "/api/chat"
        self._timeout = aiohttp.ClientTimeout(total=seconds)
        self._options = {} if most_tokens is None else {"num_predict": most_tokens}
        self._session: aiohttp.ClientSession | None = None

    async def ask(self, messages: Sequence[tuple[str, str]], tools: Sequence[Mapping[str, Any]]) -> ModelAnswer:
        """One answer. Raises Unavailable; what it says holds no URL and nothing of the conversation."""
        body = {
            "model": self._name,
            "messages": [{"role": role, "content": text} for role, text in messages],
            "tools": [dict(tool) for tool in tools],
            "stream": False,
            "options": self._options,
        }
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=self._timeout)
        try:
            async with self._session.post(self._url, json=body, allow_redirects=False) as response:
                if response.status != 200:
                    raise Unavailable("model", f"status {response.status}")
                if (response.content_length or 0) > MOST_BYTES:
                    raise Unavailable("model", "an answer that is too long")
                return answer(await response.json(content_type=None))
        except (TimeoutError, aiohttp.ClientError) as error:
            raise Unavailable("model", type(error).__name__) from error
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise Unavailable("model", "a body that is no answer") from error

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None


def answer(body: Any) -> ModelAnswer:
    """The answer in a body. Raises TypeError, KeyError, AttributeError where there is none."""
    message = body["message"]
    called = message.get("tool_calls") or []
    functions = [each["function"] for each in called]
    calls = tuple(ToolCall(str(each["name"]), _object(each.get("arguments"))) for each in functions)
    counted = _count(body.get("prompt_eval_count")), _count(body.get("eval_count"))
    return ModelAnswer(str(message.get("content") or ""), calls, *counted)


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and value >= 0 else None


def _object(value: Any) -> Mapping[str, Any] | None:
    return value if isinstance(value, dict) else None
