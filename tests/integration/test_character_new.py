"""`moneta character new` at a real terminal."""

from __future__ import annotations

import sys
from pathlib import Path

import pexpect
import pytest

from agent.character import check, load
from agent.character.phrases import OCCASIONS

pytestmark = pytest.mark.integration


def test_the_interview_writes_a_file_that_can_be_used(tmp_path: Path) -> None:
    path = tmp_path / "otto.json"
    command = ["-m", "moneta", "character", "new", str(path)]
    child = pexpect.spawn(sys.executable, command, encoding="utf-8", timeout=60, echo=False)
    for question, answers in (
        ("called", ["Otto der Bäcker"]),
        ("Who is it", ["A baker.", ""]),
        ("shall it speak", ["Warmly."]),
        ("Three words", ["warm, floury, early"]),
    ):
        for answer in answers:
            child.expect(question)
            child.sendline(answer)
    for when in OCCASIONS.values():
        child.expect(when)
        child.sendline("")
    child.expect(": usable")
    child.expect(pexpect.EOF)
    assert child.wait() == 0
    assert check(path).problems == ()
    assert load(str(path)).name == "Otto der Bäcker"


def test_an_interview_that_ends_early_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "nobody.json"
    child = pexpect.spawn(
        sys.executable, ["-m", "moneta", "character", "new", str(path)], encoding="utf-8", timeout=60
    )
    child.expect("called")
    child.sendeof()
    child.expect("Nothing was written")
    child.expect(pexpect.EOF)
    assert child.wait() == 1
    assert not path.exists()
