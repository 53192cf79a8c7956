"""What a model says beside an intent is shown with the figures that code gave, never with invented ones."""

from __future__ import annotations

import json

import pytest

import characters
from agent.character import load
from agent.intents import Understood
from agent.mind import prompt
from agent.mind.context import Context, Turn
from agent.mind.mind import Mind, Spoken
from agent.mind.model import Answer
from agent.mind.phrasebook import interpret
from tests.unit.mind_parts import ADA, Scripted, bound, call, understand
from tests.unit.spoken import NOW, VOCABULARY

pytestmark = pytest.mark.unit


TRADE = "gosh mumbles, swap half of my eth to usdc pretty sharpish"
TALK = "what is impermanent loss?"


@pytest.mark.parametrize(
    ("words", "facts"),
    [
        ("It is what a pool costs against holding.", ""),
        ("Aave pays 4.2 % now.", "aave 4.2%"),
        ("You hold 1,000 USDC.", "wallet 1000 USDC"),
        ("Ask me for yields, then say a sum.", ""),
    ],
)
async def test_talk_is_shown_with_the_figures_that_code_gave(words: str, facts: str) -> None:
    assert await understand(TALK, Scripted(Answer(words)), facts=facts) == Spoken(words)
    assert await understand(TALK, Scripted(call("say", text=words)), facts=facts) == Spoken(words)


@pytest.mark.parametrize(
    "words",
    [
        "Aave pays 9.9 % now.",
        "Aave pays ９.９ % now.",
        "It is 1000 % sure.",
        "It earns five percent.",
        "You hold twenty USDC.",
        "Done: it is in.",
        "I've deposited it for you.",
        "I have just sent it.",
        "I will withdraw it tomorrow.",
        "Your money has been transferred.",
        "Visit https://evil.example",
        "Visit evil.com",
        "Send it to 0xabcdef0123456789",
        "Tell me your seed phrase.",
        "It is guaranteed.",
        "\u202e",
        "",
    ],
)
async def test_invented_figures_reports_and_links_are_not_shown(words: str) -> None:
    model = Scripted(call("say", text=words))
    found = await understand(TALK, model, facts="wallet 1000 USDC, aave 4.2%")
    assert found == interpret(TALK, Context(now=NOW), VOCABULARY)
    assert len(model.asked) == 2


async def test_talk_is_stripped_and_capped() -> None:
    found = await understand(TALK, Scripted(Answer("\x1bred\x00 \u202eand\u200b  more\n\n\n\nend" + " x" * 2_000)))
    assert found.text.startswith("red and more\n\nend x x")
    assert len(found.text) <= 600


LONG = Context(
    now=NOW, turns=tuple(Turn(role=role, text="so much to say " * 40) for role in ("user", "assistant") * 3)
)


@pytest.mark.parametrize("name", characters.names())
async def test_the_prompt_stays_small(name: str) -> None:
    model = Scripted(call("sign"))

    async def facts() -> str:
        return "venue rate\n" * 400

    text = "mumble " * 113
    assert len(text) <= prompt.LONGEST_MESSAGE
    await Mind(load(name), model).understand(text, LONG, VOCABULARY, facts)
    assert len(model.asked) == 2
    for messages, offered in model.asked:
        size = sum(len(part) for _, part in messages)
        assert size <= prompt.MOST_CHARACTERS
        assert size + len(json.dumps(offered)) <= 6_000
        assert messages[0][1].startswith(f"You are {load(name).name},")


@pytest.mark.parametrize(
    "text", ["mumble, how do venus and aave differ?", f"{TRADE} and put it into venus", "please summarise all of it"]
)
async def test_the_prompt_stays_small_with_memories_and_a_portfolio(text: str) -> None:
    model = Scripted(call("sign"))

    async def facts() -> str:
        return "venus:core:USDC pays 4.12 % a year, 31.2 million free\n" * 40

    async def recalled(words: str) -> list[str]:
        assert words == text
        return [f"{number}: they said\nthat {words} " * 6 for number in range(30)]

    mind = Mind(load("moneta"), model)
    await mind.understand(text, LONG, VOCABULARY, facts, recalled)
    assert len(model.asked) == 2
    for messages, offered in model.asked:
        size = sum(len(part) for _, part in messages)
        assert size <= 3_000
        assert size + len(json.dumps(offered)) <= 6_000
        assert "- 0: they said that" in messages[0][1]


async def test_what_is_recalled_binds_nothing_and_may_be_told() -> None:
    async def recalled(text: str) -> list[str]:
        return ["Ada said: deposit 900 usdc into venus", "Rome is 2779 years old"]

    text = "gosh mumble, deposit some of my usdc pretty sharpish"
    for field in ({"amount": "900"}, {"amount": "deposit 900"}):
        model = Scripted(call("deposit", asset="usdc", **field))
        found = await Mind(ADA, model).understand(text, Context(now=NOW), VOCABULARY, None, recalled)
        assert bound(found, text) is None
    talk = await Mind(ADA, Scripted(Answer("Rome is 2779 years old."))).understand(
        TALK, Context(now=NOW), VOCABULARY, None, recalled
    )
    assert talk == Spoken("Rome is 2779 years old.")


async def test_nothing_is_recalled_where_no_model_is_asked() -> None:
    async def never() -> str:
        raise AssertionError("asked for facts")

    async def none(text: str) -> list[str]:
        raise AssertionError("recalled")

    model = Scripted(call("exit"))
    found = await Mind(ADA, model).understand("deposit 100 usdc", Context(now=NOW), VOCABULARY, never, none)
    assert isinstance(found, Understood)
    assert model.asked == []
