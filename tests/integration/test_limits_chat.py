"""Limits and contacts between two chats of one person: told on both, cancelled from each; codes."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from agent.replies.body import Body
from agent.replies.reply import Offer, Reply
from agent.schedule import Schedule
from devnet import Node
from memory.people.links import LINK_DELAY
from memory.rows import Inbound
from tests.integration.code_parts import WRONG, App, kept
from tests.integration.people_parts import Chat, People, people
from tests.integration.runtime_parts import AAVE, BOB, CAROL, Whole, deposit, leave_all, rule, status
from tests.integration.schedule_parts import Clock

pytestmark = pytest.mark.integration

DAY = 86_400
TWO = {"owners": ("discord:1",), "access": "allow", "allow": ("telegram:2",)}


@pytest_asyncio.fixture
async def both(devnet_node: Node, tmp_path: Path) -> AsyncIterator[People]:
    """One person in Discord (1) and Telegram (2), with an account, linked."""
    async with people(tmp_path, devnet_node, **TWO) as world:
        await world.join(world.discord, "1")
        code = (await world.say(world.discord, "1", "link")).text.split("`")[1].removeprefix("link ")
        await world.say(world.telegram, "2", f"link {code}")
        await world.press(world.telegram, "2", world.telegram.told("2")[-1], "Link them")
        await world.until(lambda: "wants to share" in world.discord.told("1")[-1].text)
        await world.press(world.discord, "1", world.discord.told("1")[-1], "Link them")
        await world.until(lambda: "one person now" in world.telegram.told("2")[-1].text)
        yield world


async def heard(world: People, chat: Chat, who: str, words: str) -> Body:
    """What was told there with these words in it, waited for."""
    await world.until(lambda: any(words in body.text for body in chat.told(who)))
    return next(body for body in reversed(chat.told(who)) if words in body.text)


async def test_a_loosening_is_told_on_the_other_channel_and_cancelled_there(both: People) -> None:
    ledger = both.instance.world.ledger
    assert "at most 500 USDC a day" in (await both.say(both.discord, "1", "my limit is 500 USDC a day")).text
    asked = await both.say(both.discord, "1", "raise my daily limit to 2000")
    assert "waits 1 day" in asked.text
    assert [button.label for button in asked.buttons] == ["Cancel it"]
    warned = await heard(both, both.telegram, "2", "is to be loosened")
    assert "at most 2,000 USDC a day" in warned.text
    assert warned.private
    await both.press(both.telegram, "2", warned, "Cancel it")
    user = await both.instance.service.user("discord", "1", "")
    assert await ledger.waiting_limits(user.id) == []
    assert "at most 500 USDC" in (await both.say(both.telegram, "2", "remove my daily limit")).text
    assert (
        "Cancelled" in (await both.say(both.discord, "1", "cancel the change")).text
    )  # in words, from the other one
    assert await ledger.waiting_limits(user.id) == []
    told = [body.text for body in both.discord.told("1")]
    assert sum("is to be loosened" in text for text in told) == 1  # of what was asked in Telegram, once
    shown = (await both.say(both.discord, "1", "what are my limits")).table
    assert shown is not None
    assert ("most a day", "500 USDC", "you") in shown.rows


async def test_a_yes_behind_news_shows_the_preview_before_them_once_more(both: People) -> None:
    """The news ask something, too: what the yes means isn't clear, so it confirms nothing, and says so."""
    account = await both.account(both.telegram, "2")
    await both.fund(account)
    await both.say(both.discord, "1", "my limit is 500 USDC a day")
    assert (await both.say(both.telegram, "2", "deposit 20 usdc")).status == "ready"
    await both.say(both.discord, "1", "raise my daily limit to 2000")
    await heard(both, both.telegram, "2", "is to be loosened")
    again = await both.say(both.telegram, "2", "yes")
    assert again.text.startswith("I told you something else after that preview")
    assert (again.status, [button.label for button in again.buttons]) == ("ready", ["Confirm", "Cancel", "Details"])
    assert (await both.say(both.telegram, "2", "yes")).status == "settled"


async def test_a_yes_behind_news_and_another_turn_shows_nothing(both: People) -> None:
    """Then the preview wasn't the person's last turn, whatever else was said."""
    await both.fund(await both.account(both.telegram, "2"))
    await both.say(both.discord, "1", "my limit is 500 USDC a day")
    assert (await both.say(both.telegram, "2", "deposit 20 usdc")).status == "ready"
    await both.say(both.discord, "1", "raise my daily limit to 2000")
    await heard(both, both.telegram, "2", "is to be loosened")
    await both.say(both.telegram, "2", "portfolio")
    assert "Nothing is waiting" in (await both.say(both.telegram, "2", "yes")).text


