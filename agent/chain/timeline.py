"""Which block was when: guessed between blocks whose time is known, since a node is asked for blocks by number."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable


class Timeline:
    """`points` are (Unix seconds, block number) that are known, at least one; `blocks_in` says how many blocks the
    chain usually makes in so many seconds.
    """

    def __init__(self, points: Iterable[tuple[int, int]], blocks_in: Callable[[int], int]) -> None:
        self._points = sorted(set(points))
        self._blocks_in = blocks_in

    def add(self, at: int, block: int) -> None:
        if (at, block) not in self._points:
            insort(self._points, (at, block))

    def guess(self, at: int) -> int:
        """The number of the block at that time: on the line through the two known ones around it, or the two next
        to it. Exact where blocks come evenly; 0 or less where the chain had none.
        """
        if len(self._points) == 1:
            return self._beside(*self._points[0], at)
        right = min(max(bisect_left(self._points, (at, 0)), 1), len(self._points) - 1)
        (t0, n0), (t1, n1) = self._points[right - 1], self._points[right]
        if t1 <= t0:
            return self._beside(t0, n0, at)
        return n0 + (at - t0) * (n1 - n0) // (t1 - t0)

    def _beside(self, known: int, block: int, at: int) -> int:
        return block + (self._blocks_in(at - known) if at >= known else -self._blocks_in(known - at))
