"""Many reads in one eth_call, through Multicall3's aggregate3; a read that reverts leaves the others alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from agent.abi import Call, selector, view
from agent.chain.contracts.multicall3 import AGGREGATE3
from agent.chain.rpc import BlockTag, Rpc
from agent.errors import Unavailable
from agent.money import Address
from agent.plugin import Ask

if TYPE_CHECKING:
    from agent.chain.registry import Registry

READS_PER_CALL = 900
"""Nodes bound an eth_call's gas (geth: 50 million) and an answer's size; a read takes up to some 50,000 gas."""

WORD = 32
_ALLOWED = (1).to_bytes(WORD) + (3 * WORD).to_bytes(WORD)  # true, and where the bytes begin: after three words

Answer = tuple[Any, ...] | None


def aggregate(calls: Sequence[Call]) -> bytes:
    """The calldata that makes Multicall3 do all of `calls`, each allowed to fail.

    Encoded by hand, (address, bool, bytes) by (address, bool, bytes): eth_abi would take half of a scan's own time.
    """
    offset, offsets, bodies = WORD * len(calls), [], []
    for call in calls:
        size = len(call.data)
        body = b"".join(
            (bytes(12), bytes.fromhex(call.target[2:]), _ALLOWED, _word(size), call.data, bytes(-size % WORD))
        )
        offsets.append(_word(offset))
        bodies.append(body)
        offset += len(body)
    return b"".join((selector(AGGREGATE3), _word(WORD), _word(len(calls)), *offsets, *bodies))


def _word(number: int) -> bytes:
    return number.to_bytes(WORD)


def disaggregate(returned: bytes, calls: Sequence[Call]) -> list[Answer]:
    """The answers in what aggregate3 returned; None where a call reverted or its bytes are not of its types.

    Raises Unavailable where the whole is malformed: that is the node's fault or Multicall3 isn't there.
    """
    try:
        results = _results(returned)
    except ValueError as error:
        raise Unavailable("node", "Multicall3's answer is malformed: is it at that address?") from error
    if len(results) != len(calls):
        raise Unavailable("node", f"Multicall3 answered {len(results)} of {len(calls)} reads.")
    return [_decoded(call, ok, data) for call, (ok, data) in zip(calls, results, strict=True)]


def _results(returned: bytes) -> list[tuple[bool, bytes]]:
    """What aggregate3 returns, (bool, bytes)[], decoded by hand as well. Raises ValueError for other bytes."""
    start = _number(returned, 0) + WORD
    count = _number(returned, start - WORD)
    if start + WORD * count > len(returned):
        raise ValueError("more results are announced than there are bytes for")
    results = []
    for position in range(count):
        at = start + _number(returned, start + WORD * position)
        ok, size_at = _number(returned, at), at + _number(returned, at + WORD)
        begin, size = size_at + WORD, _number(returned, size_at)
        if ok > 1 or begin + size > len(returned):
            raise ValueError("a result that is no (bool, bytes)")
        results.append((ok == 1, returned[begin : begin + size]))
    return results


def _number(data: bytes, at: int) -> int:
    """The word that begins there."""
    if at + WORD > len(data):
        raise ValueError("the bytes end too early")
    return int.from_bytes(data[at : at + WORD])


def _decoded(call: Call, ok: bool, data: bytes) -> Answer:
    if not ok or not data:  # a call to an address without code succeeds and returns nothing
        return None
    try:
        return call.decode(data)
    except ValueError:
        return None


async def read_all(rpc: Rpc, registry: Registry, calls: Sequence[Call], tag: BlockTag = "latest") -> list[Answer]:
    """The answers of `calls` at one block tag, in as few requests as the size limit allows."""
    answers: list[Answer] = []
    for start in range(0, len(calls), READS_PER_CALL):
        chunk = calls[start : start + READS_PER_CALL]
        answers += disaggregate(await rpc.call(registry.multicall3, aggregate(chunk), tag), chunk)
    return answers


async def read(rpc: Rpc, target: Address, signature: str, returns: str, *args: Any) -> Any:
    """One value of one contract at the head. Raises RpcError where it reverts, Unavailable for malformed bytes."""
    call = view(signature, returns).at(target, *args)
    try:
        (value,) = call.decode(await rpc.call(target, call.data))
    except ValueError as error:
        raise Unavailable("node", f"{signature} of {target} answered malformed bytes.") from error
    return value


def ask(rpc: Rpc, registry: Registry) -> Ask:
    """The reader that plug-ins are handed for discovery."""

    async def reader(calls: Sequence[Call]) -> list[Answer]:
        return await read_all(rpc, registry, calls)

    return reader
