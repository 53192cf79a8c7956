"""Venus core pool (Compound v2 family): one venue per vToken, `venus:<pool>:<symbol>`."""

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from moneta import Curve, Protocol, hookimpl
from plugins.venus.market import shape
from plugins.venus.protocol import Venus


@hookimpl
def moneta_protocols() -> list[Protocol]:
    return [Venus()]


@hookimpl
def moneta_call_tables() -> list[dict[str, Any]]:
    return [json.loads(files(__name__).joinpath("vtoken.json").read_text(encoding="utf-8"))]


@hookimpl
def moneta_curve(kind: str, facts: Mapping[str, int], seconds: int) -> Curve | None:
    del seconds  # the curve stays what it is
    return shape(facts) if kind in ("venus", "compound-v2") else None
