"""A confirmed plan is carried out exactly once, whoever asks again and however often."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from agent.config import Settings
from agent.errors import Refused
from agent.replies.reply import Reply
from devnet import Node
from memory.rows import PlanStatus
from tests.integration.runtime_parts import (
    AAVE,
    BOB,
    MORPHO,
    USDC,
    Whole,
    deposit,
    leave_all,
    opened,
    rule,
    status,
    transfer,
    withdraw,
)

pytestmark = pytest.mark.integration


async def test_two_confirmations_at_once_run_one_plan(whole: Whole) -> None:
    before = whole.balance("USDC")
    row = await whole.row(await whole.ask(deposit("1000")))
    acting = whole.instance.service.runtime.acting
    results = await asyncio.gather(
        *(acting.confirm(whole.user, "terminal", row.plan_id) for _ in range(5)), return_exceptions=True
    )
    rules = sorted(each.rule if isinstance(each, Refused) else status(each) for each in results)  # type: ignore[arg-type]
    assert rules == ["settled", *["single-use"] * 4]  # none of the five says that the world has changed
    assert whole.balance("USDC") == before - 1000 * USDC
    assert whole.nonce() == 2
    assert len(await whole.world.ledger.plans_of(whole.user.id, 0, 2**40)) == 1


async def test_a_second_confirmation_does_nothing(whole: Whole) -> None:
    await whole.do(deposit("1000"))
    again = await whole.confirm()
    assert (status(again), rule(again)) == ("refused", "single-use")
    assert whole.nonce() == 2


async def test_a_plan_is_not_run_twice(whole: Whole) -> None:
    plan = await whole.confirmed(deposit("1000"))
    first = await whole.world.manager.run(plan)
    assert first.end == "settled"
    with pytest.raises(Refused) as caught:
        await whole.world.manager.run(plan)
    assert caught.value.rule == "single-use"
    assert whole.nonce() == 2


async def test_an_unconfirmed_plan_is_not_run(whole: Whole) -> None:
    row = await whole.row(await whole.ask(deposit("1000")))
    with pytest.raises(Refused):
        await whole.world.manager.run(row.plan)
    assert whole.nonce() == 0
    assert await whole.world.ledger.attempts(row.plan_id) == []
    assert status(await whole.confirm()) == "settled"  # it was left as it was


async def test_two_channels_that_spend_the_same_money(whole: Whole) -> None:
    """Both plans were fine when they were previewed; only one still is when the other is done."""
    await whole.ask(deposit("6000000"), "one")
    await whole.ask(deposit("6000000", venue=AAVE), "two")
    replies = await asyncio.gather(whole.confirm("one"), whole.confirm("two"))
    assert sorted(map(status, replies)) == ["settled", "void"]
    assert whole.balance("USDC") == 4_000_000 * USDC
    assert whole.nonce() == 2


async def test_a_message_elsewhere_does_not_stop_a_plan_that_starts(whole: Whole) -> None:
    """Another channel's turn looks for plans left under way; one that just begins isn't."""
    await whole.ask(deposit("1000"), "one")
    replies = await asyncio.gather(whole.confirm("one"), *(whole.say("hi", "two") for _ in range(5)))
    assert status(replies[0]) == "settled"
    assert whole.nonce() == 2


async def test_a_nonce_used_elsewhere_between_two_plans(whole: Whole) -> None:
    """The key is used elsewhere, too: that is told, and nothing goes in until its owner says that they know."""
    await whole.say(f"add {BOB} as bob")
    await whole.do(deposit("1000"))
    whole.send(whole.account, whole.token("USDC").address, "transfer(address,uint256)", BOB, 7)
    told = await whole.say("portfolio")
    assert "Transaction number 2 of your account was not sent by me" in told.text
    assert [offer.words for offer in told.offers] == ["acknowledge"]
    for intent in (deposit("500"), transfer("5")):
        preview = await whole.ask(intent)
        for _ in range(2):
            refused = await whole.confirm()
            assert (status(refused), rule(refused)) == ("refused", "external-use")
        assert await whole.status(preview) is PlanStatus.PROPOSED
    assert whole.nonce() == 3
    out = await whole.ask(withdraw("100"))  # open on exits, with a warning
    assert out.preview is not None
    assert any("number 2 of your account was not sent by me" in note for note in out.preview.notes)
    assert status(await whole.confirm()) == "settled"
    assert rule(await confirmed_anew(whole)) == "external-use"  # and that opened nothing else
    await whole.say("acknowledge")
    await whole.do(deposit("500"))
    assert "external" not in (await whole.say("hi")).text
    assert [attempt.nonce for attempt in await whole.attempts()] == [0, 1, 3, 4, 5]


async def confirmed_anew(whole: Whole) -> Reply:
    await whole.ask(deposit("500"))
    return await whole.confirm()


async def test_a_transfer_of_tokens_and_of_the_native_coin(whole: Whole) -> None:
    await whole.say(f"add {BOB} as bob")
    usdc, eth, own = whole.balance("USDC", BOB), whole.native(BOB), whole.native()
    await whole.do(transfer("20.5"))
    reply = await whole.do(transfer("1.25", "ETH"))
    assert whole.balance("USDC", BOB) - usdc == 20_500_000
    assert whole.native(BOB) - eth == 125 * 10**16
    fees = sum(attempt.fee_wei or 0 for attempt in await whole.attempts())
    assert own - whole.native() == 125 * 10**16 + fees
    flows = await whole.world.ledger.flows_of_plan((await whole.row(reply)).plan_id)
    assert [(flow.token, flow.units) for flow in flows if flow.kind == "transfer"] == [("native", -125 * 10**16)]


async def test_every_plan_ends_with_its_funds_free(whole: Whole) -> None:
    reply = await whole.ask(deposit("1000"))
    await whole.confirm()
    assert await whole.status(reply) is PlanStatus.SETTLED
    await whole.do(leave_all())
    assert await whole.world.ledger.reserved(whole.account) == {}
    assert await whole.position(MORPHO) == 0


async def test_what_is_mined_and_not_yet_deep_holds_nobody_up(devnet_node: Node, tmp_path: Path) -> None:
    async with opened(tmp_path, devnet_node, settings=Settings(confirmations=4)) as whole:
        whole.world.manager.depth_seconds = 0
        await whole.say("put 100 USDC into aave-v3:core:USDC")
        first = await whole.confirm()
        assert "Mined: put 100 USDC into aave-v3:core:USDC. 2 transactions, balances as expected." in first.text
        assert "It counts as settled with 4 confirmations." in first.text
        assert (status(first), rule(first)) == ("partial", "confirmations")
        assert first.offers == ()
        shown = await whole.say("portfolio")
        assert "Mined" not in shown.text  # it was told once
        assert shown.table is not None
        assert [row[-1] for row in shown.table.rows if row[0] == AAVE] == ["once settled"]
        await whole.say("withdraw 40 USDC from aave-v3:core:USDC")
        second = await whole.confirm()
        assert "Mined: take 40 USDC out of aave-v3:core:USDC" in second.text
        whole.chain.call("anvil_mine", "0x4")
        told = (await whole.say("help")).text
        assert "Done: put 100 USDC into aave-v3:core:USDC. 2 transactions, balances as expected." in told
        assert "Done: take 40 USDC out of aave-v3:core:USDC. 1 transaction, balances as expected." in told
        assert await whole.world.ledger.unsettled() == []
