"""A devnet for as long as its caller lives: `start` gives a Node, and nothing is left when either ends."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from devnet import anvil
from devnet.cache import write_atomically
from devnet.errors import NodeUnreachable
from devnet.leash import leash
from devnet.set_up import built_folder

STOP_SECONDS = 5.0
TRIES = 3  # a free port may be taken by somebody else before anvil binds it


@dataclass
class Node:
    """A running devnet. `process` is the leash; `pid` is anvil's own. `chain_file` is the devnet's chain.toml."""

    rpc_url: str
    process: subprocess.Popen[str]
    pid: int
    chain_file: Path
    log_file: Path

    def alive(self) -> bool:
        return self.process.poll() is None

    def stop(self) -> None:
        """Ends anvil; its state is gone. May be called again."""
        if self.process.stdin is not None:
            with contextlib.suppress(OSError):
                self.process.stdin.close()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()

    def __enter__(self) -> Node:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start(folder: Path, *, port: int = 0) -> Node:
    """Starts a fresh devnet on 127.0.0.1 (a free port for 0), keeping its log and chain.toml in `folder`.

    Raises DevnetError when devnet isn't set up, NodeUnreachable when anvil does not come up.
    """
    built = built_folder()

    def command(chosen: int) -> list[str]:
        return anvil.with_state(chosen, built / "state.json")

    return serve(folder, (built / "chain.toml").read_bytes(), command, port=port)


def serve(
    folder: Path,
    chain_file: bytes,
    command: Callable[[int], list[str]],
    *,
    port: int = 0,
    chain_id: int = anvil.CHAIN_ID,
) -> Node:
    """Starts what `command` gives for a port, with its log and its chain.toml in `folder`."""
    if port:
        anvil.refuse_if_taken(port)
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / "chain.toml", chain_file)
    for last in [False] * (TRIES - 1) + [True]:
        chosen = port or anvil.free_port()
        bound = folder / "anvil.json"
        process, pid = leash(anvil.telling(command(chosen), bound), folder / "anvil.log")
        node = Node(f"http://{anvil.HOST}:{chosen}", process, pid, folder / "chain.toml", folder / "anvil.log")
        try:
            anvil.wait_until_ready(node.rpc_url, bound, node.alive, chain_id)
        except NodeUnreachable as failure:
            node.stop()
            if port or last:
                raise NodeUnreachable(f"{failure}; its own words are in {node.log_file}") from failure
        else:
            return node
    raise AssertionError("unreachable")
