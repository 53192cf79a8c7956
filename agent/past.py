"""What venues were like before, what their rates are expected to do, and what speaks against one. All integers."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from agent.money import Rate

PARTS = 10**12
"""What fractions in a `Past` are counted in: 5 % is 50,000,000,000."""

UNKNOWN = -1

_NONE = Rate(0)


SOON = 7 * 86_400
"""Seconds in which a move has to earn its way there and back, where it isn't meant to stay: docs/rebalance.md."""


@dataclass(frozen=True, slots=True)
class Past:
    """How a venue was seen, as columns of one length, the oldest first; `UNKNOWN` where it couldn't be read.

    `at`: Unix seconds. `rate`: the supply rate a year, `usage`: utilisation, `share`: what a share of a vault is
    worth in the asset; all three in `PARTS`. `supplied`, `liquidity`: millionths of a token, of the whole market.
    `price`: of the asset, USD with 8 decimals. Any sequence of 64-bit integers serves (an array, a view of one).
    """

    at: Sequence[int]
    rate: Sequence[int]
    usage: Sequence[int]
    supplied: Sequence[int]
    liquidity: Sequence[int]
    share: Sequence[int]
    price: Sequence[int]

    def digest(self) -> str:
        """SHA-256 over the columns, their numbers as 8 little-endian bytes each: what a decision was made from."""
        columns = (self.at, self.rate, self.usage, self.supplied, self.liquidity, self.share, self.price)
        packed = (struct.pack(f"<{len(column)}q", *column) for column in columns)
        return hashlib.sha256(b"".join(packed)).hexdigest()


NO_PAST = Past((), (), (), (), (), (), ())
"""Of a venue that was never seen."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """The mean of a venue's supply rate over a horizon as one may expect it, and its standard deviation, in ray.

    `seen`: the observations behind it, over `span` seconds; 0 where there are none and `mean` is the rate of now.
    `now` is the rate that it was made at, `soon` the mean of the first SOON seconds.
    """

    mean: Rate
    sigma: int
    seen: int
    span: int
    now: Rate = _NONE
    soon: Rate = _NONE


class Effect(StrEnum):
    """What a signal does, each what stands above it as well: told; a lower cap; no entries; out, where a mandate
    allows it.
    """

    ALERT = "alert"
    LESS = "less"
    CLOSED = "closed"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True)
class Signal:
    """What speaks against a venue, never without its reason.

    `name` is the rule's (`utilisation`, `peg`); `words` say it with its numbers, `numbers` hold them as integers
    whose unit is in their key. `most`: with `LESS`, base units that one's own position may be.
    """

    venue: str
    name: str
    effect: Effect
    words: str
    numbers: Mapping[str, int] = field(default_factory=dict)
    most: int | None = None
