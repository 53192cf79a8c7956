"""The transaction manager: carries a confirmed plan out, once. Sign → journal → broadcast → receipt → settle.

Unknown is not failed: a transaction whose fate can't be learnt now leaves its plan running, and `recover` looks
its hash up later and sends the same bytes again; it never signs a step anew.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from agent.chain.rpc import Rpc
from agent.chain.rpc_types import Receipt, RpcError
from agent.errors import MonetaError, Refused, Unavailable
from agent.execution import fees
from agent.execution.flows import Mined
from agent.execution.outcome import End, Outcome, Sent
from agent.execution.outputs import known
from agent.execution.points import Point, point
from agent.execution.settle import settle
from agent.money import Address
from agent.plans import Plan, Role
from memory.ledger import Ledger
from memory.rows import Attempt, AttemptStatus, PlanStatus

RECEIPT_SECONDS = 120
LATE_SECONDS = 5  # how long recovery waits for one that was sent before: it comes back to it
FIRST_POLL_SECONDS = 0.002
LAST_POLL_SECONDS = 0.5
ALREADY_THERE = ("already known", "already imported", "known transaction")
NONCE_TAKEN = ("nonce too low", "replacement transaction underpriced", "replacement underpriced")
NOT_TAKEN = ("insufficient funds", "fee cap", "base fee", "underpriced", "intrinsic gas", "gas limit")
"""What a node says of a transaction that it didn't take (geth, core/txpool/errors.go). Any other error, such as a
rate limit, leaves its fate unknown."""
GONE = (AttemptStatus.REPLACED, AttemptStatus.LOST)


Progress = Callable[[str], Awaitable[None]]
"""Shows how far a long plan is."""


async def silent(_: str) -> None:
    """No progress is shown."""


class Signed(Protocol):
    """What the signer hands back."""

    @property
    def raw(self) -> bytes: ...
    @property
    def hash(self) -> str: ...


class Signs(Protocol):
    """The part of the signer's client that the manager uses."""

    async def sign(
        self,
        plan: Plan,
        step: int,
        nonce: int,
        max_fee_per_gas: int,
        max_priority_fee_per_gas: int,
        outputs: Mapping[int, int],
    ) -> Signed: ...


class StepFailed(MonetaError):
    """A transaction was mined and reverted."""


