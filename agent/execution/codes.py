"""One-time codes on their way to the signer: kept in memory for one plan, handed on with its first signature."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from agent.execution.signer.client import OnRecord, Signed, SignerClient
from agent.money import Address
from agent.plans import Plan


@dataclass
class Codes:
    """The signer as the transaction manager sees it, with the codes that people gave for their plans."""

    signer: SignerClient
    _given: dict[str, str] = field(default_factory=dict, repr=False)

    def give(self, digest: str, code: str) -> None:
        """A code for the plan of that digest, for one request."""
        self._given[digest] = code

    def forget(self, digest: str) -> None:
        """The plan has come to its end: a code that wasn't used isn't kept."""
        self._given.pop(digest, None)

    async def signed(self, plan_id: str) -> list[OnRecord]:
        """As SignerClient.signed."""
        return await self.signer.signed(plan_id)

    async def sign(
        self,
        plan: Plan,
        step: int,
        nonce: int,
        max_fee_per_gas: int,
        max_priority_fee_per_gas: int,
        outputs: Mapping[int, int] | None = None,
    ) -> Signed:
        """As SignerClient.sign, with the code of the plan, where one was given."""
        code = self._given.pop(plan.digest, None)
        fees = (max_fee_per_gas, max_priority_fee_per_gas)
        return await self.signer.sign(plan, step, nonce, *fees, outputs, code)

    async def message(self, plan: Plan, step: int) -> tuple[bytes, str]:
        """As SignerClient.message, with the code of the plan, where one was given and not used yet."""
        return await self.signer.message(plan, step, self._given.pop(plan.digest, None))

    async def replacement(
        self,
        plan: Plan,
        step: int,
        nonce: int,
        max_fee_per_gas: int,
        max_priority_fee_per_gas: int,
        *,
        replaces: str,
        outputs: Mapping[int, int] | None = None,
    ) -> Signed:
        """As SignerClient.replacement."""
        fees = (max_fee_per_gas, max_priority_fee_per_gas)
        return await self.signer.replacement(plan, step, nonce, *fees, replaces=replaces, outputs=outputs)

    async def cancel(
        self,
        account: Address,
        nonce: int,
        max_fee_per_gas: int,
        max_priority_fee_per_gas: int,
        gas: int | None = None,
    ) -> Signed:
        """As SignerClient.cancel."""
        return await self.signer.cancel(account, nonce, max_fee_per_gas, max_priority_fee_per_gas, gas)
