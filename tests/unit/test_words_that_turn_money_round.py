"""Sentences that were once taken for another amount or another direction: they are asked about, or refused."""

from __future__ import annotations

import pytest

from agent.errors import Refused
from agent.gate.binding.bind import bind
from agent.intents import parse
from tests.unit.conversation_parts import DONE, talked
from tests.unit.spoken import VOCABULARY, amount, deposit, intent_of, question_of

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "text",
    ["deposit ,5 USDC", "send ,75 USDC to bob", "zahle ,5 USDC ein", "deposita ,5 USDC", "withdraw USDC ,5"],
)
def test_a_number_that_begins_with_a_comma_is_asked_about(text: str) -> None:
    assert intent_of(text) is None
    assert "can be a part of one or a whole number" in question_of(text)


@pytest.mark.parametrize("answer", [",5", "no, ,5", "no ,5"])
def test_nor_is_it_a_whole_number_where_it_goes_on_with_an_earlier_turn(answer: str) -> None:
    came = talked("deposit 100 USDC" if answer.startswith("no") else "deposit USDC", answer)
    assert came.intent is None
    assert came.question


def test_a_comma_behind_a_word_parts_it_from_the_number() -> None:
    assert talked("deposit 100 USDC", "no,5").intent == deposit("USDC", amount("exact", "5"))


@pytest.mark.parametrize(
    "turns",
    [
        ("zahle 100 USDC ein", "nein, 1,500"),
        ("zahle 100 USDC ein", "mach 1,000 draus"),
        ("zahle 100 USDC ein", "lieber 12,345"),
        ("zahle USDC ein", "1,000"),
        ("zahle USDC ein", "no, 1,000"),
        ("deposita USDC", "1,000"),
        ("deposita 100 USDC", "mejor 1,500"),
        ("deposita 100 USDC", "no, 1,500"),
    ],
)
def test_a_thousand_or_a_decimal_is_as_doubtful_in_an_answer_as_in_a_sentence(turns: tuple[str, str]) -> None:
    came = talked(*turns)
    assert came.intent is None
    assert "can be a thousand or a decimal" in came.question


@pytest.mark.parametrize(
    "text",
    [
        "swap 100 USDC to DAI or deposit it",
        "cambia 100 USDC por DAI o deposítalo",
        "tausche 100 USDC gegen DAI oder zahle es ein",
        "withdraw 100 USDC or swap it to DAI",
    ],
)
def test_one_of_two_things_is_no_sequence_of_both(text: str) -> None:
    assert intent_of(text) is None
    assert question_of(text)


def test_the_gate_too_takes_one_of_two_things_for_neither() -> None:
    text = "swap 100 USDC to DAI or deposit it"
    swap = {"action": "swap", "asset": "USDC", "amount": amount("exact", "100"), "to_asset": "DAI", "to_amount": None}
    both = parse({"action": "sequence", "steps": [swap, deposit("DAI", amount("all"))]})
    with pytest.raises(Refused, match="which of two things"):
        bind(both, {}, (text,), VOCABULARY)
    bind(both, {}, (text.replace(" or ", " and "),), VOCABULARY)


@pytest.mark.parametrize(
    "text",
    [
        "pay me 100 USDC back",
        "pay us 100 USDC back",
        "gib mir 100 USDC zurück",
        "gib mir meine 100 USDC zurück",
        "zahl mir alles zurück",
        "devuelve me 100 USDC",
    ],
)
def test_what_is_paid_back_to_the_user_repays_no_debt_of_theirs(text: str) -> None:
    assert intent_of(text) is None


@pytest.mark.parametrize("text", ["zahle 100 USDC ein aus", "zahle 100 USDC aus ein", "zahle 100 USDC ein, aus"])
def test_both_ways_at_once_is_neither(text: str) -> None:
    assert intent_of(text) is None


@pytest.mark.parametrize("text", ["unwithdraw 100 USDC", "dewithdraw 100 USDC", "dedeposit 100 USDC"])
def test_what_takes_a_verb_back_is_no_slip_for_it(text: str) -> None:
    assert intent_of(text) is None


