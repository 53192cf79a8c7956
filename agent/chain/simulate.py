"""Simulation: calls of one account run in order in one block ahead of the head, by eth_simulateV1."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from agent.chain.contracts.erc20 import TRANSFER_TOPIC
from agent.chain.contracts.weth9 import DEPOSIT_TOPIC, WITHDRAWAL_TOPIC
from agent.chain.reverts import words
from agent.chain.rpc import METHOD_NOT_FOUND, Rpc
from agent.chain.rpc_types import Log, RpcError, log, quantity
from agent.errors import Unavailable
from agent.money import Address
from agent.plugin import Block

NATIVE = "native"
_NATIVE_LOGS = "0x" + "e" * 40
"""eth_simulateV1 with traceTransfers tells moves of the native coin as Transfer logs of this address."""

SECONDS_AHEAD = 1
LATER_SECONDS = 12
"""From the simulated block to the one behind it: a slot of Ethereum's."""
_NO_FUNDS = {-38014: "eth_simulateV1's own code", -32003: "anvil's"}

NOBODY_ELSE: Mapping[int, Address] = MappingProxyType({})

SimulatedCall = tuple[Address, bytes, int, int | None]
"""To, calldata, value in wei, gas limit (None: the node's own)."""


class NoSimulation(Unavailable):
    """The endpoint has no eth_simulateV1: it can serve exits only, by an eth_call a step."""

    def __init__(self) -> None:
        super().__init__("simulation", "This node has no eth_simulateV1.")


@dataclass(frozen=True, slots=True)
class Simulated:
    """What one call did. `error` is '' or why it failed, in words; `returned` is then the revert's data."""

    ok: bool
    gas_used: int
    logs: tuple[Log, ...]
    returned: bytes
    error: str = ""


async def simulate(
    rpc: Rpc,
    account: Address,
    calls: Sequence[SimulatedCall],
    block: Block,
    seconds_ahead: int = SECONDS_AHEAD,
    later: Sequence[SimulatedCall] = (),
    senders: Mapping[int, Address] = NOBODY_ELSE,
) -> list[Simulated]:
    """Runs `calls` from `account` in the block after `block`, each on what those before it left behind; `later` are
    run in the block after that one. `senders`: who else makes a call, by its place among `calls`.

    Fees are not charged. Number and time are set: anvil would otherwise simulate in the head's own. Raises
    NoSimulation, and RpcError where the node refuses the whole request. A value beyond the account's balance makes
    nodes do that too, without saying which call: then every call is told to have failed.
    """
    blocks = [_block(account, calls, block.number + 1, block.timestamp + seconds_ahead)]
    for place, sender in senders.items():
        blocks[0]["calls"][place]["from"] = sender
    if later:
        blocks.append(_block(account, later, block.number + 2, block.timestamp + seconds_ahead + LATER_SECONDS))
    payload = {"blockStateCalls": blocks, "traceTransfers": True, "validation": False}
    every = [*calls, *later]
    try:
        answer = await rpc.simulate(payload, block.number)
    except RpcError as error:
        if error.code == METHOD_NOT_FOUND:
            raise NoSimulation from error
        if error.code in _NO_FUNDS:
            return [Simulated(False, 0, (), b"", "the account doesn't hold that much")] * len(every)
        raise
    results = _results(answer, len(blocks))
    if len(results) != len(every):
        raise Unavailable("node", f"The node simulated {len(results)} of {len(every)} calls.")
    return [_simulated(result) for result in results]


def changes(simulated: Iterable[Simulated], holder: Address, coin: Address | None = None) -> dict[str, int]:
    """How `holder`'s balances change, in base units by token address, 'native' for the chain's coin without fees.

    From the Transfer events, and those with which `coin`, the native coin's wrapped form, wraps and unwraps: what
    moves without one (a rebasing balance) isn't seen. Unchanged tokens are left out.
    """
    totals: dict[str, int] = {}
    for result in simulated:
        for entry in result.logs:
            delta = _delta(entry, holder) + wrapped(entry, holder, coin)
            if delta:
                key = NATIVE if entry.address.lower() == _NATIVE_LOGS else entry.address
                totals[key] = totals.get(key, 0) + delta
    return {token: delta for token, delta in totals.items() if delta}


def wrapped(entry: Log, holder: Address, coin: Address | None) -> int:
    """Base units that an event of `coin` says were wrapped for `holder`, or with a minus unwrapped."""
    if coin is None or entry.address.lower() != coin.lower() or len(entry.topics) != 2 or len(entry.data) != 32:
        return 0
    sign = {DEPOSIT_TOPIC: 1, WITHDRAWAL_TOPIC: -1}.get(entry.topics[0], 0)
    return sign * int.from_bytes(entry.data, "big") if entry.topics[1][-40:].lower() == holder.lower()[2:] else 0


def _delta(entry: Log, holder: Address) -> int:
    if len(entry.topics) != 3 or entry.topics[0] != TRANSFER_TOPIC or len(entry.data) != 32:
        return 0  # an ERC-721's Transfer has four topics
    sender, recipient = ("0x" + topic[-40:].lower() for topic in entry.topics[1:])
    units, me = int.from_bytes(entry.data, "big"), holder.lower()
    return units * ((recipient == me) - (sender == me))


def _call(account: Address, to: Address, data: bytes, value: int, gas: int | None) -> dict[str, str]:
    call = {"from": account, "to": to, "data": "0x" + data.hex(), "value": hex(value)}
    return call if gas is None else {**call, "gas": hex(gas)}


def _block(account: Address, calls: Sequence[SimulatedCall], number: int, time: int) -> dict[str, Any]:
    overrides = {"number": hex(number), "time": hex(time)}
    return {"blockOverrides": overrides, "calls": [_call(account, *call) for call in calls]}


def _results(answer: Any, blocks: int) -> list[dict[str, Any]]:
    """What each call did, all blocks in one list."""
    if not isinstance(answer, list) or len(answer) != blocks:
        raise Unavailable("node", "The node's simulation has another shape than eth_simulateV1's.")
    if any(not isinstance(each, dict) or not isinstance(each.get("calls"), list) for each in answer):
        raise Unavailable("node", "The node's simulation has another shape than eth_simulateV1's.")
    return [call for each in answer for call in each["calls"]]


def _simulated(result: dict[str, Any]) -> Simulated:
    ok = quantity(result.get("status")) == 1
    logs = tuple(log(each) for each in result.get("logs") or [])
    returned = _hex(result.get("returnData"))
    if ok:
        return Simulated(True, quantity(result.get("gasUsed")), logs, returned)
    error = RpcError.of(result.get("error") or {})
    reason = error.data or returned
    return Simulated(False, quantity(result.get("gasUsed")), logs, reason, words(reason, error.message))


def _hex(text: Any) -> bytes:
    return bytes.fromhex(text[2:]) if isinstance(text, str) else b""
