"""What a contract is at a block: the hash of its code, and behind a proxy whom it obeys.

Slots: EIP-1967 (implementation, admin, beacon), and OpenZeppelin's older ones that Circle's FiatTokenProxy uses.
Code itself can't change under a fixed address any more (EIP-6780), but what a proxy points to can, at any block.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from eth_hash.auto import keccak

from agent.abi import view
from agent.chain.multicall import read_all
from agent.chain.registry import Registry
from agent.chain.rpc import Request, Rpc
from agent.chain.rpc_types import RpcError
from agent.errors import Unavailable
from agent.money import ZERO_ADDRESS, Address, address
from agent.policy.fingerprint import Fingerprint

EIP1967 = {  # eips.ethereum.org/EIPS/eip-1967: keccak256 of the names, less one
    "implementation": "0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc",
    "admin": "0xb53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103",
    "beacon": "0xa3f0ad74e5423aebfd80d3ef4346578335a9a72aeaee59ff6cb3582b35133d50",
}
ZEPPELINOS = {  # keccak256("org.zeppelinos.proxy.implementation"), keccak256("org.zeppelinos.proxy.admin")
    "implementation": "0x7050c9e0f4ca769c69bd3a8ef740bc37934f8e2c036e5a723fd8ee048ed3f8c3",
    "admin": "0x10d6a54a4754c8869d6886b5f5d7fbfa5b4522237ea5c60d11bc4e7a1ff9390b",
}
BATCH = 48
"""Requests in one batch: most providers take fifty; `moneta doctor` says where one doesn't."""
SLOTS = (*EIP1967.values(), *ZEPPELINOS.values())
GETTERS = tuple(view(f"{name}()", "address") for name in ("implementation", "admin", "owner"))
"""Compound's and Venus's proxies tell theirs by functions; `owner()` is whom most others obey."""


async def fingerprints(rpc: Rpc, registry: Registry, places: Iterable[Address]) -> dict[Address, Fingerprint]:
    """The fingerprint of each contract at the head, in few batches. Raises Unavailable where the node can't say."""
    wanted = list(dict.fromkeys(places))
    if not wanted:
        return {}
    asked: list[Request] = [
        request
        for place in wanted
        for request in (
            ("eth_getCode", (place, "latest")),
            *(("eth_getStorageAt", (place, slot, "latest")) for slot in SLOTS),
        )
    ]
    stored = [answer for start in range(0, len(asked), BATCH) for answer in await rpc.batch(asked[start:][:BATCH])]
    try:
        told = await read_all(rpc, registry, [getter.at(place) for place in wanted for getter in GETTERS])
    except RpcError as error:
        raise Unavailable("node", f"The node can't tell what a contract is: {error.message}.") from error
    found = {}
    for index, place in enumerate(wanted):
        own = stored[index * (1 + len(SLOTS)) :][: 1 + len(SLOTS)]
        getters = [
            None if answer is None else address(answer[0]) for answer in told[index * len(GETTERS) :][: len(GETTERS)]
        ]
        found[place] = _fingerprint(_bytes(own[0]), [_place(each) for each in own[1:]], getters)
    return found


def _fingerprint(code: bytes, slots: Sequence[Address | None], getters: Sequence[Address | None]) -> Fingerprint:
    implementation, admin, beacon, old_implementation, old_admin = slots
    told_implementation, told_admin, owner = (None if each == ZERO_ADDRESS else each for each in getters)
    behind = implementation or beacon or old_implementation or told_implementation
    if behind is None:  # nobody can put other code in its place, so it matters less whom it obeys
        return Fingerprint("0x" + bytes(keccak(code)).hex())
    return Fingerprint("0x" + bytes(keccak(code)).hex(), behind, admin or old_admin or told_admin, owner)


def _place(answer: object) -> Address | None:
    """The address in a storage slot, None for an empty one."""
    word = _bytes(answer)[-20:]
    return address("0x" + word.hex()) if any(word) else None


def _bytes(answer: object) -> bytes:
    if isinstance(answer, RpcError):
        raise Unavailable("node", f"The node can't tell what a contract is: {answer.message}.")
    if not isinstance(answer, str) or not answer.startswith("0x"):
        raise Unavailable("node", "The node answered something else than bytes.")
    try:
        return bytes.fromhex(answer[2:])
    except ValueError as error:
        raise Unavailable("node", "The node answered bytes that are no hexadecimal text.") from error
