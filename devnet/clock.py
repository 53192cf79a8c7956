"""Lets time pass on a devnet: seconds and blocks together, since Venus accrues per block and the others per second.

Mining 216,000 blocks for a month takes anvil many minutes. Instead one empty block, numbered and dated as the month's
last, is given to the node by anvil_loadState with an empty set of accounts: that adds the block and makes it the
head, and changes neither the state nor any earlier block, receipt or hash. Numbers in between have no block.
"""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devnet.anvil import BLOCK_SECONDS
from devnet.borrowers import Action, plan, transaction
from devnet.errors import DevnetError, RpcError
from devnet.lending import Market, markets
from devnet.rpc import Rpc
from devnet.set_up import built_folder

DAY = 86_400
MOST_ROUNDS = 30
MOST_SECONDS = 10 * 365 * DAY
SEED = 1
BASE_FEE = 500_000_000  # wei; a chain of nearly empty blocks would let it fall to nothing
EMPTY_ROOT = "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421"  # keccak256(rlp(""))
HEADER = (
    *("sha3Uncles", "miner", "stateRoot", "difficulty", "gasLimit", "extraData", "mixHash", "nonce"),
    *("withdrawalsRoot", "blobGasUsed", "excessBlobGas", "parentBeaconBlockRoot", "requestsHash"),
)


@dataclass(frozen=True)
class Advance:
    """What passed. `blocks` is by how much the block number rose, `failed` counts moves that reverted."""

    seconds: int
    blocks: int
    actions: tuple[Action, ...]
    failed: int


def advance(
    rpc_url: str,
    seconds: int,
    *,
    chain_file: Path | None = None,
    borrowers: bool = True,
    seed: int = SEED,
    between: Callable[[], None] | None = None,
) -> Advance:
    """Moves the chain `seconds` on, with the scripted borrowers acting about once a day, at most MOST_ROUNDS times.

    `chain_file` is the devnet's chain.toml, by default that of the devnet that is set up now. Spans too short for
    a round pass without the borrowers. `between` is called after each round: a leap leaves no state behind it that
    could be read later. The head is then exactly `seconds` after the moment of the call.
    Raises DevnetError for a span out of range, NodeUnreachable, RpcError.
    """
    if not 0 < seconds <= MOST_SECONDS:
        raise DevnetError("devnet can advance by one second up to ten years at a time")
    with Rpc(rpc_url) as rpc:
        rpc.call("evm_mine")  # brings the head to the node's present, from which the span is counted
        begin = Moment.of(rpc)
        known = markets(rpc, chain_file or built_folder() / "chain.toml") if borrowers else []
        rounds = min(MOST_ROUNDS, seconds // DAY) if seconds >= DAY else 0
        dice = random.Random(f"{seed}:{begin.number}:{begin.timestamp}")  # noqa: S311
        actions: list[Action] = []
        failures = 0
        for number in range(1, (rounds if known else 0) + 1):
            end = begin.later(seconds * number // rounds)
            jump(rpc, end.earlier((len(known) + 1) * BLOCK_SECONDS))
            done, failed = _act(rpc, known, dice)
            actions += done
            failures += failed
            if between is not None:
                between()
        end = begin.later(seconds)
        jump(rpc, end.earlier(BLOCK_SECONDS))
        mine(rpc, end.timestamp)
        return Advance(seconds, Moment.of(rpc).number - begin.number, tuple(actions), failures)


@dataclass(frozen=True)
class Moment:
    """A moment of the chain; the block number goes up by one every BLOCK_SECONDS."""

    number: int
    timestamp: int

    @staticmethod
    def of(rpc: Rpc) -> Moment:
        head = rpc.block()
        return Moment(int(head["number"], 16), int(head["timestamp"], 16))

    def later(self, seconds: int) -> Moment:
        return Moment(self.number + seconds // BLOCK_SECONDS, self.timestamp + seconds)

    def earlier(self, seconds: int) -> Moment:
        return self.later(-seconds)


def _act(rpc: Rpc, known: list[Market], dice: random.Random) -> tuple[list[Action], int]:
    """One round, a block an action. What reverts (no room under the collateral) is counted and left at that."""
    accounts: list[str] = rpc.call("eth_accounts")
    done, failed = [], 0
    for market, wanted in plan(rpc, known, dice):
        rpc.call("evm_setNextBlockTimestamp", Moment.of(rpc).timestamp + BLOCK_SECONDS)
        try:
            receipt = rpc.send(transaction(market, wanted, accounts[market.borrower]))
        except RpcError:
            failed += 1
        else:
            what = "borrow" if wanted.borrow else "repay"
            done.append(Action(market.venue, what, wanted.amount, int(receipt["blockNumber"], 16)))
    return done, failed


def mine(rpc: Rpc, timestamp: int) -> None:
    """One more block, at `timestamp` unless the head is there already; from then on the node's clock runs on."""
    head = Moment.of(rpc)
    rpc.call("evm_setNextBlockTimestamp", max(timestamp, head.timestamp + 1))
    rpc.call("evm_mine")


def jump(rpc: Rpc, to: Moment) -> None:
    """Makes an empty block of that number and time the head. Does nothing when the head is there or past it."""
    head = rpc.block()
    number, timestamp = int(head["number"], 16), int(head["timestamp"], 16)
    if to.number <= number or to.timestamp <= timestamp:
        return
    header = {key: head[key] for key in HEADER} | {
        "parentHash": head["hash"],
        "transactionsRoot": EMPTY_ROOT,
        "receiptsRoot": EMPTY_ROOT,
        "logsBloom": "0x" + "0" * 512,
        "gasUsed": "0x0",
        "number": hex(to.number),
        "timestamp": hex(to.timestamp),
        "baseFeePerGas": hex(BASE_FEE),
    }
    _load(rpc, header)


def _load(rpc: Rpc, header: dict[str, Any]) -> None:
    number = int(header["number"], 16)
    state = {
        "block": {
            "number": header["number"],
            "beneficiary": header["miner"],
            "timestamp": header["timestamp"],
            "gas_limit": int(header["gasLimit"], 16),
            "basefee": BASE_FEE,
            "difficulty": "0x0",
            "prevrandao": header["mixHash"],
            "blob_excess_gas_and_price": {"excess_blob_gas": 0, "blob_gasprice": 1},
            "slot_num": 0,
        },
        "accounts": {},
        "best_block_number": number,
        "blocks": [{"header": header, "transactions": [], "ommers": [], "withdrawals": None}],
        "transactions": [],
        "historical_states": None,
    }
    packed = gzip.compress(json.dumps(state).encode(), compresslevel=1)
    if rpc.call("anvil_loadState", "0x" + packed.hex()) is not True:
        raise RpcError("anvil_loadState did not take the later block")
