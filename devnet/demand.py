"""How much is borrowed as months go by: a seeded random process, drawn without looking at anybody's position.

Each market's borrowers lean to a utilisation. How far that is from the market's middle is the sum of a slow swing
that all stablecoins share, a faster one of the market's own, and sudden demands that fade within days. The figures
are fitted by hand to two years of hourly data of Aave v3's USDC, USDT and DAI on Ethereum, to January 2026 (the
dataset MSCA-DN-Digital-Finance/stablecoin-onchain-data): a standard deviation of 730 to 950 basis points of
utilisation; an autocorrelation of 0.95 after a day, 0.8 after a week, 0.4 to 0.5 after a month; 0.65 to 0.8 between
the levels of two stablecoins; about six sudden changes a month; the median 600 to 800 basis points below the kink,
one hour in twenty 50 to 150 above it.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable
from statistics import NormalDist
from typing import Final

from devnet.borrowers import FAIR, USUAL
from devnet.lending import State

DAY = 86_400
SHARED, SHARED_DAYS = 650.0, 90.0  # basis points of utilisation, and the time in which a deviation falls to 1/e
OWN, OWN_DAYS = 400.0, 10.0
SUDDEN, SUDDEN_DAYS = 300.0, 1.44  # half of it is gone after a day
SUDDEN_EVERY_DAYS = 5.0
KINK: Final = {  # basis points of utilisation: where the market's curve turns steep, or which it steers to
    "aave-v3:core:USDC": 9_000,
    "aave-v3:core:DAI": 9_000,
    "aave-v3:core:WETH": 8_000,
    "aave-v3:prime:USDC": 9_200,
    "aave-v3:prime:DAI": 9_000,
    "aave-v3:prime:WETH": 8_000,
    "morpho-blue:WETH-86:USDC": 9_000,
    "morpho-blue:WETH-77:USDC": 9_000,
    "venus:core:USDC": 8_000,
    "venus:core:DAI": 8_000,
    "venus:core:WETH": 8_000,
}
BELOW = 700  # the middle of a market whose curve stands still is so far below its kink, or lower
UPWARD = 6  # tenths of a swing upwards: towards the kink borrowing gets dearer
ABOVE = 150  # where it is so dear that borrowers repay at once
SENSITIVITY = 3_000  # basis points that borrowers of a curve which adapts give up where it stands at twice the fair
LEAST = 1_000
_BELL = NormalDist()


def leaning(venue: str, state: State, away: int) -> int:
    """The utilisation, in basis points, that the venue's borrowers lean to; `away` is how far from its middle."""
    kink = KINK[venue]
    middle = min(USUAL[venue], kink - BELOW)
    if state.height is not None:
        dearer = (state.height - FAIR[venue]) * SENSITIVITY // FAIR[venue]
        middle = kink - max(min(dearer, SENSITIVITY), -SENSITIVITY)
    return max(min(middle + (away if away < 0 else away * UPWARD // 10), kink + ABOVE), LEAST)


class Demand:
    """The process of each venue, by its own dice: which venues are asked for, and in which order, changes none."""

    def __init__(self, seed: int, venues: Iterable[str]) -> None:
        kinds = {venue: "WETH" if venue.endswith(":WETH") else "stable" for venue in venues}
        self._kinds = kinds
        self._shared = {kind: _Swing(f"{seed}:{kind}", SHARED, SHARED_DAYS) for kind in set(kinds.values())}
        self._own = {venue: _Swing(f"{seed}:{venue}", OWN, OWN_DAYS) for venue in kinds}
        self._sudden = {venue: _Sudden(f"{seed}:{venue}:sudden") for venue in kinds}

    def after(self, seconds: int) -> dict[str, int]:
        """Lets time pass; basis points of utilisation away from the middle, by venue."""
        days = seconds / DAY
        shared = {kind: swing.after(days) for kind, swing in self._shared.items()}
        return {
            venue: round(shared[kind] + self._own[venue].after(days) + self._sudden[venue].after(days))
            for venue, kind in self._kinds.items()
        }


class _Swing:
    """An Ornstein-Uhlenbeck process around zero, exact for any span; it begins where it may be at any time."""

    def __init__(self, seed: str, deviation: float, days: float) -> None:
        self._dice = random.Random(seed)  # noqa: S311
        self._deviation, self._days = deviation, days
        self._value = deviation * _normal(self._dice)

    def after(self, days: float) -> float:
        kept = math.exp(-days / self._days)
        self._value = self._value * kept + self._deviation * math.sqrt(1 - kept**2) * _normal(self._dice)
        return self._value


class _Sudden:
    """Demands that come at once, at random times, and fade."""

    def __init__(self, seed: str) -> None:
        self._dice = random.Random(seed)  # noqa: S311
        self._value = 0.0

    def after(self, days: float) -> float:
        comes, size = self._dice.random(), SUDDEN * _normal(self._dice)  # both drawn each time: steps stay in step
        self._value *= math.exp(-days / SUDDEN_DAYS)
        if comes < 1 - math.exp(-days / SUDDEN_EVERY_DAYS):
            self._value += size
        return self._value


def _normal(dice: random.Random) -> float:
    """A standard normal number; of what `random` draws, only its uniform numbers are the same in every Python."""
    return _BELL.inv_cdf(max(dice.random(), 1e-12))
