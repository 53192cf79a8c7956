"""Standard output of commands: JSON Lines where `--json` asks for them, and nothing else then."""

from __future__ import annotations

import json
import sys
from typing import Any

from agent.harmless import harmless


def json_line(data: dict[str, Any]) -> None:
    """One object, one line, flushed: the program that reads may be waiting for it.

    In ASCII: no reader's encoding matters, and U+2028 or U+0085 in a user's words end no line of anybody's.
    """
    sys.stdout.write(json.dumps(data, separators=(",", ":")) + "\n")
    sys.stdout.flush()


def text_line(text: str) -> None:
    """For people, by a pipe."""
    sys.stdout.write(harmless(text) + "\n")
    sys.stdout.flush()


def complain(text: str) -> None:
    """For people, on standard error."""
    sys.stderr.write(harmless(text) + "\n")
    sys.stderr.flush()
