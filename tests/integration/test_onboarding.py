"""From a stranger to somebody with an account, through the service's own door, on devnet."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import qrcode
from PIL import Image

from agent.chat.limits import Limit, Limits
from agent.chat.qr import PIXELS_A_MODULE, QUIET_MODULES
from agent.money import ZERO_ADDRESS
from devnet import Node
from tests.integration.people_parts import People, people

OWNER = {"owners": ("discord:1",), "operator": "Ann"}
ELSEWHERE = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
SECOND = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"
IN_TOWN: dict[str, Any] = {"server": 5}


async def test_an_owner_is_warned_then_let_in_with_the_first_account(tmp_path: Path, devnet_node: Node) -> None:
    async with people(tmp_path, devnet_node, **OWNER) as world:
        chat = world.discord
        risk = await world.say(chat, "1", "put 20 usdc to work")
        assert "can have faults that lose money" in risk.text
        assert [button.label for button in risk.buttons] == ["I understand"]
        again = await world.say(chat, "1", "yes")
        assert "First I need your word" in again.text
        assert not await world.has_account(chat, "1")
        welcome = await world.press(chat, "1", again, "I understand")
        account = world.instance.first_account
        assert account in welcome.text
        assert "20 DAI" in welcome.text or "20 USDC" in welcome.text
        assert "ETH for gas" in welcome.text
        assert "moneta wallet backup" in welcome.text
        assert welcome.private
        assert await world.account(chat, "1") == account
        user = await world.instance.service.user("discord", "1", "")
        assert await world.instance.world.ledger.acknowledged(user.id, "risk", "1") is not None
        assert "best yield" in (await world.say(chat, "1", "/start")).text
        assert "You hold" in (await world.say(chat, "1", "portfolio")).text


async def test_the_picture_is_the_accounts_qr_code(tmp_path: Path, devnet_node: Node) -> None:
    async with people(tmp_path, devnet_node, **OWNER) as world:
        await world.join(world.discord, "1")
        body = await world.say(world.discord, "1", "what is my deposit address?")
        (shown,) = body.pictures
        account = world.instance.first_account
        assert shown.caption == f"{account} on devnet"
        code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M, border=0)
        code.add_data(account)
        code.make(fit=True)
        picture = Image.open(io.BytesIO(shown.png)).convert("L")
        edge = QUIET_MODULES * PIXELS_A_MODULE + PIXELS_A_MODULE // 2
        modules = [
            [
                picture.getpixel((edge + PIXELS_A_MODULE * x, edge + PIXELS_A_MODULE * y)) == 0
                for x in range(code.modules_count)
            ]
            for y in range(code.modules_count)
        ]
        assert modules == code.get_matrix()
        assert picture.width >= 200


async def test_a_stranger_of_a_private_bot_gets_one_polite_text(tmp_path: Path, devnet_node: Node) -> None:
    async with people(tmp_path, devnet_node, **OWNER) as world:
        first = await world.say(world.telegram, "1", "deposit 100 usdc")  # another platform's 1 is another person
        assert "a bot that Ann runs" in first.text
        assert "my owner alone" in first.text
        second = await world.say(world.telegram, "1", "I understand")
        assert len(second.text) < 80
        for words in ("freeze", "invite", "link", "portfolio", "/status", "confirm", "address"):
            assert (await world.say(world.telegram, "1", words)).status == "refused"
        assert not await world.instance.world.ledger.frozen()
        assert not await world.has_account(world.telegram, "1")
        assert "without any warranty" in (await world.say(world.telegram, "1", "/terms")).text
        assert "What leaves the machine" in (await world.say(world.telegram, "1", "privacy")).text


async def test_an_invite_lets_a_person_in_with_an_account_of_their_own(tmp_path: Path, devnet_node: Node) -> None:
    async with people(tmp_path, devnet_node, **OWNER, access="invite") as world:
        await world.join(world.discord, "1")
        passed = (await world.say(world.discord, "1", "invite")).text
        code = passed.split("`")[1]
        stranger = await world.say(world.telegram, "7", "hello")
        assert "invite code" in stranger.text
        assert "hand to them in cash" in stranger.text  # custody is said before anything else
        assert "no invite code" in (await world.say(world.telegram, "7", "invite " + "A" * 16)).text
        risk = await world.say(world.telegram, "7", code)
        assert "Whoever runs the bot (Ann)" in risk.text
        welcome = await world.press(world.telegram, "7", risk, "I understand")
        account = await world.account(world.telegram, "7")
        assert account in welcome.text
        assert account not in (world.instance.first_account, ZERO_ADDRESS)
        assert "no back-up that you could make" in welcome.text
        assert "no invite code" in (await world.say(world.telegram, "8", code)).text
        for words in ("freeze", "invite"):
            answer = await world.say(world.telegram, "7", words)
            assert "Frozen" not in answer.text
            assert "works once" not in answer.text
        await world.fund(account)
        preview = await world.say(world.telegram, "7", "put 20 usdc to work")
        assert preview.status == "ready"
        done = await world.press(world.telegram, "7", preview, "Confirm")
        assert done.status == "settled"


async def test_the_next_start_knows_everybody(tmp_path: Path, devnet_node: Node) -> None:
    rule = {**OWNER, "access": "allow", "allow": ("telegram:7", "telegram:8")}
    async with people(tmp_path, devnet_node, **rule) as world:
        first = await world.join(world.telegram, "7")
    async with people(tmp_path, devnet_node, **rule) as world:
        assert "You hold" in (await world.say(world.telegram, "7", "portfolio")).text
        assert await world.account(world.telegram, "7") == first
        second = await world.join(world.telegram, "8")
        assert len({first, second, world.instance.first_account}) == 3
    async with people(tmp_path, devnet_node, **OWNER) as world:  # the rule was closed: their money is still theirs
        assert "You hold" in (await world.say(world.telegram, "7", "portfolio")).text


async def test_a_crash_between_the_yes_and_the_account_costs_nothing(tmp_path: Path, devnet_node: Node) -> None:
    async with people(tmp_path, devnet_node, **OWNER) as world:
        user = await world.instance.service.user("discord", "1", "ann")
        await world.instance.world.ledger.acknowledge(user.id, "risk", "1")
        assert world.instance.first_account in (await world.say(world.discord, "1", "hello?")).text


async def test_a_role_lets_in_and_a_direct_message_remembers_it(tmp_path: Path, devnet_node: Node) -> None:
    async with people(tmp_path, devnet_node, **OWNER, access="role", roles=("77",)) as world:
        chat = world.discord
        assert (await world.say(chat, "5", "hello", roles=[1], **IN_TOWN)).status == "refused"
        assert "can have faults" in (await world.say(chat, "5", "hello", roles=[77], **IN_TOWN)).text
        assert "Your account" in (await world.say(chat, "5", "I understand")).text


async def test_operators_set_a_servers_channels(tmp_path: Path, devnet_node: Node) -> None:
    async with people(tmp_path, devnet_node, **OWNER, operator_roles=("88",)) as world:
        chat = world.discord
        await world.join(chat, "1")
        answer = await world.say(chat, "1", "settings channels <#123456>", **IN_TOWN)
        assert answer.table is not None
        assert ("channels", "123456") in answer.table.rows
        assert "other channels" in (await world.say(chat, "1", "portfolio", **IN_TOWN)).text
        assert "You hold" in (await world.say(chat, "1", "portfolio")).text
        assert "other channels" in (await world.say(chat, "1", "portfolio", server=5)).text
        assert "Set." in (await world.say(chat, "1", "settings channels all", **IN_TOWN)).text
        assert "You hold" in (await world.say(chat, "1", "portfolio", **IN_TOWN)).text
        assert "a server's" in (await world.say(chat, "1", "settings")).text


async def test_freeze_stops_and_unfreeze_lets_go(tmp_path: Path, devnet_node: Node) -> None:
    async with people(tmp_path, devnet_node, **OWNER) as world:
        chat = world.discord
        await world.fund(await world.join(chat, "1"))
        await world.say(chat, "1", "freeze")
        assert "freeze" in (await world.say(chat, "1", "put 20 usdc to work")).text
        status = await world.say(chat, "1", "/status")
        assert status.table is not None
        assert ("frozen", "yes") in status.table.rows
        await world.say(chat, "1", "unfreeze")
        assert (await world.say(chat, "1", "put 20 usdc to work")).status == "ready"


async def test_the_withdrawal_address_is_fixed_at_first_use(tmp_path: Path, devnet_node: Node) -> None:
    async with people(tmp_path, devnet_node, **OWNER, access="allow", allow=("telegram:7",)) as world:
        chat = world.discord
        account = await world.join(chat, "1")
        await world.fund(account)
        other = await world.join(world.telegram, "7")
        for taken in (account, other):
            assert "account of this bot" in (await world.say(chat, "1", f"add {taken} as me")).text
        assert "checksum" in (await world.say(chat, "1", f"add {ELSEWHERE.replace('C5', 'c5')} as me")).text
        first = await world.say(chat, "1", f"my withdrawal address is {ELSEWHERE}")
        assert "from now on" in first.text  # devnet's operator set no delay
        preview = await world.say(chat, "1", "send 20 usdc to home")
        assert preview.status == "ready"
        changed = await world.say(chat, "1", f"add {SECOND} as me")
        assert "can be paid in 1 day" in changed.text
        assert (await world.say(chat, "1", "send 20 usdc to home")).status != "ready"
        # somebody else may have the same address: the signer's list keeps them apart
        assert "from now on" in (await world.say(world.telegram, "7", f"add {ELSEWHERE} as me")).text


async def test_two_people_may_call_different_addresses_bob(tmp_path: Path, devnet_node: Node) -> None:
    async with people(tmp_path, devnet_node, **OWNER, access="allow", allow=("telegram:7",)) as world:
        await world.join(world.discord, "1")
        await world.join(world.telegram, "7")
        assert "bob is" in (await world.say(world.discord, "1", f"add {ELSEWHERE} as bob")).text
        assert "bob is" in (await world.say(world.telegram, "7", f"add {SECOND} as bob")).text


async def test_a_flood_gets_one_reply(tmp_path: Path, devnet_node: Node) -> None:
    async with people(tmp_path, devnet_node, **OWNER) as world:
        chat = world.discord
        await world.join(chat, "1")
        world.instance.service.limits = Limits(Limit(1, 5), Limit(1, 5))
        before = len(chat.told("1"))
        for _ in range(30):
            await world.send(chat, "1", "help")
        await world.until(_all_done(world, chat))
        texts = [body.text for body in chat.told("1")[before:]]
        assert len(texts) == 6
        assert "1 messages a minute, 5 of them in a row" in texts[5]
        assert await world.instance.world.ledger.unfinished() == []


def _all_done(world: People, _: object) -> Callable[[], bool]:
    return lambda: not world.instance.service._workers and not world.instance.service.courier._tasks


@pytest.mark.parametrize("count", [12])
async def test_newcomers_at_once_get_accounts_of_their_own(tmp_path: Path, devnet_node: Node, count: int) -> None:
    who = [str(number) for number in range(100, 100 + count)]
    allow = tuple(f"telegram:{each}" for each in who)
    async with people(tmp_path, devnet_node, **OWNER, access="allow", allow=allow) as world:
        for words, replies in (("I understand", 1), ("I understand", 2)):  # the first was said before it was read
            for each in who:
                await world.send(world.telegram, each, words)
            await world.until(lambda replies=replies: all(len(world.telegram.told(w)) == replies for w in who))
            assert all([await world.has_account(world.telegram, each) == (replies == 2) for each in who])
        accounts = {await world.account(world.telegram, each) for each in who}
        assert len(accounts | {world.instance.first_account}) == count + 1
