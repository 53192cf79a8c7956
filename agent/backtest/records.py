"""What a file says of a venue over time, and what had to be left out."""

from __future__ import annotations

from dataclasses import dataclass, field

from agent.backtest.arrays import Flags, Floats, Ints


@dataclass(frozen=True, slots=True)
class Record:
    """A venue as one file tells of it; columns of one length, the oldest first, NaN where nothing is told.

    `at`: Unix seconds from which on a row is known. `supplied`, `borrowed`: tokens of the whole market (NaN where the
    file has no amounts), `usage` what part of it is borrowed. `lend`, `borrow`: fractions a year. `closed`: takes no
    deposits; `locked`: gives nothing back. `every`: seconds between two rows where none is missing. `dollars`: what a
    token was worth, NaN if unknown.
    """

    protocol: str
    asset: str
    network: str
    file: str
    every: int
    at: Ints
    supplied: Floats
    borrowed: Floats
    usage: Floats
    lend: Floats
    borrow: Floats
    closed: Flags
    locked: Flags
    dollars: Floats

    @property
    def venue(self) -> str:
        return f"{self.protocol}:{self.network}:{self.asset}"


@dataclass(slots=True)
class Notes:
    """What was left out, and what was taken in the place of what isn't there."""

    files: dict[str, str] = field(default_factory=dict)
    rows: dict[tuple[str, str, str], int] = field(default_factory=dict)
    assumed: list[str] = field(default_factory=list)
    assets: dict[str, str] = field(default_factory=dict)

    def file(self, name: str, why: str) -> None:
        self.files[name] = why

    def dropped(self, record: Record, why: str, number: int) -> None:
        """So many rows of a file. A venue that is in several universes is told of once."""
        if number:
            self.rows[record.venue, why, record.file] = number

    def assume(self, text: str) -> None:
        if text not in self.assumed:
            self.assumed.append(text)

    def as_json(self) -> list[dict[str, object]]:
        """An object each, `event` says its kind."""
        found: list[dict[str, object]] = []
        for name, why in sorted(self.files.items()):
            found.append({"event": "left_out", "file": name, "why": why})
        for (venue, why, file), number in sorted(self.rows.items()):
            found.append({"event": "left_out", "venue": venue, "file": file, "why": why, "rows": number})
        for name, why in sorted(self.assets.items()):
            found.append({"event": "left_out", "universe": name, "why": why})
        found += [{"event": "assumed", "text": text} for text in self.assumed]
        return found

    def as_text(self) -> list[str]:
        """A line each, for people."""
        return [
            *(f"left out: {name}: {why}" for name, why in sorted(self.files.items())),
            *(
                f"left out: {venue}: {number} rows of {file}: {why}"
                for (venue, why, file), number in sorted(self.rows.items())
            ),
            *(f"left out: {name}: {why}" for name, why in sorted(self.assets.items())),
            *(f"assumed: {text}" for text in self.assumed),
        ]
