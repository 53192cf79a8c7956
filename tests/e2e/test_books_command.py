"""`moneta books` as a process: what it says, the files that it writes, and those that it won't."""

from __future__ import annotations

import csv
import json
import stat
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

import devnet
from agent.commands import books
from agent.errors import Refused
from agent.place import Where
from tests.e2e.program import run

TALK = """deposit 1000 USDC into aave-v3:core:USDC
/confirm
withdraw all USDC
/confirm
swap 100 USDC to WETH
/confirm
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder with a devnet that runs as a process of its own."""
    devnet.setup()
    devnet.up(tmp_path)
    yield tmp_path
    devnet.down(tmp_path)


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(newline="") as opened:
        return list(csv.DictReader(opened))


def test_books_are_told_and_written(folder: Path) -> None:
    where = ("books", "--dir", str(folder))
    talked = run("chat", "--dir", str(folder), "--script", "-", "--json", stdin=TALK)
    assert [json.loads(line)["verdict"]["status"] for line in talked.stdout.splitlines()[1:]].count("settled") == 3
    files = {shape: folder / f"{shape}.csv" for shape in ("rotki", "koinly", "plain")}
    wanted = [text for shape, file in files.items() for text in ("--csv", shape, str(file))]
    made = run(*where, "--year", "2026", *wanted, "--json")
    assert made.returncode == 0, made.stderr
    said = json.loads(made.stdout)
    assert said["files"] == [
        str(folder / name) for name in ("rotki.csv", "rotki-trades.csv", "koinly.csv", "plain.csv")
    ]
    assert all(stat.S_IMODE(Path(file).stat().st_mode) == 0o600 for file in said["files"])
    gas = sum((Decimal(row["Fee Amount"] or 0) for row in rows(files["koinly"])), Decimal(0))
    gas += sum(Decimal(row["Sent Amount"]) for row in rows(files["koinly"]) if row["Tag"] == "cost")
    assert gas == Decimal(said["gas_wei"]).scaleb(-18)
    assert {row["Price source"].split()[0] for row in rows(files["plain"])} == {"feed"}
    assert len(rows(folder / "rotki-trades.csv")) == 1
    again = run(*where, "--csv", "koinly", str(files["koinly"]), "--method", "hifo")
    assert again.returncode == 1
    assert "can't be written" in again.stderr


def test_another_shape_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no shape 'excel'") as refused:
        books.run(Where.of(tmp_path), None, "fifo", [("excel", tmp_path / "x.csv")], False)
    assert "rotki, koinly, cointracking, cointracker, plain" in str(refused.value.remedy)
