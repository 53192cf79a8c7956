"""One's own size moves the rate: another venue for each size, and each the best by what it really pays out.

Every venue takes the same deposit, five minutes pass without a borrower, all of it is taken out again: what came back
is the contracts' own word on the rate that the deposit earned, without a formula of ours.
"""

from __future__ import annotations

import re

import pytest

from tests.e2e.program import Program

SIZES = (1_000, 100_000, 5_000_000)
SECONDS, YEAR = 300, 31_536_000
BLOCK_SECONDS = 12  # Venus counts blocks, the others count seconds


@pytest.fixture(scope="module")
def chosen(demo: Program) -> dict[int, tuple[str, float]]:
    """For each size the venue that was proposed and the rate that it was to pay, a fraction a year."""
    found = {}
    for size in SIZES:
        answer = demo.say(f"put {size:,} USDC to work")
        said = re.search(r"USDC into (\S+)\. For .* pays the most: (\d+\.\d+) %", answer["reply"])
        assert said, answer["reply"]
        found[size] = (said[1], float(said[2]) / 100)
    demo.say("/cancel")
    return found


def test_another_venue_for_each_size(chosen: dict[int, tuple[str, float]]) -> None:
    assert len({venue for venue, _ in chosen.values()}) == len(SIZES)


@pytest.mark.parametrize("size", SIZES)
def test_it_is_really_the_best(demo: Program, chosen: dict[int, tuple[str, float]], size: int) -> None:
    venues = [venue["id"] for venue in demo.ready["venues"] if venue["id"].endswith("USDC")]
    paid = {venue: rate for venue in venues if (rate := _paid(demo, venue, size)) is not None}
    venue, told = chosen[size]
    assert len(paid) >= 2
    assert max(paid, key=lambda each: paid[each]) == venue
    assert paid[venue] == pytest.approx(told, rel=0.01)


def _paid(demo: Program, venue: str, size: int) -> float | None:
    """The rate that the deposit earned, a fraction a year; None where the venue has no room for it."""
    preview = demo.say(f"deposit {size} usdc into {venue}")
    if preview["verdict"]["status"] != "ready":
        assert preview["verdict"]["rule"], preview["reply"]
        return None
    before, entered = demo.units("USDC"), _settled(demo)
    for block in range(1, SECONDS // BLOCK_SECONDS):
        demo.chain.call("evm_setNextBlockTimestamp", entered + block * BLOCK_SECONDS)
        demo.chain.call("evm_mine")
    assert demo.say(f"withdraw all my usdc from {venue}")["verdict"]["status"] == "ready"
    demo.chain.call("evm_setNextBlockTimestamp", entered + SECONDS)
    assert _settled(demo) == entered + SECONDS
    return (demo.units("USDC") - before) / (size * 10**6) / SECONDS * YEAR


def _settled(demo: Program) -> int:
    """Confirms; the time of the last transaction's block."""
    done = demo.say("/confirm")
    assert done["verdict"]["status"] == "settled", done["reply"]
    return int(demo.chain.call("eth_getBlockByNumber", hex(done["txs"][-1]["block"]), False)["timestamp"], 16)