async def test_a_mandate_behind_news_is_shown_once_more(both: People) -> None:
    await both.say(both.discord, "1", "my limit is 500 USDC a day")
    first = await both.say(both.telegram, "2", "keep my usdc well placed, at most 1000 in one venue")
    await both.say(both.discord, "1", "raise my daily limit to 2000")
    await heard(both, both.telegram, "2", "is to be loosened")
    again = await both.say(both.telegram, "2", "yes")
    assert "well placed on my own" in again.text
    assert again.table == first.table
    assert (await both.say(both.telegram, "2", "yes")).status == "settled"


async def test_a_message_that_can_not_be_answered_holds_up_none_behind_it(both: People) -> None:
    store = both.instance.world.ledger._store
    stop = """CREATE TRIGGER stop BEFORE UPDATE OF status ON inbox WHEN old.text = 'portfolio'
              BEGIN SELECT RAISE(ABORT, 'no'); END"""
    await store.write(lambda db: db.execute(stop).rowcount)
    before = len(both.telegram.told("2"))
    for words in ("portfolio", "what are my limits"):
        await both.send(both.telegram, "2", words)
    await both.until(lambda: len(both.telegram.told("2")) > before)
    assert "signed" in both.telegram.told("2")[-1].text


async def test_what_is_ripe_is_told_on_every_channel(both: People) -> None:
    clock = Clock(int(time.time()))
    world = both.instance.world
    world.now = world.ledger._now = clock
    await both.say(both.discord, "1", "my limit is 5 USDC a day")
    await both.say(both.discord, "1", "raise my daily limit to 6 USDC")
    schedule = Schedule(world, both.instance.service)
    clock.now += DAY - 1
    await schedule.tick()
    assert not any("From now on: at most 6 USDC" in body.text for body in both.telegram.told("2"))
    clock.now += 1
    await schedule.tick()
    await schedule.tick()
    for chat, who in ((both.discord, "1"), (both.telegram, "2")):
        await heard(both, chat, who, "From now on: at most 6 USDC a day, as you asked")
        assert sum("From now on: at most 6 USDC a day, as" in body.text for body in chat.told(who)) == 1


async def test_a_contact_is_told_on_the_other_channel_and_cancelled_there(both: People) -> None:
    clock = Clock(int(time.time()))
    world = both.instance.world
    world.now = world.ledger._now = clock
    clock.now += LINK_DELAY + 1
    await both.say(both.discord, "1", f"add {BOB} as bob")
    warned = await heard(both, both.telegram, "2", "new contact")
    assert f"bob is {BOB}" in warned.text
    await both.press(both.telegram, "2", warned, "Cancel it")
    assert "isn't in your address book" in (await both.say(both.discord, "1", "send 1 usdc to bob")).text
    assert [each["address"] for each in await world.signer.contacts()] == []
    refused = await both.say(both.telegram, "2", "cancel contact bob")
    assert (refused.status, "You have no contact bob") == ("refused", refused.text[:23])


async def test_a_contact_needs_a_code_which_is_kept_nowhere(whole: Whole, tmp_path: Path) -> None:
    app = App.enrolled(tmp_path)
    asked = await whole.say(f"add {BOB} as bob")
    assert (status(asked), rule(asked)) == ("asked", "step-up")
    assert asked.text.endswith("Type it here; I keep it nowhere.")
    wrong = await whole.say(f"{WRONG[:3]} {WRONG[3:]}")
    assert (status(wrong), rule(wrong)) == ("asked", "step-up")
    assert "wrong" in wrong.text
    given = app.code()
    done = await whole.say(f"{given[:3]} {given[3:]}")
    assert f"bob is {BOB}" in done.text
    assert await whole.world.ledger.contact(whole.user.id, "bob") is not None
    await whole.say("show my policy")
    assert kept(tmp_path, given, WRONG) == []
    turns = await whole.world.memory.recent(whole.user.id, "terminal", 50)
    assert not any(re.search(rf"{given[:3]}\D?{given[3:]}", turn.text) for turn in turns)


async def test_a_code_that_nobody_asked_for_is_kept_nowhere(whole: Whole, tmp_path: Path) -> None:
    preview = await whole.ask(deposit("10"))
    reply = await whole.say(" 482-915 ")
    assert (status(reply), reply.text[:30]) == ("asked", "I haven't asked for a code. I ")
    assert "482" not in reply.text
    assert kept(tmp_path, "482915") == []
    assert [turn.text for turn in await whole.world.memory.recent(whole.user.id, "terminal", 50)] == []
    assert "Nothing is waiting" in (await whole.say("yes")).text  # another turn came between the preview and this
    assert status(preview) == "ready"


