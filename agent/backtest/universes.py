"""Which venues stand against each other: one asset over venues, several stablecoins, one asset over networks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from agent.backtest.arrays import HOUR, Flags, Floats, Ints
from agent.backtest.bend import bend
from agent.backtest.gas import BRIDGE, ENTER, LEAVE, ON_ROLLUP, SWAP, Gas, gas
from agent.backtest.grid import track
from agent.backtest.prices import Prices
from agent.backtest.records import Notes, Record
from agent.backtest.sane import STABLES, believed
from agent.backtest.world import Crossing, Spot, World, first_hour

ONE, SEVERAL, NETWORKS = "one-asset", "stables", "networks"

SWAP_PART = 0.0004
"""What a swap between stablecoins costs: 0.04 %, the fee of Curve's 3pool; slippage is below it there."""

BRIDGE_PART, BRIDGE_HOURS = 0.0006, 2
"""What crossing to another network costs and takes: about what fast bridges charge. Stated, not recorded."""

SAVINGS = ("savings", "sdai", "susds", "dsr", "tbill")

OVER_NETWORKS = ("USDC", "USDT", "DAI", "WETH")
FEWEST_NETWORKS = 3


@dataclass(frozen=True, slots=True)
class Folders:
    """Where prices and gas are; None where there are none."""

    prices: Path | None
    gas: Path | None


@dataclass(frozen=True, slots=True)
class Cast:
    """The records of a universe, by venue, before they become a world."""

    kind: str
    name: str
    records: tuple[Record, ...]


def casts(records: Sequence[Record], assets: Sequence[str], notes: Notes) -> list[Cast]:
    """All universes that these records make. `assets`: only those, all where none is named."""
    with_amounts = [each for each in records if np.isfinite(each.supplied).any()]
    without = [each for each in records if not np.isfinite(each.supplied).any()]
    wanted = {each.upper() for each in assets}
    found = [
        *_one_asset(with_amounts, wanted, notes),
        *_stables(with_amounts, wanted),
        *_networks(without, wanted or set(OVER_NETWORKS), NETWORKS),
        *_networks(with_amounts, wanted, "networks-with-amounts"),
    ]
    others = sorted({each.asset for each in without if each.asset.upper() not in (wanted or set(OVER_NETWORKS))})
    if without and others and not wanted:
        notes.assets[f"{NETWORKS} of {len(others)} other assets"] = "--asset SYMBOL takes one of them in"
    return found


def _one_asset(records: Sequence[Record], wanted: set[str], notes: Notes) -> Iterator[Cast]:
    places = sorted({(each.asset, each.network) for each in records})
    alone: list[Cast] = []
    some = False
    for asset, network in places:
        if wanted and asset.upper() not in wanted:
            continue
        own = tuple(each for each in records if (each.asset, each.network) == (asset, network))
        cast = Cast(ONE, f"{ONE}/{asset}" if network == "ethereum" else f"{ONE}/{asset}@{network}", own)
        if len({each.venue for each in own}) > 1:
            some = True
            yield cast
        else:
            alone.append(cast)
    if not some:
        yield from alone
        return
    for cast in alone:
        notes.assets[cast.name] = "one venue alone: there is nothing to choose"


def _stables(records: Sequence[Record], wanted: set[str]) -> Iterator[Cast]:
    own = tuple(each for each in records if each.asset in STABLES and each.network == "ethereum")
    if len({each.asset for each in own}) > 1 and (not wanted or wanted >= {each.asset for each in own}):
        yield Cast(SEVERAL, SEVERAL, own)


def _networks(records: Sequence[Record], wanted: set[str], name: str) -> Iterator[Cast]:
    least = FEWEST_NETWORKS if name == NETWORKS else 2
    for asset in sorted({each.asset for each in records}):
        own = tuple(each for each in records if each.asset == asset)
        if (not wanted or asset.upper() in wanted) and len({each.network for each in own}) >= least:
            yield Cast(NETWORKS, f"{name}/{asset}", own)


