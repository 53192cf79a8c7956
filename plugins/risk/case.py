"""What the rules look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from moneta import Effect, Signal, Token, Venue, VenueState
from plugins.risk.seen import Seen
from plugins.risk.words import amount


@dataclass(frozen=True, slots=True)
class Case:
    """One venue now and before. `units`: base units that one has there or would have, `own` what one has."""

    venue: Venue
    state: VenueState
    seen: Seen
    units: int

    @property
    def asset(self) -> Token:
        return self.venue.asset

    @property
    def own(self) -> int:
        return self.state.position

    @property
    def largest(self) -> int:
        """What one's own comes to, with what is to come to it."""
        return max(self.units, self.own)

    @property
    def liquidity(self) -> int:
        return self.state.liquidity

    def signal(
        self, name: str, effect: Effect, words: str, numbers: Mapping[str, int], most: int | None = None
    ) -> Signal:
        return Signal(self.venue.id, name, effect, words, dict(numbers), most)

    def could_leave(self) -> str:
        """'1.2 million USDC could leave now, you have 3 million USDC there'."""
        words = f"{amount(max(self.liquidity, 0), self.asset)} could leave now"
        return f"{words}, you have {amount(self.own, self.asset)} there" if self.own > 0 else words
