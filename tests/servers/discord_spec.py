"""Discord's own description of its REST API, to hold requests against. Absent, nothing is held and tests say so."""

from __future__ import annotations

import functools
import json
import os
import re
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]

ROOT = Path(__file__).parents[2]
FOLDER = Path(os.environ.get("MONETA_SPECS", ROOT.parent / "shared" / "specs"))
FILE = FOLDER / "discord_openapi.json"
ABSENT = f"no discord_openapi.json in {FOLDER} (see MONETA_SPECS): requests aren't validated"


class Spec:
    """Request bodies by method and path."""

    def __init__(self, description: dict[str, Any]) -> None:
        self._paths = description["paths"]
        self._components = description["components"]
        templates = sorted(self._paths, key=lambda path: (path.count("{"), path))
        self._templates = [(re.compile(re.sub(r"\{[^}]+\}", "[^/]+", each)), each) for each in templates]
        self._validators: dict[tuple[str, str], jsonschema.Draft202012Validator | None] = {}

    def problem(self, method: str, path: str, body: Any) -> str | None:
        """What Discord would not like about a request; None where all is well."""
        template = next((each for pattern, each in self._templates if pattern.fullmatch(path)), None)
        if template is None or method.lower() not in self._paths[template]:
            return f"Discord has no {method} {path}"
        validator = self._validator(template, method.lower())
        error = next(validator.iter_errors(as_text(body)), None) if validator else None
        return f"{method} {template}: {'/'.join(map(str, error.path))} {error.message[:300]}" if error else None

    def _validator(self, template: str, method: str) -> jsonschema.Draft202012Validator | None:
        key = (template, method)
        if key not in self._validators:
            content = self._paths[template][method].get("requestBody", {}).get("content", {})
            schema = content.get("application/json", {}).get("schema")
            whole = {**schema, "components": self._components} if schema else None
            self._validators[key] = jsonschema.Draft202012Validator(whole) if whole else None
        return self._validators[key]


@functools.cache
def spec() -> Spec | None:
    """The description, where it is on this machine."""
    return Spec(json.loads(FILE.read_text())) if FILE.exists() else None


def as_text(data: Any, key: str = "") -> Any:
    """Ids as text: the library sends numbers, which Discord takes as well, its description doesn't."""
    if isinstance(data, dict):
        return {name: as_text(value, name) for name, value in data.items()}
    if isinstance(data, list):
        return [as_text(value, key) for value in data]
    number = isinstance(data, int) and not isinstance(data, bool)
    return str(data) if number and (key == "id" or key.endswith("_id")) else data
