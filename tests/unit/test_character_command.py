"""`moneta character`: exit codes, what is printed, the interview."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent.character import check
from agent.cli import main
from agent.commands.character import interview

pytestmark = pytest.mark.unit


def test_check_succeeds_only_when_all_are_usable(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text('{"bio": "nobody"}')
    assert main(["character", "check", "moneta", "librarian"]) == 0
    assert main(["character", "check", "moneta", str(bad), "--json"]) == 1
    last = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    assert [each["usable"] for each in last] == [True, False]
    assert last[1]["problems"][0]["remedy"]


def test_list_and_show(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["character", "list", "--json"]) == 0
    listed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [each["id"] for each in listed] == ["harbour-master", "librarian", "moneta"]
    assert main(["character", "show", "librarian", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["name"] == "Miss Pettifer"
    assert shown["examples"][0][1]["own"] is True
    assert main(["character", "show", str(tmp_path / "absent.json")]) == 1
    assert main(["character", "list"]) == 0
    assert main(["character", "show", "moneta"]) == 0


def test_what_a_terminal_would_obey_is_not_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "one.json"
    path.write_text(json.dumps({"name": "A", "bio": "\x1b[2Jgone \ud800", "\x1b[1mkey": 1}))
    assert main(["character", "show", str(path)]) == 0
    assert main(["character", "check", str(path)]) == 0
    assert main(["character", "show", str(path), "--json"]) == 0
    told = capsys.readouterr().out
    assert "gone" in told
    assert "\x1b" not in told


def test_new_needs_a_terminal_and_overwrites_nothing(tmp_path: Path) -> None:
    assert main(["character", "new", str(tmp_path / "a.json")]) == 1
    assert not (tmp_path / "a.json").exists()


def test_the_interview_makes_a_usable_file(tmp_path: Path) -> None:
    answers = iter(
        ["", "Otto", "A baker.", "Up early.", "", "Speak of bread.", "warm, floury", "Come in!", "5 rolls", ""]
        + [""] * 7
    )
    data = interview(lambda question: next(answers))
    path = tmp_path / "otto.json"
    path.write_text(json.dumps(data))
    assert check(path).problems == ()
    assert data["bio"] == ["A baker.", "Up early."]
    assert data["settings"]["moneta"]["phrases"] == {"greeting": ["Come in!"]}
