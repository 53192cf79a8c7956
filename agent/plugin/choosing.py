"""What a choice between venues is made of and ends in: a ranking, or the legs of a move. All integers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from agent.money import Rate


@dataclass(frozen=True, slots=True)
class Option:
    """A venue weighed for a deposit. `why_not` is '' where it may be entered; `reasons` are short phrases.

    `rate` is now, `after` with one's own deposit in it; `income` is base units a year at `after`.
    """

    venue: str
    rate: Rate
    after: Rate
    income: int
    reasons: tuple[str, ...]
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a mandate allows for one asset. `cap` and `most` (of all legs together): base units, None without one.

    `min_gain` and `gas` are USD with 8 decimals: what a move must gain beyond its costs, and what the gas of a leg
    costs; `price` is that of a whole token of the asset, which has so many `decimals`. `seconds` is the horizon that
    a gain is counted over. `venues` None: all that are listed. `exits`: whether a signal may have a position leave at
    once, whatever that gains. `caps`: of venues with a cap of their own, in the place of `cap`.
    """

    venues: frozenset[str] | None
    cap: int | None
    most: int | None
    min_gain: int
    gas: int
    price: int
    seconds: int
    decimals: int = field(kw_only=True)
    exits: bool = field(default=False, kw_only=True)
    caps: Mapping[str, int] = field(default_factory=dict, kw_only=True)


@dataclass(frozen=True, slots=True)
class Shift:
    """One leg of a move, weighed. `source` '' is money that isn't at work yet, `target` '' the wallet.

    `whole`: the source is left without dust. `before` is the source's rate now, `after` the target's, with the leg in
    it, as it is expected on average over `seconds`. `gain` is base units in that time, of all positions in the asset
    together; `gain_usd` the same in USD with 8 decimals, costs not taken off. `cost_usd` is gas and fees, `back_usd`
    those of the way back, `doubt_usd` what expectations may err by. `signal`: why a leg is for safety.
    """

    source: str
    target: str
    units: int
    whole: bool
    before: Rate
    after: Rate
    gain: int
    gain_usd: int
    cost_usd: int = 0
    back_usd: int = 0
    doubt_usd: int = 0
    seconds: int = 0
    why_not: str = ""
    signal: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """What would change an answer: `subject` going above (or below) `value`, all else as it was.

    "rate": what the venue's rate is expected to be on average over `seconds`, a year in ray; "cost": gas and fees of
    the move, and of the way back where that counts, USD with 8 decimals.
    """

    subject: str
    venue: str
    above: bool
    value: int
    seconds: int = 0


@dataclass(frozen=True, slots=True)
class Placement:
    """What to do with the money of one asset: all of `shifts`, or nothing and `why_not`.

    `weighed` has each single leg from each position to each other venue, the best first. The sums in USD are those of
    all shifts together, or of what came nearest, over `seconds`. `turns`: what would change the answer.
    """

    shifts: tuple[Shift, ...]
    weighed: tuple[Shift, ...]
    why_not: str = ""
    gain_usd: int = 0
    cost_usd: int = 0
    back_usd: int = 0
    doubt_usd: int = 0
    seconds: int = 0
    turns: tuple[Turn, ...] = ()
