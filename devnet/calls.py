"""The few contract calls that devnet makes while it is served, encoded by hand: web3 would take 0.6 s to load.

Every argument is one 32-byte word. A test compares each selector with the hash of its signature.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from devnet.rpc import Rpc

View = tuple[str, str]  # the contract and the calldata of what it is asked
WORD = 32
SELECTORS: Final = {
    "balanceOf(address)": "70a08231",
    "totalSupply()": "18160ddd",
    "mint(address,uint256)": "40c10f19",
    "deposit()": "d0e30db0",
    "transfer(address,uint256)": "a9059cbb",
    "getPool()": "026b1d5f",
    "getReserveData(address)": "35ea6a75",
    "borrow(address,uint256,uint256,uint16,address)": "a415bcad",
    "repay(address,uint256,uint256,address)": "573ade81",
    "market(bytes32)": "5c60e39a",
    "idToMarketParams(bytes32)": "2c3c9157",
    "borrow((address,address,address,address,uint256),uint256,uint256,address,address)": "50d8cd4b",
    "repay((address,address,address,address,uint256),uint256,uint256,address,bytes)": "20b76e81",
    "rateAtTarget(bytes32)": "01977b57",
    "getCash()": "3b1d21a2",
    "totalBorrows()": "47bd3718",
    "totalReserves()": "8f840ddd",
    "borrow(uint256)": "c5ebeaec",
    "repayBorrow(uint256)": "0e752702",
}


def calldata(signature: str, *arguments: int | str) -> str:
    """Hex with 0x. An argument is a non-negative number, or the hex of an address or of 32 bytes."""
    return "0x" + SELECTORS[signature] + b"".join(_word(argument) for argument in arguments).hex()


def read(rpc: Rpc, to: str, signature: str, *arguments: int | str) -> list[int]:
    """The words that a view function answers at the latest block, as numbers."""
    return _words(rpc.call("eth_call", {"to": to, "data": calldata(signature, *arguments)}, "latest"))


def read_each(rpc: Rpc, views: Sequence[View]) -> list[list[int]]:
    """The same of several views, in one exchange."""
    calls = [("eth_call", ({"to": to, "data": data}, "latest")) for to, data in views]
    return [_words(answer) for answer in rpc.calls(calls)]


def address(word: int) -> str:
    """The address in a word, lower case."""
    return f"0x{word:040x}"


def _words(answer: object) -> list[int]:
    data = bytes.fromhex(str(answer).removeprefix("0x"))
    return [int.from_bytes(data[at : at + WORD]) for at in range(0, len(data), WORD)]


def _word(argument: int | str) -> bytes:
    value = int(argument, 16) if isinstance(argument, str) else argument
    return value.to_bytes(WORD)
