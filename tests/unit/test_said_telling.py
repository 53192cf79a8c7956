"""English told in another language: each template with any values comes out as its catalogue says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.money import Amount, Rate, Token, units_from_text
from agent.tongues.book import book
from agent.tongues.catalogue import LANGUAGES, PLACE, _added, catalogue
from agent.tongues.figures import digits, figures
from agent.tongues.telling import QUOTED, VERBATIM, in_language
from moneta import say_in

pytestmark = pytest.mark.unit
VALUES: Mapping[str, tuple[str, ...]] = {
    "": ("QXA", "VBN-7", "KLM8", "JHG9", "TRE3"),
    "money": ("1,234.5 USDC", "20 WETH"),
    "figure": ("12", "3.5"),
    "word": ("aave-v3:core:USDC", "WETH"),
    "hour": ("22", "7"),
    "hex": ("deadbeef",),
    "times": ("3 times", "twice"),
    "deed": ("put money in:", "swapped and got"),
    "gain": ("you earned $3.20", "you lost $1.00"),
}
USDC = Token(1, "USDC", None, 6)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("turn", [0, 1])
def test_each_template_is_told_with_its_values_in_their_places(language: str, turn: int) -> None:
    wrong = {}
    for template, said in catalogue(language).items():
        if re.search(r"\w\{|\}\w", template) or template != template.strip():
            continue  # its value brings its own space along, or it stands between others
        kept = VERBATIM | {name for name, _ in PLACE.findall(template) if _quoted(template, name)}
        values = {}
        for number, (name, kind) in enumerate(PLACE.findall(template)):
            values[name] = VALUES[kind][(number + turn) % len(VALUES[kind])]
        english = PLACE.sub(lambda found, values=values: values[found[1]], template)  # type: ignore[misc]
        shown = {name: text if name in kept else in_language(text, language) for name, text in values.items()}
        wanted = PLACE.sub(lambda found, shown=shown: shown[found[1]], said)  # type: ignore[misc]
        told = in_language(english, language)
        if told != wanted:
            wrong[english] = told
    assert wrong == {}


def _quoted(template: str, name: str) -> bool:
    return any(f"{mark}{{{name}" in template for mark in QUOTED) or f"as {{{name}}}`" in template


def test_what_no_template_meets_stays_and_english_is_left_alone() -> None:
    for text in ("Ein Satz, den keiner kennt: 1.000,50 USDC.", "put 1,000 USDC into x", "", "line\n\n  other"):
        assert in_language(text, "en") == text
        assert in_language(text, "fr") == text
    assert in_language("Zweiundvierzig Kamele.\n  und mehr", "de") == "Zweiundvierzig Kamele.\n  und mehr"


def test_a_sentence_that_is_mostly_unknown_stays_whole() -> None:
    """Rather all of it in English than half in each; its neighbours are told."""
    text = "Nothing was sent. The quick brown fox takes 1,000.5 USDC out of everything that it finds."
    told = in_language(text, "de")
    assert told.startswith("Es wurde nichts gesendet. The quick brown fox takes 1.000,5 USDC out of everything")


def test_names_that_people_gave_are_told_as_they_are() -> None:
    """A contact may be called like a word of the catalogue."""
    assert "closed" in catalogue("de")
    assert in_language("You have no contact closed.", "de") == "Du hast keinen Kontakt closed."
    assert in_language("“closed” isn't in your address book.", "de") == "„closed“ steht nicht in deinem Adressbuch."


@given(
    units=st.integers(0, 10**15), ray=st.integers(0, 10**28), language=st.sampled_from(LANGUAGES), named=st.booleans()
)
def test_an_amount_that_is_shown_is_the_amount(units: int, ray: int, language: str, named: bool) -> None:
    amount, rate = Amount(units, USDC), Rate(ray)
    said = in_language(f"For {amount} that pays the most: {rate} a year with your deposit in it.", language)
    figure = re.search(r"[\d.,]*\d(?= USDC)", said)
    assert figure is not None
    assert units_from_text(figure[0].replace(".", "").replace(",", "."), 6) == units
    assert figures(str(rate), language) in said


@given(
    st.lists(
        st.one_of(
            st.sampled_from([key for key in catalogue("de") if "{" not in key]),
            st.from_regex(r"\$?[0-9]{1,3}(,[0-9]{3}){0,2}(\.[0-9]{1,4})?", fullmatch=True),
            st.text("abc .,:;()`“”${}0123456789-\n", max_size=12),
        ),
        max_size=8,
    ).map(" ".join),
    st.sampled_from(LANGUAGES),
)
def test_no_text_gains_or_loses_a_digit(text: str, language: str) -> None:
    joined = "".join(digits(text))
    assert sorted("".join(digits(in_language(text, language)))) == sorted(joined)
    assert in_language(text, language).count("\n") == text.count("\n")


def test_every_pattern_ends_on_hostile_text() -> None:
    """Long text without a match: the templates of one value after another don't try every split of it."""
    text = "For 1 USDC in to of from and at most with " * 10
    for language in LANGUAGES:
        assert in_language(text, language)
        assert max(len(entry.names) for entry in book(language).open) < 8


