"""A model of a chain with a node in front of it, in pure Python: blocks, a pool with its rules, one token, one pool.

It speaks JSON-RPC in `request` and `batch`, so everything above those is the product's own code. What it is told to
do wrong is what nodes do wrong: refuse, lie, forget, reorganise, be away.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import rlp  # type: ignore[import-untyped]
from eth_abi.abi import decode
from eth_hash.auto import keccak

from agent.abi import encode_call
from agent.chain.contracts.erc20 import TRANSFER_TOPIC
from agent.chain.rpc import Request, Rpc
from agent.chain.rpc_types import RpcError
from agent.errors import Unavailable
from agent.money import Address, address
from tests.unit.policy_parts import CHAIN, POOL, SUPPLY, USDC_AT, place
from tests.unit.signer_parts import NOW, OWNER

GWEI = 10**9
BLOCK_SECONDS = 12
_APPROVE, _SUPPLY = keccak(b"approve(address,uint256)")[:4], keccak(b"supply(address,uint256,address,uint16)")[:4]
STRANGE = place("0f")


@dataclass(frozen=True)
class Tx:
    """A transaction of OWNER. `raw` is empty for one that a stranger made."""

    hash: str
    nonce: int
    to: Address
    value: int
    data: bytes
    gas: int
    max_fee: int
    tip: int
    raw: bytes = b""

    @classmethod
    def of_raw(cls, raw: bytes) -> Tx:
        _, nonce, tip, fee, gas, to, value, data, *_ = rlp.decode(raw[1:])
        return cls(
            hash="0x" + keccak(raw).hex(),
            nonce=_number(nonce),
            to=address("0x" + to.hex()),
            value=_number(value),
            data=data,
            gas=_number(gas),
            max_fee=_number(fee),
            tip=_number(tip),
            raw=raw,
        )


@dataclass(frozen=True)
class Block:
    number: int
    hash: str
    parent: str
    timestamp: int
    base_fee: int
    txs: tuple[Tx, ...] = ()


@dataclass
class ModelChain(Rpc):
    """`automine` makes a block of each transaction that is taken; else `mine` does. `strict` nodes (anvil) refuse
    what offers less than the base fee, others (geth) keep it waiting. `full`: its blocks have no room for ours.
    """

    base_fee: int = GWEI
    automine: bool = True
    strict: bool = True
    down: bool = False
    knows_by_nonce: bool = True
    serves: int = CHAIN
    blocks: list[Block] = field(default_factory=list)
    pool: dict[str, Tx] = field(default_factory=dict)
    reverting: Callable[[Tx], bool] = lambda _: False
    errors: list[str | None] = field(default_factory=list)
    lost_answers: int = 0
    lies: int = 0
    sent: list[bytes] = field(default_factory=list)
    before: Callable[[str], Awaitable[None]] | None = None
    branch: int = 0
    full: bool = False
    instead: dict[str, Callable[..., Any]] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._append(())

    # what the node answers

    async def request(self, method: str, *params: Any) -> Any:
        if self.before is not None:
            await self.before(method)
        if self.down:
            raise Unavailable("node", "The node can't be reached: Connection refused.")
        return self.instead.get(method, getattr(self, f"_{method}", self.unknown))(*params)

    async def batch(self, requests: Sequence[Request]) -> list[Any | RpcError]:
        answers: list[Any | RpcError] = []
        for method, params in requests:
            try:
                answers.append(await self.request(method, *params))
            except RpcError as error:
                answers.append(error)
        return answers

    async def close(self) -> None:
        return

    def unknown(self, *_: Any) -> Any:
        raise RpcError(-32601, "the method does not exist")

    def _eth_chainId(self) -> str:  # noqa: N802
        return hex(self.serves)

    def _eth_getBlockByNumber(self, tag: str, full: bool) -> Any:  # noqa: N802
        number = {"latest": self.head.number, "pending": self.head.number}.get(tag)
        number = max(0, self.head.number - 3) if tag in ("safe", "finalized") else number
        number = int(tag, 16) if number is None else number
        if number >= len(self.blocks):
            return None
        block = self.blocks[number]
        return {
            "number": hex(block.number),
            "hash": block.hash,
            "parentHash": block.parent,
            "timestamp": hex(block.timestamp),
            "baseFeePerGas": hex(block.base_fee),
            "transactions": [self._shown(tx, block) if full else tx.hash for tx in block.txs],
        }

    def _eth_getTransactionCount(self, account: str, tag: str) -> str:  # noqa: N802
        if tag == "pending":
            return hex(self.pending)
        if tag == "latest":
            return hex(self.count())
        return hex(self.count(int(tag, 16)))

    def _eth_sendRawTransaction(self, raw: str) -> str:  # noqa: N802
        tx = Tx.of_raw(bytes.fromhex(raw[2:]))
        error = self.errors.pop(0) if self.errors else None
        if error is not None:
            raise RpcError(-32000, error)
        self.sent.append(tx.raw)
        if self.lies:
            self.lies -= 1
            raise RpcError(-32000, "already known")
        self._take(tx)
        if self.lost_answers:
            self.lost_answers -= 1
            raise Unavailable("node", "The node did not answer within 10 s.")
        return tx.hash

    def _eth_getTransactionReceipt(self, tx_hash: str) -> Any:  # noqa: N802
        found = self._mined(tx_hash)
        if found is None or tx_hash in self.hidden:
            return None
        tx, block = found
        ok, logs = self._outcome(tx)
        return {
            "transactionHash": tx.hash,
            "status": "0x1" if ok else "0x0",
            "blockNumber": hex(block.number),
            "blockHash": block.hash,
            "gasUsed": hex(21_000),
            "effectiveGasPrice": hex(min(tx.max_fee, block.base_fee + tx.tip)),
            "from": OWNER,
            "logs": logs,
        }

    def _eth_getTransactionByHash(self, tx_hash: str) -> Any:  # noqa: N802
        if tx_hash in self.pool:
            return self._shown(self.pool[tx_hash], None)
        found = self._mined(tx_hash)
        return None if found is None else self._shown(*found)

    def _eth_getRawTransactionByHash(self, tx_hash: str) -> Any:  # noqa: N802
        found = self._mined(tx_hash)
        return None if found is None else "0x" + found[0].raw.hex()

    def _eth_getTransactionBySenderAndNonce(self, account: str, nonce: str) -> Any:  # noqa: N802
        if not self.knows_by_nonce:
            return self.unknown()
        for block in self.blocks:
            for tx in block.txs:
                if tx.nonce == int(nonce, 16):
                    return self._shown(tx, block)
        return None

    # what happens to the chain

    @property
    def head(self) -> Block:
        return self.blocks[-1]

    @property
    def txs(self) -> list[Tx]:
        """Everything that is mined, in order."""
        return [tx for block in self.blocks for tx in block.txs]

    @property
    def pending(self) -> int:
        """The first nonce that is neither mined nor in the pool behind what is."""
        nonce, waiting = self.count(), {tx.nonce for tx in self.pool.values()}
        while nonce in waiting:
            nonce += 1
        return nonce

    def count(self, number: int | None = None) -> int:
        """How many of OWNER's transactions are mined at the end of a block."""
        return sum(len(block.txs) for block in self.blocks[: None if number is None else number + 1])

    def mine(self, blocks: int = 1) -> None:
        """Blocks of what waits and pays the base fee, in the order of nonces."""
        for _ in range(blocks):
            ready: list[Tx] = []
            nonce = self.count()
            while (tx := next((each for each in self.pool.values() if each.nonce == nonce), None)) is not None:
                if self.full or tx.max_fee < self.base_fee:
                    break
                ready.append(self.pool.pop(tx.hash))
                nonce += 1
            self._append(tuple(ready))

    def spike(self, base_fee: int) -> None:
        """Gas costs that much from the next block on, which is there at once."""
        self.base_fee = base_fee
        self.mine()

    def drop(self) -> None:
        """The pool forgets everything."""
        self.pool.clear()

    def reorganise(self, depth: int, *, keep: bool = True) -> None:
        """The last `depth` blocks are replaced by empty ones; their transactions go back to the pool, or nowhere."""
        depth = min(depth, len(self.blocks) - 1)
        gone = [tx for block in self.blocks[-depth:] for tx in block.txs] if depth else []
        del self.blocks[len(self.blocks) - depth :]
        self.branch += 1
        for _ in range(depth):
            self._append(())
        for tx in gone:
            if keep and tx.raw:
                self.pool[tx.hash] = tx

    def strange(self, nonce: int | None = None) -> Tx:
        """Somebody else with the same key sends one, in a block of its own; what of ours waits there is gone."""
        nonce = self.count() if nonce is None else nonce
        tx_hash = "0x" + keccak(f"stranger {nonce} {self.branch} {len(self.blocks)}".encode()).hex()
        tx = Tx(tx_hash, nonce, STRANGE, 7, b"", 21_000, 10**12, 1)
        self.pool = {each.hash: each for each in self.pool.values() if each.nonce != nonce}
        self._append((tx,))
        return tx

    def allowance(self) -> int:
        """What OWNER allows POOL to take, in base units of USDC."""
        allowance = 0
        for tx in self.txs:
            allowance = self._after(tx, allowance)[1]
        return allowance

    def supplied(self, units: int) -> int:
        """How many mined transactions supplied exactly that many base units."""
        wanted = encode_call(SUPPLY, (USDC_AT, units, OWNER, 0))
        return sum(1 for tx in self.txs if tx.data == wanted and self._outcome(tx)[0])

    def _append(self, txs: tuple[Tx, ...]) -> None:
        number = len(self.blocks)
        parent = self.blocks[-1].hash if self.blocks else "0x" + "0" * 64
        block_hash = (
            "0x" + keccak(f"{parent} {self.branch if number else 0} {[tx.hash for tx in txs]}".encode()).hex()
        )
        at = NOW + number * BLOCK_SECONDS
        self.blocks.append(Block(number, block_hash, parent, at, self.base_fee, txs))

    def _take(self, tx: Tx) -> None:
        """The pool's rules, in geth's words (core/txpool/errors.go)."""
        if tx.hash in self.pool or self._mined(tx.hash) is not None:
            raise RpcError(-32000, "already known")
        if tx.nonce < self.count():
            raise RpcError(-32000, "nonce too low")
        if self.strict and tx.max_fee < self.base_fee:
            raise RpcError(-32000, "max fee per gas less than block base fee")
        old = next((each for each in self.pool.values() if each.nonce == tx.nonce), None)
        if old is not None:
            if tx.max_fee * 10 < old.max_fee * 11 or tx.tip * 10 < old.tip * 11:
                raise RpcError(-32000, "replacement transaction underpriced")
            del self.pool[old.hash]
        self.pool[tx.hash] = tx
        if self.automine:
            self.mine()

    def _mined(self, tx_hash: str) -> tuple[Tx, Block] | None:
        return next(((tx, block) for block in self.blocks for tx in block.txs if tx.hash == tx_hash), None)

    def _outcome(self, wanted: Tx) -> tuple[bool, list[Any]]:
        allowance = 0
        for tx in self.txs:
            ok, allowance, logs = self._after(tx, allowance)
            if tx.hash == wanted.hash:
                return ok, logs
        raise AssertionError("it is mined")

    def _after(self, tx: Tx, allowance: int) -> tuple[bool, int, list[Any]]:
        """Whether it succeeds, the allowance afterwards, its logs."""
        if self.reverting(tx):
            return False, allowance, []
        if tx.to == USDC_AT and tx.data[:4] == _APPROVE:
            return True, decode(["address", "uint256"], tx.data[4:])[1], []
        if tx.to == POOL.address and tx.data[:4] == _SUPPLY:
            units = decode(["address", "uint256", "address", "uint16"], tx.data[4:])[1]
            if units > allowance:
                return False, allowance, []
            topics = [TRANSFER_TOPIC, *("0x" + "0" * 24 + each[2:].lower() for each in (OWNER, POOL.address))]
            return True, allowance - units, [{"address": USDC_AT, "topics": topics, "data": f"0x{units:064x}"}]
        return True, allowance, []

    def _shown(self, tx: Tx, block: Block | None) -> dict[str, Any]:
        return {
            "hash": tx.hash,
            "from": OWNER,
            "nonce": hex(tx.nonce),
            "to": tx.to,
            "value": hex(tx.value),
            "input": "0x" + tx.data.hex(),
            "blockNumber": None if block is None else hex(block.number),
        }


def _number(field: bytes) -> int:
    return int.from_bytes(field, "big")
