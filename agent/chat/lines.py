"""Lines of a conversation as another program gives them, or a person at the terminal. Imports next to nothing."""

from __future__ import annotations

import asyncio
import os
import select
import sys
from collections.abc import AsyncIterator, Callable
from typing import Protocol

PLATFORM, CHANNEL, OWNER = "terminal", "terminal", "owner"
_PIECE = 2**16


class Lines(Protocol):
    """Where lines come from: a terminal's prompt or a pipe. None is the end."""

    async def __call__(self, prompt: str) -> str | None: ...


class Pipe:
    """Lines of a descriptor in UTF-8, read as they come; says beforehand whether the next one would be waited for."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._bytes = bytearray()
        self._over = False

    def has_line(self) -> bool:
        """Whether `readline` has something to give now, the end included. Never waits."""
        while not self._is_ready() and select.select([self._descriptor], [], [], 0)[0]:
            self._read()
        return self._is_ready()

    def readline(self) -> str:
        """The next line with its end, '' after the last. Waits for it."""
        while not self._is_ready():
            self._read()
        end = self._bytes.find(b"\n") + 1 or len(self._bytes)
        line = bytes(self._bytes[:end])
        del self._bytes[:end]
        return line.decode("utf-8", "replace")

    def _is_ready(self) -> bool:
        return self._over or b"\n" in self._bytes

    def _read(self) -> None:
        piece = os.read(self._descriptor, _PIECE)
        self._bytes += piece
        self._over = not piece


def piped_lines(stream: Callable[[], str] = sys.stdin.readline) -> Lines:
    """Lines from a pipe; reading waits in a thread of its own."""

    async def line(prompt: str) -> str | None:
        return said(await asyncio.to_thread(stream))

    return line


def said(line: str) -> str | None:
    """A line without its end; None for the end of them all."""
    return line.removesuffix("\n").removesuffix("\r") if line else None


async def every(lines: Lines, prompt: str = "") -> AsyncIterator[str]:
    """All lines to the end."""
    while (line := await lines(prompt)) is not None:
        yield line
