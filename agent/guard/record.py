"""A recorded run as it comes: what the user said, what the agent called. What others wrote is read and never used."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


class Unreadable(ValueError):
    """A line that is no recorded run; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Call:
    """One tool call. Numbers are Decimal or int as written, never a float."""

    function: str
    args: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Run:
    """`prompt` is the user's own turn, `earlier` the user's own turns before it, `done` what was done for the same
    user before, the oldest first. Memory, injected text and tool results are in none of them: they bind nothing.
    """

    id: Any
    prompt: str
    calls: tuple[Call, ...]
    earlier: tuple[str, ...] = ()
    done: tuple[Call, ...] = ()


def load(line: str) -> dict[str, Any]:
    """A line's object. Raises Unreadable."""
    try:
        data = json.loads(line, parse_float=Decimal, parse_constant=_no_number)
    except (json.JSONDecodeError, RecursionError, ValueError) as error:
        raise Unreadable(f"it is no JSON: {error}") from error
    if not isinstance(data, dict):
        raise Unreadable("it is no JSON object")
    return data


def run_of(data: Mapping[str, Any], number: int) -> Run:
    """The run in a line's object; without an `id` it goes by its `file`, or the line's number. Raises Unreadable."""
    prompt = data.get("user_prompt")
    if not isinstance(prompt, str):
        raise Unreadable("user_prompt is missing, or no text")
    calls = data.get("tool_calls")
    if not isinstance(calls, list):
        raise Unreadable("tool_calls is missing, or no list")
    earlier, done = _history(data.get("history"))
    name = data.get("id", data.get("file", number))
    return Run(name, prompt, tuple(map(_call, calls)), earlier, done)


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no number")


def _call(data: Any) -> Call:
    if not isinstance(data, dict) or not isinstance(data.get("function"), str):
        raise Unreadable("a tool call has no function")
    args = data.get("args", {})
    return Call(data["function"], args if isinstance(args, dict) else {"args": args})


def _history(data: Any) -> tuple[tuple[str, ...], tuple[Call, ...]]:
    """The user's own earlier turns, and what was done: `{"role": "user", "text"}` or plain text, and calls.

    Whatever else stands there (an agent's, a tool's, a summary's words; a call that another user's name is on) is
    left out.
    """
    if data is None:
        return (), ()
    if not isinstance(data, Sequence) or isinstance(data, str):
        raise Unreadable("history is no list")
    earlier: list[str] = []
    done: list[Call] = []
    for item in data:
        if isinstance(item, str):
            earlier.append(item)
        elif not isinstance(item, dict):
            raise Unreadable("history holds something that is neither a turn nor a call")
        elif item.get("role") == "user" and isinstance(text := item.get("text", item.get("content")), str):
            earlier.append(text)
        elif isinstance(item.get("function"), str) and item.get("role") in (None, "user"):
            done.append(_call(item))
    return tuple(earlier), tuple(done)
