"""Slips of the finger: a verb or a venue is mended where one thing alone is near, nothing else is, and it is told."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from agent.gate.binding.bind import bind
from agent.replies.remarks import remarks
from agent.words.english.table import ENGLISH
from agent.words.languages import language_of
from agent.words.reading.reader import read
from agent.words.reading.readings import Kind
from agent.words.reading.typos import distance
from agent.words.vocabulary import lexicon
from tests.unit.spoken import VOCABULARY, amount, deposit, intent_of, question_of, transfer, understood, withdraw

pytestmark = pytest.mark.unit

HUNDRED = amount("exact", "100")
MENDED = [
    ("depositt 100 usdc", deposit("USDC", HUNDRED), "depositt", "deposit"),
    ("please depsoit 100 usdc", deposit("USDC", HUNDRED), "depsoit", "deposit"),
    ("widthraw 100 usdc", withdraw("USDC", HUNDRED), "widthraw", "withdraw"),
    ("hey, withdrwa 100 usdc", withdraw("USDC", HUNDRED), "withdrwa", "withdraw"),
    ("sned 100 usdc to bob", transfer("USDC", HUNDRED, "bob"), "sned", "send"),
    ("trasnfer 100 usdc to bob", transfer("USDC", HUNDRED, "bob"), "trasnfer", "transfer"),
    ("deposit 100 usdc into vennus", deposit("USDC", HUNDRED, "venus:core:USDC"), "vennus", "venus"),
    ("deposit 100 dai in aaev", deposit("DAI", HUNDRED, "aave-v3:core:DAI"), "aaev", "aave"),
    ("withdraw 100 usdc from morpoh weth-86", withdraw("USDC", HUNDRED, "morpho:weth-86:USDC"), "morpoh", "morpho"),
]


@pytest.mark.parametrize(("text", "intent", "typed", "meant"), MENDED)
def test_a_slip_is_mended_bound_and_told(text: str, intent: object, typed: str, meant: str) -> None:
    found = understood(text)
    assert intent_of(text) == intent
    assert found.intent is not None
    bind(found.intent, found.origins, [text], VOCABULARY)
    assert list(remarks([text], VOCABULARY)) == [f"I read “{typed}” as “{meant}”."]


@pytest.mark.parametrize(
    "text",
    [
        "send 100 usdc to bobb",  # a contact
        "send 100 usdc to lice",
        "deposit 100 usdd",  # a token
        "deposit 100 usc into venus",
        "deposit 1oo usdc",  # an amount
        "deposit on hundred usdc",
        "deposit haff of my usdc",
        "neverr deposit 100 usdc",  # a no
        "donot deposit 100 usdc",
        "dotn deposit 100 usdc",
        "iff it rains deposit 100 usdc",  # an if
        "spend 100 usdc",  # other words
        "loan bob 100 usdc",
        "presume",
        "resuem",  # done at once, without a preview
        "send 100 usdc to vennus",  # a person was meant
        "deposit 100 usdc into venu",  # as near to "venue"
        "bob: lena 100 usdc",
    ],
)
def test_nothing_else_is_mended(text: str) -> None:
    assert intent_of(text) is None
    assert question_of(text)


def test_a_word_near_to_two_actions_is_asked() -> None:
    assert "`lend` or `send`" in question_of("rend 20 usdc to bob")


def test_what_is_done_at_once_is_asked_with_the_word_it_may_be() -> None:
    assert "did you mean `resume`" in question_of("resuem")


def test_a_slip_in_a_no_stays_a_no() -> None:
    assert intent_of("don't depositt 100 usdc") is None
    assert "won't deposit" in question_of("don't depositt 100 usdc")


def test_a_slip_in_a_question_about_rates_is_read() -> None:
    assert intent_of("whats the yeild for usdc") == {"action": "yields", "asset": "USDC"}


@given(
    st.sampled_from(["venus", "morpho", "aave", "deposit", "withdraw"]),
    st.lists(st.tuples(st.integers(0, 8), st.sampled_from("abeinorstuvw")), min_size=1, max_size=2),
)
def test_whatever_is_mended_is_told(word: str, slips: list[tuple[int, str]]) -> None:
    for place, letter in slips:
        word = word[:place] + letter + word[place + 1 :]
    for text in (f"please deposit 100 usdc into {word}", f"please {word} 100 usdc"):
        assume(language_of(text, VOCABULARY) == "en")  # a word of another language is none of its slips
        readings = read(text, VOCABULARY, language=ENGLISH)
        known = {key[0] for key in lexicon(ENGLISH, VOCABULARY).entries if len(key) == 1}
        new = [each.words for each in readings if each.kind in (Kind.VERB, Kind.VENUE) and each.words not in known]
        assert [said.split("“")[1].split("”")[0] for said in remarks([text], VOCABULARY)] == new
        assert all(each.kind is not Kind.WORD or each.words == word for each in readings)


@pytest.mark.parametrize(
    ("one", "other", "most", "far"),
    [
        ("send", "sned", 2, 1),
        ("send", "send", 2, 0),
        ("send", "lend", 2, 1),
        ("abcdef", "a", 2, 3),
        ("ab", "ba", 1, 1),
    ],
)
def test_the_distance_counts_slips(one: str, other: str, most: int, far: int) -> None:
    assert distance(one, other, most) == far == distance(other, one, most)


def test_an_exchange_that_is_not_ours_is_told() -> None:
    said = list(remarks(["swap 100 usdc to dai on pancakeswap"], VOCABULARY))
    assert said == ["I don't trade at pancakeswap: the preview says where."]
    assert not list(remarks(["best rates on curve?"], VOCABULARY))
