"""One executor at a time in a folder. The kernel lets go of the lock when its holder dies, however it dies."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from agent.errors import Refused, Unavailable

FILE = "executor.lock"


class ExecutorLock:
    """A context manager that holds the folder. Reading and planning commands work beside it without."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Raises Refused, naming the process that holds the folder, or Unavailable where it can't be written."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(self._folder / FILE, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise Unavailable("ledger", f"{self._folder} can't be written ({error.strerror})") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
            os.close(descriptor)
            if not isinstance(error, BlockingIOError):
                raise Unavailable("ledger", f"{self._folder} can't be locked ({error.strerror})") from error
            raise Refused(
                "one-executor",
                f"Process {holder or 'of unknown number'} already runs Moneta in {self._folder}.",
                "Stop it first, or use another folder.",
            ) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        self._descriptor = descriptor

    def release(self) -> None:
        """Lets go; a second call does nothing. The file stays: unlinking it could split the lock in two."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.release()
