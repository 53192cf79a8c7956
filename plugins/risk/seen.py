"""A venue as the last thirty days saw it, in columns, with what it is now as the last row."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from moneta import PARTS, RAY, UNKNOWN, Past, Token, VenueState

HOUR, DAY = 3_600, 86_400
WINDOW = 30 * DAY
MICRO = 10**6
MOST_ROWS = 800
"""Of a long window what is spread over it is looked at in so many rows: more don't change a quantile that matters."""
MOST = 2**62
SLACK = HOUR
STEPS_BACK = 8

Column = NDArray[np.int64]


class Then(NamedTuple):
    """A value as it was `seconds` before now."""

    value: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Seen:
    """Columns as in `Past`, the oldest first, the last row is now; `UNKNOWN` where nothing is known.

    `first`: when the venue was seen first of all, `born` how much was supplied then, in millionths of a token;
    `looked`: when its price was looked for last, 0 where it never was.
    """

    now: int
    at: Column
    rate: Column
    usage: Column
    supplied: Column
    liquidity: Column
    share: Column
    price: Column
    first: int
    born: int
    looked: int

    def then(self, column: Column, seconds: int) -> Then | None:
        """What a column said `seconds` ago or a little before; None where nobody looked about then."""
        place = int(np.searchsorted(self.at, self.now - seconds, side="right")) - 1
        for row in range(place, max(place - STEPS_BACK, -1), -1):
            ago = self.now - int(self.at[row])
            if ago > 2 * seconds + SLACK:
                return None
            if column[row] >= 0:
                return Then(int(column[row]), ago)
        return None

    def known(self, column: Column, seconds: int) -> Column:
        """The known values of a column since `seconds` ago without that of now, at most MOST_ROWS of them."""
        start = int(np.searchsorted(self.at, self.now - seconds, side="left"))
        rows = column[start:-1]
        rows = rows[rows >= 0]
        return rows[:: len(rows) // MOST_ROWS + 1]


def look(state: VenueState, past: Past, asset: Token, now: int) -> Seen:
    """What of `past` is of the last thirty days, and what `state` says at `now`, in Unix seconds."""
    whole = len(past.at)
    stop = bisect_left(past.at, now, 0, whole)  # a row of this very block says what the state says
    start = bisect_right(past.at, now - WINDOW, 0, stop)
    supplied, liquidity = supplied_of(state), micro(state.liquidity, asset)
    held = UNKNOWN if supplied is None else micro(supplied, asset)
    again = stop < whole and past.at[stop] == now

    def column(rows: Sequence[int], last: int) -> Column:
        return np.append(np.asarray(rows[start:stop], dtype=np.int64), min(max(last, UNKNOWN), MOST))

    def only_seen(rows: Sequence[int]) -> Column:
        return column(rows, rows[stop] if again else UNKNOWN)

    return Seen(
        now=now,
        at=column(past.at, now),
        rate=column(past.rate, max(state.rate.ray, 0) * PARTS // RAY),
        usage=column(past.usage, UNKNOWN if supplied is None else usage_of(state, supplied)),
        supplied=column(past.supplied, held),
        liquidity=column(past.liquidity, UNKNOWN if supplied is None else liquidity),
        share=only_seen(past.share),
        price=only_seen(past.price),
        first=int(past.at[0]) if stop else now,
        born=int(past.supplied[0]) if stop else UNKNOWN,
        looked=now if again else int(past.at[stop - 1]) if stop else 0,
    )


def supplied_of(state: VenueState) -> int | None:
    """Base units in the whole market; None where it isn't told, and then nothing is known of what could leave it."""
    supplied = state.facts.get("supplied")
    return supplied if supplied else None


def usage_of(state: VenueState, supplied: int) -> int:
    """What is lent out, in PARTS, at most all of it: by what is owed or by what is gone, whichever is more."""
    gone = supplied - state.liquidity
    return min(max(state.facts.get("borrowed", 0), gone, 0), supplied) * PARTS // supplied


def micro(units: int, asset: Token) -> int:
    """Millionths of a token."""
    scale: int = 10**asset.decimals
    return units * MICRO // scale


def units_of(millionths: int, asset: Token) -> int:
    """Base units of so many millionths of a token."""
    scale: int = 10**asset.decimals
    return millionths * scale // MICRO