@dataclass
class Manager:
    """One account's sequence of transactions; `sleep` is passed in for tests."""

    rpc: Rpc
    ledger: Ledger
    signer: Signs
    receipt_seconds: int = RECEIPT_SECONDS
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    def __post_init__(self) -> None:
        self._one_at_a_time: dict[Address, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def run(self, plan: Plan, progress: Progress = silent) -> Outcome:
        """Carries out a plan whose row is confirmed, and returns what became of it.

        Raises Refused("single-use") for a plan in any other state, Unavailable("ledger") for a broken ledger.
        """
        async with self._one_at_a_time[plan.account]:
            if not await self.ledger.set_status(plan.plan_id, PlanStatus.CONFIRMED, PlanStatus.RUNNING):
                raise Refused("single-use", "That plan isn't waiting to be carried out: a confirmation counts once.")
            point(Point.RUNNING)
            mined: list[Mined] = []
            steps = sum(1 for step in plan.steps if step.role is not Role.CLEANUP)
            try:
                for index, step in enumerate(plan.steps):
                    if step.role is not Role.CLEANUP:
                        await self._check_frozen()
                        mined.append(Mined(index, step, await self._step(plan, index, mined)))
                        _raise_if_reverted(mined[-1])
                        await progress(f"{len(mined)} of {steps} transactions are mined…")
            except MonetaError as error:
                return await self._stopped(plan, mined, error)
            return await self._settle(plan, mined)

    async def recover(self, plan: Plan) -> Outcome:
        """Learns the fate of a plan that was under way and brings it to its end."""
        async with self._one_at_a_time[plan.account]:
            return await self._recover(plan)

    async def _recover(self, plan: Plan) -> Outcome:
        point(Point.RECOVERING)
        mined: list[Mined] = []
        try:
            sent = [each for each in await self.ledger.attempts(plan.plan_id) if each.status not in GONE]
            for attempt in sent:
                receipt = await self._fate(attempt)
                mined.append(Mined(attempt.step, plan.steps[attempt.step], receipt))
        except MonetaError as error:
            return await self._stopped(plan, mined, error)
        running = [index for index, step in enumerate(plan.steps) if step.role is not Role.CLEANUP]
        if [each.index for each in mined if each.receipt.ok] == running:
            return await self._settle(plan, mined)
        reverted = [each for each in mined if not each.receipt.ok]
        if reverted:
            return await self._stopped(plan, mined, _reverted(reverted[0]))
        what = "the rest" if mined else "anything"
        return await self._stopped(plan, mined, Refused("interrupted", f"I was stopped before {what} was sent"))

    async def _fate(self, attempt: Attempt) -> Receipt:
        """The receipt of an attempt; what the node doesn't know is sent again, the same bytes."""
        receipt = await self.rpc.receipt(attempt.hash)
        if receipt is None:
            await self._broadcast(attempt.raw, attempt.hash)
            receipt = await self._receipt(attempt.hash, min(self.receipt_seconds, LATE_SECONDS))
        await self._note(attempt.hash, receipt)
        return receipt

    async def _step(self, plan: Plan, index: int, mined: Sequence[Mined]) -> Receipt:
        step = plan.steps[index]
        outputs = known(plan, step, mined)
        gas_in_all = sum(each.gas for each in plan.steps)
        head = await self.rpc.block("latest")
        nonce = await self._nonce(plan.account)
        fee = fees.within(head.base_fee, step.gas, step.gas * (plan.max_total_fee_wei // gas_in_all))
        point(Point.NONCE_READ)
        signed = await self.signer.sign(
            plan, index, nonce, fee.max_fee_per_gas, fee.max_priority_fee_per_gas, outputs
        )
        point(Point.SIGNED)
        await self.ledger.record_attempt(
            plan_id=plan.plan_id,
            step=index,
            account=plan.account,
            chain_id=plan.chain_id,
            nonce=nonce,
            hash=signed.hash,
            raw=signed.raw,
            max_fee_wei=step.gas * fee.max_fee_per_gas,
        )
        point(Point.RECORDED)
        await self._broadcast(signed.raw, signed.hash)
        point(Point.BROADCAST)
        receipt = await self._receipt(signed.hash, self.receipt_seconds)
        await self._note(signed.hash, receipt)
        return receipt

    async def _check_frozen(self) -> None:
        """A freeze stops a plan between two of its steps, too; clean-ups only take allowances back and run."""
        if await self.ledger.frozen():
            raise Refused("freeze", "The operator has frozen everything", "Ask the operator.")

    async def _nonce(self, account: Address) -> int:
        """The next nonce: what the chain counts. Refuses while the ledger has one that the chain hasn't seen."""
        pending = await self.rpc.nonce(account, "pending")
        highest = await self.ledger.highest_nonce(account)
        if highest is not None and highest >= pending:
            raise Refused(
                "nonce",
                f"Transaction number {highest} of this account is signed but not mined.",
                "It is looked up and sent again first; try once more in a moment.",
            )
        return pending

    async def _broadcast(self, raw: bytes, tx_hash: str) -> None:
        """Sends the bytes. Raises Refused where the node surely didn't take them; the nonce is then free again."""
        try:
            await self.rpc.send_raw(raw)
        except RpcError as error:
            said = error.message.lower()
            if any(words in said for words in ALREADY_THERE) or await self.rpc.transaction(tx_hash) is not None:
                return
            if any(words in said for words in NONCE_TAKEN):
                await self.ledger.mark_attempt(tx_hash, AttemptStatus.REPLACED)
            elif any(words in said for words in NOT_TAKEN):
                await self.ledger.mark_attempt(tx_hash, AttemptStatus.LOST)
            else:
                raise Unavailable("node", f"The node didn't say whether it took the transaction: {said}.") from error
            raise Refused("broadcast", f"The node refused the transaction: {error.message}.") from error

    async def _receipt(self, tx_hash: str, patience: float) -> Receipt:
        """Waits for the receipt, asking often at first. Raises Unavailable where it stays unknown."""
        waited, pause = 0.0, FIRST_POLL_SECONDS
        while True:
            receipt = await self.rpc.receipt(tx_hash)
            if receipt is not None:
                return receipt
            if waited >= patience:
                raise Unavailable("node", f"Transaction {tx_hash} is sent but not mined yet.")
            await self.sleep(pause)
            waited, pause = waited + pause, min(pause * 1.5, LAST_POLL_SECONDS)

    async def _note(self, tx_hash: str, receipt: Receipt) -> None:
        point(Point.MINED)
        await self.ledger.mark_attempt(
            tx_hash,
            AttemptStatus.MINED if receipt.ok else AttemptStatus.REVERTED,
            block_number=receipt.block_number,
            block_hash=receipt.block_hash,
            gas_used=receipt.gas_used,
            fee_wei=receipt.gas_used * receipt.gas_price,
        )
        point(Point.NOTED)

    async def _stopped(self, plan: Plan, mined: list[Mined], error: MonetaError) -> Outcome:
        """A plan that can't go on: known to have failed, or not known. Clean-ups run only for what is known."""
        if isinstance(error, Unavailable) and await self.ledger.attempts(plan.plan_id):
            return await self._pending(plan, error)
        for index in _cleanups(plan, mined):
            point(Point.CLEANING)
            try:
                mined.append(Mined(index, plan.steps[index], await self._step(plan, index, mined)))
                _raise_if_reverted(mined[-1])
                point(Point.CLEANED)
            except Unavailable as unknown:
                return await self._pending(plan, unknown)
            except MonetaError as second:
                error = Refused("cleanup", f"{error} And an allowance could not be taken back: {second}")
        return await self._settle(plan, mined, error)

    async def _settle(self, plan: Plan, mined: list[Mined], stopped: MonetaError | None = None) -> Outcome:
        point(Point.SETTLING)
        try:
            return await settle(self.rpc, self.ledger, plan, mined, stopped)
        except Unavailable as error:
            return await self._pending(plan, error)

    async def _pending(self, plan: Plan, error: Unavailable) -> Outcome:
        """The plan stays running: recovery goes on with it."""
        sent = [each for each in await self.ledger.attempts(plan.plan_id) if each.status not in GONE]
        return Outcome(End.PENDING, error.message, tuple(map(_sent, sent)))


def _sent(attempt: Attempt) -> Sent:
    known = attempt.status in (AttemptStatus.MINED, AttemptStatus.REVERTED)
    return Sent(attempt.hash, str(attempt.status) if known else "pending", attempt.block_number, attempt.gas_used)


def _raise_if_reverted(mined: Mined) -> None:
    if not mined.receipt.ok:
        raise _reverted(mined)


def _reverted(mined: Mined) -> StepFailed:
    return StepFailed(f"The call of {mined.step.contract} was mined and reverted; nothing moved in it.")


def _cleanups(plan: Plan, mined: list[Mined]) -> list[int]:
    """The clean-up steps whose approval was mined and whose venue was not entered, or was but left a rest of it."""
    approved = {each.step.venue for each in mined if each.receipt.ok and each.step.role is Role.APPROVAL}
    entered = {each.step.venue for each in mined if each.receipt.ok and each.step.role is Role.ACTION}
    done = {each.index for each in mined}
    rests = {  # an approval behind the entry takes back what it didn't spend
        step.venue for index, step in enumerate(plan.steps) if step.role is Role.APPROVAL and index not in done
    } & entered
    return [
        index
        for index, step in enumerate(plan.steps)
        if step.role is Role.CLEANUP and step.venue in (approved - entered) | rests and index not in done
    ]
