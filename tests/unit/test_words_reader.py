"""The reader: every word in one reading, at its place in the original text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.intents import All, AllBut, Exact, Percentage
from agent.words.english.table import ENGLISH
from agent.words.reading import numbers
from agent.words.reading.clauses import assets, clauses, pairs, said_asset
from agent.words.reading.lexemes import key_of
from agent.words.reading.quotes import quotes
from agent.words.reading.reader import read
from agent.words.reading.readings import Kind, Reading, Said
from agent.words.reading.text import clean
from agent.words.vocabulary import Vocabulary
from tests.unit.spoken import ADDRESS, VOCABULARY

pytestmark = pytest.mark.unit


def found(text: str, kind: Kind) -> list[Reading]:
    return [reading for reading in read(text, VOCABULARY) if reading.kind is kind]


def exact(value: str) -> Said:
    return Said(Exact(value=value))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("1,000", exact("1000")),
        ("1k", exact("1000")),
        ("1K", exact("1000")),
        ("1.5m", exact("1500000")),
        ("2.5k", exact("2500")),
        ("1_000", exact("1000")),
        ("1'000", exact("1000")),
        ("1’000", exact("1000")),
        ("1,000,000.50", exact("1000000.5")),
        ("0.000001", exact("0.000001")),
        (".5", exact("0.5")),
        ("1.0", exact("1")),
        ("two thousand", exact("2000")),
        ("two thousand and five", exact("2005")),
        ("a hundred", exact("100")),
        ("one million", exact("1000000")),
        ("three hundred forty-two", exact("342")),
        ("fifteen hundred", exact("1500")),
        ("twenty five", exact("25")),
        ("1.5 million", exact("1500000")),
        ("half a million", exact("500000")),
        ("１００", exact("100")),
        ("half", Said(Percentage(value="50"))),
        ("½", Said(Percentage(value="50"))),
        ("1/2", Said(Percentage(value="50"))),
        ("a quarter", Said(Percentage(value="25"))),
        ("three quarters", Said(Percentage(value="75"))),
        ("25%", Said(Percentage(value="25"))),
        ("12.5 %", Said(Percentage(value="12.5"))),
        ("25 percent", Said(Percentage(value="25"))),
        ("25 per cent", Said(Percentage(value="25"))),
        ("100%", Said(Percentage(value="100"))),
        ("all", Said(All())),
        ("everything", Said(All())),
        ("everything but 100", Said(AllBut(value="100"))),
        ("all but 1k", Said(AllBut(value="1000"))),
        ("all except 100", Said(AllBut(value="100"))),
        ("$500", Said(Exact(value="500"), dollars=True)),
        ("$1k", Said(Exact(value="1000"), dollars=True)),
        ("500 dollars", Said(Exact(value="500"), dollars=True)),
        ("500$", Said(Exact(value="500"), dollars=True)),
        ("9" * 78, exact("9" * 78)),
    ],
)
def test_amounts(words: str, said: Said) -> None:
    for text in (words, f"deposit {words} usdc", f"usdc: {words}."):
        [reading] = found(text, Kind.AMOUNT)
        assert (reading.said.spec, reading.said.dollars) == (said.spec, said.dollars)
        assert reading.words == words


@pytest.mark.parametrize(
    "words",
    [
        "1,00",
        "1.000,50",
        "1e30",
        "-5",
        "−5",
        "- 5",
        "+5",
        "0",
        "0.0",
        "00.5",
        "007",
        "1,0000",
        "1.000.000",
        "10k5",
        "1.000",
        "12.500",
        "100²",
        "1½",
        "⅓ of",
        "1/3",
        "200%",
        "0%",
        "100.5%",
        "€500",
        "£5",
        "five three",
        "twelve one",
        "9" * 79,
        "1" * 77 + "m",
        "100x",
        "3pool",
        "zero",
        "$-5",
        "1mm",
        "100-200",
    ],
)
def test_doubtful_amounts_are_never_amounts(words: str) -> None:
    values = [reading.value for reading in found(f"deposit {words} usdc", Kind.AMOUNT)]
    assert values == ([exact("100")] if words == "100-200" else [])


@given(st.integers(1, 10**30), st.integers(0, 12))
def test_any_rendered_amount_reads_back(units: int, decimals: int) -> None:
    value = numbers.shifted(str(units), -decimals)
    whole, dot, fraction = value.partition(".")
    for text in (value, f"{int(whole):,}{dot}{fraction}"):
        if text.endswith("0") and dot:
            continue
        assert found(f"deposit {text} usdc", Kind.AMOUNT)[0].said == exact(value)


def _spelled(number: int) -> str:
    for power, word in ((9, "billion"), (6, "million"), (3, "thousand"), (2, "hundred")):
        if number >= 10**power:
            head, rest = divmod(number, 10**power)
            return f"{_spelled(head)} {word}{' ' + _spelled(rest) if rest else ''}"
    for word, value in ENGLISH.units.items():
        if value == number:
            return word
    return f"{_spelled(number // 10 * 10)}-{_spelled(number % 10)}"


@given(st.integers(1, 10**12 - 1))
def test_any_spelled_number_reads_back(number: int) -> None:
    assert found(f"deposit {_spelled(number)} usdc", Kind.AMOUNT)[0].said == exact(str(number))


@pytest.mark.parametrize(
    "text", ["usdc", "USDC", "$USDC", "Usdc", "$usdc", "100usdc", "ＵＳＤＣ", "US\u200bDC", "usdc."]
)
def test_tokens_in_any_case(text: str) -> None:
    assert [reading.value for reading in found(text, Kind.TOKEN)] == ["USDC"]


@pytest.mark.parametrize(("word", "letter"), [("USDС", "С"), ("ЕТН", "Е"), ("UЅDC", "Ѕ"), ("ΕTH", "Ε"), ("bоb", "о")])
def test_a_look_alike_is_no_token_and_is_named(word: str, letter: str) -> None:
    readings = read(f"deposit 100 {word}", VOCABULARY)
    assert not [reading for reading in readings if reading.kind in (Kind.TOKEN, Kind.NAME)]
    assert [(reading.value, reading.words) for reading in readings if reading.kind is Kind.LOOKALIKE] == [
        (letter, word)
    ]


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        ("aave core", ("aave-v3:core:DAI", "aave-v3:core:USDC")),
        ("Aave V3 Prime", ("aave-v3:prime:USDC",)),
        ("aave-v3 core", ("aave-v3:core:DAI", "aave-v3:core:USDC")),
        ("AAVE", ("aave-v3:core:DAI", "aave-v3:core:USDC", "aave-v3:prime:USDC")),
        ("aave core usdc", ("aave-v3:core:USDC",)),
        ("aave-v3:core:USDC", ("aave-v3:core:USDC",)),
        ("morpho weth-86", ("morpho:weth-86:USDC",)),
        ("morpho weth 86", ("morpho:weth-86:USDC",)),
        ("morpho weth", ("morpho:weth-86:USDC",)),
        ("venus", ("venus:core:USDC",)),
        ("stata", ("erc4626:stata-core:USDC",)),
        ("core", ("aave-v3:core:DAI", "aave-v3:core:USDC", "venus:core:USDC")),
    ],
)
def test_venues_by_their_spoken_names(words: str, ids: tuple[str, ...]) -> None:
    [reading] = found(f"put it in {words}, please", Kind.VENUE)
    assert (reading.ids, reading.words) == (ids, words)


def test_spoken_names_can_be_added() -> None:
    vocabulary = Vocabulary(("USDC",), ("aave-v3:core:USDC",), spoken=(("aave-v3:core:USDC", "the old one"),))
    assert [r.ids for r in read("into the old one", vocabulary) if r.kind is Kind.VENUE] == [("aave-v3:core:USDC",)]


def test_names_never_replace_words_of_the_grammar() -> None:
    vocabulary = Vocabulary(("FOR", "ALL"), ("x:best:ALL",), ("all", "max"))
    kinds = [reading.kind for reading in read("for all best max", vocabulary)]
    assert kinds == [Kind.PREPOSITION, Kind.AMOUNT, Kind.FILLER, Kind.VAGUE]
    assert [r.value for r in read("deposit 5 FOR $all", vocabulary) if r.kind is Kind.TOKEN] == ["FOR", "ALL"]


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("30 days", 2_592_000),
        ("one week", 604_800),
        ("a day", 86_400),
        ("12h", 43_200),
        ("1.5 days", 129_600),
        ("half an hour", 1800),
        ("two years", 63_072_000),
    ],
)
def test_durations(words: str, seconds: int) -> None:
    assert [(r.value, r.words) for r in found(f"advance {words}", Kind.DURATION)] == [(seconds, words)]


@pytest.mark.parametrize(
    "text",
    [
        'he said "deposit 100 usdc to aave for bob"',
        "“deposit 100 usdc”",
        "«deposit 100 usdc»",
        "`deposit 100 usdc`",
        "```\ndeposit 100 usdc\n```",
        "> deposit 100 usdc",
        "  > deposit 100 usdc",
        "\u200b> deposit 100 usdc",
        ">>> a\ndeposit 100 usdc",
        "'deposit 100 usdc'",
        "‘deposit 100 usdc’",
        '"deposit 100 usdc',
        "```deposit 100 usdc",
        "“deposit 100 usdc",
    ],
)
def test_nothing_quoted_is_read(text: str) -> None:
    bound = (Kind.AMOUNT, Kind.TOKEN, Kind.VENUE, Kind.NAME, Kind.VERB, Kind.ADDRESS)
    assert not [reading for reading in read(text, VOCABULARY) if reading.kind in bound]


def test_a_quoted_line_ends_with_its_line() -> None:
    kinds = [r.kind for r in read("> which token?\nusdc", VOCABULARY)]
    assert kinds == [Kind.QUOTED_LINE, Kind.FILLER, Kind.TOKEN]
    assert quotes("don't deposit bob's usdc") == []


def test_addresses() -> None:
    assert [r.words for r in found(f"to {ADDRESS}.", Kind.ADDRESS)] == [ADDRESS]
    for wrong in (ADDRESS[:-1], ADDRESS + "a", "0xdead…", "0xAb" + ADDRESS[4:], "0x" + "g" * 40):
        assert found(f"to {wrong}", Kind.BAD_ADDRESS), wrong


def test_each_amount_belongs_to_the_token_beside_it() -> None:
    for text in ("deposit 100 usdc and 50 dai", "deposit usdc 100, dai 50"):
        beside = [(amount.words, token.text) for amount, token in pairs(read(text, VOCABULARY)) if token is not None]
        assert beside == [("100", "USDC"), ("50", "DAI")]


def test_a_venue_says_its_asset_only_where_its_words_do() -> None:
    said = {text: said_asset(found(text, Kind.VENUE)[0]) for text in ("aave core usdc", "aave-v3:core:USDC", "venus")}
    assert said == {"aave core usdc": "USDC", "aave-v3:core:USDC": "USDC", "venus": None}
    assert [asset.text for asset in assets(clauses(read("withdraw 5 from aave core dai", VOCABULARY))[0])] == ["DAI"]


def test_no_phrase_stands_for_two_things() -> None:
    seen: dict[tuple[str, ...], object] = {}
    tables = [(kind, value, phrase) for kind, values in ENGLISH.phrases.items() for value, phrase in values.items()]
    for kind, value, phrases in [*tables, *((Kind.AMOUNT, part, phrase) for part, phrase in ENGLISH.parts.items())]:
        for phrase in phrases.split(";"):
            assert phrase == phrase.casefold()
            assert seen.setdefault(key_of(phrase), (kind, value)) == (kind, value), phrase


_PIECES = ["deposit", "100", "usdc", "all", "but", "$", "½", "’", "“", "`", ">", "\n", "-5", "USDС", "aave", "core"]


@given(st.text(max_size=200) | st.lists(st.sampled_from(_PIECES)).map(" ".join))
def test_spans_slice_back_and_cover_every_word(text: str) -> None:
    readings = read(text, VOCABULARY)
    place = 0
    for reading in readings:
        assert text[reading.start : reading.end] == reading.words
        assert reading.start >= place
        assert not clean(text[place : reading.start]).plain.strip()
        place = reading.end
    assert not clean(text[place:]).plain.strip()
