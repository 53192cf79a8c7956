"""How often something is looked at that is come by more often."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Rhythm:
    """At most once in so many `seconds`; a clock that was set back doesn't hold it up."""

    seconds: int
    _looked_at: int = field(default=0)

    def is_due(self, now: int) -> bool:
        """Whether it is time; then the next one is that much later."""
        if abs(now - self._looked_at) < self.seconds:
            return False
        self._looked_at = now
        return True
