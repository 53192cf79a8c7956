"""The chain files that come with Moneta (docs/chains.md), and where they are: data of the program, in the wheel.

`scripts/chains` writes them from published address books; nothing in them is written by hand.
"""

from __future__ import annotations

import re
from pathlib import Path

FOLDER = Path(__file__).parent
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")


def names() -> tuple[str, ...]:
    """The chains whose files come with Moneta."""
    return tuple(sorted(file.stem for file in FOLDER.glob("*.toml")))


def path(name: str) -> Path | None:
    """The file of one of them, None for any other name."""
    file = FOLDER / f"{name}.toml"
    return file if _NAME.fullmatch(name) and file.is_file() else None
