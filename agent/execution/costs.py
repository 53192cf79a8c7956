"""What transactions may cost, gas and their part for L1 together: what plans, reserves and break-even count with."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from agent.chain.l1_costs import Arbitrum, L1Costs, OpStack
from agent.chain.snapshot import Snapshot
from agent.execution import fees
from agent.plans import Step

ENVELOPE_BYTES = 90
"""An unsigned EIP-1559 transaction beside its calldata, RLP-encoded, at the most: type, list header, chain id, nonce,
both fees, gas and value of up to 12 bytes each, address, the calldata's own header, an empty access list."""
CALL_BYTES = ENVELOPE_BYTES + 4 + 12 * 32
"""A call of twelve words: what a transaction counts as whose steps aren't known yet. The longest call of a lending
protocol here, Morpho's withdraw, has nine."""
L1_TIMES = 2
"""L1's price may double before a plan's last transaction is included: six full L1 blocks at 12.5 % (EIP-1559, and
EIP-4844 for blobs), 72 seconds."""
SIGNED_L1 = (5, 4)
"""What is kept for L1 once a transaction is about to be sent: a quarter more than now, nearly two full L1 blocks."""


@dataclass(frozen=True, slots=True)
class Costs:
    """Prices at one block: the base fee in wei per gas, and what L1 asks for."""

    base_fee: int
    l1: L1Costs

    @property
    def habit(self) -> fees.Habit:
        return habit_of(self.l1)

    @property
    def max_fee_per_gas(self) -> int:
        """What is offered for a gas, in wei."""
        return fees.offered(self.base_fee, self.habit).max_fee_per_gas

    def limit(self, gas: int, size: int = CALL_BYTES) -> int:
        """A gas limit with what Arbitrum takes of it for L1; that may double, too."""
        return gas + L1_TIMES * self.l1.gas(size, self.base_fee)

    def wei(self, gas: int, transactions: int = 1) -> int:
        """The most that so many transactions of usual size cost, which take `gas` together (without L1's part)."""
        for_l1 = transactions * L1_TIMES * self.l1.gas(CALL_BYTES, self.base_fee)
        beside = transactions * L1_TIMES * self.l1.wei(CALL_BYTES, -(-gas // transactions))
        return (gas + for_l1) * self.max_fee_per_gas + beside

    def present(self, gas: int, transactions: int = 1) -> int:
        """What so many transactions of usual size cost at this block's prices, in wei: no room for them to rise."""
        gas += transactions * self.l1.gas(CALL_BYTES, self.base_fee)
        beside = transactions * self.l1.wei(CALL_BYTES, -(-gas // transactions))
        return gas * (self.base_fee + self.habit.tip) + beside

    def of_steps(self, steps: Iterable[Step]) -> int:
        """The most that these steps cost, in wei: their gas limits at the offered price, and L1's part."""
        return self._at(self.max_fee_per_gas, steps)

    def least_of_steps(self, steps: Iterable[Step]) -> int:
        """The same at a price that a full block more still includes (12.5 %, EIP-1559): with less it isn't tried."""
        return self._at(self.base_fee * 9 // 8 + self.habit.tip, steps)

    def _at(self, price: int, steps: Iterable[Step]) -> int:
        return sum(
            step.gas * price + (L1_TIMES * self.l1.wei(size_of(step), step.gas) if step.gas else 0) for step in steps
        )

    def expected(self, steps: Collection[Step], used: Collection[int]) -> int:
        """What running steps cost that use so much gas each, as a simulation says it, in wei."""
        return sum(
            (gas + self.l1.gas(size_of(step), self.base_fee)) * self.max_fee_per_gas + self.l1.wei(size_of(step), gas)
            for step, gas in zip(steps, used, strict=True)
            if not step.typed
        )


def costs_at(snapshot: Snapshot) -> Costs:
    """The prices of a snapshot that has its block's own base fee."""
    return Costs(snapshot.block.base_fee, snapshot.l1)


def habit_of(l1: L1Costs) -> fees.Habit:
    """How the chain's gas is paid."""
    match l1:
        case OpStack():
            return fees.OP_STACK
        case Arbitrum():
            return fees.ARBITRUM
    return fees.ETHEREUM


def size_of(step: Step) -> int:
    """Bytes of the step's unsigned transaction, at the most; an open amount is as long as any. A message is none."""
    if step.typed:
        return 0
    return ENVELOPE_BYTES + len(step.data_with({each.step: each.max for each in step.outputs}))


def kept_for_l1(l1: L1Costs, size: int, gas: int) -> int:
    """Wei to keep beside the gas of a transaction that is signed now."""
    times, parts = SIGNED_L1
    return -(-l1.wei(size, gas) * times // parts)
