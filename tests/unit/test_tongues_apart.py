"""Words that two languages have: whatever language a sentence is taken for, no money moves another way by it."""

from __future__ import annotations

import contextlib
from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from agent.errors import Refused
from agent.gate.binding.bind import bind
from agent.intents import Deposit, Exact, as_json
from agent.mind.context import Context
from agent.mind.phrasebook import interpret
from agent.words.language import Lang
from agent.words.languages import CODES, LANGUAGES, heard
from agent.words.reading import numbers
from agent.words.reading.negations import NEGATIONS
from agent.words.reading.reader import read
from agent.words.reading.readings import Kind
from agent.words.vocabulary import Entry, grammar_of, lexicon
from tests.unit.spoken import VOCABULARY, understood
from tests.unit.test_tongues import PARITY, sentences

pytestmark = pytest.mark.unit

MOVES = frozenset({"deposit", "withdraw", "transfer", "swap", "buy", "sell", "exit", "put", "take", "move", "close"})
HARMLESS = {Kind.FILLER, Kind.CHAT, Kind.POLITE, Kind.AFFIRM, Kind.TOPIC, Kind.QUESTION, Kind.HYPOTHETICAL, Kind.OWN}
"""Kinds that give a sentence no amount and no direction, or that stop it."""
WEAK = {"put", "take", "move", "close", "make", "add"}
"""Verbs whose direction is in the words that stand with them, in each language."""
TOLD_APART: dict[str, tuple[tuple[str, str | None], ...]] = {
    "a": (("envía 100 USDC a bob", "transfer"), ("send 100 usdc a bob", None), ("swap 100 usdc a dai", None)),
    "also": (("also deposit 100 usdc", None), ("lege also 100 USDC an", "deposit")),
    "an": (("sende 100 USDC an bob", "transfer"), ("send 100 usdc an bob", None)),
    "bring": (
        ("bring 100 usdc back", "withdraw"),
        ("bring 100 USDC zu aave core", "deposit"),
        ("bring 100 usdc", None),
    ),
    "da": (("da 100 USDC a bob", "transfer"), ("da 100 USDC an bob", None), ("sende da 100 USDC an bob", "transfer")),
    "es": (("tausche 100 USDC in DAI und lege es an", "sequence"), ("es deposita 100 USDC", "yields")),
    "fast": (("deposit 100 usdc fast", "deposit"), ("lege fast 100 USDC an", None)),
    "halt": (("halt", "pause"), ("halt meine USDC gut angelegt", "mandate"), ("halt 100 usdc", None)),
    "tu": (("tu 100 USDC in aave core", "deposit"), ("deposita tu 100 USDC en aave core", "deposit"), ("tu", None)),
    "y": (("cambia 100 USDC a DAI y deposítalo", "sequence"), ("y", None)),
}
"""Each word with another meaning in another language, and what comes of sentences with it: never another move."""


def collisions() -> list[tuple[tuple[str, ...], Lang, Lang]]:
    """Phrases that two tables have with another meaning, where one of them is an order, a direction or an amount."""
    return sorted(
        (key, one, other)
        for one, other in combinations(CODES, 2)
        for key in grammar_of(LANGUAGES[one]).keys() & grammar_of(LANGUAGES[other]).keys()
        if _differ(grammar_of(LANGUAGES[one])[key], grammar_of(LANGUAGES[other])[key])
    )


def _differ(first: Entry, second: Entry) -> bool:
    return first != second and not {first[0], second[0]} <= HARMLESS


def test_every_such_word_is_listed_with_what_comes_of_it() -> None:
    assert {" ".join(key) for key, _, _ in collisions()} == set(TOLD_APART)


@pytest.mark.parametrize("word", TOLD_APART)
def test_a_word_of_two_languages_is_told_apart_by_the_others(word: str) -> None:
    for text, action in TOLD_APART[word]:
        found = understood(text).intent
        assert (found.action if found is not None else None) == action, (text, understood(text))


def test_no_word_orders_one_move_in_one_language_and_another_in_another() -> None:
    for key, one, other in collisions():
        kinds = (grammar_of(LANGUAGES[one])[key], grammar_of(LANGUAGES[other])[key])
        verbs = {value for kind, value in kinds if kind is Kind.VERB and value in MOVES} - WEAK
        assert len(verbs) < 2, (key, kinds)


def test_no_word_is_two_different_amounts() -> None:
    for key, one, other in collisions():
        kinds = [grammar_of(LANGUAGES[code])[key] for code in (one, other)]
        assert {kind for kind, _ in kinds} != {Kind.AMOUNT}, (key, kinds)


def test_a_no_of_any_language_is_a_no_in_every_language() -> None:
    for code in CODES:
        entries = lexicon(LANGUAGES[code], VOCABULARY).entries
        for words in NEGATIONS.values():
            for word in words:
                kind = entries[tuple(word.replace("'", "'").split())][0]
                assert kind in (Kind.NEGATION, Kind.VERB, Kind.VAGUE, Kind.REFERENCE), (code, word, kind)


ORDERS = [row[column] for row in PARITY for column in range(3)]
NOES = [word for words in NEGATIONS.values() for word in sorted(words) if " " not in word]
MOVING = {"deposit", "withdraw", "transfer", "swap", "sequence", "exit", "repay", "claim", "advance", "contact"}


