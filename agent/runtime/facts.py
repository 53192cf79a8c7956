"""What a model may know of the moment: the rates and the user's own portfolio, computed by code, as lines of text."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from agent.runtime.extending import Extending
from agent.tongues.figures import figures
from memory.rows import User

KEPT_SECONDS = 12.0
"""A block of Ethereum's: a person who chats is told of the same moment meanwhile, and the chain is looked at once."""
MOST_KEPT = 1_000


@dataclass(frozen=True, slots=True)
class _Told:
    """Lines and the moment that they are of."""

    lines: str
    until: float
    moves: int


@dataclass(slots=True)
class Facts:
    """The lines for each person. They are for talk alone: nothing is bound to them, previews look for themselves.

    `clock` gives seconds of any beginning.
    """

    extending: Extending
    clock: Callable[[], float] = time.monotonic
    _kept: dict[str, _Told] = field(default_factory=dict)

    async def of(self, user: User) -> str:
        """The lines, their figures as the person writes them; what can't be computed now is left out. Talk is no
        reason to fail.
        """
        kept, moves = self._kept.get(user.id), self.extending.viewing.world.manager.moves
        if kept is not None and kept.moves == moves and self.clock() < kept.until:
            return figures(kept.lines, user.speaks)
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        lines, whole = await self.extending.facts(user)
        if whole:
            self._kept[user.id] = _Told(lines, self.clock() + KEPT_SECONDS, moves)
        return figures(lines, user.speaks)

    def forget(self) -> None:
        """The chain has moved on: all is looked at anew."""
        self._kept.clear()
