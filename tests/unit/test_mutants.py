"""The tool that changes the code to see whether a test notices: what it changes, keeps and leaves out."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.mutants.changes import Mutant, mutants, mutated
from benchmarks.mutants.covering import Cover
from benchmarks.mutants.equivalent import equivalent
from benchmarks.mutants.results import Results
from benchmarks.mutants.score import PACKAGES, Wanted, drawn, interval
from benchmarks.mutants.trial import Outcome

pytestmark = pytest.mark.unit

SOURCE = '''LIMIT = 5


class Box:
    def fits(self, units: int) -> bool:
        """Not a word of this."""
        if units > LIMIT and not self.full:
            raise ValueError(f"{units + 1} is too much")
        self.units = units
        return min(units, LIMIT) == units
'''


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "agent" / "gate"
    folder.mkdir(parents=True)
    (folder / "box.py").write_text(SOURCE)
    tests = tmp_path / "tests" / "unit"
    tests.mkdir(parents=True)
    (tests / "test_box.py").write_text("")
    return tmp_path


def made(root: Path) -> list[Mutant]:
    return list(mutants(root, "agent/gate/box.py"))


def test_each_change_is_one_and_compiles(root: Path) -> None:
    found = made(root)
    changes = {(each.where, each.before, each.after) for each in found}
    assert {
        ("", "5", "6"),
        ("Box.fits", "units > LIMIT", "units >= LIMIT"),
        ("Box.fits", "units > LIMIT and (not self.full)", "units > LIMIT or not self.full"),
        ("Box.fits", "not self.full", "self.full"),
        ("Box.fits", "self.units = units", "pass"),
        ("Box.fits", "min(units, LIMIT)", "max(units, LIMIT)"),
        ("Box.fits", "return min(units, LIMIT) == units", "return None"),
    } <= changes
    assert all("Not a word" not in each.before for each in found)
    plain = ast.dump(ast.parse(SOURCE))
    for each in found:
        tree = mutated(SOURCE, each)
        compile(tree, "box.py", "exec")
        assert ast.dump(tree) != plain


def test_the_order_is_drawn_for_each_by_itself(root: Path) -> None:
    first = drawn(root, "gate", Wanted(PACKAGES, None, 1))
    assert first != drawn(root, "gate", Wanted(PACKAGES, None, 2))
    assert drawn(root, "gate", Wanted(PACKAGES, 3, 1)) == first[:3]
    (root / "agent" / "gate" / "ajar.py").write_text("WIDE = 7\n")
    more = drawn(root, "gate", Wanted(PACKAGES, None, 1))
    assert [each for each in more if each.path.endswith("box.py")] == first


def test_a_kept_result_stands_while_what_it_rests_on_does(root: Path) -> None:
    file = root / "results"
    killed, survived = made(root)[:2]
    results = Results(root, file)
    results.add(killed, Outcome("killed", "tests/unit/test_box.py::test_it"), 1, 0.1)
    results.add(survived, Outcome("survived"), 1, 0.1)
    again = Results(root, file)
    assert [again.kept(each) is not None for each in (killed, survived)] == [True, True]
    (root / "tests" / "unit" / "test_more.py").write_text("")
    again = Results(root, file)
    assert [again.kept(each) is not None for each in (killed, survived)] == [True, False]
    (root / "tests" / "unit" / "test_box.py").write_text("# changed\n")
    assert Results(root, file).kept(killed) is None
    (root / "tests" / "unit" / "test_box.py").write_text("")
    (root / "agent" / "gate" / "box.py").write_text(SOURCE + "\n")
    assert Results(root, file).kept(killed) is None


def test_what_does_the_same_is_listed_with_its_reason(root: Path) -> None:
    listed = root / "equivalent.toml"
    entry = '[[mutant]]\npath = "agent/gate/box.py"\nwhere = "{}"\nbefore = "{}"\nafter = "{}"\nwhy = "{}"\n{}'

    def say(before: str, after: str, why: str = "it is", where: str = "", more: str = "") -> set[Mutant]:
        listed.write_text(entry.format(where, before, after, why, more))
        return equivalent(made(root), listed)

    (one,) = say("5", "6")
    assert (one.before, one.after, one.line) == ("5", "6", 1)
    with pytest.raises(ValueError, match="say why"):
        say("5", "6", why=" ")
    with pytest.raises(ValueError, match="no such mutant any more"):
        say("5", "8")
    with pytest.raises(ValueError, match="no such mutant any more"):
        say("5", "6", more="nth = 2\n")
    (root / "agent" / "gate" / "box.py").write_text(SOURCE + "MORE = 5\n")
    with pytest.raises(ValueError, match="2 mutants are"):
        say("5", "6")
    (one,) = say("5", "6", more="nth = 2\n")
    assert one.line == len(SOURCE.splitlines()) + 1


def test_only_what_changed_is_traced_again(root: Path) -> None:
    tests = root / "tests" / "unit"
    (tests / "parts.py").write_text("")
    (tests / "test_uses.py").write_text("from tests.unit import parts\n")
    (tests / "test_other.py").write_text("")
    now = dict.fromkeys(("agent/gate/box.py", *(f"tests/unit/{each.name}" for each in tests.iterdir())), "a")
    cover = Cover({"agent/gate/box.py": {7: {"tests/unit/test_box.py::test_it"}}}, hashes=dict(now))
    assert cover.stale(root, now) == []
    for changed, expected in [
        ("agent/gate/box.py", ["tests/unit/test_box.py"]),
        ("tests/unit/parts.py", ["tests/unit/test_uses.py"]),
        ("tests/unit/test_other.py", ["tests/unit/test_other.py"]),
    ]:
        assert cover.stale(root, {**now, changed: "b"}) == expected
    assert len(Cover().stale(root, now)) == 3


def test_who_runs_a_line() -> None:
    cover = Cover({"f": {3: {"a"}, 4: {"b"}, 9: {"c"}}}, {"f": {9}}, {"a": 1.0, "b": 1.0, "c": 1.0})
    assert cover.tests("f", 3, 4, everywhere=False) == {"a"}
    assert cover.tests("f", 2, 4, everywhere=False) == {"a", "b"}
    assert cover.tests("f", 7, 8, everywhere=False) == set()
    assert cover.tests("f", 9, 9, everywhere=True) == {"a", "b", "c"}
    assert (cover.runs_early("f", 9), cover.runs_early("f", 3), cover.runs_early("g", 9)) == (True, False, False)
    cover.leave_out({"a"})
    assert cover.tests("f", 3, 3, everywhere=False) == set()
    assert replace(cover).seconds == {"b": 1.0, "c": 1.0}


def test_the_interval_is_wilsons() -> None:
    low, high = interval(28, 30)  # 0.787 to 0.982, as tables have it
    assert (round(low, 1), round(high, 1)) == (78.7, 98.2)
    assert interval(0, 0) == (0.0, 100.0)
