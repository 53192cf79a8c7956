"""What of a node's URL may be a key (in its path, its query or its login), and texts without it."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import parse_qsl, unquote, urlsplit

SHORTEST = 8
"""Shorter pieces are versions and names of networks; keys have 16 letters and more."""


def secrets_of(url: str) -> tuple[str, ...]:
    """The pieces of a URL that may be keys, as they stand in it and decoded, the longest first."""
    parts = urlsplit(url)
    pieces = [parts.username or "", parts.password or "", *parts.path.split("/"), parts.query, parts.fragment]
    pieces += [value for _, value in parse_qsl(parts.query)]
    found = {form for piece in pieces for form in (piece, unquote(piece)) if len(form) >= SHORTEST}
    return tuple(sorted(found, key=lambda each: (-len(each), each)))


def without(text: str, secrets: Iterable[str]) -> str:
    """The text with … in the place of each of them."""
    for secret in secrets:
        text = text.replace(secret, "…")
    return text
