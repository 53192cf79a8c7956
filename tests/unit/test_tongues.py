"""The same wish in English, Spanish and German is the same intent, and binds in the gate."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from agent.gate.binding.bind import bind
from agent.intents import as_json
from agent.replies.remarks import remarks
from agent.runtime.answers import is_yes
from tests.unit.conversation_parts import talked
from tests.unit.spoken import VOCABULARY, understood

pytestmark = pytest.mark.unit

FOLDER = Path(__file__).parent / "tongues"


def rows(name: str) -> list[tuple[str, ...]]:
    """The lines of a file, in its three languages."""
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    return [tuple(map(str.strip, line.split("|"))) for line in lines if line and not line.startswith("#")]


def sentences(name: str) -> list[str]:
    return [text for row in rows(name) for text in row]


PARITY = rows("parity.txt")


def test_the_table_covers_each_language_widely() -> None:
    for column in range(3):
        assert len({row[column] for row in PARITY}) >= 110
    assert all(len(row) == 3 for row in (*PARITY, *rows("asked.txt")))


@pytest.mark.parametrize("row", PARITY, ids=[row[0] for row in PARITY])
def test_the_same_wish_is_the_same_intent_in_three_languages(row: tuple[str, ...]) -> None:
    found = {}
    for text in row:
        meant = understood(text)
        assert meant.intent is not None, f"{text}: {meant.question and meant.question.text}"
        bind(meant.intent, meant.origins, (text,), VOCABULARY)
        found[text] = as_json(meant.intent)
    assert len({str(intent) for intent in found.values()}) == 1, found


PAGE = (Path(__file__).parents[2] / "docs" / "sentences.md").read_text(encoding="utf-8").partition("## Spanish")[2]
EXAMPLES = re.findall(r"^\| `(.+?)` \| `(.+?)` \|$", PAGE, re.MULTILINE)


def test_the_page_shows_many_sentences_of_both_languages() -> None:
    assert len(EXAMPLES) >= 70


@pytest.mark.parametrize("pair", EXAMPLES, ids=[pair[0] for pair in EXAMPLES])
def test_the_sentences_of_the_page_mean_what_it_says(pair: tuple[str, str]) -> None:
    other, english = map(understood, pair)
    assert other.intent is not None
    assert other.intent == english.intent
    bind(other.intent, other.origins, (pair[0],), VOCABULARY)


@pytest.mark.parametrize("row", rows("conversations.txt"), ids=str)
def test_a_turn_goes_on_with_those_before_it_in_three_languages(row: tuple[str, ...]) -> None:
    came = [talked(*map(str.strip, texts.split(" / "))) for texts in row]
    assert all(each.intent == came[0].intent for each in came), [(each.said, each.intent) for each in came]
    assert all(each.intent is not None and each.binds() for each in came)


@pytest.mark.parametrize("text", sentences("asked.txt"))
def test_what_isnt_an_order_or_isnt_whole_moves_nothing(text: str) -> None:
    meant = understood(text)
    assert meant.intent is None or meant.intent.action in ("yields", "explain", "help", "cancel"), as_json(
        meant.intent
    )


@pytest.mark.parametrize(
    "text", ["sí", "si", "¡Sí!", "si\u0301", "confirmar", "ja", "Ja.", "bestätigen", "bestaetigen", "yes"]
)
def test_a_typed_yes_is_one_in_each_language(text: str) -> None:
    assert is_yes(text)


@pytest.mark.parametrize("text", ["sí, pero no", "ja nein", "vielleicht", "claro que no", "si suben", "okay ja doch"])
def test_a_yes_with_anything_beside_it_is_none(text: str) -> None:
    assert not is_yes(text)


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("depositta 100 USDC en aave core", "deposit"),
        ("por favor retirra 100 USDC", "withdraw"),
        ("bitte überwiese bob 50 USDC", "transfer"),
        ("tuasche 100 USDC gegen DAI", "swap"),
    ],
)
def test_a_slip_of_the_finger_is_mended_and_told(text: str, action: str) -> None:
    meant = understood(text)
    assert meant.intent is not None
    assert meant.intent.action == action
    assert "I read" in " ".join(remarks([text], VOCABULARY))


@pytest.mark.parametrize(
    "text",
    [
        "compara 100 USDC con DAI",
        "täusche 100 USDC gegen DAI vor",
        "zähle 100 USDC an bob",
        "spende 100 USDC an bob",
        "verzeihe 100 USDC",
        "advierte 100 USDC",
        "wähle 100 USDC",
        "presume 100 USDC",
    ],
)
def test_another_word_that_is_near_to_a_verb_is_no_slip(text: str) -> None:
    assert understood(text).intent is None
