"""One's own size moves the rate: another place for each size, and each the best by what it really pays out.

What is proposed, and every venue alone, takes the same deposit; time passes without a borrower, all is taken out
again: what came back is the contracts' own word on the rate that the deposit earned, without a formula of ours.
"""

from __future__ import annotations

import re

import pytest

from tests.e2e.program import Program

SIZES = (1_000, 100_000, 5_000_000)
SECONDS, YEAR = 1_500, 31_536_000
BLOCK_SECONDS = 12  # Venus counts blocks, the others seconds; a transaction is a block of its own here

Parts = tuple[tuple[str, int], ...]
"""The venues of a deposit with whole tokens each."""


@pytest.fixture(scope="module")
def chosen(demo: Program) -> dict[int, Parts]:
    """What was proposed for each size."""
    found = {size: _read(demo.say(f"put {size:,} USDC to work")["reply"], size)[0] for size in SIZES}
    demo.say("/cancel")
    return found


def _read(reply: str, size: int) -> tuple[Parts, float]:
    """What is proposed, and the rate that all of it is to pay, a fraction a year."""
    said = re.findall(r"put ([\d,]+) USDC into (\S+?)(?:\.| and) ", reply)
    parts = tuple((venue, int(units.replace(",", ""))) for units, venue in said)
    assert sum(units for _, units in parts) == size, reply
    rates = {venue: float(rate) for rate, venue in re.findall(r"(\d+\.\d+) % in (\S+?),? ", reply)}
    alone = re.search(r"pays the most: (\d+\.\d+) %", reply)
    if alone:
        rates = {parts[0][0]: float(alone[1])}
    return parts, sum(units * rates[venue] for venue, units in parts) / size / 100


def test_another_place_for_each_size(chosen: dict[int, Parts]) -> None:
    assert len({frozenset(venue for venue, _ in parts) for parts in chosen.values()}) == len(SIZES)


@pytest.mark.parametrize("size", SIZES)
def test_it_is_really_the_best(demo: Program, size: int) -> None:
    venues = [venue["id"] for venue in demo.ready["venues"] if venue["id"].endswith("USDC")]
    alone = {venue: rate for venue in venues if (rate := _paid(demo, f"deposit {size} usdc into {venue}", size))}
    assert len(alone) >= 2
    parts, told = _read(demo.say(f"put {size:,} USDC to work")["reply"], size)
    between = 3 * (len(parts) - 1)  # approval, entry and exit of each further part
    proposed = _paid(demo, f"put {size:,} USDC to work", size, between)
    assert proposed == pytest.approx(told, rel=0.01)
    if len(parts) == 1:
        assert max(alone, key=lambda each: alone[each]) == parts[0][0]
    else:
        assert proposed is not None
        assert proposed > max(alone.values())


def _paid(demo: Program, deposit: str, size: int, between: int = 0) -> float | None:
    """The rate that the deposit earned, a fraction a year; None where there is no room for it.

    `between`: blocks that its own transactions make while it earns.
    """
    preview = demo.say(deposit)
    if preview["verdict"]["status"] != "ready":
        assert preview["verdict"]["rule"], preview["reply"]
        return None
    before, entered = demo.units("USDC"), _settled(demo)
    demo.chain.call("anvil_mine", hex(SECONDS // BLOCK_SECONDS - 1 - between), hex(BLOCK_SECONDS))
    assert demo.say("get me out of everything")["verdict"]["status"] == "ready"
    demo.chain.call("evm_setNextBlockTimestamp", entered + SECONDS)
    left = _settled(demo)
    assert SECONDS <= left - entered <= SECONDS + BLOCK_SECONDS
    return (demo.units("USDC") - before) / (size * 10**6) / (left - entered) * YEAR


def _settled(demo: Program) -> int:
    """Confirms; the time of the last transaction's block."""
    done = demo.say("/confirm")
    assert done["verdict"]["status"] == "settled", done["reply"]
    return int(demo.chain.call("eth_getBlockByNumber", hex(done["txs"][-1]["block"]), False)["timestamp"], 16)
