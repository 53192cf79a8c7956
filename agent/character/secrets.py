"""Secrets don't belong into a character: it is published, shared and sent to models. Found ones refuse the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from agent.character.json_lines import Path
from agent.secret_shapes import is_key, names_secret, shape

_PLACEHOLDER = re.compile(
    r"\s*|.*(\$\{|\{\{|process\.env|<[^>]*>|\.\.\.|…).*|(your|my|change|replace|insert|enter|todo|example|xxx|\*).*|"
    r"none|null|undefined|true|false",
    re.IGNORECASE | re.DOTALL,
)
_CONFIGURATION = ("settings", "secrets", "clientConfig")
_SHORTEST = 6  # shorter texts under a telling name are choices, not secrets


def secrets(data: Any) -> Iterator[tuple[Path, str]]:
    """Where a secret stands, and what it seems to be. The secret itself is told to nobody."""
    for path, text in _texts(data, ()):
        what = shape(text) or (_configured(path, text) if path and path[0] in _CONFIGURATION else None)
        if what is not None:
            yield path, what


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    match value:
        case str():
            yield path, value
        case dict():
            for key, each in value.items():
                yield from _texts(each, (*path, key))
        case list():
            for number, each in enumerate(value):
                yield from _texts(each, (*path, number))


def _configured(path: Path, text: str) -> str | None:
    """In settings a telling name is enough; in talk 64 hexadecimal digits may be a transaction's hash."""
    if _PLACEHOLDER.fullmatch(text):
        return None
    if is_key(text):
        return "a private key"
    if "secrets" in path[:-1]:
        return "a secret"
    named = isinstance(path[-1], str) and names_secret(path[-1])
    return "a secret" if named and len(text.strip()) >= _SHORTEST else None
