"""The smallest deposit with which Moneta beats doing nothing, and holding one venue, after gas: per chain."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from agent.backtest.arrays import DAY
from agent.backtest.baselines import HoldBest
from agent.backtest.records import Notes, Record
from agent.backtest.simulate import simulate
from agent.backtest.universes import ONE, Cast, Folders, world
from agent.backtest.view import Strategy
from agent.backtest.world import World

DAYS = 180
"""The last of the record, counted."""

LARGEST = 20_000_000
NEAR = 1.1
"""The answer is within a tenth."""

ASSETS = ("USDC", "USDT", "DAI", "WETH")


@dataclass(frozen=True, slots=True)
class Smallest:
    """`usd`: whole dollars, None where no deposit up to 20 million does. `than`: `wallet` or `hold_best`."""

    chain: str
    asset: str
    than: str
    usd: int | None
    days: int

    def as_json(self) -> dict[str, object]:
        return {
            "event": "smallest",
            "chain": self.chain,
            "asset": self.asset,
            "than": self.than,
            "usd": self.usd,
            "days": self.days,
        }

    def as_text(self) -> str:
        than = "leaving it in the wallet" if self.than == "wallet" else "holding the venue that was best at the start"
        where = f"{self.asset} on {self.chain}, {self.days} days"
        if self.usd is None:
            return f"{where}: Moneta beats {than} with no deposit up to ${LARGEST:,}"
        return f"{where}: Moneta beats {than} from about ${self.usd:,} on, after gas"


def smallest(
    records: Sequence[Record], folders: Folders, moneta: Callable[[], Strategy], notes: Notes
) -> Iterator[Smallest]:
    """Two answers a chain, of the first of the usual assets that it has; one where it has a single venue."""
    for chain in sorted({each.network for each in records}):
        found = _record(records, chain)
        if found is None:
            continue
        asset, own = found
        of = world(Cast(ONE, f"smallest/{asset}@{chain}", own), folders, notes)
        if of is None or len(of.hours) < 2 * DAY:
            continue
        last = len(of.hours) - 1
        first = max(last - DAYS * DAY, 0)
        days = (last - first) // DAY
        yield Smallest(chain, asset, "wallet", _least(of, moneta, None, first, last), days)
        if len(of.spots) > 1:
            yield Smallest(chain, asset, "hold_best", _least(of, moneta, HoldBest, first, last), days)


def _record(records: Sequence[Record], chain: str) -> tuple[str, tuple[Record, ...]] | None:
    """The asset, and the finest of what is told of it there."""
    for asset in ASSETS:
        own = [each for each in records if each.network == chain and each.asset == asset]
        if own:
            finest = {each.venue: min(e.every for e in own if e.venue == each.venue) for each in own}
            return asset, tuple(each for each in own if each.every == finest[each.venue])
    return None


def _least(
    of: World, moneta: Callable[[], Strategy], other: Callable[[], Strategy] | None, first: int, last: int
) -> int | None:
    """By halving the ratio: a larger deposit pays the same gas from more income."""

    def beats(size: float) -> bool:
        own = simulate(of, moneta(), size, first, last).equity
        held = 1.0 if other is None else _growth(simulate(of, other(), size, first, last).equity.tolist())
        return _growth(own.tolist()) > held

    low, high = 1.0, float(LARGEST)
    if not beats(high):
        high = _coarse(beats)
        if high < 1:
            return None
    while high / low > NEAR:
        middle = (low * high) ** 0.5
        low, high = (low, middle) if beats(middle) else (middle, high)
    return int(high)


def _coarse(beats: Callable[[float], bool]) -> float:
    """The largest that does of some sizes, 0 where none does: beyond it one's own deposit dilutes what it gains."""
    return next((size for size in (1e6, 1e5, 1e4) if beats(size)), 0.0)


def _growth(equity: list[float]) -> float:
    return equity[-1] / equity[0]
