"""A secret's file."""

from __future__ import annotations

from pathlib import Path

from agent.errors import Refused


def read_secret(path: Path, holds: str) -> str:
    """A secret's file. Raises Refused("secret"), with what it should hold."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise Refused("secret", f"{path} can't be read: {error.strerror}.", holds) from error
    except UnicodeDecodeError as error:
        raise Refused("secret", f"{path} is no text.", holds) from error
