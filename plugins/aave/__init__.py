"""Aave v3: one venue per market and asset, `aave-v3:<market>:<symbol>`."""

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from moneta import Curve, Protocol, hookimpl
from plugins.aave.curve import shape
from plugins.aave.protocol import AaveV3


@hookimpl
def moneta_protocols() -> list[Protocol]:
    return [AaveV3()]


@hookimpl
def moneta_call_tables() -> list[dict[str, Any]]:
    return [_data("pool.json"), _data("rewards.json")]


@hookimpl
def moneta_descriptors() -> list[dict[str, Any]]:
    return [_data("pool.erc7730.json"), _data("rewards.erc7730.json")]


def _data(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(files(__name__).joinpath(name).read_text(encoding="utf-8"))
    return found


@hookimpl
def moneta_curve(kind: str, facts: Mapping[str, int], seconds: int) -> Curve | None:
    del seconds  # the curve stays what it is
    return shape(facts) if kind == "aave-v3" else None
