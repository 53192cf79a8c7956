"""A transaction manager over a model chain: the real signer in this process, a real ledger, a clock that is told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from agent.errors import Refused, Unavailable
from agent.execution.manager import Manager
from agent.execution.outcome import Outcome
from agent.execution.parts import OnRecord
from agent.execution.points import Point, watched
from agent.execution.signer.authority import Wish
from agent.execution.signer.client import Signed
from agent.execution.signer.once import Terms
from agent.execution.signer.typed_data import sign_typed
from agent.money import Address
from agent.plans import Change, Plan, Role
from memory.ledger import Ledger
from memory.rows import Attempt, ChainMark, PlanRow, User
from tests.unit.model_chain import BLOCK_SECONDS, ModelChain
from tests.unit.policy_parts import CHAIN, POOL, USDC_AT, approval, deposit_steps, plan
from tests.unit.signer_parts import OWNER, Bench, Clock

FEE = 10**16


class Crash(BaseException):
    """The process ends here: nothing catches it."""


@dataclass
class Here:
    """The signer's own rules and record, asked without a socket. `away`: its process is gone."""

    bench: Bench
    away: bool = False
    asked: list[tuple[str, int]] = field(default_factory=list)

    async def signed(self, plan_id: str) -> Sequence[OnRecord]:
        self._reach("signed", -1)
        self.asked.pop()
        return self.bench.authority.record.of_plan(plan_id)

    async def sign(self, plan: Plan, step: int, nonce: int, fee: int, tip: int, outputs: Mapping[int, int]) -> Signed:
        return self._sign("sign", plan, step, Wish(Terms(nonce, fee, tip), outputs=outputs))

    async def message(self, plan: Plan, step: int) -> tuple[bytes, str]:
        self._reach("message", -1)
        return sign_typed(self.bench.authority, plan, step, None, None)

    async def replacement(
        self, plan: Plan, step: int, nonce: int, fee: int, tip: int, *, replaces: str, outputs: Mapping[int, int]
    ) -> Signed:
        return self._sign("replacement", plan, step, Wish(Terms(nonce, fee, tip), replaces, outputs))

    async def cancel(self, account: Address, nonce: int, fee: int, tip: int, gas: int | None = None) -> Signed:
        self._reach("cancel", nonce)
        return Signed(*self.bench.authority.cancel(account, Terms(nonce, fee, tip), *([] if gas is None else [gas])))

    def _sign(self, op: str, plan: Plan, step: int, wish: Wish) -> Signed:
        self._reach(op, wish.terms.nonce)
        return Signed(*self.bench.authority.sign(plan, step, wish))

    def _reach(self, op: str, nonce: int) -> None:
        if self.away:
            raise Unavailable("signer", "The signer can't be reached; nothing more is signed.")
        self.asked.append((op, nonce))


@dataclass
class Workshop:
    """What a test of the manager works with. `seconds` is how long it has slept."""

    chain: ModelChain
    ledger: Ledger
    signer: Here
    clock: Clock
    user: User
    manager: Manager = field(init=False)
    seconds: float = 0
    mines_while_waiting: bool = False
    made: int = 0
    on_sleep: Callable[[], None] | None = None

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Another process with the same files."""
        self.manager = Manager(self.chain, self.ledger, self.signer, 120, self.sleep, 30)

    async def sleep(self, seconds: float) -> None:
        blocks = int((self.seconds + seconds) // BLOCK_SECONDS) - int(self.seconds // BLOCK_SECONDS)
        self.seconds += seconds
        if self.on_sleep is not None:
            self.on_sleep()
        if self.mines_while_waiting and blocks:
            self.chain.mine(blocks)

    async def confirmed(self, units: int = 5_000_000, *, fee: int = FEE, cleanup: bool = True) -> Plan:
        """A deposit of that many base units, confirmed."""
        self.made += 1
        steps = deposit_steps(units, OWNER)
        back = replace(approval(POOL.address, 0), role=Role.CLEANUP)
        made = plan(
            *(replace(step, venue="pool") for step in (*steps, *((back,) if cleanup else ()))),
            account=OWNER,
            plan_id=f"{self.made:032x}",
            user=self.user.id,
            max_total_fee_wei=fee,
            not_after=self.clock() + 120,
            expected=(Change(USDC_AT, "USDC", 6, OWNER, -units, -units),),
        )
        row = await self.ledger.propose(made, origins={}, preview={}, decisions=(), channel="here")
        await self.ledger.confirm(made.plan_id, made.user, row.digest, self.clock())
        return made

    async def run(self, units: int = 5_000_000, **more: Any) -> Outcome:
        return await self.manager.run(await self.confirmed(units, **more))

    async def recover(self) -> list[Outcome]:
        """What a start does: catches up, brings plans to their end, tidies."""
        await self.manager.catch_up(OWNER, CHAIN)
        ends = [await self.manager.recover(row.plan) for row in await self.ledger.unsettled()]
        await self.manager.tidy(OWNER)
        return ends

    async def crash_at(self, name: Point, units: int = 5_000_000, *, passed: int = 0) -> Plan:
        """Runs a deposit in a process that ends at the `passed + 1`-th passage of a point."""
        made = await self.confirmed(units)
        await self.crash(name, lambda: self.manager.run(made), passed)
        return made

    async def crash(self, name: Point, work: Callable[[], Any], passed: int = 0) -> None:
        left = passed

        def end(at: Point) -> None:
            nonlocal left
            if at is name:
                if not left:
                    raise Crash
                left -= 1

        try:
            with watched(end):
                await work()
        except Crash:
            self.restart()
            return
        raise AssertionError(f"it never came to {name}")

    async def row(self, made: Plan) -> PlanRow:
        found = await self.ledger.plan(made.plan_id)
        assert found is not None
        return found

    async def attempts(self) -> list[Attempt]:
        """Everything that was ever recorded, in order."""
        rows = await self.ledger.plans_of(self.user.id, 0, 2**40)
        found = [each for row in rows for each in await self.ledger.attempts(row.plan_id)]
        return sorted(found, key=lambda each: each.id)

    async def refused(self) -> str:
        """The rule that stops the next plan; '' where it goes through."""
        outcome = await self.run(1_000_000 + self.made)
        return "" if outcome.end == "settled" else outcome.reason


@asynccontextmanager
async def workshop(folder: Path, **chain: Any) -> AsyncIterator[Workshop]:
    """A fresh one. The chain's settings may be given."""
    clock = Clock()
    bench = Bench(folder, clock)
    bench.unlock()
    model = model_chain(**chain)
    ledger = await Ledger.open(folder, clock)
    try:
        user = await ledger.ensure_user("terminal", "owner", "you")
        await ledger.ensure_account(user.id, OWNER, 0)
        await ledger.mark_chain(ChainMark(CHAIN, model.blocks[0].hash, model.head.number, model.head.hash))
        yield Workshop(model, ledger, Here(bench), clock, user)
    finally:
        await ledger.close()
        bench.record.close()


async def disagree(*_: object) -> None:
    """In the place of a chain's `agree`."""
    raise Refused("endpoints", "The endpoints of this chain disagree on the head, so nothing is sent.")


def model_chain(**settings: Any) -> ModelChain:
    made = ModelChain(**settings)
    made.mine(3)
    return made