@pytest.mark.parametrize("text", ["deposit a good 100 USDC", "zahle gut 100 USDC ein"])
def test_a_good_hundred_is_more_than_a_hundred(text: str) -> None:
    assert intent_of(text) is None
    assert "exact" in question_of(text)


@pytest.mark.parametrize(
    "turns",
    [
        ("zahle es nicht ein",),
        ("zahle es nicht ein", "bob"),
        ("zahle es nicht ein", "an bob"),
        ("deposit 5 DAI", "withdraw it not now"),
        ("deposit 5 DAI", "double it not please"),
        ("deposita 5 DAI", "retira eso no ya"),
        ("zahle 5 DAI ein", "verdopple es nicht bitte"),
    ],
)
def test_a_no_that_names_nothing_else_is_a_plain_no(turns: tuple[str, ...]) -> None:
    came = talked(*turns, deeds=DONE)
    assert came.intent is None
    assert came.question


@pytest.mark.parametrize(
    "turns",
    [
        ("deposit 100 USDC", "no, at most 200"),
        ("deposit 100 USDC", "no more than 200"),
        ("deposit 100 USDC", "make it about 200"),
        ("zahle 100 USDC ein", "lieber etwa 200"),
        ("deposita 100 USDC", "mejor unos 200"),
    ],
)
def test_a_correction_to_about_so_much_is_asked_about(turns: tuple[str, str]) -> None:
    came = talked(*turns)
    assert came.intent is None
    assert "isn't an exact amount" in came.question
    settled = {"action": "deposit", "asset": "USDC", "amount": amount("exact", "200"), "venue": None}
    assert not came.binds(parse(settled))


@pytest.mark.parametrize(
    ("turns", "asked"),
    [
        (("deposit 100 USDC in venus", "no venus"), "Nothing is different"),
        (("deposit 100 USDC", "no USDC"), "Nothing is different"),
        (("send 50 DAI to bob", "no, bob"), "Nothing is different"),
        (("deposit 100 USDC", "no deposit"), "I won't deposit"),
    ],
)
def test_a_no_to_what_was_said_is_no_wish_for_it(turns: tuple[str, str], asked: str) -> None:
    came = talked(*turns)
    assert came.intent is None
    assert asked in came.question


def test_like_a_number_is_like_no_day() -> None:
    assert talked("like 100", deeds=DONE).intent is None
    assert talked("like 100", "100", deeds=DONE).intent is None
    assert talked("like Tuesday", deeds=DONE).intent is not None


def test_the_answer_to_about_how_much_is_the_amount() -> None:
    assert talked("deposit 100 USDC", "no, about 200", "200").intent == deposit("USDC", amount("exact", "200"))


@pytest.mark.parametrize(
    "turns",
    [("send 100 USDC", "no bob"), ("send 50 DAI to bob", "no alice"), ("sende 50 DAI an bob", "nein alice")],
)
def test_no_and_a_name_without_a_comma_may_say_who_it_isnt_for(turns: tuple[str, str]) -> None:
    assert talked(*turns).intent is None
    verb, said = turns
    with_comma = talked(verb, said.replace(" ", ", ")).intent
    assert with_comma is not None
    assert with_comma["recipient"] == said.split()[1]


@pytest.mark.parametrize("answer", ["no, aave core", "no, to aave core"])
def test_a_venue_in_place_of_one_of_two_drops_neither(answer: str) -> None:
    came = talked("withdraw 100 USDC from venus and deposit it in aave prime", answer)
    assert came.intent is None
    assert "Which venue in which step" in came.question


def test_shall_we_before_the_verb_asks_and_behind_it_ends_a_wish() -> None:
    assert talked("hey moneta, shall we could you please put 250 dai to work? thanks!").intent != deposit(
        "DAI", amount("exact", "250")
    )
    assert intent_of("let's put 250 dai to work, shall we") == deposit("DAI", amount("exact", "250"))
