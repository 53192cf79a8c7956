"""Calls and objects checked against the description of the Bot API (its methods and types, field by field)."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(os.environ.get("MONETA_SPECS") or Path(__file__).parents[3] / "shared" / "specs")
FILE = FOLDER / "telegram_bot_api.json"
ARRAY = "Array of "
SCALARS: Mapping[str, type | tuple[type, ...]] = {
    "Integer": int,
    "String": str,
    "Boolean": bool,
    "True": bool,
    "Float": (int, float),
}


class Unknown(Exception):
    """A method that the Bot API doesn't have."""


@cache
def description() -> dict[str, Any] | None:
    """The description, None where it isn't on this machine: then calls aren't checked."""
    return json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else None


def why_absent() -> str:
    """The reason for skipping a test of the checks themselves."""
    return f"{FILE.name} isn't in {FOLDER}; name its folder in MONETA_SPECS"


def call_problems(method: str, given: Mapping[str, str], files: Mapping[str, bytes]) -> list[str]:
    """What is wrong with a call, whose parameters come as form fields. Raises Unknown for a method."""
    spec = description()
    if spec is None:
        return []
    if method not in spec["methods"]:
        raise Unknown(method)
    fields = {field["name"]: field for field in spec["methods"][method].get("fields", [])}
    found = [f"{method}: unknown parameter {name}" for name in given if name not in fields]
    found += [
        f"{method}: missing {name}"
        for name, field in fields.items()
        if field["required"] and name not in given and name not in files
    ]
    for name in given.keys() & fields.keys():
        if not any(_fits_text(given[name], kind, files) for kind in fields[name]["types"]):
            found.append(f"{method}.{name}: {given[name][:60]!r} is no {' or '.join(fields[name]['types'])}")
    return found


def object_problems(value: Any, kind: str) -> list[str]:
    """What is wrong with an object that the server is about to send as `kind`."""
    spec = description()
    return [] if spec is None else _problems(value, kind, kind)


def _fits_text(text: str, kind: str, files: Mapping[str, bytes]) -> bool:
    if kind == "String":
        return True
    if kind == "InputFile":
        return text.startswith("attach://") and text.removeprefix("attach://") in files
    try:
        return not _problems(json.loads(text), kind, kind)
    except ValueError:
        return False


def _problems(value: Any, kind: str, where: str) -> list[str]:
    if kind.startswith(ARRAY):
        if not isinstance(value, list):
            return [f"{where}: no array"]
        inner = kind.removeprefix(ARRAY)
        return [problem for n, each in enumerate(value) for problem in _problems(each, inner, f"{where}[{n}]")]
    if kind in SCALARS:
        fits = isinstance(value, SCALARS[kind]) and (kind == "Boolean" or kind == "True" or value is not True)
        return [] if fits else [f"{where}: {value!r} is no {kind}"]
    return _object_problems(value, kind, where)


def _object_problems(value: Any, kind: str, where: str) -> list[str]:
    types = (description() or {})["types"]
    if not isinstance(value, dict):
        return [f"{where}: no {kind}"]
    if "subtypes" in types[kind]:
        tried = [_problems(value, sub, where) for sub in types[kind]["subtypes"]]
        return _fewest(tried)
    fields = {field["name"]: field for field in types[kind].get("fields", [])}
    found = [f"{where}: unknown field {name}" for name in value if name not in fields]
    found += [f"{where}: missing {name}" for name, f in fields.items() if f["required"] and name not in value]
    for name in value.keys() & fields.keys():
        tried = [_problems(value[name], each, f"{where}.{name}") for each in fields[name]["types"]]
        found += _fewest(tried)
    return found


def _fewest(tried: list[list[str]]) -> list[str]:
    """The complaints of the type that fits best."""
    return sorted(tried, key=len)[0]
