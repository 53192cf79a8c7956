"""Liquidity positions in conversation, at the real position manager."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from agent.money import Amount
from devnet import Node
from tests.integration.range_parts import Ranges, providing

pytestmark = pytest.mark.integration


@pytest_asyncio.fixture
async def whole(devnet_node: Node, tmp_path: Path) -> AsyncIterator[Ranges]:
    async with providing(tmp_path / "home", devnet_node) as it:
        yield it


def held(text: str) -> int:
    """The cents that a portfolio says are held in all."""
    found = re.search(r"You hold \$([\d,.]+) in all", text)
    assert found is not None, text
    return int(found[1].replace(",", "").replace(".", ""))


async def test_the_portfolio_shows_positions_with_their_range_and_what_waits(whole: Ranges) -> None:
    before = held((await whole.say("portfolio")).text)
    centre = whole.tick() // 10 * 10
    whole.mint(centre - 1_000, centre + 1_000, 3_000)
    await whole.say("acknowledge")
    shown = await whole.say("portfolio")
    assert abs(held(shown.text) - before) < 1_000  # gas, but for which nothing is lost
    assert "Position 9: WETH/USDC 0.05 %, from 2,716.24 to 3,317.6 USDC a WETH, in range at 3,000." in shown.text
    assert "Nothing is at work" not in shown.text
    assert "wait" not in shown.text
    whole.trade(3_000_000, buys_weth=True)
    shown = await whole.say("portfolio")
    assert "Fees of" in shown.text
    assert "wait: say `collect the fees of position 9`" in shown.text
    assert shown.table is not None
    (row,) = (row for row in shown.table.rows if "position 9" in row[0])
    (position,) = (await whole.world.snapshot(whole.account)).positions
    usdc_first = whole.pair[0] == whole.token("USDC").address
    usdc, weth = (position.units0, position.units1) if usdc_first else (position.units1, position.units0)
    assert row[1] == f"{Amount(weth, whole.token('WETH'))} and {Amount(usdc, whole.token('USDC'))}"
    assert row[3] == "in range"
    whole.trade(12_000_000, buys_weth=True)
    shown = await whole.say("portfolio")
    assert "out of range at" in shown.text
    assert "where it earns nothing" in shown.text