@pytest.mark.parametrize("words", [f"add {BOB} as bob", "/confirm"])
async def test_news_between_the_question_for_a_code_and_the_code(whole: Whole, tmp_path: Path, words: str) -> None:
    app = App.enrolled(tmp_path)
    await whole.world.signer.limits({"step_up": {"USDC": "1"}})
    await whole.ask(deposit("10"))
    assert (rule(await whole.say(words)), await whole.attempts()) == ("step-up", [])
    news = Reply("There is news. Shall I?", offers=(Offer("Yes", "say", "pause"),))
    await whole.instance.service.say(whole.user, "terminal", "terminal", news)
    done = (await whole.say(app.code())).text.removeprefix("There is news. Shall I?\n")
    assert done.startswith(("bob is", "Done: put 10 USDC"))


async def test_a_code_that_a_stop_cut_off_is_kept_nowhere_either(whole: Whole, tmp_path: Path) -> None:
    ledger, service = whole.world.ledger, whole.instance.service
    await ledger.accept(Inbound("terminal", "cut-off", "terminal", whole.user.id, "482915"))
    (told,) = await service.leftovers("terminal")
    assert (told.text[:17], "482915" in told.text) == ("I was stopped bef", False)
    assert kept(tmp_path, "482915") == []


async def test_six_digits_that_answer_a_question_are_an_amount(whole: Whole) -> None:
    await whole.say("only venus")
    assert status(await whole.say("swap usdc to dai")) == "asked"
    assert "482915 USDC" in (await whole.say("482915")).text.replace(",", "")


async def test_another_message_lets_the_question_for_a_code_go(whole: Whole, tmp_path: Path) -> None:
    app = App.enrolled(tmp_path)
    await whole.say(f"add {BOB} as bob")
    assert "You hold" in (await whole.say("portfolio")).text
    reply = await whole.say(app.code())
    assert await whole.world.ledger.contact(whole.user.id, "bob") is None
    assert (status(reply), "haven't asked" in reply.text) == ("asked", True)


async def test_limits_and_links_need_a_code_to_loosen(whole: Whole, tmp_path: Path) -> None:
    app = App.enrolled(tmp_path)
    assert status(await whole.say("my limit is 500 USDC a day")) == ""  # tighter: no code
    assert rule(await whole.say("raise my daily limit to 2000")) == "step-up"
    assert "waits 1 day" in (await whole.say(app.code())).text
    assert rule(await whole.say("link")) == "step-up"
    assert "Say `link " in (await whole.say(app.code(1))).text


async def test_a_large_deposit_needs_a_code(whole: Whole, tmp_path: Path) -> None:
    await whole.world.signer.limits({"step_up": {"USDC": str(100 * 10**6)}})
    await whole.ask(deposit("101"))
    refused = await whole.confirm()
    assert (status(refused), rule(refused)) == ("refused", "step-up")
    assert "moneta wallet totp enroll" in refused.text
    app = App.enrolled(tmp_path)
    assert status(await whole.confirm()) == "asked"
    again = await whole.say(WRONG)
    assert (status(again), again.preview is not None) == ("void", True)
    assert "wrong" in again.text
    assert await whole.attempts() == []
    asked = await whole.say("yes")
    assert (status(asked), rule(asked)) == ("asked", "step-up")
    done = await whole.say(app.code())
    assert status(done) == "settled", done.text
    await whole.do(deposit("100"))  # at the threshold: none needed
    await whole.do(leave_all())


async def test_news_that_can_not_be_told_hold_up_no_reply(whole: Whole) -> None:
    """A limit in a token that the registry no longer has can't be put into words."""
    ledger = whole.world.ledger
    await ledger.set_limit(whole.user.id, "day/all/GONE", 5, DAY)
    await ledger.set_limit(whole.user.id, "day/all/GONE", 9, DAY, "elsewhere")
    for words in ("portfolio", "deposit 10 usdc", "help"):
        assert (await whole.say(words)).text
    assert len(await ledger.news(whole.user.id)) == 1


async def test_a_contact_that_the_signer_still_has_waits_anew(whole: Whole) -> None:
    """The signer was away when the name was removed: added again, it can't be paid at once."""
    world = whole.world
    delay = await world.signer.limits({"contact_delay_seconds": str(DAY)})
    assert delay["waits"] is None
    await whole.say(f"add {CAROL} as carol")
    first = await world.ledger.contact(whole.user.id, "carol")
    assert first is not None
    await world.ledger.remove_contact(whole.user.id, "carol")
    start = world.now()
    world.now = lambda: start + 2 * DAY
    assert "can be paid in 1 day" in (await whole.say(f"add {CAROL} as carol")).text
    again = await world.ledger.contact(whole.user.id, "carol")
    assert again is not None
    assert again.ripe_at >= start + 3 * DAY > first.ripe_at


