"""The adapters and jobs of one run: when all of them are there, and what the end of one means for the others."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agent.chat.adapter import Adapter
from agent.commands.output import complain
from agent.errors import Refused


@dataclass
class Running:
    """`adapters` and `jobs` are under way until `stop` is set."""

    adapters: Mapping[asyncio.Task[None], Adapter]
    jobs: Sequence[asyncio.Task[None]]
    stop: asyncio.Event
    stopping: asyncio.Task[Any]

    @classmethod
    def of(
        cls, adapters: Sequence[Adapter], jobs: Sequence[Coroutine[Any, Any, None]], stop: asyncio.Event
    ) -> Running:
        """Starts them all."""
        return cls(
            {asyncio.create_task(adapter.run(stop)): adapter for adapter in adapters},
            [asyncio.create_task(job) for job in jobs],
            stop,
            asyncio.create_task(stop.wait()),
        )

    async def connect(self) -> bool:
        """True once every adapter is connected; False where something ended before that."""
        connecting = asyncio.gather(*(adapter.connected.wait() for adapter in self.adapters.values()))
        try:
            await asyncio.wait([connecting, *self._all()], return_when=asyncio.FIRST_COMPLETED)
            return connecting.done() and not any(task.done() for task in self._all())
        finally:
            connecting.cancel()
            await asyncio.gather(connecting, return_exceptions=True)

    async def serve(self) -> None:
        """Returns once there is nothing left to serve. An adapter that its platform refuses ends no other."""
        told: set[asyncio.Task[None]] = set()
        while True:
            going_on = [task for task in self._all() if task not in told]
            await asyncio.wait(going_on, return_when=asyncio.FIRST_COMPLETED)
            over = {task for task in self.adapters if task.done()}
            if len(over) == len(self.adapters) or any(task.done() for task in (self.stopping, *self.jobs)):
                return
            for task in over - told:
                error = task.exception()
                if not isinstance(error, Refused):
                    return
                complain(f"{self.adapters[task].platform} is over, the rest goes on: {error}")
            told |= over

    async def end(self) -> list[BaseException]:
        """Waits until all of them have left; what they raised."""
        self.stopping.cancel()
        ends = await asyncio.gather(*self.adapters, *self.jobs, return_exceptions=True)
        return [end for end in ends if isinstance(end, BaseException) and not isinstance(end, asyncio.CancelledError)]

    def _all(self) -> list[asyncio.Task[Any]]:
        return [self.stopping, *self.adapters, *self.jobs]


def raise_first(ends: Sequence[BaseException]) -> None:
    """Raises the first of them; tells the other refusals, each of which somebody has to act on."""
    for end in ends[1:]:
        complain(str(end))
    if ends:
        raise ends[0]
