"""The clock of the instance: the chain's, which is moved on, and otherwise runs as every clock does."""

from __future__ import annotations

import time


class ChainClock:
    """Unix seconds of the chain. A node's time goes on from its last block with the seconds of this machine."""

    def __init__(self, at: int) -> None:
        self.set(at)

    def __call__(self) -> int:
        return self._at + int(time.monotonic() - self._set)

    def set(self, at: int) -> None:
        """The chain is of that second now."""
        self._at, self._set = at, time.monotonic()
