"""Type-2 transactions (EIP-1559, EIP-2718): their bytes, their hash, their signature."""

from __future__ import annotations

from dataclasses import dataclass

import rlp  # type: ignore[import-untyped]
from coincurve import PrivateKey
from eth_hash.auto import keccak

from agent.money import Address

TYPE = b"\x02"


@dataclass(frozen=True, slots=True)
class Transaction:
    """What is signed. Fees in wei per gas, `value` in wei. The access list is always empty."""

    chain_id: int
    nonce: int
    max_priority_fee_per_gas: int
    max_fee_per_gas: int
    gas: int
    to: Address
    value: int
    data: bytes

    def _fields(self) -> list[int | bytes | list[bytes]]:
        fees = [self.max_priority_fee_per_gas, self.max_fee_per_gas]
        return [self.chain_id, self.nonce, *fees, self.gas, bytes.fromhex(self.to[2:]), self.value, self.data, []]

    def sign(self, key: PrivateKey) -> tuple[bytes, str]:
        """The raw transaction and its hash. Deterministic (RFC 6979): the same fields give the same bytes."""
        digest = keccak(TYPE + rlp.encode(self._fields()))
        signature = key.sign_recoverable(digest, hasher=None)
        r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:64], "big")
        raw = TYPE + rlp.encode([*self._fields(), signature[64], r, s])
        return raw, "0x" + keccak(raw).hex()
