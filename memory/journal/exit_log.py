"""The journal for when the ledger can't be written: a small file of a fixed size, made while there was room.

Its bytes are on the disk before they are needed, so a full disk doesn't stop it. A record is its length (4 bytes),
JSON, and SHA-256 over the digest before it and the JSON; the first digest before is 32 zeros. A length of 0 ends it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from agent.errors import Unavailable

FILE = "exits.log"
SIZE = 512 * 1024
"""Some eighty exits with their transactions."""
_LENGTH, _DIGEST = 4, 32
_START = bytes(_DIGEST)


class ExitLog:
    """Records in one file. `damaged` says that something stands behind the last whole record."""

    def __init__(self, path: Path) -> None:
        """Makes the file in its full size where there is none. Raises Unavailable('exit-log') where it can't."""
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            if os.fstat(self._file).st_size < SIZE:
                _write(self._file, os.fstat(self._file).st_size)
        except OSError as error:
            raise Unavailable("exit-log", f"{path} can't be made: {error.strerror}") from error
        self.damaged = False
        self._end, self._digest = 0, _START
        for payload in self._payloads():
            self._digest = hashlib.sha256(self._digest + payload).digest()
            self._end += _LENGTH + len(payload) + _DIGEST

    def entries(self) -> list[dict[str, Any]]:
        """All whole records, the oldest first."""
        return [json.loads(payload) for payload in self._payloads()]

    def append(self, entry: dict[str, Any]) -> None:
        """Writes a record; it is on the disk when this returns. Raises Unavailable('exit-log') where it can't."""
        payload = json.dumps(entry, sort_keys=True, separators=(",", ":")).encode()
        digest = hashlib.sha256(self._digest + payload).digest()
        record = len(payload).to_bytes(_LENGTH, "big") + payload + digest
        if self._end + len(record) + _LENGTH > SIZE:
            raise Unavailable("exit-log", f"{self.path} is full: free the disk, and start again so that it is merged")
        try:
            # the end mark behind it first: what was there before is no record
            written = os.pwrite(self._file, record + bytes(_LENGTH), self._end)
            os.fsync(self._file)
        except OSError as error:
            raise Unavailable("exit-log", f"{self.path} can't be written: {error.strerror}") from error
        if written != len(record) + _LENGTH:
            raise Unavailable("exit-log", f"{self.path} took a part of a record only")
        self._end, self._digest = self._end + len(record), digest

    def clear(self) -> None:
        """Empties it: what it held is in the ledger."""
        os.pwrite(self._file, bytes(SIZE), 0)
        os.fsync(self._file)
        self._end, self._digest, self.damaged = 0, _START, False

    def close(self) -> None:
        os.close(self._file)

    def _payloads(self) -> Iterator[bytes]:
        content, end, digest = os.pread(self._file, SIZE, 0), 0, _START
        while length := int.from_bytes(content[end : end + _LENGTH], "big"):
            payload = content[end + _LENGTH :][:length]
            digest = hashlib.sha256(digest + payload).digest()
            end += _LENGTH + length + _DIGEST
            if end > len(content) or content[end - _DIGEST : end] != digest:
                self.damaged = True
                return
            yield payload


def _write(file: int, start: int) -> None:
    """Zeros up to SIZE, really written: a hole in a file has no place on the disk yet."""
    os.pwrite(file, bytes(SIZE - start), start)
    os.fsync(file)
