"""One person on two platforms, joined by a code and a yes on both sides."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from agent.replies.body import Body
from devnet import Node
from memory.people.links import LINK_DELAY
from tests.integration.people_parts import People, people

TWO = {"owners": ("discord:1",), "access": "allow", "allow": ("telegram:2",)}
ELSEWHERE = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"


async def code_of(world: People, who: str = "1") -> str:
    body = await world.say(world.discord, who, "link")
    assert body.private
    return body.text.split("`")[1].removeprefix("link ")


async def claimed(world: People, who: str = "2") -> None:
    """The code is made in Discord and said in Telegram; both sides have their buttons."""
    code = await code_of(world)
    before = len(world.discord.told("1"))
    asked = await world.say(world.telegram, who, f"link {code}")
    assert [button.label for button in asked.buttons] == ["Link them", "No"]
    assert "discord:1" in asked.text
    await world.until(lambda: len(world.discord.told("1")) > before)
    there = world.discord.told("1")[before]
    assert [button.label for button in there.buttons] == ["Link them", "No"]
    assert f"telegram:{who}" in there.text


async def both_agree(world: People, who: str = "2") -> str:
    first = await world.press(world.telegram, who, world.telegram.told(who)[-1], "Link them")
    assert "Now confirm on discord" in first.text
    return (await world.press(world.discord, "1", world.discord.told("1")[-1], "Link them")).text


async def test_a_newcomer_becomes_the_one_who_has_the_account(tmp_path: Path, devnet_node: Node) -> None:
    """Whom no rule lets in may still name a code: both sides are then the person who was let in."""
    async with people(tmp_path, devnet_node, owners=("discord:1",)) as world:
        account = await world.join(world.discord, "1")
        await world.say(world.discord, "1", f"add {ELSEWHERE} as me")
        await world.fund(account)
        preview = await world.say(world.discord, "1", "send 20 usdc to home")
        assert preview.status == "ready"
        await claimed(world)
        before, began = len(world.telegram.told("2")), world.instance.world.now()
        done = await both_agree(world)
        assert "discord:1 and telegram:2 are one person now" in done
        await world.until(lambda: len(world.telegram.told("2")) > before + 1)
        assert "one person now" in world.telegram.told("2")[-1].text
        assert await world.account(world.telegram, "2") == account
        assert "You hold" in (await world.say(world.telegram, "2", "portfolio")).text
        # what was previewed before can't be sent now, and what is asked for now waits a day
        assert (await world.press(world.discord, "1", preview, "Confirm")).status != "settled"
        for chat, who in ((world.discord, "1"), (world.telegram, "2")):
            assert (await world.say(chat, who, "send 20 usdc to home")).status != "ready"
        new = await world.say(world.telegram, "2", "add 0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC as bob")
        assert "can be paid in 23 hours" in new.text or "can be paid in 1 day" in new.text
        # deposits and withdrawals go on
        assert (await world.say(world.telegram, "2", "put 20 usdc to work")).status == "ready"
        user = await world.instance.service.user("telegram", "2", "")
        ledger = world.instance.world.ledger
        assert began <= await ledger.transfers_from(user.id) - LINK_DELAY <= world.instance.world.now()
        assert await ledger.verify_audit() == []


async def test_the_account_with_funds_wins(tmp_path: Path, devnet_node: Node) -> None:
    async with people(tmp_path, devnet_node, **TWO) as world:
        await world.join(world.discord, "1")
        theirs = await world.join(world.telegram, "2")
        await world.fund(theirs)
        await claimed(world)
        assert theirs in await both_agree(world)
        assert await world.account(world.discord, "1") == theirs


async def test_two_funded_accounts_are_not_joined(tmp_path: Path, devnet_node: Node) -> None:
    async with people(tmp_path, devnet_node, **TWO) as world:
        mine, theirs = await world.join(world.discord, "1"), await world.join(world.telegram, "2")
        await world.fund(mine)
        await world.fund(theirs)
        await claimed(world)
        refused = await both_agree(world)
        assert "Withdraw everything from one of them" in refused
        assert await world.account(world.discord, "1") == mine
        assert await world.account(world.telegram, "2") == theirs


async def test_a_position_counts_as_funds(tmp_path: Path, devnet_node: Node) -> None:
    async with people(tmp_path, devnet_node, **TWO) as world:
        mine, theirs = await world.join(world.discord, "1"), await world.join(world.telegram, "2")
        await world.fund(mine)
        await world.fund(theirs)
        preview = await world.say(world.telegram, "2", "put all my usdc to work")
        done = await world.press(world.telegram, "2", preview, "Confirm")
        assert done.status == "settled", done.text
        await claimed(world)
        assert "money in your accounts" in await both_agree(world)


@pytest.mark.parametrize("side", ["maker", "claimer"])
async def test_a_no_of_either_side_ends_it(tmp_path: Path, devnet_node: Node, side: str) -> None:
    async with people(tmp_path, devnet_node, owners=("discord:1",)) as world:
        await world.join(world.discord, "1")
        await claimed(world)
        yes, no = (world.telegram, "2"), (world.discord, "1")
        if side == "claimer":
            yes, no = no, yes
        await world.press(*yes, yes[0].told(yes[1])[-1], "Link them")
        answer = await world.press(*no, _with_buttons(no[0].told(no[1])), "No")
        assert "Nothing was linked" in answer.text
        late = await world.press(*yes, _with_buttons(yes[0].told(yes[1])), "Link them")
        assert "no such code" in late.text
        assert not await world.has_account(world.telegram, "2")


async def test_codes_cannot_be_tried_for_long(tmp_path: Path, devnet_node: Node) -> None:
    async with people(tmp_path, devnet_node, owners=("discord:1",)) as world:
        await world.join(world.discord, "1")
        code = await code_of(world)
        for _ in range(5):
            assert "no such code" in (await world.say(world.telegram, "6", "link ABCDEFGH")).text
        assert "Too many codes" in (await world.say(world.telegram, "6", f"link {code}")).text


async def test_a_third_person_can_neither_claim_nor_agree(tmp_path: Path, devnet_node: Node) -> None:
    async with people(tmp_path, devnet_node, owners=("discord:1",)) as world:
        await world.join(world.discord, "1")
        await claimed(world)
        code = _with_buttons(world.discord.told("1"))
        button = next(each.id for each in code.buttons if each.label == "Link them")
        answer = await world.say(world.telegram, "6", button, "press")
        assert "Only the person" in answer.text
        assert not await world.has_account(world.telegram, "6")


async def test_both_yes_at_once_link_once(tmp_path: Path, devnet_node: Node) -> None:
    async with people(tmp_path, devnet_node, owners=("discord:1",)) as world:
        account = await world.join(world.discord, "1")
        await claimed(world)
        await asyncio.gather(
            world.press(world.telegram, "2", world.telegram.told("2")[-1], "Link them"),
            world.press(world.discord, "1", world.discord.told("1")[-1], "Link them"),
        )
        assert await world.account(world.telegram, "2") == account
        assert await world.instance.world.ledger.verify_audit() == []


def _with_buttons(told: list[Body]) -> Body:
    """The last message that has some."""
    return next(body for body in reversed(told) if body.buttons)
