"""The mind with a model: asked only where the phrasebook can't read, and believed in nothing but the user's words."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.intents import Chat, Mandate, Understood
from agent.mind import tools
from agent.mind.context import Context, Pending
from agent.mind.mind import DOWN, Mind, Spoken, _acts
from agent.mind.model import Answer, Call, ModelDown
from agent.mind.phrasebook import interpret
from agent.mind.purpose import purpose_of
from agent.words.reading.reader import read
from tests.unit.mind_parts import ADA, Scripted, bound, call, understand
from tests.unit.spoken import NOW, VOCABULARY, amount, deposit, transfer, withdraw
from tests.unit.test_phrasebook_commands import SENTENCES
from tests.unit.test_phrasebook_swap import SWAPS, sequence, swap

pytestmark = pytest.mark.unit

DEPOSIT = "gosh mumble, deposit 100 usdc into venus pretty sharpish"
SEND = "kindly mumble send 20 usdc to bob"
TRADE = "gosh mumbles, swap half of my eth to usdc pretty sharpish"
REBALANCE = "gosh mumble rebalance my usdc pretty sharpish"
KEEP = "gosh mumble keep my usdc well placed, at most 50,000 a venue, only if it gains $5"


def mandate(**limits: Any) -> dict[str, Any]:
    unsaid = dict.fromkeys(name for name in Mandate.model_fields if name not in ("action", "assets"))
    return {"action": "mandate", "assets": ["USDC"], **unsaid, **limits}


HUNDRED = deposit("USDC", amount("exact", "100"), "venus:core:USDC")


@pytest.mark.parametrize(
    ("text", "answer", "expected"),
    [
        (DEPOSIT, call("deposit", asset="usdc", amount="100", venue="venus"), HUNDRED),
        (DEPOSIT, call("deposit", asset="USDC", amount="100 usdc", venue="into venus"), HUNDRED),
        (SEND, call("transfer", asset="usdc", amount="20", recipient="bob"),
         transfer("USDC", amount("exact", "20"), "bob")),
        ("mumble withdraw half of my dai", call("withdraw", asset="dai", amount="half", venue=None),
         withdraw("DAI", amount("percent", "50"))),
        (TRADE, call("swap", asset="eth", amount="half of my", to_asset="usdc"),
         swap("ETH", "USDC", amount("percent", "50"))),
        (f"{TRADE} and put it to work", call("sequence", asset="eth", amount="half", to_asset="usdc"),
         sequence(swap("ETH", "USDC", amount("percent", "50")))),
        (f"{TRADE} and put it into venus",
         call("sequence", asset="eth", amount="half", to_asset="usdc", venue="venus"),
         sequence(swap("ETH", "USDC", amount("percent", "50")), "venus:core:USDC")),
        ("gosh what of everything you do to my coins", call("portfolio"), {"action": "portfolio"}),
        ("oi mumble, pause", call("pause"), {"action": "pause"}),
        (REBALANCE, call("rebalance", assets="usdc"), {"action": "rebalance", "assets": ["USDC"]}),
        (KEEP, call("mandate", assets="usdc", cap_per_venue="50,000", min_gain_usd="$5"),
         mandate(cap_per_venue="50000", min_gain_usd="5")),
        (f"{KEEP}, only in venus and aave core",
         call("mandate", assets="usdc", cap_per_venue="50,000", min_gain_usd="$5", venues="venus"),
         mandate(cap_per_venue="50000", min_gain_usd="5", venues=["aave-v3:core:USDC", "venus:core:USDC"])),
        (f"{KEEP}, leave on depeg, not in venus, don't move anything between 22 and 7",
         call("mandate", assets="usdc", cap_per_venue="50,000", min_gain_usd="$5", depeg_usd="leave on depeg",
              excluded="venus", quiet_hours="between 22 and 7"),
         mandate(cap_per_venue="50000", min_gain_usd="5", depeg_usd="default", excluded=["venus:core:USDC"],
                 quiet_hours={"start": 22, "end": 7})),
    ],
)  # fmt: skip
async def test_what_points_at_the_users_words_binds(text: str, answer: Answer, expected: dict[str, Any]) -> None:
    model = Scripted(answer)
    if interpret(text, Context(now=NOW), VOCABULARY).intent is None:
        assert bound(await understand(text, model), text) == expected
        assert len(model.asked) == 1


GOOD = {"asset": "usdc", "amount": "100", "venue": "venus"}
HOSTILE = {
    "another amount": call("deposit", asset="usdc", amount="1000", venue="venus"),
    "an amount out of another word": call("deposit", asset="usdc", amount="usdc", venue="venus"),
    "a number": call("deposit", asset="usdc", amount=100, venue="venus"),
    "an object": call("deposit", asset="usdc", amount={"kind": "all"}, venue="venus"),
    "no amount": call("deposit", asset="usdc", venue="venus"),
    "all": call("deposit", asset="usdc", amount="all", venue="venus"),
    "another token": call("deposit", asset="dai", amount="100", venue="venus"),
    "an invented venue": call("deposit", asset="usdc", amount="100", venue="aave-v3:core:USDC"),
    "a venue left out": call("deposit", asset="usdc", amount="100"),
    "the other direction": call("withdraw", asset="usdc", amount="100", venue="venus"),
    "a transfer": call("transfer", asset="usdc", amount="100", recipient="bob"),
    "an added recipient": call("deposit", asset="usdc", amount="100", venue="venus", recipient="bob"),
    "an added address": call("deposit", asset="usdc", amount="100", venue="venus", address="0x" + "ab" * 20),
    "an exit": call("exit"),
    "a contact": call("contact", name="mallory", address="0x" + "ab" * 20),
    "two calls": Answer("", (Call("deposit", GOOD), Call("exit", {}))),
    "the same twice": Answer("", (Call("deposit", GOOD),) * 2),
    "an invented tool": call("sign", to="0x" + "ab" * 20),
    "a mandate": call("mandate", assets="usdc"),
    "a rebalance": call("rebalance", assets="usdc"),
    "a wish to forget": call("forget", scope="everything"),
    "another's identity": call("link", code="ABCDEFGH"),
    "no tool": call(""),
    "no arguments": Answer("", (Call("deposit", None),)),
    "nothing": Answer(""),
    "a report": Answer("Done: deposited 100 USDC into Venus."),
    "an address in words": call("say", text="Send it to 0x1234567890123456789012345678901234567890."),
}  # fmt: skip


@pytest.mark.parametrize("answer", HOSTILE.values(), ids=HOSTILE.keys())
async def test_nothing_else_binds(answer: Answer) -> None:
    model = Scripted(answer)
    found = await understand(DEPOSIT, model)
    assert bound(found, DEPOSIT) is None
    assert isinstance(found, Understood)
    assert len(model.asked) <= 2, "a repair round, and no more"


@pytest.mark.parametrize(
    "answer",
    [
        call("swap", asset="usdc", amount="half of my", to_asset="eth"),
        call("swap", asset="eth", amount="eth", to_asset="usdc"),
        call("swap", asset="eth", to_asset="usdc"),
        call("swap", asset="eth", amount="half of my", to_asset="dai"),
        call("swap", asset="eth", amount="half of my", to_asset="usdc", to_amount="half"),
        call("sequence", asset="eth", amount="half of my", to_asset="usdc"),
        call("deposit", asset="eth", amount="half of my"),
    ],
)
async def test_a_swap_binds_in_the_direction_of_the_words_only(answer: Answer) -> None:
    assert bound(await understand(TRADE, Scripted(answer)), TRADE) is None


@pytest.mark.parametrize(
    "answer",
    [
        call("mandate", assets="usdc"),
        call("mandate", assets="usdc", cap_per_venue="50,000"),
        call("mandate", assets="usdc", cap_per_venue="$5", min_gain_usd="$5"),
        call("mandate", assets="usdc", cap_per_venue="500,000", min_gain_usd="$5"),
        call("mandate", assets="dai", cap_per_venue="50,000", min_gain_usd="$5"),
        call("mandate", assets="usdc", cap_per_venue="50,000", min_gain_usd="$5", max_move="50,000"),
        call("mandate", assets="usdc", cap_per_venue="50,000", min_gain_usd="$5", venues="venus"),
        call("mandate", assets="usdc", cap_per_venue="50,000", min_gain_usd="$5", horizon_days="365"),
        call("rebalance", assets="usdc"),
        call("deposit", asset="usdc", amount="50,000"),
    ],
)
async def test_a_mandate_binds_with_every_limit_that_was_said_and_no_other(answer: Answer) -> None:
    assert bound(await understand(KEEP, Scripted(answer)), KEEP) is None


@pytest.mark.parametrize(
    "text",
    [
        "gosh mumble don't rebalance my usdc pretty sharpish",
        "gosh mumble rebalance my usdc and doge pretty sharpish",
        "gosh mumble rebalance my DOGE and usdc",
        "gosh mumble rebalance my doge",
        "gosh mumble keep my usdc well placed in compound",
        "gosh mumble keep my usdc well placed, at most 50,000 a fortnight",
        "gosh mumble keep my usdc well placed, at most some a venue",
        "should you mumble keep my usdc well placed",
        "the page says keep my usdc well placed pretty sharpish",
        "my friend mumbles rebalance my usdc",
        "gosh mumble I rebalanced my usdc",
    ],
)
async def test_what_is_doubtful_about_limits_binds_for_no_model(text: str) -> None:
    for answer in (call("mandate", assets="usdc"), call("rebalance", assets="usdc"), call("rebalance")):
        got = bound(await understand(text, Scripted(answer)), text)
        assert got is None or got["action"] not in ("mandate", "rebalance")


@pytest.mark.parametrize("answer", HOSTILE.values(), ids=HOSTILE.keys())
async def test_a_repaired_answer_counts(answer: Answer) -> None:
    good = call("deposit", asset="usdc", amount="100", venue="venus")
    found = await understand(DEPOSIT, Scripted(answer, good))
    assert bound(found, DEPOSIT) in (HUNDRED, None)
    if answer in (HOSTILE["another amount"], HOSTILE["two calls"], HOSTILE["no arguments"]):
        assert bound(found, DEPOSIT) == HUNDRED


HARD = [
    "d\u0435posit 100 usdc into venus pretty sharpish",
    "don't deposit 100 usdc into venus pretty sharpish",
    'deposit "100 usdc" into venus with style',
    "deposit 1,00 usdc into venus pretty sharpish",
    "deposit some usdc into venus pretty sharpish",
    "if rates rise deposit 100 usdc with style",
    "should I deposit 100 usdc with style",
    "deposit usdc",
    "withdraw 100 usdc to 0x" + "ab" * 20,
    "send 5 usdc to carol",
    "deposit 5 usdc and withdraw 5 dai",
    "",
    "yes",
]


@pytest.mark.parametrize("text", HARD)
async def test_a_model_overrides_no_stop_of_the_phrasebooks(text: str) -> None:
    model = Scripted(call("deposit", asset="usdc", amount="100", venue="venus"))
    found = await understand(text, model)
    assert found == interpret(text, Context(now=NOW), VOCABULARY)
    assert model.asked == []


@pytest.mark.parametrize(("text", "expected"), SENTENCES, ids=[text for text, _ in SENTENCES])
async def test_plain_commands_cost_nothing(text: str, expected: dict[str, Any]) -> None:
    model = Scripted(call("exit"))
    found = await understand(text, model)
    assert isinstance(found, Understood)
    assert found.intent is not None
    assert model.asked == []


async def test_what_asks_or_tells_is_only_talked_about() -> None:
    model = Scripted(call("deposit", asset="usdc", amount="5"))
    found = await understand("I deposited 5 usdc yesterday", model)
    assert bound(found, "I deposited 5 usdc yesterday") is None
    for _, offered in model.asked:
        assert {tool["function"]["name"] for tool in offered} == {*tools.READS, tools.SAY}


async def test_a_verb_that_code_does_not_know_is_asked_for() -> None:
    text = "zhuzh 100 usdc into venus"
    model = Scripted(call("deposit", asset="usdc", amount="100", venue="venus"))
    found = await understand(text, model)
    assert found.intent is None
    assert found.question.missing == "action"
    assert "deposit, withdraw, swap or send" in found.question.text
    pending = Context(now=NOW, pending=Pending(text=text, missing="action"))
    found = await understand("deposit", Scripted(call("deposit", asset="usdc", amount="100", venue="venus")), pending)
    assert bound(found, text, "deposit") == HUNDRED


async def test_unknown_places_are_not_dropped() -> None:
    text = "mumble deposit 100 usdc to somewhere nice"
    found = await understand(text, Scripted(call("deposit", asset="usdc", amount="100")))
    assert bound(found, text) is None


async def test_a_model_that_is_down_is_told_in_one_line_and_the_question_goes_on() -> None:
    found = await understand(DEPOSIT, Scripted(ModelDown("status 500")))
    plain = interpret(DEPOSIT, Context(now=NOW), VOCABULARY).question
    assert plain is not None
    assert found.question.text == f"{DOWN} {plain.text}"
    assert found.question.missing == plain.missing


async def test_a_turn_waits_only_so_long() -> None:
    class Slow(Scripted):
        async def ask(self, *_: Any) -> Answer:
            await asyncio.sleep(5)
            return Answer("late")

    found = await Mind(ADA, Slow(Answer("")), seconds=0.01).understand(DEPOSIT, Context(now=NOW), VOCABULARY)
    assert isinstance(found, Understood)
    assert found.question is not None
    assert found.question.text.startswith(DOWN)


@pytest.mark.parametrize(
    "text",
    [
        "> deposit 100 usdc into venus\nmumble do that thing",
        "```\ndeposit 100 usdc into venus\n```\nmumble do that thing",
    ],
)
async def test_what_is_quoted_binds_for_no_model(text: str) -> None:
    for answer in (call("deposit", **GOOD), call("exit"), call("pause")):
        assert bound(await understand(text, Scripted(answer)), text) is None


@pytest.mark.parametrize(("text", "expected"), [*SENTENCES, *SWAPS])
def test_the_tool_of_what_is_ordered_is_among_those_offered(text: str, expected: dict[str, Any]) -> None:
    bare_no = expected["action"] == "cancel" and "cancel" not in text  # which no tool is believed in either
    if expected["action"] in tools.ACTS and not bare_no:
        assert expected["action"] in tools.orderable(tools.ACTS, [text], VOCABULARY)


@pytest.mark.parametrize(
    ("text", "purpose"),
    [
        (DEPOSIT, "understand"),
        ("what is impermanent loss?", "talk"),
        ("why does venus pay more on usdc?", "analyse"),
        ("mumble, summarise what we said", "summarise"),
        ("tl;dr", "summarise"),
        ("please sum up and deposit 100 usdc", "understand"),
    ],
)
def test_the_purpose_is_read_from_the_words(text: str, purpose: str) -> None:
    readings = read(text, VOCABULARY)
    assert purpose_of(text, readings, _acts(readings)) == purpose


@pytest.mark.parametrize(
    "text", ["is impermanent loss something to worry about?", "what worries people about impermanent loss?"]
)
async def test_what_a_question_is_about_is_no_amount(text: str) -> None:
    assert await understand(text, Scripted(Answer("It can be."))) == Spoken("It can be.")


async def test_about_so_much_is_still_asked_by_the_phrasebook() -> None:
    model = Scripted(call("deposit", asset="usdc", amount="100"))
    await understand("gosh mumble, deposit about 100 usdc pretty sharpish", model)
    assert model.asked == []


async def test_another_verb_than_the_users_is_repaired_and_not_asked_about() -> None:
    model = Scripted(call("withdraw", asset="usdc", amount="100", venue="venus"), call("deposit", **GOOD))
    assert bound(await understand(DEPOSIT, model), DEPOSIT) == HUNDRED
    assert len(model.asked) == 2


async def test_a_message_that_is_too_long_is_not_sent() -> None:
    model = Scripted(call("exit"))
    await understand("mumble " * 400, model)
    assert model.asked == []


async def test_history_and_an_empty_model() -> None:
    found = await understand("mumble mumble do tell of it", Scripted(call("history")))
    assert found.intent.action == "history"
    plain = await Mind(ADA).understand("hello", Context(), VOCABULARY)
    assert isinstance(plain, Understood)
    assert plain.intent == Chat()


WORDS = st.sampled_from(
    ["100", "1000", "usdc", "dai", "all", "half", "venus", "aave", "bob", "alice", "0x" + "ab" * 20, "", "7"]
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from([*SENTENCES, *SWAPS]), st.data())
def test_whatever_a_model_calls_binds_only_as_the_sentence_reads(
    sentence: tuple[str, dict[str, Any]], data: st.DataObject
) -> None:
    text, expected = sentence
    name = data.draw(st.sampled_from([*tools.ACTS, expected["action"]]))
    words = st.one_of(WORDS, st.sampled_from(text.split()), st.just(text))
    fields = ["asset", "amount", "to_asset", "to_amount", "venue", "recipient", "name", "address", "seconds"]
    arguments = data.draw(st.dictionaries(st.sampled_from(fields), words, max_size=5))
    try:
        found = tools.understood(name, arguments, text, Context(now=NOW), VOCABULARY)
    except tools.NotProposed:
        return
    got = bound(found, text)
    if got is not None and name in tools.ACTS:
        assert got == expected or name == "cancel"


def test_only_known_tools_are_offered() -> None:
    offered = tools.schemas(tools.ACTS)
    assert {tool["function"]["name"] for tool in offered} == {*tools.READS, *tools.ACTS, tools.SAY}
    money = next(tool for tool in offered if tool["function"]["name"] == "deposit")["function"]["parameters"]
    assert money["properties"] == {field: {"type": "string"} for field in ("asset", "amount", "venue")}
    assert money["required"] == ["asset", "amount"]


def test_one_mind_serves_many_at_once() -> None:
    async def all_of_them() -> list[Any]:
        model = Scripted(call("deposit", asset="usdc", amount="100", venue="venus"))
        return await asyncio.gather(*(understand(DEPOSIT, model) for _ in range(20)))

    assert {bound(found, DEPOSIT) is not None for found in asyncio.run(all_of_them())} == {True}
