"""Attacks on the seams: a yes that was meant for something else, a look that is stale, an identity that changed."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import Any

import pytest

from agent.runtime.sights import Sights
from agent.runtime.turn import Said
from devnet import Node
from memory.rows import Inbound
from tests.integration import runtime_parts, schedule_parts
from tests.integration.patience import until
from tests.integration.people_parts import People, people
from tests.integration.runtime_parts import BOB, CAROL, status

pytestmark = pytest.mark.integration

OWNER: dict[str, Any] = {"owners": ("discord:1",)}
CORE, VENUS = "aave-v3:core:USDC", "venus:core:USDC"


async def joined(world: People) -> None:
    await world.fund(await world.join(world.discord, "1"))


async def previewed(world: People, text: str = "deposit 100 usdc into aave core") -> Any:
    body = await world.say(world.discord, "1", text)
    assert body.status == "ready", body.text
    return body


async def nonce(world: People) -> int:
    return await world.instance.world.rpc.nonce(await world.account(world.discord, "1"))


@pytest.mark.parametrize("between", ["terms", "link", "my address", "status"])
async def test_a_yes_to_something_else_confirms_no_plan(tmp_path: Path, devnet_node: Node, between: str) -> None:
    async with people(tmp_path, devnet_node, **OWNER) as world:
        await joined(world)
        await previewed(world)
        await world.say(world.discord, "1", between)
        assert (await world.say(world.discord, "1", "yes")).status != "settled"
        assert await nonce(world) == 0


async def test_a_yes_to_a_strangers_link_confirms_no_plan(tmp_path: Path, devnet_node: Node) -> None:
    async with people(tmp_path, devnet_node, **OWNER) as world:
        await joined(world)
        code = (await world.say(world.discord, "1", "link")).text.split("`")[1].removeprefix("link ")
        await previewed(world)
        before = len(world.discord.told("1"))
        await world.say(world.telegram, "9", f"link {code}")
        await world.until(lambda: len(world.discord.told("1")) > before)
        assert "Is that you?" in world.discord.told("1")[-1].text
        assert (await world.say(world.discord, "1", "yes")).status != "settled"
        assert await nonce(world) == 0


@pytest.mark.parametrize("word", ["yes", "/confirm"])
async def test_a_yes_that_a_crash_cut_off_confirms_no_preview_made_after_it(
    tmp_path: Path, devnet_node: Node, word: str
) -> None:
    """The first preview was void, a new one was written down, and the process ended before it was shown."""
    async with people(tmp_path, devnet_node, **OWNER) as world:
        await joined(world)
        service = world.instance.service
        user = await service.user("discord", "1", "")
        await previewed(world)
        row = await service.ledger.accept(Inbound("discord", "cut", "discord:1", user.id, word, "text", {}))
        assert row is not None
        runtime = service.runtime
        await runtime.turn(Said(user, "discord:1", "deposit 200 usdc into aave core"))  # as a renewal leaves it
        service._resumed = False
        before = len(world.discord.told("1"))
        await service.resume()
        await world.until(lambda: len(world.discord.told("1")) > before)
        assert await nonce(world) == 0
        for again in ("yes", "/confirm"):
            assert (await world.say(world.discord, "1", again)).status != "settled"
        assert await nonce(world) == 0


async def test_a_preview_that_a_crash_kept_from_the_terminal_is_not_there_to_confirm(
    tmp_path: Path, devnet_node: Node
) -> None:
    async with runtime_parts.opened(tmp_path, devnet_node) as whole:
        service = whole.instance.service
        message = Inbound("terminal", "cut", runtime_parts.CHANNEL, whole.user.id, "deposit 100 usdc into aave core")
        assert await service.ledger.accept(message) is not None
        await service.runtime.turn(Said(whole.user, message.channel, message.text))
        (told,) = await service.leftovers("terminal")
        assert "Say it again" in told.text
        assert status(await whole.say("yes")) != "settled"
        assert status(await whole.say("/confirm")) != "settled"
        assert whole.nonce() == 0


async def test_a_pause_while_a_confirmation_waits_its_turn_counts(tmp_path: Path, devnet_node: Node) -> None:
    async with runtime_parts.opened(tmp_path, devnet_node) as whole:
        await whole.say("deposit 100 usdc into aave core")
        executing = whole.world.executing[whole.account]
        await executing.acquire()
        waiting = asyncio.create_task(whole.confirm())
        await until(lambda: executing._waiters)
        await whole.say("pause", channel="elsewhere")
        executing.release()
        assert status(await waiting) == "refused"
        assert whole.nonce() == 0


async def test_the_old_withdrawal_address_is_not_paid_after_it_was_replaced(
    tmp_path: Path, devnet_node: Node
) -> None:
    """The old one can't be paid any more holds for a preview that was shown before, too."""
    async with runtime_parts.opened(tmp_path, devnet_node) as whole:
        await whole.say(f"my withdrawal address is {BOB}")
        preview = await whole.say("send 20 usdc to home")
        assert status(preview) == "ready", preview.text
        assert "can't be paid any more" in (await whole.say(f"my withdrawal address is {CAROL}", "other")).text
        before = whole.balance("USDC", BOB)
        assert status(await whole.confirm()) == "refused"
        assert whole.balance("USDC", BOB) == before


