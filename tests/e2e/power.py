"""What a disk would hold had the power gone at some moment: rebuilt from what a program really wrote and synced.

SIGKILL leaves the page cache as it is, so it can't show that a write was made durable before something was done on
the strength of it. A small library under the C library (trace.c) tells what was written, synced and sent, in order.
A name in a folder lasts, or is gone, once the folder was synced after that; what was written after a file's last sync
may be there, in part or not at all, a sector at a time.
"""

from __future__ import annotations

import random
import re
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from eth_hash.auto import keccak

SECTOR = 512
SENT = re.compile(rb'"eth_sendRawTransaction",\s*"params":\s*\["0x([0-9a-f]+)"\]')
HEAD = struct.Struct("<cHQI")


@dataclass(frozen=True)
class Event:
    """One record of the trace."""

    kind: str
    path: str
    offset: int
    data: bytes


@dataclass
class _File:
    """`synced` is what surely lasts; `pending` came since, `begun` of it before the sync that is under way."""

    synced: bytearray = field(default_factory=bytearray)
    pending: list[Event] = field(default_factory=list)
    begun: int = 0
    named: bool = False


def library(folder: Path) -> Path:
    """The compiled library; skips where it can't be made here."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if not sys.platform.startswith("linux") or compiler is None:
        pytest.skip("needs Linux and a C compiler: it looks below the C library at what is synced")
    made = folder / "trace.so"
    source = Path(__file__).with_name("trace.c")
    command = [compiler, "-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", str(made), str(source), "-ldl"]
    subprocess.run(command, check=True)
    return made


def settings(made: Path, log: Path, folder: Path, mark: str = "eth_sendRawTransaction") -> dict[str, str]:
    """The environment that has a program and its children traced."""
    return {"LD_PRELOAD": str(made), "TRACED_LOG": str(log), "TRACED_FOLDER": str(folder), "TRACED_MARK": mark}


def events(log: Path) -> list[Event]:
    content, place, found = log.read_bytes(), 0, []
    while place < len(content):
        kind, named, offset, size = HEAD.unpack_from(content, place)
        place += HEAD.size
        path = content[place : place + named].decode()
        data = content[place + named : place + named + size]
        place += named + size
        found.append(Event(kind.decode(), path, offset, data))
    return found


def sends(trace: list[Event]) -> Iterator[tuple[int, str, bytes]]:
    """The place in the trace, the hash and the bytes of each transaction that left, in order."""
    for place, event in enumerate(trace):
        if event.kind == "x":
            for raw in SENT.findall(event.data):
                signed = bytes.fromhex(raw.decode())
                yield place, "0x" + keccak(signed).hex(), signed


def rebuild(trace: list[Event], until: int, chance: random.Random | None, target: Path, source: Path) -> Path:
    """The folder as a disk may hold it after a power cut just before the event `until`.

    Without `chance` nothing lasts that wasn't synced; with it each sector that was written since may or may not.
    """
    files: dict[str, _File] = {}
    for event in trace[:until]:
        _happened(files, event)
    for path, file in files.items():
        if (source / path).is_dir():
            continue
        if file.named or (chance is not None and chance.random() < 0.5):
            kept = target / Path(path).relative_to(source)
            kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            kept.write_bytes(_content(file, chance))
            kept.chmod(0o600)
    return target


def _happened(files: dict[str, _File], event: Event) -> None:
    match event.kind:
        case "w" | "t":
            files.setdefault(event.path, _File()).pending.append(event)
        case "b" if event.path in files:
            files[event.path].begun = len(files[event.path].pending)
        case "s" if event.path in files:
            file = files[event.path]
            for each in file.pending[: file.begun]:
                _apply(file.synced, each)
            del file.pending[: file.begun]
        case "d":
            _named(files, event.path, event.data.decode().splitlines())
        case "r" if event.path in files:  # its content was synced under its old name
            files[event.data.decode()] = files.pop(event.path)


def _named(files: dict[str, _File], folder: str, names: list[str]) -> None:
    """The names in a folder are on the disk: those that were taken out are gone, new ones stay."""
    for name in names:
        files.setdefault(f"{folder}/{name}", _File()).named = True
    for path in [path for path in files if Path(path).parent == Path(folder) and Path(path).name not in names]:
        del files[path]


def _apply(content: bytearray, event: Event) -> None:
    if event.kind == "t":
        del content[event.offset :]
        content.extend(bytes(event.offset - len(content)))
        return
    content.extend(bytes(max(event.offset + len(event.data) - len(content), 0)))
    content[event.offset : event.offset + len(event.data)] = event.data


def _content(file: _File, chance: random.Random | None) -> bytes:
    content = bytearray(file.synced)
    for each in file.pending if chance is not None else ():
        for start in range(0, max(len(each.data), 1), SECTOR):
            if chance is not None and chance.random() < 0.5:
                _apply(content, Event(each.kind, each.path, each.offset + start, each.data[start : start + SECTOR]))
    return bytes(content)
