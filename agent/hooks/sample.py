"""A chain that isn't there, so that a plug-in's venues can be tried: every contract answers something plausible."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from agent.abi import Call
from agent.money import Address, Token, address
from agent.plugin import Block, Chain

CHAIN_ID = 31337
PLACE = address("0x" + "a1" * 20)
ACCOUNT = address("0x" + "e4" * 20)
USDC = Token(CHAIN_ID, "USDC", address("0x" + "c0" * 20), 6)
BLOCK = Block(1, "0x" + "0" * 64, 1_700_000_000, 10**9)
UNITS = 10**6
_BIG, _SMALL = 10**18, 18


class Section(Mapping[str, Any]):
    """What the chain file might say of one thing: an address under every name that is asked for outright."""

    def __getitem__(self, key: str) -> Any:
        return PLACE

    def get(self, key: str, default: Any = None) -> Any:
        return default

    def __contains__(self, key: object) -> bool:
        return False

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def chain() -> Chain:
    """A chain with one token and a section with one entry, `sample`."""
    return Chain(CHAIN_ID, 12, {"USDC": USDC}, {"sample": Section()})


async def ask(calls: Sequence[Call]) -> list[tuple[Any, ...] | None]:
    return answers(calls)


def answers(calls: Sequence[Call]) -> list[tuple[Any, ...] | None]:
    """Answers of the types that each call wants."""
    return [tuple(_value(kind) for kind in call.returns) for call in calls]


def _value(kind: str) -> Any:
    if kind.endswith("]"):
        return [_value(kind[: kind.rindex("[")])]
    if kind.startswith("("):
        return tuple(_value(each) for each in kind[1:-1].split(","))
    if kind == "address":
        return str(_asset())
    if kind in ("bool", "string", "bytes"):
        return {"bool": False, "string": "SAMPLE", "bytes": b""}[kind]
    if kind.startswith("bytes"):
        return b"\0" * int(kind[5:])
    return _SMALL if kind in ("uint8", "int8") else _BIG


def _asset() -> Address:
    assert USDC.address is not None  # noqa: S101  (a token with a contract)
    return USDC.address
