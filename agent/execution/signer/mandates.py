"""Mandates that were given with a one-time code: how much a plan may move between venues without a further one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from agent.errors import Refused
from agent.money import Address, address
from agent.policy.files import write_private

VERSION = 1


class Mandates:
    """mandates.json of the signer's folder: base units a plan, by account and symbol."""

    def __init__(self, path: Path) -> None:
        """Raises Refused("mandates") where the file is damaged; a missing one is empty."""
        self._path = path
        self._all: dict[Address, dict[str, int]] = _read(path) if path.exists() else {}

    def of(self, account: Address) -> Mapping[str, int]:
        """What may move without a code; nothing where there is no mandate."""
        return dict(self._all.get(account, {}))

    def set(self, account: Address, most: Mapping[str, int]) -> None:
        """Takes the place of the one before; an empty one ends it."""
        rest = {place: each for place, each in self._all.items() if place != account}
        found = {**rest, account: dict(most)} if most else rest
        body = {place: {symbol: str(units) for symbol, units in each.items()} for place, each in found.items()}
        write_private(self._path, json.dumps({"version": VERSION, "mandates": body}, indent=1) + "\n")
        self._all = found


def _read(path: Path) -> dict[Address, dict[str, int]]:
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        if body["version"] != VERSION:
            raise ValueError
        return {
            address(place): {str(symbol): int(units) for symbol, units in each.items()}
            for place, each in body["mandates"].items()
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Refused("mandates", f"{path} is damaged.", "Remove it, and give mandates anew.") from None
