"""Small parts between signer, chain and ledger: codes on their way, the same chain, kinds of flows, warnings."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from agent.errors import Refused, Unavailable
from agent.execution.codes import Codes
from agent.execution.flows import Mined, flows_of, kind_of
from agent.execution.same_chain import check_same_chain
from agent.execution.strangers import said_of
from agent.plans import Plan, Role, Step
from memory.ledger import Ledger
from memory.rows import ChainMark
from tests.unit.execution_parts import Workshop, workshop
from tests.unit.model_chain import ModelChain
from tests.unit.policy_parts import ACCOUNT, CHAIN, deposit_steps, plan
from tests.unit.signer_parts import OWNER, Clock

pytestmark = pytest.mark.unit


class Asked:
    """A signer that writes down what it is asked."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def __getattr__(self, name: str) -> Any:
        async def answer(*arguments: Any, **named: Any) -> str:
            self.calls.append((name, *arguments, *named.values()))
            return f"answer to {name}"

        return answer


async def test_a_code_goes_with_one_request_of_its_plan() -> None:
    signer, made = Asked(), plan()
    other = plan(plan_id="f" * 32)
    codes: Any = Codes(signer)  # type: ignore[arg-type]
    codes.give(made.digest, "123456")
    assert await codes.sign(other, 0, 7, 9, 8) == "answer to sign"
    assert await codes.sign(made, 1, 7, 9, 8, {0: 5}) == "answer to sign"
    await codes.sign(made, 2, 8, 9, 8)
    assert signer.calls == [
        ("sign", other, 0, 7, 9, 8, None, None),
        ("sign", made, 1, 7, 9, 8, {0: 5}, "123456"),
        ("sign", made, 2, 8, 9, 8, None, None),
    ]


async def test_a_code_that_was_not_used_is_not_kept() -> None:
    signer, made = Asked(), plan()
    codes: Any = Codes(signer)  # type: ignore[arg-type]
    codes.give(made.digest, "123456")
    assert "123456" not in repr(codes)
    codes.forget(made.digest)
    codes.forget(made.digest)
    await codes.sign(made, 0, 7, 9, 8)
    assert signer.calls[-1][-1] is None


async def test_the_rest_is_the_signers_own() -> None:
    signer, made = Asked(), plan()
    codes: Any = Codes(signer)  # type: ignore[arg-type]
    assert await codes.replacement(made, 1, 7, 9, 8, replaces="0x1", outputs={0: 5}) == "answer to replacement"
    assert await codes.cancel(ACCOUNT, 7, 9, 8) == "answer to cancel"
    assert await codes.signed(made.plan_id) == "answer to signed"
    assert [call[0] for call in signer.calls] == ["replacement", "cancel", "signed"]
    assert signer.calls[0][1:6] == (made, 1, 7, 9, 8)
    assert signer.calls[1][1:5] == (ACCOUNT, 7, 9, 8)


@pytest_asyncio.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[Ledger]:
    made = await Ledger.open(tmp_path, Clock())
    yield made
    await made.close()


def chain(blocks: int = 5) -> ModelChain:
    made = ModelChain()
    made.mine(blocks)
    return made


async def test_a_new_ledger_takes_the_chain_that_it_meets(ledger: Ledger) -> None:
    model = chain()
    await check_same_chain(model, ledger, CHAIN)
    head = model.head
    assert await ledger.chain_mark() == ChainMark(CHAIN, model.blocks[0].hash, head.number, head.hash)
    model.mine(3)
    await check_same_chain(model, ledger, CHAIN)
    assert await ledger.chain_mark() == ChainMark(CHAIN, model.blocks[0].hash, head.number, head.hash)


async def test_another_id_is_another_chain(ledger: Ledger) -> None:
    with pytest.raises(Refused, match=f"serves chain {CHAIN}; this folder is for chain 1") as caught:
        await check_same_chain(chain(), ledger, 1)
    assert caught.value.rule == "another-chain"
    assert await ledger.chain_mark() is None


@pytest.mark.parametrize("change", ["shorter", "another branch"])
async def test_a_chain_without_the_last_block_is_another(ledger: Ledger, change: str) -> None:
    model = chain()
    await check_same_chain(model, ledger, CHAIN)
    other = chain(4 if change == "shorter" else 5)
    if change != "shorter":
        other.reorganise(1)
        other.mine()
    with pytest.raises(Refused, match="doesn't have block 5 of this folder's ledger") as caught:
        await check_same_chain(other, ledger, CHAIN)
    assert caught.value.rule == "another-chain"


async def test_a_node_that_does_not_answer_is_not_called_another_chain(ledger: Ledger) -> None:
    model = chain()
    await check_same_chain(model, ledger, CHAIN)
    real = model._eth_getBlockByNumber

    def late(tag: str, full: bool) -> Any:
        if tag == hex(5):
            raise Unavailable("node", "The node did not answer within 10 s.")
        return real(tag, full)

    model.instead["eth_getBlockByNumber"] = late
    with pytest.raises(Unavailable, match="did not answer"):
        await check_same_chain(model, ledger, CHAIN)