def world(cast: Cast, folders: Folders, notes: Notes) -> World | None:
    """The world of a universe; None, with a note, where no hour has two venues (one, where there is but one)."""
    prices = Prices(folders.prices, notes)
    hours = _hours(cast.records)
    if len(hours) < 2:
        notes.assets[cast.name] = "less than two hours of it are told"
        return None
    costs = gas(folders.gas, hours, notes)
    venues = sorted({each.venue for each in cast.records})
    sources = [_sources(cast.records, venue, prices, costs, hours, notes) for venue in venues]
    tracks = [track(each, hours) for each in sources]
    ok = np.stack([each.ok for each in tracks])
    start = first_hour(ok, min(2, len(venues)))
    if start is None:
        notes.assets[cast.name] = "at no hour could two of its venues be entered"
        return None
    ends = np.flatnonzero(ok.any(axis=0))
    cut = slice(start, int(ends[-1]) + 1)

    def rows(name: str, default: float) -> Floats:
        return np.stack([np.nan_to_num(getattr(each, name), nan=default) for each in tracks])[:, cut]

    pools = sorted({_pool(each[0][0]) for each in sources})
    spots = tuple(_spot(each[0][0], pools) for each in sources)
    bends = [bend(each.usage, each.borrow, each.ok) for each in tracks]
    amounts = np.array([each.amounts for each in spots])[:, None]
    rollup = np.array([each.network != "ethereum" for each in spots])
    price, quoted, unit = _worth(cast, pools, prices, costs, hours)
    return World(
        name=cast.name,
        hours=hours[cut],
        spots=spots,
        pools=tuple(pools),
        supplied=np.where(amounts, rows("supplied", 0.0), np.inf),
        borrowed=np.where(amounts, rows("borrowed", 0.0), 0.0),
        usage=rows("usage", np.nan),
        lend=rows("lend", 0.0),
        borrow=rows("borrow", np.nan),
        pays=rows("pays", 0.0),
        ok=ok[:, cut],
        locked=np.stack([each.locked for each in tracks])[:, cut],
        base=np.stack([each.base for each in bends])[:, cut],
        slope=np.stack([each.slope for each in bends])[:, cut],
        kink=np.stack([each.kink for each in bends])[:, cut],
        steep=np.stack([each.steep for each in bends])[:, cut],
        price=price[:, cut],
        quoted=quoted[:, cut],
        unit=unit[cut],
        gas=costs.unit[cut],
        gas_seen=costs.seen[cut],
        enter_gas=np.where(rollup, 0, ENTER).astype(np.int64),
        leave_gas=np.where(rollup, 0, LEAVE).astype(np.int64),
        flat=np.where(rollup, ON_ROLLUP, 0.0),
        crossings=_crossings(pools),
    )


def _hours(records: Sequence[Record]) -> Ints:
    first = min(int(each.at[0]) for each in records)
    last = max(int(each.at[-1]) for each in records)
    return np.arange(-(-first // HOUR) * HOUR, -(-last // HOUR) * HOUR + 1, HOUR, dtype=np.int64)


def _sources(
    records: Sequence[Record], venue: str, prices: Prices, costs: Gas, hours: Ints, notes: Notes
) -> list[tuple[Record, Flags]]:
    """The files that tell of a venue, the finest first, amounts in tokens."""
    of_venue = sorted((each for each in records if each.venue == venue), key=lambda each: (each.every, each.file))
    found = []
    for each in of_venue:
        dollars = _dollars(each, prices, costs, hours)
        in_tokens = _in_tokens(each, dollars)
        found.append((in_tokens, believed(in_tokens, dollars, notes)))
    return found


def _dollars(record: Record, prices: Prices, costs: Gas, hours: Ints) -> Floats:
    """What a token was worth at each row."""
    if record.asset in STABLES:
        return prices.quoted(record.asset, record.at)
    if record.asset == "WETH":
        places = np.clip(np.searchsorted(hours, record.at, side="right") - 1, 0, len(hours) - 1)
        return costs.ether[places]
    return np.where(np.isfinite(record.dollars), record.dollars, 1.0)


def _in_tokens(record: Record, dollars: Floats) -> Record:
    """Files of daily rows tell of ether in dollars; its own tokens are meant."""
    if record.asset != "WETH" or record.every == HOUR:
        return record
    fields = {name: getattr(record, name) for name in Record.__slots__}
    return Record(**{**fields, "supplied": record.supplied / dollars, "borrowed": record.borrowed / dollars})


def _pool(record: Record) -> str:
    return f"{record.asset}@{record.network}"


def _spot(record: Record, pools: Sequence[str]) -> Spot:
    return Spot(
        venue=record.venue,
        protocol=record.protocol,
        asset=record.asset,
        network=record.network,
        pool=pools.index(_pool(record)),
        amounts=bool(np.isfinite(record.supplied).any()),
        savings=record.protocol.startswith(SAVINGS),
    )


def _worth(
    cast: Cast, pools: Sequence[str], prices: Prices, costs: Gas, hours: Ints
) -> tuple[Floats, Floats, Floats]:
    """Units of account of each pool's token, the same as quoted, and dollars of a unit of account."""
    alike = np.ones((len(pools), len(hours)))
    if cast.kind == SEVERAL:
        tokens = [pool.split("@")[0] for pool in pools]
        worth = np.stack([prices.worth(token, hours) for token in tokens])
        return worth, np.stack([prices.quoted(token, hours) for token in tokens]), alike[0]
    ether = pools[0].split("@")[0] == "WETH"
    return alike, alike, costs.ether if ether else alike[0]


def _crossings(pools: Sequence[str]) -> tuple[tuple[Crossing, ...], ...]:
    return tuple(tuple(_crossing(source, target) for target in pools) for source in pools)


def _crossing(source: str, target: str) -> Crossing:
    if source == target:
        return Crossing()
    (token, network), (other, far) = source.split("@"), target.split("@")
    if network == far:
        return Crossing(SWAP_PART, SWAP if network == "ethereum" else 0, 0.0 if network == "ethereum" else ON_ROLLUP)
    part = BRIDGE_PART + (SWAP_PART if token != other else 0.0)
    return Crossing(part, BRIDGE if "ethereum" in (network, far) else 0, ON_ROLLUP, BRIDGE_HOURS)
