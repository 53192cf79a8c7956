"""Type-2 transactions (EIP-1559, EIP-2718): their bytes, their hash, their signature."""

from __future__ import annotations

from dataclasses import dataclass

import rlp  # type: ignore[import-untyped]
from eth_hash.auto import keccak

from agent.execution.signer.backend import Signature
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

    @property
    def preimage(self) -> bytes:
        """What the account signs the Keccak-256 of (EIP-1559)."""
        return bytes(TYPE + rlp.encode(self._fields()))

    def signed(self, signature: Signature) -> tuple[bytes, str]:
        """The raw transaction and its hash."""
        raw = TYPE + rlp.encode([*self._fields(), signature.y, signature.r, signature.s])
        return raw, "0x" + keccak(raw).hex()
