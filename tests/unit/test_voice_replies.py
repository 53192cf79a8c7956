"""The voice: other words around the same facts, the same for the same seed, and nothing but words."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import characters
from agent.character import Character, Line, load
from agent.character.phrases import why_not
from agent.errors import NeedsAnswer, Refused
from agent.replies import talk
from agent.replies.reply import Reply, Status, Table, Verdict, of_error
from agent.voice import INTRODUCTION, PLAIN_HELLO, digest, voiced

pytestmark = pytest.mark.unit

OURS = [load(name) for name in characters.names()]
SPOKEN = [character for character in OURS if character.name != "Moneta"]
GREETING = talk.greeting("devnet", "0xabc")
CHAT = replace(talk.chat(), intent={"action": "chat"})
READY = Reply("I can deposit 1,000 USDC. Confirm?", verdict=Verdict(Status.READY), plan={"id": "1"})
SETTLED = Reply("Done: deposited 1,000 USDC. 2 transactions.", verdict=Verdict(Status.SETTLED))
TABLE = Reply("Rates:", Table(("venue", "rate"), (("aave", "4.2 %"),)))


def test_the_texts_that_it_replaces_begin_as_it_thinks() -> None:
    assert GREETING.text.startswith(INTRODUCTION)
    assert talk.chat().text.startswith(PLAIN_HELLO)


@pytest.mark.parametrize("character", OURS, ids=lambda each: each.name)
@pytest.mark.parametrize(
    "reply",
    [
        READY,
        SETTLED,
        of_error(Refused("bind", "The amount isn't in your words.", "Say it.")),
        of_error(NeedsAnswer("How much USDC?", "amount")),
    ],
    ids=["ready", "settled", "refused", "asked"],
)
def test_facts_stay_to_the_letter(character: Character, reply: Reply) -> None:
    told = voiced(reply, character, "1")
    assert reply.text in told.text
    assert replace(told, text="") == replace(reply, text="")
    assert told == voiced(reply, character, "1")
    around = told.text.replace(reply.text, "").strip()
    assert not around or why_not(around) is None
    assert bool(around) == (character.name != "Moneta")


@pytest.mark.parametrize("character", OURS, ids=lambda each: each.name)
@pytest.mark.parametrize(
    "reply",
    [
        TABLE,
        Reply("Stopped.", verdict=Verdict(Status.PARTIAL, "execution")),
        Reply("Nothing was sent.", verdict=Verdict(Status.VOID, "expected")),
        Reply("Cancelled. Nothing was sent.", intent={"action": "cancel", "ref": None}),
    ],
)
def test_tables_and_bad_news_are_told_plainly(character: Character, reply: Reply) -> None:
    assert voiced(reply, character, "1") == reply


def test_characters_sound_different() -> None:
    for reply in (GREETING, CHAT, READY, SETTLED):
        assert len({voiced(reply, character, "1").text for character in SPOKEN}) == len(SPOKEN)
    assert "I'm Brannoch." in voiced(GREETING, load("harbour-master"), "1").text
    assert "from your account 0xabc" in voiced(GREETING, load("harbour-master"), "1").text


def test_thanks_and_hello_differ_and_the_seed_varies_them() -> None:
    brannoch = load("harbour-master")
    thanks = {voiced(CHAT, brannoch, str(seed), "thank you!").text for seed in range(20)}
    hellos = {voiced(CHAT, brannoch, str(seed), "hello").text for seed in range(20)}
    assert len(thanks) == 2
    assert len(hellos) == 3
    assert not thanks & hellos
    assert all(text.endswith(talk.chat().text.removeprefix(PLAIN_HELLO).strip()) for text in thanks | hellos)


def test_without_phrases_examples_say_hello_if_they_are_plain() -> None:
    hello, other = Line(False, "hi!"), Line(False, "what is my balance?")
    fine, figures, told = Line(True, "Howdy."), Line(True, "You have 500."), Line(True, "Plenty.")
    character = Character("A", examples=((hello, fine), (hello, figures), (other, told)))
    assert {voiced(CHAT, character, str(seed), "hi").text.split(" Tell")[0] for seed in range(9)} == {"Howdy."}
    assert voiced(CHAT, Character("A"), "1", "hi") == CHAT


@given(st.sampled_from(OURS), st.text(max_size=20), st.text(max_size=40), st.sampled_from([None, *Status]))
def test_the_exact_text_is_always_inside(character: Character, seed: str, text: str, status: Status | None) -> None:
    reply = Reply(text, verdict=Verdict(status) if status else None)
    assert text.removeprefix(INTRODUCTION).strip() in voiced(reply, character, seed, text).text


def test_a_summary_stands_behind_a_phrase_or_a_harmless_post() -> None:
    summary = Reply("Your day. Nothing moved.")
    plain = Character("Otto", posts=("Up 30 % today!", "Bread is in.", "see https://x.example"))
    assert digest(summary, plain, "1").text == "Bread is in. Your day. Nothing moved."
    own = replace(plain, phrases={"digest": ("Flour on the table:",)})
    assert digest(summary, own, "1").text == "Flour on the table: Your day. Nothing moved."
    assert digest(summary, load("moneta"), "1") == summary
