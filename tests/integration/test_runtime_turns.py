"""Turns of a whole instance: what is said, what is done, and that every message gets one reply."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.errors import Refused
from agent.money import address, text_from_units
from devnet import Node
from memory.rows import Inbound, PlanStatus
from tests.integration.runtime_parts import (
    BOB,
    CAROL,
    CHANNEL,
    MORPHO,
    USDC,
    Whole,
    deposit,
    leave_all,
    opened,
    rule,
    status,
    withdraw,
)

pytestmark = pytest.mark.integration


async def test_the_story(whole: Whole) -> None:
    """In words, with the chain read apart: the wallet ends with its start and what the ledger says was earned."""
    start = whole.balance("USDC")
    assert status(await whole.say("put 1,000 USDC to work")) == "ready"
    assert status(await whole.say("confirm")) == "settled"
    assert whole.balance("USDC") == start - 1000 * USDC
    await whole.say("advance 30 days")
    assert status(await whole.say("withdraw half my usdc")) == "ready"
    assert status(await whole.say("yes")) == "settled"
    assert MORPHO in (await whole.say("why did you choose that venue?")).text
    assert status(await whole.say("get me out of everything")) == "ready"
    assert status(await whole.say("y")) == "settled"
    net = (await whole.world.ledger.net_deposits(whole.account))[MORPHO, str(whole.token("USDC").address)]
    assert whole.balance("USDC") == start + net.withdrawn - net.deposited > start
    shown = await whole.say("portfolio")
    assert shown.table is not None
    (row,) = [row for row in shown.table.rows if row[0] == MORPHO]
    assert row[-1] == f"{text_from_units(net.withdrawn - net.deposited, 6)} USDC"


async def test_paused_closes_entries_and_leaves_exits_open(whole: Whole) -> None:
    await whole.say(f"add {BOB} as bob")
    await whole.do(deposit("1000"))
    before = await whole.ask(deposit("5"), "elsewhere")
    await whole.say("pause")
    for text in ("put 1,000 USDC to work", "send 20 usdc to bob", "send 1 eth to bob"):
        assert rule(await whole.say(text)) == "pause", text
    assert rule(await whole.confirm("elsewhere")) == "pause"
    assert await whole.status(before) is PlanStatus.PROPOSED
    assert whole.nonce() == 2
    assert status(await whole.say("withdraw 400 usdc")) == "ready"
    assert status(await whole.say("confirm")) == "settled"
    await whole.do(leave_all())
    assert await whole.position(MORPHO) == 0
    await whole.say("resume")
    assert status(await whole.say("send 20 usdc to bob")) == "ready"


async def test_pausing_takes_back_what_waits(whole: Whole) -> None:
    preview = await whole.say("put 1,000 USDC to work")
    await whole.say("pause")
    assert rule(await whole.say("confirm")) == "nothing-pending"
    assert await whole.status(preview) is PlanStatus.CANCELLED


async def test_money_goes_to_contacts_only(whole: Whole) -> None:
    bob, carol = whole.balance("USDC", BOB), whole.balance("USDC", CAROL)
    assert status(await whole.say("send 20 usdc to carol")) == "asked"
    assert status(await whole.say(f"send 20 usdc to {CAROL}")) in ("asked", "refused")
    await whole.say(f"add {BOB} as bob")
    assert status(await whole.say("send 20 usdc to bob")) == "ready"
    assert status(await whole.say("confirm")) == "settled"
    assert (whole.balance("USDC", BOB) - bob, whole.balance("USDC", CAROL) - carol) == (20 * USDC, 0)
    again = await whole.say(f"add {CAROL} as bob")
    assert status(again) == "refused"
    known = [contact["address"] for contact in await whole.world.signer.contacts()]
    assert known == [BOB]  # the signer learns no address that the address book refused
    assert status(await whole.say("send 1 usdc to bob")) == "ready"
    await whole.say("confirm")
    assert whole.balance("USDC", BOB) - bob == 21 * USDC


async def test_an_unripe_contact_is_not_paid(whole: Whole) -> None:
    now = whole.world.now()
    await whole.world.ledger.add_contact(whole.user.id, "bob", address(BOB), now + 3_600)
    reply = await whole.say("send 20 usdc to bob")
    assert status(reply) == "asked"
    assert "yet" in reply.text


async def test_a_contact_that_only_the_chat_knows_is_not_paid(whole: Whole) -> None:
    """The chat process may claim what it likes: the signer has an address book of its own."""
    await whole.world.ledger.add_contact(whole.user.id, "bob", address(BOB), 0)
    before = whole.balance("USDC", BOB)
    await whole.say("send 20 usdc to bob")
    reply = await whole.say("confirm")
    assert (status(reply), whole.balance("USDC", BOB), whole.nonce()) == ("void", before, 0)


async def test_only_the_last_turn_can_be_nodded_through(whole: Whole) -> None:
    await whole.say("put 1,000 USDC to work")
    await whole.say("how am I doing?")
    assert rule(await whole.say("yes")) == "nothing-pending"
    assert whole.nonce() == 0


async def test_a_newer_preview_takes_the_place_of_the_older(whole: Whole) -> None:
    first = await whole.say("put 1,000 USDC to work")
    second = await whole.say("put 2,000 USDC to work")
    assert await whole.status(first) is PlanStatus.CANCELLED
    assert status(await whole.say("confirm")) == "settled"
    assert await whole.status(second) is PlanStatus.SETTLED
    assert whole.balance("USDC") == 10_000_000 * USDC - 2000 * USDC


async def test_no_is_no(whole: Whole) -> None:
    for word in ("no", "n", "cancel", "/cancel"):
        preview = await whole.say("put 1,000 USDC to work")
        await whole.say(word)
        assert await whole.status(preview) is PlanStatus.CANCELLED, word
    reply = await whole.say("/confirm")
    assert status(reply) == "refused"
    assert whole.nonce() == 0


async def test_nobody_else_can_confirm(whole: Whole) -> None:
    preview = await whole.ask(deposit("1000"))
    other = await whole.instance.service.user("terminal", "somebody", "somebody")
    answer = await whole.instance.service.handle(Inbound("terminal", "x", "terminal", other.id, "/confirm"))
    assert answer is not None
    assert rule(answer.reply) == "nothing-pending"
    acting = whole.instance.service.runtime.acting
    row = await whole.row(preview)
    with pytest.raises(Refused) as caught:
        await acting.confirm(other, "terminal", row.plan_id)
    assert caught.value.rule == "owner"
    assert await whole.status(preview) is PlanStatus.PROPOSED


async def test_the_same_update_is_answered_once(whole: Whole) -> None:
    message = Inbound("terminal", "one", "terminal", whole.user.id, "put 1,000 USDC to work")
    assert await whole.instance.service.handle(message) is not None
    assert await whole.instance.service.handle(message) is None
    assert len(await whole.world.ledger.plans_of(whole.user.id, 0, 2**40)) == 1


async def test_everything_goes_on_without_memory(whole: Whole) -> None:
    await whole.do(deposit("1000"))
    await whole.world.memory.close()
    assert status(await whole.say("withdraw 100 usdc")) == "ready"
    assert status(await whole.say("confirm")) == "settled"
    assert status(await whole.say("get me out of everything")) == "ready"


async def test_a_fault_of_ours_is_a_reply_and_the_next_message_too(
    whole: Whole, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("token 0xsecret")

    with monkeypatch.context() as patch:
        patch.setattr(type(whole.world), "rank", broken)
        reply = await whole.say("put 1,000 USDC to work")
    assert (status(reply), rule(reply)) == ("refused", "fault")
    assert "0xsecret" not in reply.text
    assert status(await whole.say("put 1,000 USDC to work")) == "ready"


async def test_what_a_stopped_program_owes_is_said_at_the_start(devnet_node: Node, tmp_path: Path) -> None:
    async with opened(tmp_path, devnet_node) as first:
        service = first.instance.service
        await first.world.ledger.accept(Inbound("terminal", "a", "terminal", first.user.id, "withdraw everything"))
        answer = await service.handle(Inbound("terminal", "b", "terminal", first.user.id, "what can you do?"))
        assert answer is not None  # and never delivered
        expected = answer.reply.as_json()["reply"]
    async with opened(tmp_path, devnet_node) as second:
        service = second.instance.service
        assert await service.recover() == []  # no plan was under way
        told = [reply.text for reply in await service.leftovers("terminal")]
        assert len(told) == 2
        assert expected in told[0]
        assert "withdraw everything" in told[1]
        assert await service.leftovers("terminal") == []


async def test_one_executor_in_a_folder(whole: Whole, tmp_path: Path) -> None:
    with pytest.raises(Refused) as caught:
        async with opened(tmp_path, whole.node):
            raise AssertionError("two executors")
    assert caught.value.rule == "one-executor"
    await whole.do(deposit("1000"))


async def test_history_and_reasons_after_the_fact(whole: Whole) -> None:
    await whole.say("put 1,000 USDC to work")
    settled = await whole.say("confirm")
    await whole.do(withdraw("100"))
    shown = await whole.say("history")
    assert shown.table is not None
    hashes = " ".join(row[-1] for row in shown.table.rows)
    assert all(str(tx["hash"]) in hashes for tx in settled.txs)
    why = await whole.say("why did you choose that venue?")
    assert why.table is not None
    assert len(why.table.rows) >= 5
    await whole.do(withdraw("100", venue=None))
    both = await whole.say("why did you choose that venue?")
    assert both.text.startswith(why.text.partition(" After that")[0])
    assert "After that, on" in both.text
    assert "I chose to take 100 USDC out of" in both.text
    assert both.table == why.table


async def test_why_tells_of_what_needed_no_venue_chosen(whole: Whole) -> None:
    """A swap after a deposit, and a swap alone: neither is passed over for an older choice."""
    await whole.say("swap 1 ETH to USDC")
    assert status(await whole.say("confirm")) == "settled"
    why = await whole.say("why?")
    assert "swap 1 ETH" in why.text
    assert "best price" in why.text
    await whole.say("put 1,000 USDC to work")
    assert status(await whole.say("confirm")) == "settled"
    assert "swap" not in (await whole.say("why?")).text
    await whole.say("swap 2 ETH to USDC")
    waiting = await whole.say("why?")
    assert "swap 2 ETH" in waiting.text
    assert "you haven't confirmed it" in waiting.text
    await whole.say("cancel")
    assert "swap" not in (await whole.say("why?")).text, "a preview that was taken back was never done"
    await whole.say("swap 2 ETH to USDC")
    await whole.say("confirm")
    both = await whole.say("why?")
    assert "swap 2 ETH" in both.text.partition(MORPHO)[0]
    assert "confirmed it" not in both.text
    assert MORPHO in both.text
    await whole.do(withdraw("100"))
    after = await whole.say("why?")
    assert "take 100 USDC out" in after.text.partition(MORPHO)[2]


async def test_forgetting_goes_as_far_as_it_says(whole: Whole) -> None:
    memory, other = whole.world.memory, "terminal:elsewhere"
    await memory.remember_turn(whole.user.id, other, "user", "kept elsewhere")
    await whole.say("best yield for usdc?")
    assert "what we said here" in (await whole.say("forget this conversation")).text
    assert await memory.recent(whole.user.id, CHANNEL, 9) == []
    assert len(await memory.recent(whole.user.id, other, 9)) == 1
    await whole.say("forget everything")
    assert await memory.recent(whole.user.id, other, 9) == []
