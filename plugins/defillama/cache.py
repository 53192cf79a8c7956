"""What the service said last, on disk: rows as they may be shown, and the tag that asks only for what is new."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from pathlib import Path

from plugins.defillama.rows import Rows, stored

FILE = "defillama.json"
_VERSION = 1
_MOST_BYTES = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Kept:
    """`at` is when the service last said that this holds, in Unix seconds."""

    url: str
    etag: str
    at: int
    rows: Rows

    def still(self, at: int) -> Kept:
        """The same, said again."""
        return replace(self, at=at)


def read(folder: Path, url: str) -> Kept | None:
    """What lies there for `url`; None where nothing of use does: it is only a cache."""
    path = folder / FILE
    try:
        if path.stat().st_size > _MOST_BYTES:
            return None
        data = json.loads(path.read_bytes())
        if data["v"] != _VERSION or data["url"] != url:
            return None
        rows = stored(data["rows"])
        dropped = {str(why): int(count) for why, count in data["dropped"].items()}
        return Kept(url, str(data["etag"]), int(data["at"]), Rows(rows.rows, dropped))
    except (OSError, ValueError, TypeError, KeyError, AttributeError, ArithmeticError, RecursionError):
        return None


def write(folder: Path, kept: Kept) -> None:
    """Whole or not at all, for this user alone. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    data = {
        "v": _VERSION,
        "url": kept.url,
        "etag": kept.etag,
        "at": kept.at,
        "dropped": dict(kept.rows.dropped),
        "rows": [row.as_json() for row in kept.rows.rows],
    }
    new = folder / f".{FILE}.{os.getpid()}"
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
        json.dump(data, file)
    new.replace(folder / FILE)
