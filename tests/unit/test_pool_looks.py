"""How pools were seen: once an hour, let go after 90 days, fees as differences that survive their wrap."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.money import Address
from agent.ranges import PoolGrowth, PoolSeen
from memory.ledger import Ledger

pytestmark = pytest.mark.unit

HOUR, DAY = 3_600, 86_400
ONE, OTHER = Address("0x" + "11" * 20), Address("0x" + "22" * 20)
WORD = 2**256


def pool(place: Address, tick: int, growth0: int, growth1: int) -> PoolGrowth:
    return PoolGrowth(place, place, place, 500, 10, 1, tick, 1, growth0 % WORD, growth1 % WORD)


async def test_looks_are_kept_by_the_hour_and_summed_up(tmp_path: Path) -> None:
    ledger = await Ledger.open(tmp_path, lambda: 0)
    try:
        start = 1_000 * DAY
        for hour, tick in enumerate((100, 103, 99)):
            near = WORD - 5 + 4 * hour  # goes over the end of its word
            await ledger.saw_pools(start + hour * HOUR, [pool(ONE, tick, near, 7 * hour), pool(OTHER, 5, 0, 0)])
            await ledger.saw_pools(start + hour * HOUR + 60, [pool(ONE, 10**5, 0, 0)])  # the same hour: not kept
        found = await ledger.pools_seen(start, start + DAY)
        assert found[ONE] == PoolSeen(3, 2 * HOUR, 3**2 + 4**2, 8, 14)
        assert found[OTHER] == PoolSeen(3, 2 * HOUR, 0, 0, 0)
        assert await ledger.pools_seen(start, start + 60) == {}  # one look says nothing
        await ledger.saw_pools(start + 90 * DAY + HOUR, [pool(OTHER, 5, 0, 0)])
        assert (await ledger.pools_seen(start, start + DAY))[ONE].looks == 2
        await ledger.saw_pools(start + 91 * DAY, [])
        assert ONE in await ledger.pools_seen(start, start + DAY)
    finally:
        await ledger.close()
