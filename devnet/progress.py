"""What set-up shows while it works: a function that takes one finished line."""

from __future__ import annotations

import sys
from collections.abc import Callable

Progress = Callable[[str], None]


def to_stderr(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def silent(line: str) -> None:
    """For callers that show progress in their own way."""
