"""Starts the signer as a child that ends with its parent."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from pathlib import Path

import agent
from agent.errors import Refused, Unavailable
from agent.execution.signer import paths

START_SECONDS = 60.0  # about one, more on a loaded machine; one that ended is noticed at once
STOP_SECONDS = 1.0


def command(*arguments: str) -> list[str]:
    """The command line of the signer, by the interpreter that runs this."""
    return [sys.executable, "-P", "-m", "agent.execution.signer", *arguments]


def environment() -> dict[str, str]:
    """The environment with this program on the path: -P keeps the current folder's files out of the signer."""
    root = str(Path(str(agent.__file__)).parents[1])
    return {**os.environ, "PYTHONPATH": root, "PYTHONDONTWRITEBYTECODE": "1"}


class SignerProcess:
    """A running signer. It ends when this process does, SIGKILL included."""

    def __init__(self, process: asyncio.subprocess.Process, folder: Path) -> None:
        self._process = process
        self._folder = folder

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def code(self) -> int | None:
        """What it ended with: None while it runs, negative where a signal ended it."""
        return self._process.returncode

    @classmethod
    async def start(cls, folder: Path, *options: str) -> SignerProcess:
        """Starts the signer of `folder` and waits for its socket. Raises as `launch` and `serve` do."""
        signer = await cls.launch(folder, *options)
        try:
            await signer.serve()
        except BaseException:
            await signer.stop()
            raise
        return signer

    @classmethod
    async def launch(cls, folder: Path, *options: str) -> SignerProcess:
        """Starts the process alone: it imports what it needs while `folder` is made ready, and waits for `serve`.

        `options` are further ones of its command line.
        """
        pipe = asyncio.subprocess.PIPE
        log = os.open(folder / paths.LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            process = await asyncio.create_subprocess_exec(
                *command("serve", "--dir", str(folder), "--parent", str(os.getpid()), *options),
                stdin=pipe,
                stdout=pipe,
                stderr=log,
                env=environment(),
                start_new_session=True,  # a Ctrl-C at the terminal is the main process's to answer
            )
        finally:
            os.close(log)
        return cls(process, folder)

    async def serve(self) -> None:
        """Gives it the word to open keystore and policy, and waits for its socket.

        Raises Refused where it refuses to start, Unavailable("signer") where it doesn't come up.
        """
        if self._process.stdin is None or self._process.stdout is None:
            raise Unavailable("signer", "The signer has no input or no output.")
        line = b""
        with contextlib.suppress(TimeoutError, ConnectionError):  # one that ended says why, or its log does
            self._process.stdin.write(b"serve\n")
            async with asyncio.timeout(START_SECONDS):
                line = await self._process.stdout.readline()
        if line == b"ready\n":
            return
        try:
            error = json.loads(line)["error"]
        except (ValueError, KeyError, TypeError):
            raise Unavailable("signer", f"The signer did not start; see {self._folder / paths.LOG}.") from None
        if error["kind"] == "refused":
            raise Refused(error["rule"], error["message"], error["remedy"])
        raise Unavailable("signer", error["message"])

    async def stop(self) -> None:
        """Ends the signer: its standard input closes, and it is killed where that isn't enough."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self._process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
