"""What is on record of a protocol or a coin: incidents of the last year are told, with the page that says so."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from moneta import Effect, Signal
from plugins.risk.case import Case

NAME = "incident"
FILE = Path(__file__).with_name("records.toml")
TOLD_SECONDS = 365 * 86_400


@dataclass(frozen=True, slots=True)
class Incident:
    """`at`: the first second of its day (UTC); it concerns the venues of `protocols` and those of `assets`."""

    at: int
    protocols: frozenset[str]
    assets: frozenset[str]
    what: str
    source: str

    @property
    def day(self) -> date:
        return datetime.fromtimestamp(self.at, UTC).date()


@cache
def read() -> dict[str, Any]:
    """The file as it is."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


@cache
def incidents() -> tuple[Incident, ...]:
    """The newest first."""
    found = [
        Incident(
            int(datetime(entry["on"].year, entry["on"].month, entry["on"].day, tzinfo=UTC).timestamp()),
            frozenset(entry.get("protocols", ())),
            frozenset(entry.get("assets", ())),
            entry["what"],
            entry["source"],
        )
        for entry in read()["incident"]
    ]
    return tuple(sorted(found, key=lambda each: -each.at))


def judge(case: Case) -> Signal | None:
    """The latest incident of the last year, at the venue's protocol or with its asset."""
    protocol, now = case.venue.id.split(":")[0], case.seen.now
    for each in incidents():
        concerned = protocol in each.protocols or case.asset.symbol in each.assets
        if concerned and 0 <= now - each.at < TOLD_SECONDS:
            words = f"on {each.day} {each.what} ({each.source})"
            return case.signal(NAME, Effect.ALERT, words, {"at": each.at})
    return None
