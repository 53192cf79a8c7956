"""What somebody else than the chain tells: rates at places that can't be entered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from agent.money import Rate


@dataclass(frozen=True, slots=True)
class Outside:
    """What a plug-in may know that asks somebody else than the chain. `now` in Unix seconds.

    `urls` are the services that the operator named, by plug-in: one that isn't there asks nobody. `folder` is where
    answers may be kept, None where nothing is written.
    """

    chain_id: int
    urls: Mapping[str, str]
    folder: Path | None
    now: int


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A place that can't be entered, as somebody else tells it: it is shown, and never ranked, bound or stored.

    `rate` is the whole yearly rate (compounded), `reward` the part of it paid in other tokens; `tvl_usd` whole
    dollars. `project` and `chain` are text from outside.
    """

    project: str
    chain: str
    rate: Rate
    reward: Rate
    tvl_usd: int


@dataclass(frozen=True, slots=True)
class Told:
    """What `source` told at `at` (Unix seconds): its places, the largest first, and how many rows weren't taken, by
    the reason. `trouble` says why there is nothing newer, '' where all is well.
    """

    source: str
    places: tuple[Elsewhere, ...]
    at: int
    dropped: Mapping[str, int]
    trouble: str = ""
