"""What the service answered, as rows that may be shown: checked one by one, and counted where they weren't taken.

GET /pools answers {"status": "success", "data": [{"pool", "chain", "project", "symbol", "tvlUsd", "apy", "apyBase",
"apyReward", …}]}: apy in percent a year, compounded; tvlUsd of a lending market is what isn't lent out
(DefiLlama/yield-server, src/types/Pool.d.ts). All of it is text and figures from outside.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, DecimalException
from typing import Any

from moneta import RAY, Rate

MOST_PERCENT = 1_000
"""A year's rate above this is a fault, or a bait, and nobody's income."""
MOST_USD = 10**13
"""More than this in one pool is a fault: it is more than all stablecoins there are."""
MOST_ROWS = 100_000
_PROJECT = re.compile(r"[a-z0-9][a-z0-9.-]{0,39}", re.ASCII)
_CHAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 .-]{0,29}", re.ASCII)
_SYMBOL = re.compile(r"[A-Za-z0-9.+_]{1,16}", re.ASCII)
_KEPT = frozenset({"chain", "project", "symbol", "tvlUsd", "apy", "apyBase", "apyReward", "status", "data"})


@dataclass(frozen=True, slots=True)
class Row:
    """One pool of one token. `rate` is the whole yearly rate as told, `reward` the part paid in other tokens."""

    project: str
    chain: str
    symbol: str
    rate: Rate
    reward: Rate
    tvl_usd: int

    def as_json(self) -> list[str]:
        return [self.project, self.chain, self.symbol, str(self.rate.ray), str(self.reward.ray), str(self.tvl_usd)]


@dataclass(frozen=True, slots=True)
class Rows:
    """`dropped` counts what wasn't taken, by the reason."""

    rows: tuple[Row, ...]
    dropped: Mapping[str, int]


def rows_of(body: bytes) -> Rows:
    """The rows of an answer. Raises ValueError where it isn't one at all."""
    try:
        answer = json.loads(
            body, parse_float=_number, parse_int=_number, parse_constant=lambda _: None, object_pairs_hook=_kept
        )
    except RecursionError:
        raise ValueError("it nests too deeply") from None
    data = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(data, list):
        raise ValueError("it has no list of pools")
    return checked(data)


def checked(data: Iterable[Any]) -> Rows:
    """The rows among `data`."""
    rows: list[Row] = []
    dropped: Counter[str] = Counter()
    for each in data:
        row = _row(each)
        if isinstance(row, str):
            dropped[row] += 1
        elif len(rows) == MOST_ROWS:
            dropped["too many"] += 1
        else:
            rows.append(row)
    return Rows(tuple(rows), dict(dropped))


def _row(data: Any) -> Row | str:
    """The row, or why it isn't one."""
    if not isinstance(data, dict):
        return "malformed"
    names = [data.get(key) for key in ("project", "chain", "symbol")]
    project, chain, symbol = (each if isinstance(each, str) else "" for each in names)
    if _PROJECT.fullmatch(project) is None or _CHAIN.fullmatch(chain) is None:
        return "malformed"
    if _SYMBOL.fullmatch(symbol) is None:
        return "of several tokens" if re.fullmatch(r"[^\s-]+(-[^\s-]+)+", symbol) else "malformed"
    percent, tvl = data.get("apy"), data.get("tvlUsd")
    if not isinstance(tvl, Decimal) or not 1 <= tvl <= MOST_USD:
        return "nothing in it"
    if not isinstance(percent, Decimal) or percent < 0:
        return "no rate"
    if percent > MOST_PERCENT:
        return f"over {MOST_PERCENT:,} %"
    reward = data.get("apyReward")
    paid = reward if isinstance(reward, Decimal) and 0 < reward <= percent else Decimal(0)
    return Row(project, chain, symbol, _rate(percent), _rate(paid), int(tvl))


def _rate(percent: Decimal) -> Rate:
    return Rate(int(percent * RAY) // 100)


def _number(text: str) -> Decimal | None:
    """Exact; None for what is no finite number of a sane length."""
    try:
        number = Decimal(text) if len(text) <= 64 else None
    except DecimalException:
        return None
    return number if number is not None and number.is_finite() else None


def _kept(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object without what isn't used: the whole answer is 20,000 objects of 30 keys."""
    return {key: value for key, value in pairs if key in _KEPT}


def stored(data: Any) -> Rows:
    """What `Row.as_json` wrote, held against the same bounds: a file can be changed. Raises ValueError, TypeError."""
    found = []
    for project, chain, symbol, rate, reward, tvl in data:
        percent, paid = (Decimal(int(each)) * 100 / RAY for each in (rate, reward))
        names = {"project": project, "chain": chain, "symbol": symbol}
        found.append(names | {"apy": percent, "apyReward": paid, "tvlUsd": Decimal(int(tvl))})
    return checked(found)