async def test_a_plan_that_ended_meanwhile_is_not_recovered_again(tmp_path: Path, devnet_node: Node) -> None:
    """Recovery comes while a plan is carried out, and once more when it has told its own end."""
    async with runtime_parts.opened(tmp_path, devnet_node) as whole:
        plan = await whole.confirmed(runtime_parts.deposit("100", venue=CORE))
        recovering = whole.instance.service.runtime.recovering
        async with whole.world.executing[whole.account]:
            assert await recovering.all() == []  # whoever carries it out tells its end
            await whole.world.manager.run(plan)
        assert await recovering.all() == []


async def test_a_move_under_a_mandate_does_not_put_back_what_the_user_took_out(
    tmp_path: Path, devnet_node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user's withdrawal is mined between the schedule's look and its move."""
    async with schedule_parts.opened(tmp_path, devnet_node) as desk:
        for text in ("deposit 40,000 usdc into aave core", "/confirm"):
            await desk.say(text)
        await desk.say("keep my usdc well placed, at most 50,000 a venue")
        await desk.say("yes")
        await desk.say("withdraw 39,000 usdc from aave core")
        taken, looks = Sights.of, list[Any]()

        async def meanwhile(sights: Sights, account: Any) -> Any:
            seen = await taken(sights, account)
            if not looks:
                done = await desk.say("/confirm")
                assert status(done) == "settled", done.text
            looks.append(seen)
            return seen

        account = await desk.world.account(desk.user)
        monkeypatch.setattr(Sights, "of", meanwhile)
        await desk.schedule.tick()
        assert looks
        seen = await desk.world.snapshot(account)
        assert seen.venues[VENUS].position <= 1_001 * 10**6
        assert seen.balances["USDC"] >= 39_000 * 10**6
        assert await desk.world.ledger.verify_audit() == []
        statuses = {row.status for row in await desk.world.ledger.plans_of(desk.user.id, 0, 2**40)}
        assert "partial" not in statuses


async def test_a_mandate_whose_grant_was_cut_off_still_tells_of_its_moves(tmp_path: Path, devnet_node: Node) -> None:
    async with schedule_parts.opened(tmp_path, devnet_node) as desk:
        for text in ("deposit 40,000 usdc into aave core", "/confirm"):
            await desk.say(text)
        await desk.say("keep my usdc well placed, at most 50,000 a venue")

        async def cut(*_: Any) -> Any:
            raise asyncio.CancelledError

        put = desk.world.ledger.set_settings
        desk.world.ledger.set_settings = cut  # type: ignore[method-assign, assignment]
        with contextlib.suppress(asyncio.CancelledError):
            await desk.say("yes")
        desk.world.ledger.set_settings = put  # type: ignore[method-assign]
        assert await desk.world.ledger.mandate(desk.user.id) is not None
        await desk.schedule.tick()
        assert await desk.position(VENUS)
        await desk.instance.service.courier.drain(60)
        assert desk.heard.rows


async def test_strangers_can_start_nothing(tmp_path: Path, devnet_node: Node) -> None:
    async with people(tmp_path, devnet_node, **OWNER) as world:
        await joined(world)
        preview = await previewed(world)
        button = next(each.id for each in preview.buttons if each.label == "Confirm")
        for said, kind in (
            ("/confirm", "text"),
            ("yes", "text"),
            (button, "press"),
            ("deposit 100 usdc into aave core", "text"),
            ("/confirm", "text"),
            ("freeze", "text"),
            ("I understand", "text"),
            ("nothing-known", "press"),
        ):
            body = await world.say(world.telegram, "9", said, kind)
            assert body.status != "settled"
        assert not await world.has_account(world.telegram, "9")
        assert not await world.instance.world.ledger.frozen()
        assert await nonce(world) == 0
        same = Inbound(
            "discord",
            "twice",
            "discord:1",
            (await world.instance.service.user("discord", "1", "")).id,
            button,
            "press",
            {},
        )
        got = await asyncio.gather(*(world.instance.service.receive(same) for _ in range(5)))
        assert sum(row is not None for row in got) == 1
        await world.until(lambda: world.discord.told("1")[-1].status == "settled")
        assert await nonce(world) == 2


async def test_forgetting_leaves_nothing_half_forgotten_to_confirm(tmp_path: Path, devnet_node: Node) -> None:
    async with people(tmp_path, devnet_node, **OWNER) as world:
        await joined(world)
        preview = await world.say(world.discord, "1", "deposit 100 usdc into aave core", server="7", shared=True)
        await world.instance.world.ledger.forget_words((await world.instance.service.user("discord", "1", "")).id)
        opened = await world.press(world.discord, "1", preview, "Open")
        assert "inside me" not in opened.text
        assert (await world.press(world.discord, "1", preview, "Details")).text
        done = await world.press(world.discord, "1", preview, "Confirm")
        assert "Done: ." not in done.text
        assert await world.instance.world.ledger.verify_audit() == []


async def test_a_yes_as_one_of_two_persons_is_none_after_they_became_one(tmp_path: Path, devnet_node: Node) -> None:
    """The maker said yes to a first code, then was linked away by a second: the first one joins nobody any more."""
    settings = {"owners": ("discord:1",), "access": "allow", "allow": ("telegram:2",)}
    async with people(tmp_path, devnet_node, **settings) as world:
        await world.join(world.discord, "1")
        theirs = await world.join(world.telegram, "2")
        await world.fund(theirs)
        ledger = world.instance.world.ledger
        one, two, three = [
            (await world.instance.service.user(chat.platform, who, "")).id
            for chat, who in ((world.discord, "1"), (world.telegram, "2"), (world.telegram, "3"))
        ]
        first = await ledger.add_link(one, "discord", "discord:1")
        await ledger.claim_link(first, three, "telegram", "telegram:3")
        await ledger.agree_to_link(first, one)
        second = await ledger.add_link(two, "telegram", "telegram:2")
        link = await ledger.claim_link(second, one, "discord", "discord:1")
        await ledger.merge(link, two, one)
        late = await world.say(world.telegram, "3", f"confirm link {first}")
        assert "no such code" in late.text
        assert not await world.has_account(world.telegram, "3")
        assert await ledger.verify_audit() == []


async def test_after_a_link_only_one_of_the_two_is_told_and_all_of_both_is_forgotten(
    tmp_path: Path, devnet_node: Node
) -> None:
    settings = {"owners": ("discord:1",), "access": "allow", "allow": ("telegram:2",)}
    async with people(tmp_path, devnet_node, **settings) as world:
        await world.fund(await world.join(world.discord, "1"))
        given_up = await world.join(world.telegram, "2")
        await world.say(world.telegram, "2", "summary at 9")
        await world.say(world.telegram, "2", "a canary sang")
        ledger = world.instance.world.ledger
        one, two = [
            (await world.instance.service.user(chat.platform, who, "")).id
            for chat, who in ((world.discord, "1"), (world.telegram, "2"))
        ]
        code = (await world.say(world.discord, "1", "link")).text.split("`")[1].removeprefix("link ")
        await world.say(world.telegram, "2", f"link {code}")
        await world.say(world.telegram, "2", f"confirm link {code}")
        done = await world.say(world.discord, "1", f"confirm link {code}")
        assert f"{given_up} isn't used any more" in done.text
        assert [each.user for each in await ledger.all_settings()] == [one]
        assert two != one
        await world.say(world.discord, "1", "forget everything")
        found = await ledger._store.read(lambda db: list(db.query("SELECT id FROM inbox WHERE text LIKE '%canary%'")))
        assert found == []
        assert await ledger.verify_audit() == []
