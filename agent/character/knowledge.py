"""What a character knows: texts in its file, and documents beside it, which are opened only within its own folder."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KINDS = (".txt", ".md", ".markdown", ".pdf")
LARGEST = 20_000_000  # bytes of one document
MOST = 500  # documents of one character
PLACES = ("", "knowledge")  # where ElizaOS looks as well: beside the file, and in a folder `knowledge` there

_PATH = re.compile(r"[\w.@()/ -]*[\w*)]\.(?:txt|md|markdown|pdf)|[\w.@()-]+(?:/[\w.@()-]+)*/\*{0,2}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of `knowledge`: its text, or the path that it points at; neither where it is nothing of the kind."""

    text: str | None = None
    path: str | None = None


class NoDocument(Exception):
    """A path that nothing is read from. `what` says why, `remedy` what to do."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy


def item(value: Any) -> Item:
    """A text (or one that is a path and nothing else), {"text"}, {"content"}, {"path"}, {"directory"}, {"item"}."""
    if isinstance(value, str):
        return Item(path=value.strip()) if _PATH.fullmatch(value.strip()) else Item(text=value)
    if not isinstance(value, Mapping):
        return Item()
    inner = value.get("item")
    if isinstance(inner, Mapping) and inner.get("case") in ("path", "directory"):
        value = {"path": inner.get("value")}
    place = next((value[key] for key in ("path", "directory", "dir") if value.get(key)), None)
    if isinstance(place, str):
        return Item(path=place.strip())
    held = inner.get("value") if isinstance(inner, Mapping) else value.get("text", value.get("content"))
    held = held.get("text") if isinstance(held, Mapping) else held
    return Item(text=held) if isinstance(held, str) else Item()


def documents(path: str, folder: Path) -> list[Path]:
    """The documents that a path of a character in `folder` points at, by name. Raises NoDocument."""
    home = Path(os.path.realpath(folder))
    bare = path.rstrip("*").rstrip("/") if path.endswith(("/", "*")) else path
    if Path(bare).is_absolute() or "\0" in bare:
        raise NoDocument("A path here begins in the folder of the character's file.", "Put the document beside it.")
    found: list[Path] = []
    for place in PLACES:
        at = Path(os.path.realpath(home / place / bare))
        if home not in (at, *at.parents):
            raise NoDocument("This leads out of the folder of the character's file.", "Put the document beside it.")
        if at != home and at.exists():
            found = [at] if at.is_file() else sorted(_inside(at, home))
            break
    else:
        raise NoDocument("There is no such file or folder beside the character's.", "Put it there, or take this out.")
    if at.is_file() and at.suffix.lower() not in KINDS:
        raise NoDocument(f"Documents are {', '.join(KINDS)}.", "Save it as one of them.")
    if not found:
        raise NoDocument(f"There is no document in it: {', '.join(KINDS)}.", "Put one there, or take this out.")
    for each in found:
        if each.stat().st_size > LARGEST:
            raise NoDocument(f"{each.name} is larger than {LARGEST:,} bytes.", "Split it.")
    return found


def _inside(folder: Path, home: Path) -> Iterator[Path]:
    """The documents in a folder and its folders. A link that leads out of `home` isn't followed."""
    for base, _, names in os.walk(folder):
        for name in names:
            real = Path(os.path.realpath(Path(base) / name))
            if real.suffix.lower() in KINDS and real.is_file() and home in real.parents:
                yield real
