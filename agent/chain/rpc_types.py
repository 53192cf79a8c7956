"""What the node tells, as frozen data: headers, receipts, transactions, fees, and its own errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agent.errors import MonetaError, Unavailable
from agent.money import Address, address

MOST_WORDS = 300
"""Letters of a node's own words that are kept: they end up in chats and logs."""
WORD_BITS = 256
"""No number of the chain is longer."""


class RpcError(MonetaError):
    """The node refused a request. `data` are a revert's bytes where it gave them."""

    def __init__(self, code: int, message: str, data: bytes | None = None) -> None:
        super().__init__(f"The node refuses: {message} (code {code})")
        self.code = code
        self.message = message
        self.data = data

    @classmethod
    def of(cls, error: Any) -> RpcError:
        """From the error member of an answer, however the node shapes it."""
        if not isinstance(error, dict):
            return cls(0, str(error)[:MOST_WORDS])
        data = error.get("data")
        if isinstance(data, dict):  # some clients put the bytes one level deeper
            data = data.get("data")
        code = error.get("code")
        return cls(
            code if isinstance(code, int) else 0, str(error.get("message", ""))[:MOST_WORDS], _maybe_bytes(data)
        )


@dataclass(frozen=True, slots=True)
class Header:
    """A block. `timestamp` in Unix seconds, `base_fee` in wei per gas."""

    number: int
    hash: str
    parent_hash: str
    timestamp: int
    base_fee: int


@dataclass(frozen=True, slots=True)
class Log:
    """One event: the contract that spoke, its topics and data."""

    address: Address
    topics: tuple[str, ...]
    data: bytes


@dataclass(frozen=True, slots=True)
class Receipt:
    """A mined transaction. `gas_price` is what was paid, in wei per gas; `l1_fee` what an OP-stack chain took beside
    that, in wei: for its data on L1, and for the operator.
    """

    hash: str
    ok: bool
    block_number: int
    block_hash: str
    gas_used: int
    gas_price: int
    sender: Address
    logs: tuple[Log, ...]
    l1_fee: int = 0

    @property
    def fee(self) -> int:
        """All that it cost, in wei. On Arbitrum L1's part is in the gas."""
        return self.gas_used * self.gas_price + self.l1_fee


@dataclass(frozen=True, slots=True)
class Transaction:
    """A transaction that the node knows; `block_number` is None while it waits."""

    hash: str
    sender: Address
    nonce: int
    to: Address | None
    value: int
    data: bytes
    block_number: int | None


@dataclass(frozen=True, slots=True)
class Fees:
    """What the head's base fee is and what tip the node suggests, in wei per gas."""

    base_fee: int
    priority: int


def quantity(value: Any) -> int:
    """A JSON-RPC quantity. Raises Unavailable for anything else."""
    if isinstance(value, str) and value.startswith("0x"):
        try:
            number = int(value, 16)
        except ValueError:
            number = 1 << WORD_BITS
        if not number >> WORD_BITS:
            return number
    raise Unavailable("node", f"The node answered {str(value)[:40]!r} where a number belongs.")


def header(answer: Any) -> Header:
    fields = _mapping(answer)
    return Header(
        number=quantity(fields.get("number")),
        hash=str(fields.get("hash")),
        parent_hash=str(fields.get("parentHash")),
        timestamp=quantity(fields.get("timestamp")),
        base_fee=quantity(fields.get("baseFeePerGas", "0x0")),
    )


def log(answer: Any) -> Log:
    fields = _mapping(answer)
    topics = fields.get("topics")
    if not isinstance(topics, list):
        raise Unavailable("node", "The node gave a log without topics.")
    return Log(
        _address(fields.get("address")),
        tuple(str(topic) for topic in topics),
        _maybe_bytes(fields.get("data")) or b"",
    )


def receipt(answer: Any) -> Receipt:
    fields = _mapping(answer)
    logs = fields.get("logs", [])
    if not isinstance(logs, list):
        raise Unavailable("node", "The node gave a receipt whose logs are no list.")
    return Receipt(
        hash=str(fields.get("transactionHash")),
        ok=quantity(fields.get("status")) == 1,
        block_number=quantity(fields.get("blockNumber")),
        block_hash=str(fields.get("blockHash")),
        gas_used=quantity(fields.get("gasUsed")),
        gas_price=quantity(fields.get("effectiveGasPrice", "0x0")),
        sender=_address(fields.get("from")),
        logs=tuple(log(each) for each in logs),
        l1_fee=quantity(fields.get("l1Fee") or "0x0") + _operator_fee(fields),
    )


def _operator_fee(fields: Mapping[str, Any]) -> int:
    """In wei, from an OP-stack receipt (ethereum-optimism/specs: isthmus and jovian exec-engine.md, "Operator Fee").

    Jovian changed the formula; its receipts tell the DA footprint's scalar, too.
    """
    scalar, constant = (quantity(fields.get(f"operatorFee{name}") or "0x0") for name in ("Scalar", "Constant"))
    scaled = quantity(fields.get("gasUsed")) * scalar
    return constant + (scaled * 100 if fields.get("daFootprintGasScalar") is not None else scaled // 10**6)


def transaction(answer: Any) -> Transaction:
    fields = _mapping(answer)
    block = fields.get("blockNumber")
    to = fields.get("to")
    return Transaction(
        hash=str(fields.get("hash")),
        sender=_address(fields.get("from")),
        nonce=quantity(fields.get("nonce")),
        to=None if to is None else _address(to),
        value=quantity(fields.get("value")),
        data=_maybe_bytes(fields.get("input")) or b"",
        block_number=None if block is None else quantity(block),
    )


def _mapping(answer: Any) -> Mapping[str, Any]:
    if not isinstance(answer, dict):
        raise Unavailable("node", "The node's answer has another shape than the method's.")
    return answer


def _address(value: Any) -> Address:
    try:
        return address(str(value))
    except ValueError as error:
        raise Unavailable("node", f"The node gave {str(value)[:50]!r} where an address belongs.") from error


def _maybe_bytes(value: Any) -> bytes | None:
    if isinstance(value, str) and value.startswith("0x"):
        try:
            return bytes.fromhex(value[2:])
        except ValueError:
            return None
    return None
