"""The whole story in Telegram: every command, plain words, previews, buttons, balances on chain; and groups."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from agent.chat.commands import COMMANDS
from agent.replies.reply import Offer, Picture, Reply, Table
from devnet import Node
from tests.integration.place_parts import place_on
from tests.integration.telegram_parts import ALIVE, OWNER, Moneta, labels, moneta, png, told_alive
from tests.servers import telegram_spec
from tests.servers.telegram_html import units
from tests.servers.telegram_people import BOT, USERNAME
from tests.servers.telegram_server import TelegramServer

pytestmark = pytest.mark.asyncio(loop_scope="module")
USDC = 10**6
GROUP = -1_000_000_000_001


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(devnet_module: Node, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Moneta]:
    async with TelegramServer().running() as server:
        owner = server.people.person(OWNER, "Ada <b>& @everyone")
        server.people.group(GROUP, "<i>Savers & @all")
        async with moneta(place_on(devnet_module, tmp_path_factory.mktemp("moneta")), server, owner) as running:
            yield running
        assert server.problems == []


async def test_the_menu_is_set(bot: Moneta) -> None:
    await bot.server.until(lambda: bot.server.sends.menu)
    assert [each["command"] for each in bot.server.sends.menu] == ["start", *(each.name for each in COMMANDS)]


async def test_from_a_question_to_a_balance_and_back(bot: Moneta) -> None:
    before = await bot.balance()
    assert "aave-v3" in (await bot.ask("best yield for usdc?"))["text"]
    preview = await bot.ask("put 1,000 USDC to work")
    assert "Confirm?" in preview["text"]
    assert labels(preview) == ["Confirm", "Cancel", "Details"]
    done = await bot.press(preview, "Confirm")
    assert done["text"].startswith("Done: put 1,000 USDC into")
    assert before - await bot.balance() == 1_000 * USDC
    assert 1_000 * USDC - 2 <= sum((await bot.positions()).values()) <= 1_000 * USDC
    assert "reply_markup" not in preview, "the keyboard goes once its plan is decided"
    await bot.server.until(lambda: bot.server.people.queries == set(bot.server.sends.answers))
    assert "of it at work" in (await bot.ask("how am I doing?"))["text"]
    assert "1,000 USDC" in (await bot.ask("why did you choose that venue?"))["text"]
    done = await bot.press(await bot.ask("get me out of everything"), "Confirm")
    assert done["text"].startswith("Done: take all of your USDC out of")
    assert await bot.positions() == {}
    assert before - 10 <= await bot.balance()


async def test_progress_is_one_message_that_is_edited(bot: Moneta) -> None:
    preview = await bot.ask("/deposit 20 usdc into aave core")
    before = len(bot.server.people.told(bot.owner))
    await bot.press(preview, "Confirm")
    shown = [m for m in bot.server.people.told(bot.owner)[before:] if "are mined…" in m["text"]]
    assert len(shown) == 1
    assert shown[0]["text"].startswith("2 of ")


@pytest.mark.parametrize("name", ["start", *(each.name for each in COMMANDS)])
async def test_every_command_is_answered(bot: Moneta, name: str) -> None:
    before = len(bot.server.people.told(bot.owner))
    answer = await bot.ask(f"/{name}")
    assert answer["text"]
    assert "Something in me broke" not in answer["text"]
    assert len(bot.server.people.told(bot.owner)) == before + 1


async def test_a_command_takes_the_user_s_own_words(bot: Moneta) -> None:
    assert "put 500 USDC into aave-v3:core:USDC" in (await bot.ask("/deposit 500 usdc into aave core"))["text"]
    assert "take 10 USDC out of" in (await bot.ask(f"/withdraw@{USERNAME} 10 usdc"))["text"]
    assert "how much" in (await bot.ask("/deposit usdc"))["text"].lower()


async def test_a_slash_is_never_the_confirm_button(bot: Moneta) -> None:
    balance = await bot.balance()
    await bot.ask("deposit 700 usdc into aave core")
    await bot.ask("best yield for dai?")
    assert "Nothing is waiting" in (await bot.ask("/confirm"))["text"]
    assert await bot.balance() == balance


async def test_details_leave_the_keyboard_and_cancel_takes_it_away(bot: Moneta) -> None:
    preview = await bot.ask("deposit 40 dai")
    details = await bot.press(preview, "Details")
    assert "digest" in details["text"]
    assert labels(preview) == ["Confirm", "Cancel", "Details"]
    assert (await bot.press(preview, "Cancel"))["text"] == "Cancelled. Nothing was sent."
    await bot.server.until(lambda: "reply_markup" not in preview)


async def test_a_double_press_has_one_effect_and_two_answers(bot: Moneta) -> None:
    before = await bot.balance()
    preview = await bot.ask("deposit 100 usdc into aave prime")
    told = len(bot.server.people.told(bot.owner))
    shown = dict(preview)
    bot.server.people.press(bot.owner, shown, "Confirm")
    bot.server.people.press(bot.owner, shown, "Confirm")
    await bot.server.until(
        lambda: sum("are mined" not in m["text"] for m in bot.server.people.told(bot.owner)[told:]) > 1
    )
    texts = [m["text"] for m in bot.server.people.told(bot.owner)[told:] if "are mined" not in m["text"]]
    assert [text.startswith("Done") for text in texts] == [True, False]
    assert before - await bot.balance() == 100 * USDC


async def test_somebody_else_s_press_is_refused_in_a_window_of_their_own(bot: Moneta) -> None:
    eve = bot.server.people.person(66, "Eve")
    user = await bot.instance.service.user("telegram", str(OWNER), "")
    told = len(bot.server.people.told(GROUP))
    await bot.instance.service.say(
        user, "telegram", f"telegram:{GROUP}", Reply("?", offers=(Offer("Go", "say", ALIVE),))
    )
    await bot.server.until(lambda: len(bot.server.people.told(GROUP)) == told + 1)
    offered = bot.server.people.told(GROUP)[-1]
    update = bot.server.people.press(eve, offered, "Go")
    query = update["callback_query"]["id"]
    await bot.server.until(lambda: query in bot.server.sends.answers)
    answer = bot.server.sends.answers[query]
    assert answer["show_alert"] == "true"
    assert "Only the person who asked" in answer["text"]
    assert labels(offered) == ["Go"]
    assert len(bot.server.people.told(GROUP)) == told + 1
    assert bot.server.people.told(eve) == []
    done = await bot.press(offered, "Go")
    assert told_alive(done)
    assert done["reply_to_message"]["message_id"] == offered["message_id"]


async def test_a_press_that_comes_with_somebody_s_button_confirms_nothing(bot: Moneta) -> None:
    mallory = bot.server.people.person(67, "Mallory")
    before = await bot.balance()
    preview = await bot.ask("deposit 35 usdc into aave core")
    data = preview["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    theirs = bot.server.people.message(BOT, bot.server.people.chats[mallory.id], text="?")
    query = bot.server.people.press_data(mallory, theirs, data)["callback_query"]["id"]
    await bot.server.until(lambda: query in bot.server.sends.answers)
    assert "Only the person who asked" in bot.server.sends.answers[query]["text"]
    assert await bot.balance() == before
    assert labels(preview) == ["Confirm", "Cancel", "Details"]


async def test_a_plan_asked_for_in_a_group_waits_in_private(bot: Moneta) -> None:
    before = await bot.balance()
    alone = len(bot.server.people.told(bot.owner))
    note = await bot.ask(f"@{USERNAME} deposit 30 usdc into aave core", chat=GROUP)
    assert note["text"] == "I have a plan for you: it is in our private chat."
    (preview,) = bot.server.people.told(bot.owner)[alone:]
    assert (await bot.press(preview, "Confirm"))["text"].startswith("Done")
    assert before - await bot.balance() == 30 * USDC


async def test_in_a_group_it_answers_only_who_speaks_to_it(bot: Moneta) -> None:
    people = bot.server.people
    told = len(people.told(GROUP))
    people.say(bot.owner, ALIVE, GROUP)
    people.say(bot.owner, f"@somebody_else {ALIVE}", GROUP)
    people.say(bot.owner, "/yields@another_bot", GROUP)
    people.reply(bot.owner, ALIVE, people.say(bot.owner, "chatting", GROUP)["message"])
    answer = await bot.ask(f"@{USERNAME.upper()}, {ALIVE}", chat=GROUP)
    assert told_alive(answer)
    assert len(people.told(GROUP)) == told + 1
    people.reply(bot.owner, ALIVE, answer)
    await bot.server.until(lambda: len(people.told(GROUP)) == told + 2)
    me = {key: BOT[key] for key in ("id", "is_bot", "first_name")}
    mention = {"type": "text_mention", "offset": 0, "length": 6, "user": me}
    assert told_alive(await bot.ask(f"Moneta {ALIVE}", chat=GROUP, entities=[mention]))


async def test_balances_asked_for_in_a_group_are_told_in_private(bot: Moneta) -> None:
    alone = len(bot.server.people.told(bot.owner))
    note = await bot.ask(f"@{USERNAME} how am I doing?", chat=GROUP)
    assert note["text"] == "I answered you in our private chat."
    (answer,) = bot.server.people.told(bot.owner)[alone:]
    assert "wallet" in answer["text"].lower()
    note = await bot.ask("/pause", chat=GROUP)
    assert note["text"] == "I answered you in our private chat."
    await bot.ask("resume")


async def test_a_group_learns_nothing_where_the_private_chat_is_closed(bot: Moneta) -> None:
    zoe = bot.server.people.person(99, "Zoe", started=False)
    note = await bot.ask("/portfolio", zoe, GROUP)
    assert "press Start" in note["text"]
    assert "account" not in note["text"]


@pytest.mark.parametrize(
    "more",
    [
        {"via_bot": {"id": 5, "is_bot": True, "first_name": "Inline"}},
        {"sender_chat": {"id": -5, "type": "channel", "title": "News"}},
        {"forward_origin": {"type": "hidden_user", "date": 1, "sender_user_name": "A stranger"}},
        {"is_automatic_forward": True},
    ],
)
async def test_what_somebody_else_wrote_is_no_command(bot: Moneta, more: dict[str, Any]) -> None:
    told = len(bot.server.people.told(bot.owner))
    bot.server.people.say(bot.owner, "deposit 1000 usdc", **more)
    await bot.alive()
    assert len(bot.server.people.told(bot.owner)) == told + 1


async def test_edits_captions_and_bots_are_no_commands(bot: Moneta) -> None:
    people = bot.server.people
    await bot.alive()
    told = len(people.told(bot.owner))
    said = next(m for m in reversed(people.messages.values()) if m["from"]["id"] == OWNER)
    people.edit(said, "deposit 1000 usdc")
    photo = [{"file_id": "p", "file_unique_id": "p", "width": 1, "height": 1}]
    chat = people.chats[bot.owner.id]
    people.push(message=people.message(bot.owner.as_json(), chat, photo=photo, caption="deposit 1000 usdc"))
    robot = {"id": 8, "is_bot": True, "first_name": "Robot"}
    people.push(message=people.message(robot, chat, text="deposit 1000 usdc"))
    await bot.alive()
    assert len(people.told(bot.owner)) == told + 1


@pytest.mark.parametrize("kind", ["code", "pre", "blockquote", "expandable_blockquote"])
async def test_quoted_parts_never_bind(bot: Moneta, kind: str) -> None:
    text = "🪙 she said: deposit 1000 usdc"
    quote = {"type": kind, "offset": units("🪙 she said: "), "length": len("deposit 1000 usdc")}
    answer = await bot.ask(text, entities=[quote])
    assert "Confirm?" not in answer["text"]
    assert labels(answer) == []


async def test_a_quoted_message_is_context_and_no_command(bot: Moneta) -> None:
    stranger = bot.server.people.message(
        {"id": 9, "is_bot": False, "first_name": "M"}, bot.server.people.chats[OWNER]
    )
    quoted = {**stranger, "text": "deposit 1000 usdc into aave core"}
    answer = await bot.ask(
        ALIVE, reply_to_message=quoted, quote={"text": "deposit 1000 usdc into aave core", "position": 0}
    )
    assert told_alive(answer)


@pytest.mark.parametrize("length", [4_096, 4_097])
async def test_long_messages_are_answered(bot: Moneta, length: int) -> None:
    assert (await bot.ask("usdc " * (length // 5) + "x" * (length % 5)))["text"]


async def test_names_and_marks_change_nothing(bot: Moneta) -> None:
    answer = await bot.ask("deposit <b>5</b> @everyone @victim &lt; usdc `x")
    assert "Confirm?" not in answer["text"]
    assert not [e for e in answer.get("entities", []) if e["type"] == "mention"]


async def test_a_picture_a_wide_table_and_long_text_arrive_whole(bot: Moneta) -> None:
    wide = Table(("venue", "rate"), (("<aave> & @co", "4 %" + " and more" * 8),))
    text = "\n".join(f"line {n} <&> 🪙 @everyone" for n in range(600))
    reply = Reply(
        text, wide, pictures=(Picture("plot.png", "A & B <c>" * 300, png()),), offers=(Offer("Go", "say", ALIVE),)
    )
    before = len(bot.server.people.told(bot.owner))
    user = await bot.instance.service.user("telegram", str(OWNER), "")
    await bot.instance.service.say(user, "telegram", f"telegram:{OWNER}", reply)
    await bot.server.until(lambda: labels(bot.server.people.told(bot.owner)[-1]) == ["Go"])
    photo, *texts = bot.server.people.told(bot.owner)[before:]
    assert photo["photo"]
    assert len(photo["caption"]) == 1_024
    whole = "\n".join(each["text"] for each in texts).replace("\u2060", "")
    assert whole.startswith(text)
    assert "<aave> & @co" in whole
    assert all(units(each["text"]) <= 4_096 for each in texts)
    assert not [e for each in texts for e in each.get("entities", []) if e["type"] == "mention"]
    assert told_alive(await bot.press(texts[-1], "Go"))


async def test_a_picture_too_long_for_a_photo_is_a_document(bot: Moneta) -> None:
    user = await bot.instance.service.user("telegram", str(OWNER), "")
    tall = Picture("tall.png", "Tall", png(10, 9_995))
    await bot.instance.service.say(user, "telegram", f"telegram:{OWNER}", Reply("Here.", pictures=(tall,)))
    await bot.server.until(lambda: bot.server.sends.documents)
    assert bot.server.sends.documents == [tall.png]


async def test_what_is_handed_out_arrives_as_a_file(bot: Moneta) -> None:
    await bot.ask("remember that the zeppelin is moored")
    await bot.ask("export my data")
    documents = bot.server.sends.documents
    await bot.server.until(lambda: documents and documents[-1].startswith(b"{"))
    notes = json.loads(documents[-1])["memory"]["notes"]
    assert "the zeppelin is moored" in [note["text"] for note in notes]


@pytest.mark.skipif(telegram_spec.description() is None, reason=telegram_spec.why_absent())
async def test_the_server_checks_calls() -> None:
    good = {"chat_id": "1", "text": "x", "link_preview_options": '{"is_disabled": true}'}
    assert telegram_spec.call_problems("sendMessage", good, {}) == []
    assert telegram_spec.call_problems("sendMessage", {"chat_id": "1"}, {}) == ["sendMessage: missing text"]
    assert telegram_spec.call_problems("sendMessage", {**good, "reply_markup": '{"inline": 1}'}, {})
    assert telegram_spec.call_problems("sendMessage", {**good, "txt": "x"}, {})
    with pytest.raises(telegram_spec.Unknown):
        telegram_spec.call_problems("sendMoney", {}, {})
