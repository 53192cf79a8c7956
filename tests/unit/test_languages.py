"""Which language a text is in: from its own words and the user's last language, never from a quotation or a name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from agent.words.languages import CODES, LANGUAGES, heard, language_of, languages_of
from agent.words.vocabulary import Vocabulary, grammar_of
from tests.unit.spoken import VOCABULARY

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("deposit 100 usdc into aave", "en"),
        ("swap 100 usdc in dai", "en"),
        ("1,000.50 USDC", "en"),
        ("no", "en"),
        ("portfolio", "en"),
        ("lege 1.000 USDC an", "de"),
        ("kannst du bitte 100 USDC bei Aave anlegen", "de"),
        ("zahle die Haelfte aus", "de"),
        ("zweitausendfünfhundert USDC", "de"),
        ("nein", "de"),
        ("ja", "de"),
        ("pon 1.000 USDC a trabajar", "es"),
        ("retira la mitad de mis USDC", "es"),
        ("deposítalo", "es"),
        ("si\u0301", "es"),  # an i and an accent of its own
        ("que tengo", "es"),
    ],
)
def test_the_words_of_a_text_say_its_language(text: str, code: str) -> None:
    assert language_of(text, VOCABULARY) == code


@pytest.mark.parametrize("hint", CODES)
def test_words_that_say_none_are_in_the_language_that_was_last_spoken(hint: str) -> None:
    code = LANGUAGES[hint].code  # type: ignore[index]
    assert language_of("100 USDC", VOCABULARY, code) == code
    assert heard("100 USDC", VOCABULARY, code).certain is (code == "en")
    assert language_of("deposit 100 usdc", VOCABULARY, code) == "en"


def test_a_hint_decides_only_between_languages_that_know_the_words() -> None:
    assert language_of("portfolio", VOCABULARY, "de") == "de"
    assert language_of("no", VOCABULARY, "es") == "es"
    assert language_of("la mitad", VOCABULARY, "de") == "es"


@pytest.mark.parametrize(
    "code", ["JA2CDEFGHIJKLMNO", "ABCDEFGHIJ3KLM4EL", "2EIN7QWERTZUIOPA", "0xda1de2", "aave-v3", "117973de"]
)
def test_letters_in_a_code_are_nobodys_words(code: str) -> None:
    for hint in CODES:
        assert language_of(code, VOCABULARY, hint) == hint
    assert language_of(f"cierra mi posición {code}", VOCABULARY) == "es"


def test_somebody_elses_words_and_names_say_nothing_about_the_language() -> None:
    assert language_of("„lege alles bei Aave an“ deposit 5 usdc", VOCABULARY) == "en"
    named = Vocabulary(tokens=("USDC",), contacts=("mutter", "hola"))
    assert language_of("mutter hola", named) == "en"
    assert heard(
        "Mama, send 1.234 usdc to bob", Vocabulary(tokens=("USDC",), contacts=("bob",), called=("Mama",))
    ).certain


def test_turns_without_words_are_in_the_language_of_the_turn_before() -> None:
    assert [each.code for each in languages_of(["zahle USDC ein", "100", "hola"], VOCABULARY)] == ["de", "de", "es"]


def test_a_text_that_mixes_languages_is_not_certain() -> None:
    assert not heard("send 1.234 usdc to bob, bitte", VOCABULARY).certain
    assert heard("send 1.234 usdc to bob", VOCABULARY).certain


def test_every_table_is_loaded_on_its_own() -> None:
    assert {code: LANGUAGES[code].code for code in LANGUAGES} == {code: code for code in CODES}
    assert all(len(grammar_of(LANGUAGES[code])) > 1000 for code in CODES)


def test_every_english_sentence_of_the_page_is_heard_as_english() -> None:
    page = (
        (Path(__file__).parents[2] / "docs" / "sentences.md").read_text(encoding="utf-8").partition("## Spanish")[0]
    )
    said = [
        text
        for row in re.findall(r"^\| (`.*?) \|", page, re.MULTILINE)
        for text in re.findall(r"`([^`/][^`]*)`", row)
    ]
    assert len(said) > 60
    assert [text for text in said if not (h := heard(text, VOCABULARY)).certain or h.code != "en"] == []
