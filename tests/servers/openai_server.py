"""Starts openai_server.mjs: npm's aimock, fetched once into the cache by the package client, checked by its hash."""

from __future__ import annotations

import json
import queue
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from devnet import artefacts
from devnet.cache import cache_folder, exclusive
from devnet.clients import node_command, node_environment
from devnet.errors import DevnetError
from devnet.lock import Artefact

AIMOCK = Artefact(
    kind="npm",
    name="@copilotkit/aimock",
    version="1.43.0",
    sha512="57c0fc72348cb40478ac7683dae969dc347f660b974230cd3aac0a0cdbe36ff3"
    "892ff291d48d120dfe71a5109df9360a8e199ff5f33c5e983740128f995f4a9b",
    files=("package.json", "dist/*.js"),
)
SCRIPT = Path(__file__).with_name("openai_server.mjs")


class Absent(Exception):
    """aimock isn't here and can't be fetched; the message says why."""


def aimock() -> Path:
    """The folder of aimock. Raises Absent."""
    try:
        with exclusive(cache_folder() / "tests.lock"):
            if artefacts.missing([AIMOCK]):
                artefacts.install(AIMOCK)
        return artefacts.folder_of(AIMOCK)
    except DevnetError as error:
        raise Absent(str(error)) from error


class OpenAIServer:
    """A running server. `request` reads what came in, one after the other."""

    def __init__(self, lines: IO[str]) -> None:
        self.url = f"{json.loads(lines.readline())['url']}/v1"
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._keep, args=(lines,), daemon=True).start()

    def _keep(self, lines: IO[str]) -> None:
        for line in lines:
            self._lines.put(line)

    def request(self) -> dict[str, Any]:
        """The next request that came in: its messages and tools, whether it wanted a stream."""
        line: dict[str, Any] = json.loads(self._lines.get(timeout=60))
        return line

    def forget(self) -> int:
        """Leaves out the requests that nobody asked for; how many they were."""
        left = self._lines.qsize()
        for _ in range(left):
            self._lines.get()
        return left


@contextmanager
def serving(fixtures: Sequence[dict[str, Any]]) -> Iterator[OpenAIServer]:
    """A server with the fixtures, until the block ends. Raises Absent."""
    command = [*node_command(), str(SCRIPT), str(aimock())]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=node_environment()
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise AssertionError("no pipes")
        process.stdin.write(json.dumps(list(fixtures)) + "\n")
        process.stdin.flush()
        try:
            yield OpenAIServer(process.stdout)
        finally:
            process.stdin.close()
            process.wait(timeout=5)
