"""Secrets don't belong into a character: it is published, shared and sent to models. Found ones refuse the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from agent.character.json_lines import Path

_SHAPES = (
    ("an API key", r"\b(?:sk|pk|rk)-[A-Za-z0-9_-]{20,}|\bgsk_[A-Za-z0-9]{20,}|\bAIza[0-9A-Za-z_-]{35}"),
    ("an access token", r"\bgh[pousr]_[A-Za-z0-9]{30,}|\bgithub_pat_\w{20,}|\bxox[abprs]-[\w-]{10,}|\bhf_\w{30,}"),
    ("an access key", r"\bAKIA[0-9A-Z]{16}\b"),
    ("a Telegram bot's token", r"\b\d{8,10}:[A-Za-z0-9_-]{35}\b"),
    ("a Discord bot's token", r"\b[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,}"),
    ("a private key", r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    ("a signed token", r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\."),
    ("an address with a password in it", r"://[^/\s:@]+:[^/\s:@]{3,}@"),
)  # fmt: skip
_PATTERNS = tuple((name, re.compile(pattern)) for name, pattern in _SHAPES)
_KEY = re.compile(r"(?:0x)?[0-9a-fA-F]{64}")
_NAME = re.compile(
    r"(api|access|auth|private|secret|signing|wallet)_?key|secret|password|passwd|mnemonic|seed_?phrase|cookies?$|"
    r"credential|token$|_pat$",
    re.IGNORECASE,
)
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
        what = _shape(text) or (_configured(path, text) if path and path[0] in _CONFIGURATION else None)
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


def _shape(text: str) -> str | None:
    return next((name for name, pattern in _PATTERNS if pattern.search(text)), None)


def _configured(path: Path, text: str) -> str | None:
    """In settings a telling name is enough; in talk 64 hexadecimal digits may be a transaction's hash."""
    if _PLACEHOLDER.fullmatch(text):
        return None
    if _KEY.fullmatch(text.strip()):
        return "a private key"
    if "secrets" in path[:-1]:
        return "a secret"
    named = isinstance(path[-1], str) and _NAME.search(path[-1]) is not None
    return "a secret" if named and len(text.strip()) >= _SHORTEST else None
