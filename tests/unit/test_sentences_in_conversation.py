"""The page of sentences on conversations: each example is held, and comes to what it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks.language import conversations
from tests.unit.conversation_parts import DONE, talked

pytestmark = pytest.mark.unit

PAGE = (Path(__file__).parents[2] / "docs" / "sentences.md").read_text(encoding="utf-8").partition("## In a")[2]
AFTER = [
    (after, said)
    for after, row in re.findall(r"^\| `(.+?)` \| (`.+?`) \|", PAGE, re.MULTILINE)
    for said in re.findall(r"`([^`]+)`", row)
]
POINTED = [
    said for row in re.findall(r"^\| a .*? \| (`.+?`) \|", PAGE, re.MULTILINE) for said in row.split("`")[1::2]
]


def test_the_page_has_examples() -> None:
    assert len(AFTER) >= 15
    assert len(POINTED) >= 5


@pytest.mark.parametrize(("after", "said"), AFTER)
def test_each_turn_of_the_page_goes_on(after: str, said: str) -> None:
    came = talked(after, said)
    assert came.intent is not None, came.question
    assert came.binds()
    assert talked(said).intent != came.intent or came.intent["action"] == "cancel"


@pytest.mark.parametrize("said", POINTED)
def test_each_reference_of_the_page_is_a_row(said: str) -> None:
    came = talked(said, deeds=DONE)
    assert came.intent is not None, came.question
    assert any(origin.row for origin in came.understood.origins.values())
    assert came.binds()


def test_no_conversation_is_read_wrongly() -> None:
    scores = conversations.table()
    assert {group: score.wrong for group, score in scores.items() if score.wrong} == {}
    assert sum(score.wrong_money for score in scores.values()) == 0
    assert sum(score.right for score in scores.values()) >= 140
