"""ERC-4626 vaults: one venue per listed vault, `erc4626:<name>:<symbol>`."""

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from moneta import Curve, Protocol, hookimpl
from plugins.erc4626.protocol import Erc4626
from plugins.erc4626.savings import shape


@hookimpl
def moneta_protocols() -> list[Protocol]:
    return [Erc4626()]


@hookimpl
def moneta_call_tables() -> list[dict[str, Any]]:
    return [json.loads(files(__name__).joinpath("vault.json").read_text(encoding="utf-8"))]


@hookimpl
def moneta_descriptors() -> list[dict[str, Any]]:
    return [json.loads(files(__name__).joinpath("vault.erc7730.json").read_text(encoding="utf-8"))]


@hookimpl
def moneta_curve(kind: str, facts: Mapping[str, int], seconds: int) -> Curve | None:
    del seconds  # governance may change it any day, and doesn't say so beforehand
    return shape(facts) if kind == "savings" else None