@settings(deadline=None)
@given(st.sampled_from(ORDERS), st.sampled_from(NOES), st.integers(0, 12))
def test_a_no_of_any_language_anywhere_in_an_order_stops_it(order: str, no: str, place: int) -> None:
    words = order.split()
    words.insert(min(place, len(words)), no)
    meant = understood(" ".join(words)).intent
    before = understood(order).intent
    assume(before is not None and before.action in MOVING)
    assert meant is None or meant.action not in MOVING, (words, as_json(meant))


@settings(deadline=None)
@given(st.sampled_from(sentences("asked.txt")), st.sampled_from(CODES))
def test_what_moves_nothing_moves_nothing_whatever_was_spoken_before(text: str, hint: Lang) -> None:
    vocabulary = VOCABULARY.__class__(
        VOCABULARY.tokens, VOCABULARY.venues, VOCABULARY.contacts, VOCABULARY.dollars, language=hint
    )
    meant = interpret(text, Context(), vocabulary).intent
    assert meant is None or meant.action not in MOVING, as_json(meant)


AMOUNTS = st.decimals(min_value=Decimal("0.000001"), max_value=Decimal("9999999"), places=6).filter(lambda d: d > 0)
LEAD = {"en": "deposit {} usdc", "es": "deposita {} USDC", "de": "lege {} USDC an"}


def written(value: Decimal, code: Lang, grouped: bool) -> str:
    """The number as it is written in a language, to the last digit."""
    text = f"{value:,f}" if grouped else f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text if code == "en" else text.translate(str.maketrans(",.", ".,"))


@settings(deadline=None)
@given(AMOUNTS, st.sampled_from(CODES), st.booleans())
def test_a_number_is_read_as_its_language_writes_it_or_asked_about(value: Decimal, code: Lang, grouped: bool) -> None:
    meant = understood(LEAD[code].format(written(value, code, grouped)))
    if meant.intent is None:
        assert meant.question is not None
        assert meant.question.missing == "amount"
        return
    assert isinstance(meant.intent, Deposit)
    assert isinstance(meant.intent.amount, Exact)
    assert Decimal(meant.intent.amount.value) == value
    bind(meant.intent, meant.origins, (LEAD[code].format(written(value, code, grouped)),), VOCABULARY)


@settings(deadline=None)
@given(st.from_regex(r"[0-9]{1,7}([.,'][0-9]{1,6}){0,3}", fullmatch=True))
def test_a_number_that_two_languages_read_as_two_is_doubtful_where_the_language_isnt_sure(text: str) -> None:
    read_as = []
    for decimal in ".,":
        with contextlib.suppress(numbers.Doubtful):
            read_as.append(numbers.figures(text, decimal))
    if len(set(read_as)) == 2:
        with pytest.raises(numbers.Doubtful):
            numbers.figures(text, ".", certain=False)
        with pytest.raises(numbers.Doubtful):
            numbers.figures(text, ",", certain=False)
    elif len(read_as) == 2:
        assert numbers.figures(text, ",", certain=False) == read_as[0]
    elif read_as:  # one of the languages asks: so may this, or it reads what the other one does
        with contextlib.suppress(numbers.Doubtful):
            assert numbers.figures(text, ",", certain=False) == read_as[0]


@pytest.mark.parametrize(
    "text",
    [
        "deposit 1.234 usdc bitte",
        "por favor deposit 1.234 usdc into aave core",
        "lege 1.234 USDC into aave core an",
        "deposita 5 mil USDC into aave core please",
        "1.234 USDC",
        "depositta 1.234 USDC",
        "anlgen 1.234 USDC in aave core",
    ],
)
def test_a_mixed_sentence_with_a_number_of_two_readings_is_asked_about(text: str) -> None:
    assert understood(text).intent is None


@pytest.mark.parametrize("text", ["die 100 usdc", "once 100 usdc", "sin 100 usdc", "was 100 usdc"])
def test_words_of_two_languages_alone_order_nothing(text: str) -> None:
    for hint in CODES:
        spoken = heard(text, VOCABULARY, hint)
        assert spoken.code in CODES
        assert not any(each.kind is Kind.VERB for each in read(text, VOCABULARY, hint=hint))


@pytest.mark.parametrize(
    "text",
    [
        "keep my usdc well placed wenn die Zinsen steigen",
        "keep my usdc well placed, cuando suban las tasas",
        "keep my usdc well placed, sobald ich es sage",
    ],
)
def test_an_if_of_another_language_is_no_chatter_beside_a_mandate(text: str) -> None:
    mandate = understood("keep my usdc well placed").intent
    assert mandate is not None
    assert understood(text).intent is None
    with pytest.raises(Refused):  # whatever a model makes of it
        bind(mandate, {}, (text,), VOCABULARY)


@pytest.mark.parametrize(
    "text",
    [
        "deposit 100 usdc into aave core please, wenn die Zinsen steigen",
        "please deposit 100 usdc into aave core cuando suban",
        "lege bitte 100 USDC bei Aave core an if rates rise",
        "deposita 100 USDC en Aave core por favor, unless rates fall",
    ],
)
def test_an_if_of_another_language_stops_an_order(text: str) -> None:
    order = understood("deposit 100 usdc into aave core").intent
    assert order is not None
    meant = understood(text).intent
    assert meant is None or meant.action not in MOVING
    with pytest.raises(Refused):  # whatever a model makes of it
        bind(order, {}, (text,), VOCABULARY)