async def test_two_confirmations_at_once_that_are_too_much_together(whole: Whole) -> None:
    await whole.say("my limit is 500 USDC a day")
    for channel in ("one", "two"):
        assert status(await whole.ask(deposit("300"), channel)) == "ready"
    done = await asyncio.gather(whole.confirm("one"), whole.confirm("two"))
    assert sorted(status(reply) for reply in done) == ["refused", "settled"]
    assert {rule(reply) for reply in done} == {None, "day-cap"}
    assert await whole.position("morpho-blue:WETH-86:USDC") > 0


async def test_an_exit_meets_no_limit_no_pause_and_needs_no_price(whole: Whole) -> None:
    await whole.do(deposit("300"))
    for words in ("my limit is 1 USDC in all", "never more than $0.01 per transaction", "only venus", "only dai"):
        assert status(await whole.say(words)) == "", words
    await whole.say("pause")
    registry = whole.world.registry
    for feed in registry.feeds.values():
        whole.chain.call("anvil_setCode", feed, "0x")
    refused = await whole.say("deposit 1 usdc into aave core")
    assert status(refused) == "refused"
    await whole.ask(leave_all())
    assert status(await whole.confirm()) == "settled"


async def test_without_a_price_nothing_is_entered_or_sent(whole: Whole) -> None:
    await whole.say(f"add {CAROL} as carol")
    whole.chain.call("anvil_setCode", whole.world.registry.feeds["USDC"], "0x")
    for words in ("deposit 1 usdc into aave core", "send 1 usdc to carol"):
        refused = await whole.say(words)
        assert (status(refused), rule(refused)) in {("refused", "price"), ("refused", "oracle")}, refused.text


async def test_the_best_venue_is_one_that_is_allowed(whole: Whole) -> None:
    await whole.say("only aave")
    preview = await whole.say("put 10 usdc to work")
    assert preview.plan is not None
    assert {step["contract"] for step in preview.plan["steps"]} <= {"USDC", "Aave v3 core Pool", "Aave v3 prime Pool"}
    assert AAVE.startswith("aave")


async def test_what_is_said_of_the_best_venue_is_of_the_one_that_is_taken(whole: Whole) -> None:
    """Where a limit keeps the best one out, its rate isn't promised for another, and that isn't its own next best."""
    best = (await whole.say("put 10 usdc to work")).text.partition("that pays the most: ")[2].partition("%")[0]
    await whole.say("only aave")
    text = (await whole.say("put 10 usdc to work")).text
    taken = text.partition(" into ")[2].partition(".")[0]
    after = text.partition("that pays the most of what may take it: ")[2].partition("%")[0]
    assert best not in ("", after)
    assert taken in ("aave-v3:core:USDC", "aave-v3:prime:USDC")
    assert f"Next best: {taken}" not in text


async def test_weth_belongs_to_eth_on_a_list_of_tokens(whole: Whole) -> None:
    """The wrapped form belongs to the coin, and nobody has to name it."""
    await whole.say("only allow ETH and USDC")
    assert status(await whole.say("swap 100 usdc to weth")) == "ready"
    assert status(await whole.confirm()) == "settled"
    assert status(await whole.say("swap 0.01 eth to usdc")) == "ready"
    assert status(await whole.say("deposit 0.01 weth")) == "ready"
    refused = await whole.say("swap 10 usdc to dai")
    assert (status(refused), rule(refused)) == ("refused", "allowed-tokens")


async def test_details_can_be_typed_and_take_no_preview_away(whole: Whole) -> None:
    nothing = await whole.say("/details")
    assert (status(nothing), rule(nothing)) == ("refused", "nothing-pending")
    await whole.say("swap 100 usdc to weth")
    shown = await whole.say("/details")
    assert shown.table is not None
    words = [row[1] for row in shown.table.rows]
    assert words[0] == "Approve: Spender Uniswap v3 router; Amount 100 USDC"
    assert words[1].startswith("swap: Send 100 USDC; Receive")
    assert status(await whole.say("yes")) == "settled"


async def test_without_an_allowed_venue_the_refusal_names_the_list(whole: Whole) -> None:
    await whole.say(f"only {AAVE}")
    refused = await whole.say("deposit 50 dai")
    assert (status(refused), rule(refused)) == ("refused", "allowed-venues")
    assert "`allow all venues`" in refused.text
