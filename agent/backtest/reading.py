"""The files of a folder, by the stems of their names; whatever can't be read is left out with its reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl

from agent.backtest.daily import compound_daily
from agent.backtest.hourly import hourly
from agent.backtest.panel import panel
from agent.backtest.records import Notes, Record
from agent.backtest.three import three_protocols
from agent.errors import Unavailable

Reader = Callable[[pl.DataFrame, "re.Match[str]", str], Iterator[Record]]

HOURLY = re.compile(r"(?P<protocol>.+)_(?P<asset>[^_]+)_(?P<network>[^_]+)_hourly.*\.parquet", re.IGNORECASE)
PANEL = re.compile(r"(?P<protocol>[a-z]+_v\d+)_daily_.*network.*\.parquet", re.IGNORECASE)
DAILY = re.compile(r"c(?P<asset>[a-z]+)(_1)?\.csv(\.gz)?", re.IGNORECASE)
SECOND = re.compile(r"c[a-z]+_[2-9]\.csv(\.gz)?", re.IGNORECASE)
THREE = re.compile(r"(?P<asset>[a-z]+)_compoundv2_aavev1_aavev2_hourly.*\.csv(\.gz)?", re.IGNORECASE)
PARAMETERS = re.compile(r".*_(parameter_changes|rate_curve_parameters).*\.csv(\.gz)?", re.IGNORECASE)
WHOLE = re.compile(r".*_info\.csv(\.gz)?", re.IGNORECASE)

READERS: tuple[tuple[re.Pattern[str], Reader], ...] = (
    (PANEL, panel),
    (THREE, three_protocols),
    (HOURLY, hourly),
    (DAILY, compound_daily),
)
NOT_NEEDED = (
    (PARAMETERS, "curves are taken from utilisation and rates as they were; a test checks them against this file"),
    (SECOND, "a market that was wound down before: an older one of the asset, or of Sai before it was Dai"),
    (WHOLE, "it tells of a whole protocol, no venue's rates"),
)


def read_folder(folder: Path, notes: Notes) -> list[Record]:
    """All venues of the folder and the folders in it. Raises Unavailable where there is no such folder."""
    if not folder.is_dir():
        raise Unavailable("folder", f"{folder} is no folder: name the one that holds the recorded files.")
    found: list[Record] = []
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        if path.suffix in (".parquet", ".csv", ".gz"):
            found += _read(path, notes)
    return found


def _read(path: Path, notes: Notes) -> list[Record]:
    for pattern, why in NOT_NEEDED:
        if pattern.fullmatch(path.name):
            notes.file(path.name, why)
            return []
    for pattern, reader in READERS:
        match = pattern.fullmatch(path.name)
        if match is not None:
            return _with(reader, path, match, notes)
    notes.file(path.name, "its name is none of those that are known")
    return []


def _with(reader: Reader, path: Path, match: re.Match[str], notes: Notes) -> list[Record]:
    try:
        found = [record for record in reader(table(path), match, path.name) if len(record.at)]
    except (OSError, ValueError, KeyError, TypeError, pl.exceptions.PolarsError) as error:
        notes.file(path.name, f"it can't be read: {' '.join(str(error).split())[:160] or type(error).__name__}")
        return []
    if not found:
        notes.file(path.name, "it has no rows that tell of a venue")
    return found


def table(path: Path) -> pl.DataFrame:
    """The file's rows; a CSV's columns are text, for a number may be anything there."""
    if path.suffix == ".parquet":
        return pl.read_parquet(path)
    return pl.read_csv(path, infer_schema=False)
