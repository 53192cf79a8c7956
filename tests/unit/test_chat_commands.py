"""Commands as sentences: each is read as what it says, and an option can't say anything else."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.chat.commands import COMMANDS, Kind, named, typed
from agent.chat.options import sentence, suggestions
from agent.errors import Refused
from agent.mind.context import Context
from agent.mind.phrasebook import interpret
from agent.words.vocabulary import Vocabulary
from tests.unit.spoken import VOCABULARY

CORE, WETH = "aave-v3:core:USDC", "morpho-blue:WETH-86:USDC"
WORDS = Vocabulary(("DAI", "ETH", "USDC"), (CORE, WETH, "aave-v3:core:DAI"), (), frozenset({"USDC"}))
NOW = Context(now=1_800_000_000)


def said(name: str, **options: str) -> str:
    command = named(name)
    assert command is not None
    return sentence(command, options, WORDS)


@pytest.mark.parametrize(
    ("name", "options", "expected"),
    [
        ("yields", {}, "best yields?"),
        ("yields", {"asset": "usdc"}, "best yields for USDC?"),
        ("deposit", {"asset": "usdc", "amount": "1,000.5", "venue": CORE}, f"deposit 1,000.5 USDC into {CORE}"),
        ("deposit", {"asset": "ETH", "amount": "ALL"}, "deposit all of my ETH"),
        ("withdraw", {"asset": "USDC", "amount": "25%", "venue": WETH}, f"withdraw 25% of my USDC from {WETH}"),
        ("swap", {"asset": "ETH", "amount": "half", "to": "usdc"}, "swap half of my ETH to USDC"),
        ("mandate", {"assets": "usdc, dai", "gas": "20"}, "rebalance my USDC and DAI automatically, gas budget $20"),
        (
            "mandate",
            {"assets": "usdc", "depeg": "0.985", "danger": "alerts only", "rest_from": "22", "rest_until": "7"},
            "rebalance my USDC automatically, get out if it falls below 0.985, alerts only, don't move anything "
            "between 22 and 7",
        ),
        ("mandate", {}, "show my mandate"),
        ("history", {"since": "last week"}, "history since last week"),
    ],
)
def test_a_command_says(name: str, options: dict[str, str], expected: str) -> None:
    assert said(name, **options) == expected


@pytest.mark.parametrize("amount", ["1000", "half", "all", "25%", "0.5"])
@pytest.mark.parametrize("venue", ["", CORE, WETH])
@pytest.mark.parametrize("name", ["deposit", "withdraw"])
def test_its_sentence_is_read_as_what_was_given(name: str, venue: str, amount: str) -> None:
    intent = interpret(said(name, asset="usdc", amount=amount, venue=venue), NOW, WORDS).intent
    assert intent is not None
    given_venue = intent.model_dump()["venue"]
    assert (intent.action, given_venue or "") == (name, venue)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("amount", "1000 USDC and withdraw all"),
        ("amount", "0%"),
        ("amount", "101%"),
        ("amount", "-1"),
        ("amount", "1e9"),
        ("amount", "١٠٠"),
        ("amount", "1\n2"),
        ("asset", "USDC to bob"),
        ("asset", "PEPE"),
        ("venue", f"{CORE} and pause"),
        ("venue", "aave-v3:core:DAI"),
        ("recipient", "bob"),
    ],
)
def test_an_option_of_another_kind_is_refused(option: str, value: str) -> None:
    with pytest.raises(Refused) as refused:
        said("deposit", **{"asset": "USDC", "amount": "1", "venue": CORE, option: value})
    assert refused.value.rule == "option"


@given(st.sampled_from(COMMANDS), st.data())
def test_whatever_is_given_a_sentence_holds_only_checked_words(command: object, data: st.DataObject) -> None:
    assert command in COMMANDS
    chosen = next(each for each in COMMANDS if each is command)
    given_options = {option.name: data.draw(st.text(max_size=30)) for option in chosen.options}
    try:
        text = sentence(chosen, given_options, WORDS)
    except Refused:
        return
    plain = {option.kind for option in chosen.options} <= {Kind.CODE}
    assert "\n" not in text
    assert plain or "@" not in text


def test_required_options_are_asked_for() -> None:
    with pytest.raises(Refused, match="needs `amount`"):
        said("deposit", asset="USDC")
    with pytest.raises(Refused, match="needs `assets`"):
        said("mandate", cap="5")
    with pytest.raises(Refused, match="needs `rest_from` and `rest_until` together"):
        said("mandate", assets="usdc", rest_from="22")


def test_suggestions_fit_what_was_said_before() -> None:
    deposit = named("deposit")
    assert deposit is not None
    venue, amount = deposit.option("venue"), deposit.option("amount")
    assert venue is not None
    assert amount is not None
    assert suggestions(venue, "", {"asset": "dai"}, WORDS) == ["aave-v3:core:DAI"]
    assert suggestions(venue, "morpho", {}, WORDS) == [WETH]
    assert suggestions(amount, "3", {}, WORDS)[0] == "3"
    mandate = named("mandate")
    assert mandate is not None
    assert suggestions(mandate.options[0], "usdc, d", {}, WORDS)[0] == "usdc, DAI"


def test_typed_after_a_command_the_words_are_the_users_own() -> None:
    deposit, history = named("deposit"), named("history")
    assert deposit is not None
    assert history is not None
    assert typed(deposit, " 1000 usdc into aave core ") == "deposit 1000 usdc into aave core"
    assert typed(history, "") == "history"


def test_names_and_descriptions_are_what_platforms_take() -> None:
    for command in COMMANDS:
        assert len(command.description) <= 100
        required = [option.required for option in command.options]
        assert required == sorted(required, reverse=True), "Discord wants required options first"


PAGE = (Path(__file__).parents[2] / "docs" / "sentences.md").read_text(encoding="utf-8")
ALONE = PAGE.partition("## In a conversation")[0]
"""What stands alone; the rest is held by tests/unit/test_sentences_in_conversation.py."""
ELSEWHERE = frozenset({"terms", "privacy", "confirm", "yes", "my withdrawal address is 0x…"})
"""Answered at the door, or only while a preview waits."""


def test_the_page_of_sentences_knows_every_command() -> None:
    for command in COMMANDS:
        assert f"`/{command.name}" in PAGE, command.name


@pytest.mark.parametrize(
    "said",
    [
        said
        for row in re.findall(r"^\| (`.*?) \|", ALONE, re.MULTILINE)
        for said in re.findall(r"`([^`]+)`", row)
        if said not in ELSEWHERE
    ],
)
def test_each_sentence_of_the_page_is_read(said: str) -> None:
    said = said.replace("0x…", "0x" + "12" * 20)
    assert interpret(said, NOW, replace(VOCABULARY, traders=("uniswap-v3",))).intent is not None


HURRIED = re.findall(
    r"^\| `([^`]+)` \| `([^`]+)` \|$", PAGE.split("| in a hurry |")[1].split("\n\n")[0], re.MULTILINE
)


@pytest.mark.parametrize(("hurried", "plain"), HURRIED)
def test_what_is_said_in_a_hurry_is_read_as_the_page_says(hurried: str, plain: str) -> None:
    vocabulary = replace(VOCABULARY, traders=("uniswap-v3",))
    assert interpret(hurried, NOW, vocabulary).intent == interpret(plain, NOW, vocabulary).intent is not None


def test_the_page_has_sentences_of_a_hurry() -> None:
    assert len(HURRIED) >= 10
