"""Interactions that are being taken in: nothing is said to one before Discord knows that it was heard."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field

LONGEST_SECONDS = 3.0  # after that Discord lets nobody acknowledge it any more


@dataclass
class Acknowledging:
    """A turn that only looks can be over before its interaction is acknowledged, which takes a request of its own."""

    _open: dict[int, asyncio.Event] = field(default_factory=dict)

    @contextlib.contextmanager
    def under_way(self, interaction: int) -> Iterator[None]:
        """From before it is taken in until it is acknowledged, or won't be."""
        over = self._open[interaction] = asyncio.Event()
        try:
            yield
        finally:
            del self._open[interaction]
            over.set()

    async def over(self, interaction: int | None) -> None:
        """Returns at once for an interaction that isn't being taken in."""
        waiting = self._open.get(interaction) if interaction is not None else None
        if waiting is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(waiting.wait(), LONGEST_SECONDS)