def action(venue: str, role: Role = Role.ACTION) -> Step:
    return replace(deposit_steps()[1], venue=venue, role=role)


def rebalanced(*steps: Step, action_name: str = "rebalance") -> Plan:
    return plan(*steps, intent={"action": action_name})


def test_of_a_shift_what_is_approved_is_entered() -> None:
    into = (action("b", Role.APPROVAL), action("b"))
    made = rebalanced(action("a"), *into, action("c"))
    assert [kind_of(made, each) for each in made.steps] == ["withdraw", "other", "deposit", "withdraw"]


def test_of_a_sequence_what_is_approved_is_entered_and_no_exchange() -> None:
    swap = (action("uniswap-v3", Role.APPROVAL), action("uniswap-v3"))
    into = (action("aave-v3:core:DAI", Role.APPROVAL), action("aave-v3:core:DAI"))
    made = rebalanced(action("venus:core:USDC"), *swap, *into, action_name="sequence")
    kinds = [kind_of(made, each) for each in made.steps]
    assert kinds == ["withdraw", "other", "other", "other", "deposit"]


async def test_coin_that_was_sent_is_a_flow_of_its_own(tmp_path: Path) -> None:
    async with workshop(tmp_path) as shop:
        made = await shop.confirmed()
        await shop.manager.run(made)
        receipt = await shop.chain.receipt((await shop.attempts())[1].hash)
        assert receipt is not None
        paid = replace(made.steps[1], value=7, venue="")
        whole = replace(made, intent={"action": "transfer"}, steps=(made.steps[0], paid))
        flows = {flow.token: flow for flow in flows_of(whole, Mined(1, paid, receipt), 99) if flow.kind != "fee"}
        assert (flows["native"].units, flows["native"].kind, flows["native"].venue) == (-7, "transfer", None)
        reverted = replace(receipt, ok=False, logs=())
        assert [flow.kind for flow in flows_of(whole, Mined(1, paid, reverted), 99)] == ["fee"]
        cancelled = Mined(1, paid, receipt, cancelled=True)
        assert [flow.kind for flow in flows_of(whole, cancelled, 99)] == ["fee"]


@pytest_asyncio.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Workshop]:
    async with workshop(tmp_path) as made:
        await made.run()
        yield made


async def told(shop: Workshop) -> str:
    return await said_of(shop.manager, OWNER, CHAIN)


async def test_nobody_else_uses_the_key(shop: Workshop) -> None:
    assert await told(shop) == ""


async def test_somebody_elses_transaction_is_told_beside_what_comes_out(shop: Workshop) -> None:
    shop.chain.strange()
    await shop.manager.catch_up(OWNER, CHAIN)
    said = await told(shop)
    assert "Transaction number 2 of your account was not sent by me." in said
    assert "acknowledge" in said


async def test_what_waits_at_the_node_and_is_not_ours_is_told(shop: Workshop) -> None:
    real = shop.chain._eth_getTransactionCount

    def waiting(account: str, tag: str) -> str:
        return hex(3) if tag == "pending" else real(account, tag)

    shop.chain.instead["eth_getTransactionCount"] = waiting
    said = await told(shop)
    assert said.startswith("Number 2 waits at the node and was not sent by me: this would take its place.")
    assert "acknowledge" not in said


async def test_what_waits_and_is_ours_is_no_warning(shop: Workshop) -> None:
    shop.chain.automine = False
    made = await shop.confirmed(1_000_000)
    await shop.manager.run(made)
    assert shop.chain.pending == 3
    assert await told(shop) == ""


async def test_a_number_that_somebody_takes_between_signing_and_sending(tmp_path: Path) -> None:
    """It is seen at the broadcast, and looked into at once."""
    async with workshop(tmp_path) as shop:

        async def overtake(method: str) -> None:
            if method == "eth_sendRawTransaction" and not shop.chain.txs:
                shop.chain.strange()

        shop.chain.before = overtake
        outcome = await shop.run()
        assert "Number 0 was used before mine was mined." in outcome.reason
        assert shop.seconds < 0.5
        (attempt,) = await shop.attempts()
        assert attempt.status == "replaced"
        assert shop.chain.supplied(5_000_000) == 0


async def test_a_node_that_tells_a_transaction_and_not_its_receipt_yet(tmp_path: Path) -> None:
    """It is ours, and it is mined: its receipt is waited for, nothing is sent again, nobody else is suspected."""
    async with workshop(tmp_path) as shop:
        real = shop.chain._eth_getTransactionReceipt
        shop.chain.instead["eth_getTransactionReceipt"] = lambda tx_hash: real(tx_hash) if shop.seconds > 40 else None
        outcome = await shop.run()
        assert outcome.end == "settled"
        assert len(shop.chain.sent) == 2
        assert (await shop.ledger.nonces(OWNER, CHAIN, 2)).strangers == ()
        assert shop.seconds >= 40
