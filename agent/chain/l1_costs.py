"""What a rollup's transaction pays for its place on L1: read in the snapshot's own call, then pure arithmetic.

OP stack: a fee beside gas × price. `max_fee_per_gas` doesn't bound it: it is what L1 costs when the transaction is
included. Arbitrum: a part of the gas that is used, so a transaction's own limits bound it; but a simulation leaves it
out (eth_simulateV1 without validation runs at a base fee of 0, OffchainLabs/go-ethereum internal/ethapi/simulate.go,
and at that nothing is charged for L1, OffchainLabs/nitro arbos/tx_processor.go, GasChargingHook).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agent.abi import Call
from agent.chain.contracts import arb_gas_info, gas_price_oracle
from agent.chain.multicall import Answer, aggregate, disaggregate
from agent.chain.rpc import Rpc
from agent.errors import Unavailable

if TYPE_CHECKING:
    from agent.chain.registry import Registry

SMALL, LARGE = 186, 5_032
"""The bytes that the oracle is asked for. Its upper bound is a line with a step where size + 68 is a multiple of 255:
from just under the first step to the twentieth it rises faster than anywhere beyond.
"""
MILLION_GAS = 10**6
MISSING = "l1-fee"
"""The key in a snapshot's `missing` where the fee for L1 can't be read."""
_UNITS_PADDING = (101, 100)
_PADDING_BYTES = 16
_PRICE_PADDING = (11, 10)
_CONGESTED = (7, 8)
_SIGNATURE_BYTES = 68


class L1Costs:
    """Nothing: a chain that has no L1 below it."""

    def wei(self, size: int, gas: int) -> int:
        """What a transaction pays beside its gas. `size`: bytes of it unsigned; `gas` that it uses at the most."""
        return 0

    def gas(self, size: int, base_fee: int) -> int:
        """What it uses of gas for L1, beside what a simulation says."""
        return 0


NONE = L1Costs()


@dataclass(frozen=True, slots=True)
class OpStack(L1Costs):
    """`small` and `large` are the oracle's upper bounds for SMALL and LARGE bytes, in wei. The operator's fee is
    `operator` wei and `operator_per_million` wei for a million gas.
    """

    small: int
    large: int
    operator: int = 0
    operator_per_million: int = 0

    def wei(self, size: int, gas: int) -> int:
        """Never less than the oracle's own bound for that size. That has a step each 255 bytes, hence a byte more,
        and is rounded down, hence the wei.
        """
        further = max(size + 1 - SMALL, 0)
        data = self.small + 1 + -(-(self.large + 1 - self.small) * further // (LARGE - SMALL))
        return data + self.operator + -(-self.operator_per_million * gas // MILLION_GAS)


@dataclass(frozen=True, slots=True)
class Arbitrum(L1Costs):
    """`per_byte`: wei for a byte on L1; `least`: the lowest price of gas, in wei."""

    per_byte: int
    least: int

    def gas(self, size: int, base_fee: int) -> int:
        """As a Nitro node pads its own estimates, of the bytes before they are compressed (OffchainLabs/nitro,
        arbos/l1pricing/l1pricing.go: 16 bytes and 1 % more; arbos/tx_processor.go, GetPosterGas: the price 10 % more,
        the base fee an eighth less, but not under the least).
        """
        padded = (size + _SIGNATURE_BYTES + _PADDING_BYTES) * self.per_byte
        cost = padded * _UNITS_PADDING[0] * _PRICE_PADDING[0]
        price = max(base_fee * _CONGESTED[0] // _CONGESTED[1], self.least, 1)
        return -(-cost // (_UNITS_PADDING[1] * _PRICE_PADDING[1] * price))


def reads(registry: Registry) -> list[Call]:
    """The calls whose answers `costs` needs; none on an L1."""
    oracle = registry.l1_oracle
    if oracle is None:
        return []
    if registry.l1_fee == "arbitrum":
        return [arb_gas_info.PRICES_IN_WEI.at(oracle), arb_gas_info.MINIMUM_GAS_PRICE.at(oracle)]
    return [
        gas_price_oracle.L1_FEE_UPPER_BOUND.at(oracle, SMALL),
        gas_price_oracle.L1_FEE_UPPER_BOUND.at(oracle, LARGE),
        gas_price_oracle.OPERATOR_FEE.at(oracle, 0),
        gas_price_oracle.OPERATOR_FEE.at(oracle, MILLION_GAS),
    ]


def costs(registry: Registry, answers: Sequence[Answer]) -> L1Costs | None:
    """The costs in the answers to `reads`, in their order; None where the oracle doesn't tell them."""
    if registry.l1_oracle is None:
        return NONE
    if registry.l1_fee == "arbitrum":
        prices, least = answers
        return None if prices is None or least is None else Arbitrum(int(prices[1]), int(least[0]))
    small, large, fixed, million = (None if each is None else int(each[0]) for each in answers)
    if small is None or large is None or large < small:
        return None
    if fixed is None or million is None:  # before Isthmus there is no such fee
        return OpStack(small, large)
    return OpStack(small, large, fixed, max(million - fixed, 0))


async def read(rpc: Rpc, registry: Registry) -> L1Costs:
    """The costs at the head, in one eth_call; no request on an L1. Raises Unavailable where they can't be read."""
    calls = reads(registry)
    if not calls:
        return NONE
    found = costs(registry, disaggregate(await rpc.call(registry.multicall3, aggregate(calls)), calls))
    if found is None:
        raise Unavailable("l1-fee", why_not(registry))
    return found


def why_not(registry: Registry) -> str:
    """Why the costs aren't known."""
    return f"The contract at {registry.l1_oracle} doesn't say what a transaction pays for L1."


def to_json(l1: L1Costs) -> dict[str, str] | None:
    """JSON data, integers as text; None for an L1."""
    match l1:
        case OpStack():
            numbers = {"small": l1.small, "large": l1.large, "operator": l1.operator}
            numbers["operator_per_million"] = l1.operator_per_million
            return {"kind": "op-stack", **{name: str(wei) for name, wei in numbers.items()}}
        case Arbitrum():
            return {"kind": "arbitrum", "per_byte": str(l1.per_byte), "least": str(l1.least)}
    return None


def from_json(data: Mapping[str, Any] | None) -> L1Costs:
    """What `to_json` wrote."""
    if data is None:
        return NONE
    numbers = {name: int(wei) for name, wei in data.items() if name != "kind"}
    return Arbitrum(**numbers) if data["kind"] == "arbitrum" else OpStack(**numbers)
