"""Character files: both generations load, unknown keys stay, what is wrong is named with its line, secrets refuse."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import characters
from agent.character import Line, Report, check, default, find, load
from agent.character.files import read
from agent.errors import Refused

pytestmark = pytest.mark.unit

DATA = Path(os.environ.get("MONETA_DATA", "../shared/data")) / "characters"
BROKEN = "ai16z__eliza__characters_logging-addict.character@3a0a6e1.json"
OURS = ("harbour-master", "librarian", "moneta")


def written(tmp_path: Path, data: Any) -> Path:
    path = tmp_path / "one.json"
    path.write_text(data if isinstance(data, str) else json.dumps(data, indent=2), encoding="utf-8")
    return path


def fatal(report: Report) -> list[tuple[int, str]]:
    return [(problem.line, problem.where) for problem in report.problems if problem.fatal]


@pytest.mark.skipif(not DATA.is_dir(), reason=f"the recorded characters aren't in {DATA}")
def test_every_recorded_character_loads_but_the_one_that_is_no_json() -> None:
    reports = {path.name: check(path) for path in DATA.glob("*.json")}
    assert len(reports) == 35
    assert [name for name, report in reports.items() if not report.usable] == [BROKEN]
    problem = reports[BROKEN].problems[0]
    assert (problem.line, problem.fatal) == (13, True)
    assert "comment" in problem.remedy
    for name, report in reports.items():
        if report.usable:
            character, _ = read(DATA / name)
            assert character is not None
            assert {"name", "bio"} <= set(report.used)
            assert not character.examples or any(line.own for each in character.examples for line in each), name
            assert set(character.raw) == set(report.used) | {each.key for each in report.unused}, name


def test_our_characters_are_whole_and_differ() -> None:
    assert characters.names() == OURS
    ours = [load(name) for name in OURS]
    for name in OURS:
        assert check(find(name)).problems == ()
    assert len({character.name for character in ours}) == 3
    assert len({character.phrases["greeting"] for character in ours}) == 3
    assert default().name == "Moneta"


FIRST = {
    "name": "Ada",
    "clients": ["discord"],
    "modelProvider": "openai",
    "plugins": ["@ai16z/plugin-x", "@elizaos/plugin-y", "@someone-else/z", "bare"],
    "settings": {"secrets": {}, "voice": {"model": "en"}},
    "bio": ["One.", "Two."],
    "lore": ["Old."],
    "knowledge": ["Fact."],
    "messageExamples": [
        [
            {"user": "{{user1}}", "content": {"text": "hi"}},
            {"user": "Ada", "content": {"text": "hello"}},
            {"user": "{{user2}}", "content": {"content": "also text"}},
        ]
    ],
    "style": {"all": ["a"], "chat": ["c"], "post": ["p"]},
    "people": ["Bob"],
    "clientConfig": {"discord": {"shouldIgnoreBotMessages": True}},
}
SECOND = {
    "name": "Ada",
    "username": "ada",
    "bio": "One sentence.",
    "system": "Be Ada.",
    "templates": {"messageHandlerTemplate": "…"},
    "messageExamples": [
        [{"name": "{{user1}}", "content": "hi"}, {"name": "Ada", "content": {"text": "hello", "actions": ["REPLY"]}}],
        {"examples": [{"name": "Ada", "content": {"text": "grouped"}}]},
    ],
    "knowledge": [
        "Fact.",
        {"path": "notes.md", "shared": True},
        {"item": {"case": "directory", "value": "notes"}},
        {"text": "Another."},
    ],
    "style": {"all": "one text"},
    "plugins": ["@elizaos/plugin-bootstrap"],
    "advancedMemory": True,
}


def test_the_first_generation(tmp_path: Path) -> None:
    character, report = read(written(tmp_path, FIRST))
    assert character is not None
    assert character.bio == ("One.", "Two.")
    assert character.examples == ((Line(False, "hi"), Line(True, "hello"), Line(False, "also text")),)
    assert {each.key for each in report.unused} == {
        "clients",
        "modelProvider",
        "plugins",
        "settings",
        "people",
        "clientConfig",
    }
    assert report.problems == ()
    assert character.raw == FIRST


def test_the_second_generation(tmp_path: Path) -> None:
    character, report = read(written(tmp_path, SECOND))
    assert character is not None
    assert character.bio == ("One sentence.",)
    assert character.examples[0] == (Line(False, "hi"), Line(True, "hello"))
    assert character.examples[1] == (Line(True, "grouped"),)
    assert character.style.all == ("one text",)
    assert character.knowledge == ("Fact.", "Another.")
    assert [problem.where for problem in report.problems] == ["knowledge[1]", "knowledge[2]"]
    assert "advancedMemory" in {each.key for each in report.unused}


KNOWS = ["A fact.", "guide.md", "docs/*", {"path": "notes/a.pdf"}, {"directory": "more"}, {"content": {"text": "B."}}]


def test_documents_are_found_beside_the_file(tmp_path: Path) -> None:
    for name in (
        "guide.md",
        "docs/1.txt",
        "docs/deep/2.md",
        "docs/code.py",
        "knowledge/notes/a.pdf",
        "more/b.md",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    character, report = read(written(tmp_path, {"name": "Ada", "bio": "x", "knowledge": KNOWS}))
    assert report.problems == ()
    assert character is not None
    assert character.knowledge == ("A fact.", "B.")
    found = [str(each.relative_to(tmp_path.resolve())) for each in character.documents]
    assert found == ["guide.md", "docs/1.txt", "docs/deep/2.md", "knowledge/notes/a.pdf", "more/b.md"]
    assert "knowledge" in report.used


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("../secret.md", "leads out"),
        ("link.md", "leads out"),
        ("/etc/passwd", "begins in the folder"),
        ("gone.md", "no such file"),
        ("code.py", "Documents are"),
        ("empty", "no document in it"),
        ("large.md", "larger than"),
        ("a\0b", "begins in the folder"),
        ("~/notes.md", "no such file"),
    ],
)
def test_no_other_document_is_opened(tmp_path: Path, path: str, why: str) -> None:
    home = tmp_path / "home"
    (home / "empty").mkdir(parents=True)
    (tmp_path / "secret.md").write_text("x")
    (home / "link.md").symlink_to(tmp_path / "secret.md")
    (home / "code.py").write_text("x")
    with (home / "large.md").open("wb") as large:
        large.truncate(20_000_001)
    character, report = read(written(home, {"name": "Ada", "bio": "x", "knowledge": [{"path": path}]}))
    assert character is not None
    assert character.documents == ()
    assert [problem.where for problem in report.problems] == ["knowledge[0]"]
    assert why in report.problems[0].what


def test_a_folder_gives_nothing_through_a_link_that_leads_out(tmp_path: Path) -> None:
    home, other = tmp_path / "home", tmp_path / "other"
    (home / "docs").mkdir(parents=True)
    other.mkdir()
    (other / "secret.md").write_text("x")
    (home / "docs" / "own.md").write_text("x")
    (home / "docs" / "link.md").symlink_to(other / "secret.md")
    (home / "docs" / "folder").symlink_to(other)
    character, _ = read(written(home, {"name": "Ada", "bio": "x", "knowledge": ["docs/"]}))
    assert character is not None
    assert [each.name for each in character.documents] == ["own.md"]


def test_posts_and_plugins_are_told(tmp_path: Path) -> None:
    data = FIRST | {"postExamples": ["gm, the tide is in.", "up 30% today!", "read https://x.example"]}
    _, report = read(written(tmp_path, data | {"plugins": ["@elizaos/plugin-evm", {"name": "@x/plugin-openai"}, 5]}))
    assert "postExamples" in report.used
    kept = {each.key: each.why for each in report.unused}
    assert "evm: the account" in kept["plugins"]
    assert "openai: docs/models.md" in kept["plugins"]
    _, report = read(written(tmp_path, data | {"postExamples": ["up 30% today!"]}))
    assert "without figures" in {each.key: each.why for each in report.unused}["postExamples"]


@pytest.mark.parametrize(
    ("text", "line", "remedy"),
    [
        ('{\n"name": "A",\n}', 3, "comma"),
        ('{\n"name": "A" // who\n}', 2, "comments"),
        ("{\n'name': 'A'}", 2, "double quotes"),
        ('{"name": "A"\n"bio": "x"}', 2, "comma"),
        ('{"name": "A\nB"}', 1, "\\n"),
        ('{"name": "A"}\n{}', 2, "after its end"),
        ('{"name": "A', 1, "closing quotation"),
        ('{"name": "A",\n"settings": {"x": NaN}}', 2, "null"),
        ("", 1, "Mend"),
        ("[" * 100_000, 0, "flatter"),
        ("[]", 1, "Begin"),
    ],
)  # fmt: skip
def test_what_is_no_json_is_placed_with_a_remedy(tmp_path: Path, text: str, line: int, remedy: str) -> None:
    report = check(written(tmp_path, text))
    assert not report.usable
    (problem,) = report.problems
    assert (problem.line, remedy in problem.remedy) == (line, True), problem


@pytest.mark.parametrize("name", [None, "", "  ", 5, ["Ada"], "x" * 65, "A\nB", "A\u202eB"])
def test_without_a_name_it_is_nobody(tmp_path: Path, name: Any) -> None:
    assert not check(written(tmp_path, {"name": name, "bio": "x"})).usable


def test_wrong_fields_are_left_out_and_named_with_their_lines(tmp_path: Path) -> None:
    text = '{\n "name": "A",\n "bio": 7,\n "lore": ["ok",\n  5],\n "style": [],\n'
    text += ' "messageExamples": [[\n  {"user": "A"}]]\n}'
    report = check(written(tmp_path, text))
    assert report.usable
    assert [(problem.line, problem.where) for problem in report.problems] == [
        (1, ""),
        (3, "bio"),
        (5, "lore[1]"),
        (6, "style"),
        (8, "messageExamples[0][0]"),
    ]


def test_a_key_that_stands_twice_is_told(tmp_path: Path) -> None:
    report = check(written(tmp_path, '{"name": "A",\n"bio": "x",\n"name": "B"}'))
    assert [(problem.line, problem.where) for problem in report.problems] == [(3, "name")]


HEX = "4c" * 32
SECRETS = [
    ({"settings": {"secrets": {"OPENAI": "hunter2hunter2"}}}, "settings.secrets.OPENAI"),
    ({"settings": {"WALLET_PRIVATE_KEY": "0x" + HEX}}, "settings.WALLET_PRIVATE_KEY"),
    ({"settings": {"evm": {"k": HEX}}}, "settings.evm.k"),
    ({"secrets": {"X": "abc"}}, "secrets.X"),
    ({"clientConfig": {"telegram": {"botToken": "12345678"}}}, "clientConfig.telegram.botToken"),
    ({"bio": ["my key is sk-" + "a1" * 20]}, "bio[0]"),
    ({"system": "call 123456789:" + "A" * 35}, "system"),
    ({"unknown": {"x": ["https://me:pass123@host/"]}}, "unknown.x[0]"),
    ({"settings": {"mnemonic": "test test test test test test test test test test test junk"}}, "settings.mnemonic"),
]


@pytest.mark.parametrize(("data", "where"), SECRETS, ids=[where for _, where in SECRETS])
def test_a_secret_refuses_the_file_and_is_not_repeated(tmp_path: Path, data: dict[str, Any], where: str) -> None:
    report = check(written(tmp_path, {"name": "A", "bio": "x", **data}))
    assert fatal(report) == [(report.problems[0].line, where)]
    told = json.dumps(report.as_json())
    assert "MONETA_" in told
    assert not any(secret in told for secret in (HEX, "hunter2", "12345678", "a1a1", "pass123", "junk"))


@pytest.mark.parametrize(
    "settings",
    [
        {"secrets": {"KEY": ""}},
        {"secrets": {"KEY": "${OPENAI_API_KEY}"}},
        {"secrets": {"KEY": "process.env.KEY"}},
        {"secrets": {"KEY": "your-api-key-here"}},
        {"SIMSAI_API_KEY": ""},
        {"modelConfig": {"maxOutputTokens": 4096}},
        {"voice": {"model": "en_US-male-medium"}},
    ],
)
def test_a_place_for_a_secret_is_none(tmp_path: Path, settings: dict[str, Any]) -> None:
    assert check(written(tmp_path, {"name": "A", "bio": "x", "settings": settings})).problems == ()


@pytest.mark.parametrize(
    "phrase",
    [
        "You earned 5 of them",
        "That pays fifty percent",
        "Only $ for you",
        "Done: all is sent",
        "See https://x.y",
        "Go to evil.com",
        "Hello @everyone",
        "`code`",
        "two\nlines",
        "hidden\u202etext",
        "½ of it",
        "٣ of them",
        "x" * 201,
    ],
)
def test_a_phrase_holds_no_figure_link_mention_or_report(tmp_path: Path, phrase: str) -> None:
    data = {"name": "A", "bio": "x", "settings": {"moneta": {"phrases": {"ready": [phrase, "Right."]}}}}
    character, report = read(written(tmp_path, data))
    assert character is not None
    assert character.phrases == {"ready": ("Right.",)}
    assert [problem.where for problem in report.problems] == ["settings.moneta.phrases.ready[0]"]


def test_unknown_occasions_and_sections_are_told(tmp_path: Path) -> None:
    data = {"name": "A", "bio": "x", "settings": {"moneta": {"limits": {}, "phrases": {"signed": ["x"]}}}}
    report = check(written(tmp_path, data))
    assert {problem.where for problem in report.problems} == {
        "settings.moneta.limits",
        "settings.moneta.phrases.signed",
    }


def test_what_cannot_be_read_is_reported(tmp_path: Path) -> None:
    (tmp_path / "latin.json").write_bytes(b'{\n"name": "\xe9"}')
    (tmp_path / "big.json").write_text('{"name": "A", "bio": "' + "x" * 1_000_000 + '"}')
    (tmp_path / "bom.json").write_bytes(b'\xef\xbb\xbf{"name": "A", "bio": "x"}')
    assert check(tmp_path / "latin.json").problems[0].line == 2
    assert not check(tmp_path / "big.json").usable
    assert check(tmp_path / "bom.json").usable
    assert not check(tmp_path / "absent.json").usable
    assert not check(tmp_path).usable
    with pytest.raises(Refused, match="can't be read"):
        load(str(tmp_path / "absent.json"))


TREE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
KEYS = ["name", "bio", "system", "style", "messageExamples", "knowledge", "settings", "postExamples", "plugins"]


@given(st.dictionaries(st.sampled_from(KEYS), TREE))
def test_no_shape_of_any_field_breaks_the_check(tmp_path_factory: pytest.TempPathFactory, data: Any) -> None:
    report = check(written(tmp_path_factory.mktemp("any"), data))
    assert report.usable != any(problem.fatal for problem in report.problems)
    assert all(problem.remedy for problem in report.problems)


@given(st.text(max_size=60))
def test_no_text_breaks_the_check(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("any") / "one.json"
    path.write_bytes(text.encode("utf-8", errors="surrogatepass"))
    assert not check(path).usable
