"""The transaction manager as a state machine against a model chain: whatever happens in whatever order, no step is
mined twice, no number serves two purposes, and when all is quiet the ledger says what the chain says.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from agent.errors import MonetaError
from agent.execution.points import Point, watched
from agent.plans import Plan
from memory.rows import AttemptKind, AttemptStatus, PlanStatus
from tests.unit.execution_parts import Crash, Workshop, disagree, workshop
from tests.unit.model_chain import GWEI
from tests.unit.policy_parts import CHAIN, USDC_AT
from tests.unit.signer_parts import OWNER

pytestmark = pytest.mark.unit

ENDS = (PlanStatus.SETTLED, PlanStatus.PARTIAL, PlanStatus.VOID)


class Chaos(RuleBasedStateMachine):
    """One account, one process at a time, a node that can't be trusted with anything but its blocks."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory(prefix="moneta-model-")
        self.plans: list[Plan] = []

    @initialize(strict=st.booleans(), automine=st.booleans(), by_nonce=st.booleans())
    def begin(self, strict: bool, automine: bool, by_nonce: bool) -> None:
        self.open = workshop(Path(self.folder.name), strict=strict, automine=automine, knows_by_nonce=by_nonce)
        self.it: Workshop = self.do(self.open.__aenter__())
        self.it.mines_while_waiting = True

    def do(self, work: Awaitable[Any]) -> Any:
        return self.loop.run_until_complete(work)

    # what people do

    @rule(crash=st.none() | st.tuples(st.sampled_from(Point), st.integers(0, 2)))
    def confirm(self, crash: tuple[Point, int] | None) -> None:
        """A deposit of an amount of its own, run by a process that may end at any point."""
        made = self.do(self.it.confirmed(1_000_000 + len(self.plans), fee=3 * 10**16))
        self.plans.append(made)
        self.perhaps(lambda: self.it.manager.run(made), crash)

    @rule(crash=st.none() | st.tuples(st.sampled_from((Point.REPLACING, Point.REPLACED)), st.just(0)))
    def cancel(self, crash: tuple[Point, int] | None) -> None:
        """Whatever waits is given up by its user."""
        self.perhaps(lambda: self.it.manager.cancel_stuck(OWNER, CHAIN), crash)

    @rule()
    def a_day_passes(self) -> None:
        """What was signed may still be mined, and is replaced."""
        self.it.clock.now += 86_400

    @rule(crash=st.none() | st.tuples(st.sampled_from(Point), st.integers(0, 2)))
    def recover(self, crash: tuple[Point, int] | None) -> None:
        self.perhaps(self.it.recover, crash)

    @rule()
    def acknowledge(self) -> None:
        self.do(self.it.ledger.acknowledge_strangers(OWNER, self.it.user.id))

    def perhaps(self, work: Callable[[], Awaitable[Any]], crash: tuple[Point, int] | None) -> None:
        left = -1 if crash is None else crash[1]

        def end(at: Point) -> None:
            nonlocal left
            if crash is not None and at is crash[0]:
                if left == 0:
                    raise Crash
                left -= 1

        async def go() -> None:
            try:
                with watched(end):
                    await work()
            except Crash:
                self.it.restart()
            except MonetaError:
                pass  # it is said, and nothing was signed

        self.do(go())

    # what chains and nodes do

    @rule(blocks=st.integers(1, 3))
    def mine(self, blocks: int) -> None:
        self.it.chain.mine(blocks)

    @rule()
    def stop_or_start_mining(self) -> None:
        self.it.mines_while_waiting = not self.it.mines_while_waiting

    @rule()
    def drop(self) -> None:
        self.it.chain.drop()

    @rule(depth=st.integers(1, 4), keep=st.booleans())
    def reorganise(self, depth: int, keep: bool) -> None:
        self.it.chain.reorganise(depth, keep=keep)

    @rule(gwei=st.sampled_from([1, 2, 4, 40, 400]))
    def gas(self, gwei: int) -> None:
        self.it.chain.spike(gwei * GWEI)

    @rule()
    def node_down_or_up(self) -> None:
        self.it.chain.down = not self.it.chain.down

    @rule(
        error=st.sampled_from(
            [
                "already known",
                "nonce too low",
                "replacement transaction underpriced",
                "insufficient funds for gas * price + value",
                "max fee per gas less than block base fee",
                "rate limit exceeded",
            ]
        )
    )
    def lie(self, error: str) -> None:
        """What the node says to the next bytes, without having looked at them."""
        self.it.chain.errors.append(error)

    @rule()
    def disagree_or_agree(self) -> None:
        """Endpoints say different things: nothing is signed meanwhile."""
        agreeing = self.it.chain.agree is not disagree
        self.it.chain.agree = disagree if agreeing else self.agree  # type: ignore[assignment, method-assign]

    async def agree(self, *_: object) -> None:
        return

    @rule()
    def lose_an_answer(self) -> None:
        self.it.chain.lost_answers += 1

    @precondition(lambda self: len(self.plans) > 0)
    @rule()
    def somebody_else(self) -> None:
        self.it.chain.strange()

    # what holds all the time

    @invariant()
    def nothing_is_done_twice(self) -> None:
        for each in self.plans:
            assert self.it.chain.supplied(_units(each)) <= 1

    @invariant()
    def a_number_has_one_purpose(self) -> None:
        """What no node has taken, and the process that died with it in its hands, count for nothing."""
        if not self.plans:
            return
        purposes: dict[int, set[tuple[str, int]]] = {}
        for each in self.do(self.it.attempts()):
            if each.status not in (AttemptStatus.LOST, AttemptStatus.REPLACED) and each.kind is AttemptKind.STEP:
                purposes.setdefault(each.nonce, set()).add((each.plan_id, each.step))
        assert all(len(one) == 1 for one in purposes.values()), purposes

    @invariant()
    def funds_are_held_until_the_end_and_no_longer(self) -> None:
        if not self.plans:
            return
        held = self.do(self.it.ledger.reserved(OWNER)).get(USDC_AT, 0)
        running = [each for each in self.plans if self.do(self.it.row(each)).status not in ENDS]
        assert held == sum(_units(each) for each in running)

    def teardown(self) -> None:
        if hasattr(self, "it"):
            try:
                self.quiet()
            finally:
                self.do(self.open.__aexit__(None, None, None))
        self.loop.close()
        self.folder.cleanup()

    def quiet(self) -> None:
        """Everything works again, for long enough: the ledger equals the chain."""
        chain, ledger = self.it.chain, self.it.ledger
        chain.down, chain.lost_answers, chain.automine, self.it.mines_while_waiting = False, 0, True, True
        chain.errors.clear()
        chain.agree = self.agree  # type: ignore[assignment, method-assign]
        chain.spike(GWEI)
        for _ in range(8):
            self.perhaps(self.it.recover, None)
            chain.mine()
            self.do(self._send_again_what_was_not_ours())
        self.do(ledger.acknowledge_strangers(OWNER, self.it.user.id))
        self.do(self.it.recover())
        assert self.do(ledger.unsettled()) == []
        assert self.do(ledger.open_attempts(OWNER)) == []
        assert self.do(ledger.owed(OWNER)) == []
        mined = {tx.hash: block for block in chain.blocks for tx in block.txs}
        attempts = {each.hash: each for each in self.do(self.it.attempts())}
        for tx_hash, each in attempts.items():
            assert each.mined == (tx_hash in mined), each
            if each.mined:
                assert (each.block_number, each.block_hash) == (mined[tx_hash].number, mined[tx_hash].hash)
        first = self.do(ledger.nonces(OWNER, chain.serves, 0)).first or 0
        strange = {each.nonce for each in chain.txs if not each.raw and each.nonce >= first}
        assert strange <= self.do(self._strangers())
        for each in self.plans:
            row = self.do(self.it.row(each))
            moved = [flow.units for flow in self.do(ledger.flows_of_plan(each.plan_id)) if flow.kind == "deposit"]
            assert moved == [-_units(each)] * chain.supplied(_units(each))
            assert (row.status is PlanStatus.SETTLED) == bool(moved), row
        fees = sum(1 for each in attempts.values() if each.mined)
        rows = [flow for each in self.plans for flow in self.do(ledger.flows_of_plan(each.plan_id))]
        assert len([flow for flow in rows if flow.kind == "fee"]) == fees
        assert self.do(ledger.verify_audit()) == []

    async def _send_again_what_was_not_ours(self) -> None:
        """A stranger's transaction that a reorganisation undid holds ours up, until its sender does what they are
        asked: send anything at that number.
        """
        chain, ledger = self.it.chain, self.it.ledger
        waiting = [each.nonce for each in await ledger.open_attempts(OWNER)]
        while waiting and chain.count() < min(waiting):
            if await ledger.attempts_at(OWNER, CHAIN, chain.count()):
                return  # ours to fill
            chain.strange()

    async def _strangers(self) -> set[int]:
        def read(db: Any) -> set[int]:
            return {row["nonce"] for row in db.query("SELECT nonce FROM strangers")}

        return await self.it.ledger._store.read(read)


def _units(made: Plan) -> int:
    return -made.expected[0].min


TestChaos = Chaos.TestCase
TestChaos.settings = settings(
    max_examples=20,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
)
