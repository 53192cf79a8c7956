"""Plans with an output step that go wrong half-way: bounds hold, the signer says no, the user learns what is done."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from agent.errors import Refused
from agent.execution.outcome import End
from agent.execution.signer.client import Signed
from agent.plans import Plan
from agent.replies.reply import Status
from devnet import Node
from tests.integration.swap_parts import AAVE, ETH, USDC, Swapping, put_to_work, swap, swapping

pytestmark = pytest.mark.integration

WANTED = put_to_work(swap("1", "ETH", "USDC"), AAVE)


@pytest_asyncio.fixture
async def it(devnet_node: Node, tmp_path: Path) -> AsyncIterator[Swapping]:
    async with swapping(devnet_node, tmp_path) as whole:
        yield whole


async def test_an_output_out_of_its_bounds_stops_the_plan_and_says_so(it: Swapping) -> None:
    """Somebody's trade makes the swap give far more than was confirmed: the rest would be another plan."""
    before = await it.balance("USDC")

    async def move() -> None:
        await it.move_price(1_500_000 * USDC, "USDC", "WETH")

    it.before_send(0, move)
    await it.ask(WANTED)
    reply = await it.confirm()
    assert reply.verdict is not None
    assert reply.verdict.status is Status.PARTIAL
    assert "were confirmed" in reply.text
    assert "Done: multicall of Uniswap v3 router" in reply.text
    assert "Not done: approve of USDC, supply of Aave v3 core Pool" in reply.text
    assert [tx["status"] for tx in reply.txs] == ["mined"]
    assert await it.balance("USDC") > before + 3_000 * USDC  # what it gave is the user's
    assert await it.position(AAVE) == 0
    assert await it.allowance("USDC", it.world.venues[AAVE].contract.address) == 0


async def test_a_deposit_that_fails_after_the_swap_takes_its_allowance_back(it: Swapping) -> None:
    """The venue is paused between approval and deposit: what was swapped stays in the wallet."""
    before = await it.balance("USDC")
    place = it.world.venues[AAVE].contract.address

    async def pause() -> None:
        assert await it.allowance("USDC", place) > 0
        provider = it.world.registry.protocols["aave-v3"]["core"]["provider"]
        configurator = await it.devnet.read(provider, "getPoolConfigurator()", "address")
        token = it.world.registry.token("USDC").address
        signature = "setReservePause(address asset,bool paused)"
        await it.devnet.call(configurator, signature, token, True, sender=it.devnet.admin)

    it.before_send(2, pause)
    plan, outcome = await it.run(WANTED)
    assert outcome.end is End.PARTIAL
    assert [sent.status for sent in outcome.txs] == ["mined", "mined", "reverted", "mined"]
    assert await it.allowance("USDC", place) == 0
    assert await it.balance("USDC") >= before + plan.steps[1].outputs[0].min


async def test_a_swap_that_reverts_leaves_nothing_behind(it: Swapping) -> None:
    before = await it.balance("USDC")

    async def move() -> None:
        await it.move_price(400 * ETH)
        await it.move_price(300 * ETH, fee=3000)

    it.before_send(0, move)
    _, outcome = await it.run(WANTED)
    assert [sent.status for sent in outcome.txs] == ["reverted"]
    assert outcome.end is End.PARTIAL
    assert outcome.done == ()
    assert await it.balance("USDC") == before


class Between:
    """Stands between manager and signer."""

    def __init__(self, it: Swapping) -> None:
        self.signer = it.world.signer
        self.replacement, self.cancel = it.world.signer.replacement, it.world.signer.cancel
        self.signed, self.message = it.world.signer.signed, it.world.signer.message


class Liar(Between):
    """Says another amount than the receipt does."""

    def __init__(self, it: Swapping, change: int, only: int = -1) -> None:
        super().__init__(it)
        self.change, self.only = change, only

    async def sign(
        self, plan: Plan, step: int, nonce: int, fee: int, tip: int, outputs: Mapping[int, int] | None = None
    ) -> Signed:
        told = dict(outputs or {})
        if self.only in (-1, step):
            told = {source: units + self.change for source, units in told.items()}
        return await self.signer.sign(plan, step, nonce, fee, tip, told)


