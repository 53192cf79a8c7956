"""Whatever stands in an answer is read or refused; what is taken keeps its bounds, and comes back from the disk."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from agent.money import RAY
from plugins.defillama.rows import MOST_PERCENT, MOST_USD, checked, rows_of, stored

ANY = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
NAMES = st.sampled_from(["aave-v3", "Base", "USDC", "USDC-WETH", "", "a b", "\x1b[2J", "x" * 50]) | ANY
NUMBERS = st.integers(-(10**20), 10**20) | st.floats() | ANY
ROWS = st.fixed_dictionaries(
    {"project": NAMES, "chain": NAMES, "symbol": NAMES},
    optional={"tvlUsd": NUMBERS, "apy": NUMBERS, "apyReward": NUMBERS, "apyBase": NUMBERS, "poolMeta": ANY},
)
TREES = st.recursive(ANY, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner))
GOOD: dict[str, Any] = {"project": "fluid", "chain": "Base", "symbol": "USDC", "tvlUsd": 5, "apy": 7.25}


@given(st.lists(ROWS | TREES, max_size=8))
def test_each_row_is_taken_or_counted_and_keeps_its_bounds(data: list[Any]) -> None:
    found = rows_of(json.dumps({"status": "success", "data": [*data, GOOD]}).encode())
    assert len(found.rows) + sum(found.dropped.values()) == len(data) + 1
    for row in found.rows:
        assert 0 <= row.reward.ray <= row.rate.ray <= MOST_PERCENT * RAY // 100
        assert 1 <= row.tvl_usd <= MOST_USD
        assert all(name.isascii() and name.isprintable() and name for name in (row.project, row.chain, row.symbol))
    assert found.rows[-1].rate.ray == 725 * RAY // 10_000
    kept = stored(json.loads(json.dumps([row.as_json() for row in found.rows])))
    assert kept.rows == found.rows
    assert kept.dropped == {}


@given(
    st.binary(max_size=200)
    | st.text(max_size=100).map(str.encode)
    | TREES.map(lambda tree: json.dumps(tree).encode())
)
def test_what_is_no_answer_is_a_value_error(body: bytes) -> None:
    try:
        rows_of(body)
    except ValueError:
        return
    assert isinstance(json.loads(body)["data"], list)


@given(st.decimals(0, MOST_PERCENT, places=9))
def test_a_rate_is_exact(percent: Decimal) -> None:
    (row,) = checked([GOOD | {"apy": percent, "tvlUsd": Decimal(5)}]).rows
    assert Decimal(row.rate.ray) * 100 == percent * RAY
