"""A circuit breaker for one model: after repeated faults it isn't asked for a while, then by one message alone."""

from __future__ import annotations

from collections.abc import Callable

FAULTS = 3
"""In a row, until it opens."""
SECONDS = 30.0
LONGEST = 600.0

Clock = Callable[[], float]
"""Seconds that never go back."""


class Breaker:
    """Closed, open until a moment, or half-open: the wait is over and one message tries."""

    def __init__(self, clock: Clock, faults: int = FAULTS, seconds: float = SECONDS) -> None:
        self._clock = clock
        self._most = faults
        self._first = self._next = seconds
        self._faults = 0
        self._until: float | None = None
        self._trying = False

    @property
    def state(self) -> str:
        """'closed', 'open' or 'half-open'."""
        if self._until is None:
            return "closed"
        return "open" if self._clock() < self._until else "half-open"

    def take(self) -> bool:
        """Whether the model may be asked now. Half-open it is taken by one, until `worked`, `failed` or `spare`."""
        if self._until is None:
            return True
        if self._trying or self._clock() < self._until:
            return False
        self._trying = True
        return True

    def spare(self) -> None:
        """It wasn't asked after all, or nobody waited for the answer."""
        self._trying = False

    def worked(self) -> None:
        """An answer came: closed."""
        self._faults, self._until, self._trying, self._next = 0, None, False, self._first

    def failed(self, wait: float | None = None) -> None:
        """A fault. `wait`: the seconds that the endpoint asked for, which it gets at once, at most LONGEST."""
        self._faults += 1
        probed, self._trying = self._trying, False
        if probed or (self._until is None and self._faults >= self._most):
            self._open(self._next)
            self._next = min(self._next * 2, LONGEST)
        if wait:
            self._open(min(wait, LONGEST))

    def _open(self, seconds: float) -> None:
        until = self._clock() + seconds
        self._until = until if self._until is None else max(until, self._until)
