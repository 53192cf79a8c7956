"""Our characters, ElizaOS files in JSON, and where they are: data of the program, carried in the wheel.

What Moneta adds to the ElizaOS schema is one section, `settings.moneta.phrases`: for each occasion a list of phrases,
one of which is said beside the exact texts (docs/characters.md names the occasions).
"""

from __future__ import annotations

import re
from pathlib import Path

FOLDER = Path(__file__).parent
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


def names() -> tuple[str, ...]:
    """The characters that come with Moneta."""
    return tuple(sorted(file.stem for file in FOLDER.glob("*.json")))


def path(name: str) -> Path | None:
    """The file of one of them, None for any other name."""
    file = FOLDER / f"{name}.json"
    return file if _NAME.fullmatch(name) and file.is_file() else None
