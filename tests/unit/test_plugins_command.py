"""`moneta plugins list|check|new`: what there is, what is wrong with one, and one to begin with."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from agent.commands.plugins.checking import _finding
from agent.commands.plugins.listing import list_
from agent.commands.plugins.making import new
from agent.errors import Refused
from agent.hooks import ended, load, probe
from tests.unit.outside_plugins import written

pytestmark = pytest.mark.unit


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The skeleton's folder."""
    monkeypatch.chdir(tmp_path)
    assert new("my-vaults", as_json=True) == 0
    for name in [each for each in sys.modules if each.partition(".")[0] == "my_vaults"]:
        del sys.modules[name]
    monkeypatch.setattr(sys, "path", [*sys.path])
    return tmp_path / "my-vaults"


def wrong(target: Path) -> list[tuple[str, str]]:
    return [(what, found) for verdict, what, found in probe.examine(str(target)) if verdict == probe.WRONG]


def test_what_is_written_can_be_used(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert not [each for each in made.rglob("*") if each.is_file() and "{{" in each.read_text()]
    found = list(probe.examine(str(made)))
    assert ("ok", "protocols", "my-vaults") in found
    assert found[-1][:2] == ("ok", "venue my-vaults:sample:USDC")
    assert {verdict for verdict, _, _ in found} == {"ok"}


BROKEN = {
    "money to somebody else": (
        "venue.py",
        "units, account),)",
        'units, "0x" + "c3" * 20),)',
        "not for the own account",
    ),
    "an entry that is a transfer": (
        "calls.json",
        '"direction": "enter"',
        '"direction": "transfer"',
        "told to transfer, and the venue means to enter",
    ),
    "another contract": (
        "venue.py",
        "return Step(self.contract.address",
        "return Step(self.asset.address",
        "own contract",
    ),
    "a float for money": ("venue.py", "shares * price // SHARES", "shares * price / SHARES", "float, not int"),
    "not pure": (
        "venue.py",
        "if self._source else state.rate",
        "if self._source else Rate(__import__('time').time_ns())",
        "isn't pure",
    ),
    "an id of somebody else": ("protocol.py", "{self.name}:{name}:", "aave-v3:{name}:", "isn't my-vaults:"),
    "a table that isn't there": ("protocol.py", '"my-vaults-vault"', '"nobodys"', "call table 'nobodys'"),
    "no such module": ("protocol.py", "from my_vaults", "from nowhere", "No module named 'nowhere'"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_wrong_is_found(made: Path, case: str) -> None:
    file, old, bad, reason = BROKEN[case]
    path = made / "my_vaults" / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, bad))
    found = wrong(made)
    assert found
    assert any(reason in told for _, told in found), found


def test_a_phrase_that_moneta_reads_by_itself_is_found(tmp_path: Path) -> None:
    source = """
    async def answer(asked): return Answer("x")
    @moneta.hookimpl
    def moneta_actions(): return [Action("mine", "mine", ("withdraw all my usdc",), answer)]
    """
    point = written(tmp_path, source)
    ((what, found),) = wrong(tmp_path / f"{point.value}.py")
    assert (what, "Moneta reads" in found) == ("action mine", True)


def test_what_isnt_there_is_said(tmp_path: Path) -> None:
    ((what, found),) = wrong(tmp_path / "nothing")
    assert what in ("usable", "found")
    assert found
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    assert wrong(tmp_path) == [
        ("found", f"{tmp_path}/pyproject.toml names 0 entry points of moneta.plugins, not one")
    ]


@pytest.mark.parametrize("name", ["aave-v3", "Mine", "my_vaults", "plugins", "a--b", "../x", "x" * 41, ""])
def test_a_name_that_cant_be_is_refused(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Refused) as error:
        new(name, as_json=True)
    assert error.value.rule == "name"
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    with pytest.raises(Refused, match="there already"):
        new("mine", as_json=True)


def test_the_list_names_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert list_(None, as_json=True) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    names = [row["name"] for row in rows if row["state"] == "built in"]
    assert names[:2] == ["plugins.aave", "plugins.morpho"]
    assert set(rows[0]) == {"event", "name", "version", "distribution", "hooks", "state", "why"}


def test_what_a_run_disabled_is_written_down(tmp_path: Path) -> None:
    plugins = load(found=[written(tmp_path, "@moneta.hookimpl\ndef moneta_curve(kind): return 1")])
    ended.keep(plugins, tmp_path)
    assert not (tmp_path / ended.FILE).exists()
    assert plugins.hook.moneta_curve(kind="nobodys", facts={}, seconds=1) is None
    ((name, why),) = ended.read(tmp_path).items()
    assert name == ("theirs", "")
    assert why.startswith("moneta_curve returned what can't be used")
    ended.keep(load(found=[]), tmp_path)
    assert ended.read(tmp_path) == {}


def test_a_full_disk_costs_the_note_alone(tmp_path: Path) -> None:
    plugins = load(found=[written(tmp_path, "@moneta.hookimpl\ndef moneta_curve(kind): return 1")])
    ended.keep(plugins, tmp_path / "a folder that isn't there")
    assert plugins.hook.moneta_curve(kind="nobodys", facts={}, seconds=1) is None
    assert plugins.known[-1].why


def test_what_a_plug_in_prints_is_no_finding() -> None:
    assert _finding("hello") is None
    assert _finding('{"verdict": "ok"}') is None
    assert _finding("[1]") is None
