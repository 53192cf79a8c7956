"""Morpho: a venue per listed market, `morpho-blue:<market>:<symbol>`, and vault, `morpho-vaults:<name>:<symbol>`."""

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from moneta import Curve, Protocol, hookimpl
from plugins.morpho.expected import shape
from plugins.morpho.protocol import MorphoBlue
from plugins.morpho.vaults import MorphoVaults


@hookimpl
def moneta_protocols() -> list[Protocol]:
    return [MorphoBlue(), MorphoVaults()]


@hookimpl
def moneta_call_tables() -> list[dict[str, Any]]:
    return [json.loads(files(__name__).joinpath("morpho.json").read_text(encoding="utf-8"))]


@hookimpl
def moneta_descriptors() -> list[dict[str, Any]]:
    return [json.loads(files(__name__).joinpath("morpho.erc7730.json").read_text(encoding="utf-8"))]


@hookimpl
def moneta_curve(kind: str, facts: Mapping[str, int], seconds: int) -> Curve | None:
    return shape(facts, seconds) if kind == "morpho-blue" else None
