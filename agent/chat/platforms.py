"""What the built-in platforms take out of the settings: a token's file, and who is refused without one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from agent.errors import Refused
from agent.secret_file import read_secret


def secret(path: Path) -> str:
    """The one line of a secret's file. Raises Refused("secret")."""
    found = read_secret(path, "It holds the token, one line.").strip()
    if not found:
        raise Refused("secret", f"{path} is empty.", "It holds the token, one line.")
    return found


def file_of(settings: Mapping[str, Any], name: str) -> Path | None:
    """The file that a setting names, None where it isn't said."""
    named = settings.get(name)
    return None if named is None else Path(named)
