"""Feeds that say what a test wants, with dates; their answer is the same whichever way it is asked for."""

from __future__ import annotations

from agent.money import Address
from devnet.rpc import Rpc

IF_ANSWER = "60003560e01c6350d25bcd14603257"  # to 0x32 where the selector is latestAnswer()'s
ROUND_DATA = "".join(f"60{slot:02x}5460{slot * 32:02x}52" for slot in range(5)) + "60a06000f3"
ANSWER = "5b60015460005260206000f3"
CODE = f"0x{IF_ANSWER}{ROUND_DATA}{ANSWER}"
ROUND = 7


def dated_feed(chain: Rpc, place: Address | str, answer: int, *, started: int, updated: int) -> None:
    """Puts one at `place`; times are Unix seconds."""
    chain.call("anvil_setCode", place, CODE)
    for slot, value in enumerate((ROUND, answer, started, updated, ROUND)):
        chain.call("anvil_setStorageAt", place, hex(slot), "0x" + value.to_bytes(32, "big").hex())


def now(chain: Rpc) -> int:
    """The head's time."""
    return int(chain.call("eth_getBlockByNumber", "latest", False)["timestamp"], 16)
