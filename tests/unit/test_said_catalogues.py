"""The catalogues: each says all that the code may say, its values, figures and commands as they stand in English."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

import pytest

from agent.mind.context import Context
from agent.mind.phrasebook import interpret
from agent.tongues.catalogue import LANGUAGES, PLACE, catalogue, skeleton
from agent.tongues.figures import COMMAND, digits, figures
from agent.words.language import Lang
from scripts.tongues import MADE_OF_PARTS, UNTOLD, constants, files, templates, untranslated
from tests.unit.spoken import VOCABULARY

FILLED = {"{id}": "9", "{value}": "12", "{symbol}": "USDC", "{symbol2}": "usdc", "{number}": "3", "{number2}": "3"}
pytestmark = pytest.mark.unit


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_that_may_be_said_is_in_the_catalogue_or_named_as_english_still(language: str) -> None:
    missing = {f"{path.name}:{line} {text}" for path in files() for line, text in untranslated(path, language)}
    assert not missing, "say it in agent/tongues/*.json (python -m scripts.tongues lists what is missing)"


def test_the_list_of_what_stays_english_names_nothing_that_is_told_or_gone() -> None:
    listed = UNTOLD.read_text(encoding="utf-8").splitlines()
    said = {skeleton(text) for path in files() for _, text in templates(path)}
    known = {skeleton(key) for key in catalogue("es")}
    assert [text for text in listed if skeleton(text) not in said or skeleton(text) in known] == []
    assert len(listed) == len(set(listed))


def test_the_catalogues_hold_the_same_templates_and_none_that_the_code_has_no_more() -> None:
    assert catalogue("es").keys() == catalogue("de").keys()
    said = constants()
    orphans = [key for key in catalogue("es") if skeleton(key) not in said and key not in MADE_OF_PARTS]
    assert orphans == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_keeps_the_values_and_the_digits_of_its_template(language: str) -> None:
    for key, said in catalogue(language).items():
        names = [name for name, _ in PLACE.findall(key)]
        assert len(names) == len(set(names)), key
        assert Counter(names) == Counter(name for name, _ in PLACE.findall(said)), key
        assert _joined(said) == _joined(key), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_to_be_typed_or_run_keeps_its_number_and_what_the_shell_takes_stays(language: str) -> None:
    for key, said in catalogue(language).items():
        there, here = COMMAND.findall(key), COMMAND.findall(said)
        assert len(there) == len(here), key
        assert [each for each in there if each.startswith("`moneta ")] == [
            each for each in here if each.startswith("`moneta ")
        ], key


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_command_that_is_told_in_another_language_means_the_same(language: Lang) -> None:
    names = replace(VOCABULARY, language=language)
    told = {
        (there.strip("`"), here.strip("`"))
        for key, said in catalogue(language).items()
        for there, here in zip(COMMAND.findall(key), COMMAND.findall(said), strict=True)
        if there != here
    }
    assert len(told) > 30
    for english, abroad in told:
        command, same = (re.sub(r"\{\w+\}", lambda found: FILLED[found[0]], each) for each in (english, abroad))
        meant, read = interpret(command, Context(), VOCABULARY), interpret(same, Context(), names)
        assert read.intent == meant.intent, same
        assert (read.question is None) == (meant.question is None), same


def _joined(text: str) -> str:
    """All digits of a text, whatever stands between them: 1,000 and 1.000 are one figure."""
    return "".join(sorted("".join(digits(text))))


@pytest.mark.parametrize(
    ("english", "shown"),
    [
        ("1,000.50 USDC", "1.000,50 USDC"),
        ("-0.000001 ETH", "-0,000001 ETH"),
        ("+500 to +500.02", "+500 to +500,02"),
        ("7.10 % a year", "7,10 % a year"),
        ("$1,234.56.", "1.234,56 $."),
        ("-$3.20", "-3,20 $"),
        ("block 1,234,567", "block 1.234.567"),
        ("2026-11-21 08:00 UTC", "2026-11-21 08:00 UTC"),
        ("aave-v3:core:USDC, 4.54 %", "aave-v3:core:USDC, 4,54 %"),
        ("0x1.5", "0x1.5"),
        ("say `put 1,000.5 USDC to work` for 1,000.5", "say `put 1,000.5 USDC to work` for 1.000,5"),
        ("version 1.2.3", "version 1.2.3"),
        ("1. USDC: 12", "1. USDC: 12"),
    ],
)
def test_a_figure_is_written_for_the_language_and_a_name_or_a_date_is_none(english: str, shown: str) -> None:
    assert figures(english, "de") == figures(english, "es") == shown
    assert figures(english, "en") == english
    assert re.findall(r"\d+", english) == re.findall(r"\d+", shown)
