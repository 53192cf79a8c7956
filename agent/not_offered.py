"""What an instance doesn't offer now, in a file of its folder: for `moneta health`, and to tell each thing once."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from agent.policy.files import write_private

FILE = "not-offered.json"


@dataclass(frozen=True, slots=True)
class NotOffered:
    """`written`: Unix seconds. `now` and `told`: why, by venue, market, token or exchange."""

    written: int = 0
    now: dict[str, str] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)


def read(folder: Path) -> NotOffered:
    """What was written last; nothing where there is none, or it can't be read: it is then told again."""
    try:
        body = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return NotOffered(int(body["written"]), _texts(body["now"]), _texts(body["told"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return NotOffered()


def write(folder: Path, state: NotOffered) -> None:
    """Raises OSError where the folder can't be written."""
    write_private(folder / FILE, json.dumps(asdict(state), indent=1, sort_keys=True) + "\n")


def _texts(body: dict[str, str]) -> dict[str, str]:
    return {str(key): str(why) for key, why in body.items()}
