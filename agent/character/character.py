"""A character as plain data, whichever generation its file was of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

DEFAULT_NAME = "moneta"
"""The character of characters/ that speaks where no other is chosen."""


@dataclass(frozen=True, slots=True)
class Line:
    """One message of an example. `own`: the character says it, somebody else otherwise."""

    own: bool
    text: str


@dataclass(frozen=True, slots=True)
class Style:
    """How the character writes: always, in conversations, in posts."""

    all: tuple[str, ...] = ()
    chat: tuple[str, ...] = ()
    post: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Character:
    """What an ElizaOS file says about somebody. `raw` is the whole file, with all that isn't used here.

    `knowledge` holds texts, `documents` are files beside it that are read as well.
    `phrases` are Moneta's own section, `settings.moneta.phrases`: occasion to phrases.
    """

    name: str
    username: str = ""
    system: str = ""
    bio: tuple[str, ...] = ()
    lore: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    adjectives: tuple[str, ...] = ()
    style: Style = Style()
    examples: tuple[tuple[Line, ...], ...] = ()
    posts: tuple[str, ...] = ()
    knowledge: tuple[str, ...] = ()
    documents: tuple[Path, ...] = ()
    phrases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)
