"""Mandates as the signer keeps them: how much a plan may move between venues without a further one-time code, and
what may be moved of liquidity positions.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from agent.errors import Refused
from agent.money import Address, address
from agent.policy.files import write_private
from agent.policy.moving import RangeRight

VERSION = 1


class Mandates:
    """mandates.json of the signer's folder: base units a plan, by account and symbol; and rights over positions."""

    def __init__(self, path: Path) -> None:
        """Raises Refused("mandates") where the file is damaged; a missing one is empty."""
        self._path = path
        self._all: dict[Address, dict[str, int]] = {}
        self._ranges: dict[Address, RangeRight] = {}
        if path.exists():
            self._all, self._ranges = _read(path)

    def of(self, account: Address) -> Mapping[str, int]:
        """What may move without a code; nothing where there is no mandate."""
        return dict(self._all.get(account, {}))

    def ranges(self, account: Address) -> RangeRight | None:
        """What may be moved of liquidity positions; None where there is no such right."""
        return self._ranges.get(account)

    def set(self, account: Address, most: Mapping[str, int], ranges: RangeRight | None = None) -> None:
        """Takes the place of the one before; an empty one ends it."""
        rest = {place: each for place, each in self._all.items() if place != account}
        found = {**rest, account: dict(most)} if most else rest
        others = {place: each for place, each in self._ranges.items() if place != account}
        rights = {**others, account: ranges} if ranges is not None else others
        body = {place: _texts(each) for place, each in found.items()}
        positions = {place: _written(each) for place, each in rights.items()}
        written = {"version": VERSION, "mandates": body} | ({"ranges": positions} if positions else {})
        write_private(self._path, json.dumps(written, indent=1) + "\n")
        self._all, self._ranges = found, rights


def _texts(units: Mapping[str, int]) -> dict[str, str]:
    return {symbol: str(each) for symbol, each in units.items()}


def _written(right: RangeRight) -> dict[str, Any]:
    return {"most": _texts(right.most), "every": str(right.every), "gas": str(right.gas)}


def _right(body: Mapping[str, Any]) -> RangeRight:
    most = {str(symbol): int(units) for symbol, units in body["most"].items()}
    return RangeRight(most, int(body["every"]), int(body["gas"]))


def _read(path: Path) -> tuple[dict[Address, dict[str, int]], dict[Address, RangeRight]]:
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        if body["version"] != VERSION:
            raise ValueError
        mandates = {
            address(place): {str(symbol): int(units) for symbol, units in each.items()}
            for place, each in body["mandates"].items()
        }
        return mandates, {address(place): _right(each) for place, each in body.get("ranges", {}).items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Refused("mandates", f"{path} is damaged.", "Remove it, and give mandates anew.") from None
