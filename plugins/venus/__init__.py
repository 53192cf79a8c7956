"""Venus core pool (Compound v2 family): one venue per vToken, `venus:<pool>:<symbol>`."""

import json
from importlib.resources import files
from typing import Any

from moneta import Protocol, hookimpl
from plugins.venus.protocol import Venus


@hookimpl
def moneta_protocols() -> list[Protocol]:
    return [Venus()]


@hookimpl
def moneta_call_tables() -> list[dict[str, Any]]:
    return [json.loads(files(__name__).joinpath("vtoken.json").read_text(encoding="utf-8"))]