@pytest.mark.parametrize(
    ("change", "only", "sent"), [(-100 * USDC, -1, 1), (500 * USDC, -1, 1), (-1 * USDC, 2, 2)],
    ids=["below the bounds", "above them", "another than before"],
)  # fmt: skip
async def test_the_signer_refuses_another_output(it: Swapping, change: int, only: int, sent: int) -> None:
    """Out of bounds at once; within them, another amount than it has signed the approval with."""
    it.world.manager.signer = Liar(it, change, only)
    before = await it.balance("USDC")
    _, outcome = await it.run(WANTED)
    assert outcome.end is End.PARTIAL
    assert [each.status for each in outcome.txs][:sent] == ["mined"] * sent
    assert ("were confirmed" if sent == 1 else "was signed as") in outcome.reason
    assert await it.balance("USDC") > before + 2_900 * USDC
    assert await it.position(AAVE) == 0
    assert await it.allowance("USDC", it.world.venues[AAVE].contract.address) == 0


@pytest.mark.parametrize("outputs", [{}, {0: 1}, {0: 10**30}, {1: 3_000 * USDC}, {0: 2_990 * USDC, 1: 5}])
async def test_the_signer_wants_exactly_the_outputs_that_are_open(it: Swapping, outputs: dict[int, int]) -> None:
    plan = await it.plan(await it.ask(WANTED))
    with pytest.raises(Refused) as refused:
        await it.world.signer.sign(plan, 1, 0, 10**9, 1, outputs)
    assert refused.value.rule == "output"


async def test_the_same_output_signs_the_same_bytes_again(it: Swapping) -> None:
    plan = await it.plan(await it.ask(WANTED))
    terms: dict[str, Any] = {"nonce": 0, "max_fee_per_gas": 10**8, "max_priority_fee_per_gas": 1}
    units = plan.steps[1].outputs[0].min
    first = await it.world.signer.sign(plan, 1, outputs={0: units}, **terms)
    assert await it.world.signer.sign(plan, 1, outputs={0: units}, **terms) == first
    with pytest.raises(Refused) as refused:
        await it.world.signer.sign(plan, 1, outputs={0: units + 1}, **terms)
    assert refused.value.rule == "output"
    dearer = {"nonce": 0, "max_fee_per_gas": 2 * 10**8, "max_priority_fee_per_gas": 2}
    with pytest.raises(Refused) as refused:
        await it.world.signer.replacement(plan, 1, **dearer, replaces=first.hash, outputs={0: units + 1})
    assert refused.value.rule == "output"
    again = await it.world.signer.replacement(plan, 1, **dearer, replaces=first.hash, outputs={0: units})
    assert again.hash != first.hash


class Refusing(Between):
    """A signer that says no to one step."""

    def __init__(self, it: Swapping, step: int) -> None:
        super().__init__(it)
        self.step = step

    async def sign(
        self, plan: Plan, step: int, nonce: int, fee: int, tip: int, outputs: Mapping[int, int] | None = None
    ) -> Signed:
        if step == self.step:
            raise Refused("fees", "Gas has become too dear.")
        return await self.signer.sign(plan, step, nonce, fee, tip, outputs)


async def test_what_an_exact_output_did_not_spend_is_taken_back_even_when_the_plan_stops(it: Swapping) -> None:
    """The step that takes the rest back is refused: the clean-up does it."""
    it.world.manager.signer = Refusing(it, 2)
    before = await it.balance("WETH")
    plan, outcome = await it.run(swap(None, "USDC", "WETH", out="0.5"))
    assert [step.role.value for step in plan.steps] == ["approval", "action", "approval", "cleanup"]
    assert outcome.end is End.PARTIAL
    assert [sent.status for sent in outcome.txs] == ["mined"] * 3
    assert await it.balance("WETH") == before + ETH // 2
    assert await it.allowance("USDC", it.router) == 0
