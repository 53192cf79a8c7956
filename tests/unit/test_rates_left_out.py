"""What 'best yield?' names as not offered: what concerns the asked token, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from agent.runtime.market import Market
from agent.runtime.rates import left_out
from tests.unit.gate_parts import registry, snapshot
from tests.unit.policy_parts import DAI, USDC

pytestmark = pytest.mark.unit

WHY = "it lies"


def told(missing: dict[str, str], seen: dict[str, str] | None = None) -> set[str]:
    sections: dict[str, dict[str, Any]] = {"aave-v3": {}, "uniswap-v3": {}, "erc4626": {}}
    own = replace(registry(), protocols=sections, tokens={"USDC": USDC, "DAI": DAI})
    unused = cast("Any", None)
    market = Market(own, unused, {}, missing, unused, lambda: 0, traders={"uniswap-v3": unused})
    return set(left_out(market, snapshot(missing=seen or {}), USDC))


@pytest.mark.parametrize("key", ["aave-v3:core:USDC", "aave-v3:core", "aave-v3", "erc4626:some-vault", "USDC"])
def test_what_the_token_could_be_put_into(key: str) -> None:
    assert told({key: WHY}) == {key}
    assert told({}, {key: WHY}) == {key}


@pytest.mark.parametrize(
    "key", ["aave-v3:core:DAI", "DAI", "the price of DAI", "uniswap-v3", "uniswap-v3:0xab", "elsewhere:x", ""]
)
def test_what_it_has_nothing_to_do_with(key: str) -> None:
    assert told({key: WHY}, {key: WHY}) == set()
