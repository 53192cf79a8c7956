"""The mean price: a pair of v2 remembers none, so there is nothing to hold a feed against, and that stops nothing."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import pytest

from agent.chain.snapshot import Snapshot
from agent.gate.trades.mean_price import THIN_USD, check_mean, mean_gap_bps
from agent.routes import PairState, PoolState
from plugins.uniswap.ticks import sqrt_ratio_at
from tests.unit.gate_parts import registry, snapshot
from tests.unit.policy_parts import DAI, DAI_AT, USDC, USDC_AT, place

pytestmark = pytest.mark.unit

REGISTRY = replace(registry(), tokens=MappingProxyType({"USDC": USDC, "DAI": DAI}))
PRICES = {"USDC": 10**8, "DAI": 10**8}
PAIR = PairState(place("c1"), DAI_AT, USDC_AT, 10**7 * 10**18, 10**7 * 10**6)
PAR = -276_325
"""The tick at which 10**18 base units of the one are 10**6 of the other."""


def seen(*pools: PairState | PoolState) -> Snapshot:
    return replace(snapshot(), prices=PRICES, traders={"uniswap-v3": pools})


def ticked(mean: int | None, deep: int = 10**24) -> PoolState:
    root = sqrt_ratio_at(PAR)
    liquidity = deep * root >> 96
    return PoolState(place("c2"), DAI_AT, USDC_AT, 100, 1, root, PAR, liquidity, (), -887_272, 887_272, mean)


def test_a_pair_alone_has_no_mean() -> None:
    assert mean_gap_bps(REGISTRY, seen(PAIR), DAI) is None
    check_mean(REGISTRY, seen(PAIR), DAI)


def test_beside_a_pair_the_pool_that_remembers_counts() -> None:
    bent = ticked(sqrt_ratio_at(PAR + 1_000))
    gap = mean_gap_bps(REGISTRY, seen(PAIR, bent), DAI)
    assert gap is not None
    assert 1_000 < gap < 1_100
    assert mean_gap_bps(REGISTRY, seen(PAIR, ticked(None)), DAI) is None
    assert mean_gap_bps(REGISTRY, seen(ticked(bent.mean_sqrt_price, THIN_USD * 10**18 // 2)), DAI) is None