@pytest.fixture
def forgotten() -> Iterator[None]:
    """What is added meanwhile is taken away again."""
    yield
    for added in _added.values():
        added.clear()
    say_in("de", {})


def test_a_plug_in_brings_its_own_sentences_and_leaves_ours_alone(forgotten: None) -> None:
    assert in_language("the bridge pays 7.10 % more", "de") == "the bridge pays 7,10 % more"
    say_in(
        "de", {"the bridge pays {rate} more": "die Brücke zahlt {rate} mehr", "Nothing was sent.": "Alles ist weg."}
    )
    assert in_language("the bridge pays 7.10 % more", "de") == "die Brücke zahlt 7,10 % mehr"
    assert in_language("Nothing was sent.", "de") == "Es wurde nichts gesendet."
    for language, english, said in (
        ("fr", "the bridge is open", "le pont"),
        ("de", "{anything} goes", "{anything} geht"),
        ("de", "the bridge pays {rate}", "die Brücke zahlt"),
        ("de", "the bridge pays 5 dollars", "die Brücke zahlt 50 Dollar"),
    ):
        with pytest.raises(ValueError):
            say_in(language, {english: said})


def test_words_of_somebodys_own_are_no_english_that_was_left_over() -> None:
    said = "I don't understand “und”, “jeden”, “freitag” here, so I do nothing."
    assert in_language(said, "de").startswith("Ich verstehe “und”, “jeden”, “freitag” hier nicht")
    assert in_language(said, "es").startswith("No entiendo “und”, “jeden”, “freitag” aquí")


def test_two_moves_of_one_preview_and_several_days_are_told_whole() -> None:
    said = "wrap 0.28 ETH to WETH and provide 1,000 USDC as liquidity over the full range of prices, pool fee 0.05 %."
    assert "0,28 ETH zu WETH verpacken und 1.000 USDC als Liquidität" in in_language(said, "de")
    assert "cada lunes y viernes" in in_language("every Monday and Friday at 9:00 (UTC)", "es")


@pytest.mark.parametrize(
    ("english", "spanish", "german"),
    [
        (
            "Offers to get 1 WETH: uniswap-v3 for 3,001.6 USDC, velora for 2,981.6 USDC (taken), cow for 3,021 USDC.",
            "Ofertas para obtener 1 WETH: uniswap-v3 por 3.001,6 USDC, velora por 2.981,6 USDC (elegida), "
            "cow por 3.021 USDC.",
            "Angebote, um 1 WETH zu bekommen: uniswap-v3 für 3.001,6 USDC, velora für 2.981,6 USDC (genommen), "
            "cow für 3.021 USDC.",
        ),
        (
            "Offers to get 1 WETH: uniswap-v3 for 3,001.6 USDC (taken); velora: It says 3,001.6 USDC, and its call "
            "takes 3,010.6 USDC.",
            "Ofertas para obtener 1 WETH: uniswap-v3 por 3.001,6 USDC (elegida); velora: Dice 3.001,6 USDC, y su "
            "llamada se lleva 3.010,6 USDC.",
            "Angebote, um 1 WETH zu bekommen: uniswap-v3 für 3.001,6 USDC (genommen); velora: Es sagt 3.001,6 USDC, "
            "und sein Aufruf nimmt 3.010,6 USDC.",
        ),
        (
            "Offers in WETH: uniswap-v3 0.999458, velora 1.004458 (taken), cow 1.001; 0x: no answer within 1.5 s.",
            "Ofertas en WETH: uniswap-v3 0,999458, velora 1,004458 (elegida), cow 1,001; 0x: sin respuesta en 1,5 s.",
            "Angebote in WETH: uniswap-v3 0,999458, velora 1,004458 (genommen), cow 1,001; 0x: keine Antwort "
            "innerhalb von 1,5 s.",
        ),
    ],
)
def test_who_offered_what_is_told_whole(english: str, spanish: str, german: str) -> None:
    assert (in_language(english, "es"), in_language(english, "de")) == (spanish, german)
