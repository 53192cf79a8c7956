"""A devnet for as long as its caller lives: `start` gives a Node, and nothing is left when either ends."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from devnet import anvil
from devnet.cache import write_atomically
from devnet.errors import NodeUnreachable
from devnet.set_up import built_folder

# anvil's parent is this shell, whose standard input is a pipe that only our process holds open. When we die, of
# whatever cause, the kernel closes the pipe, `read` ends and anvil is killed. It needs no signal from us, so SIGKILL
# is covered, and no prctl, so macOS is. The first line it prints is anvil's process id.
LEASH = """
exec 3<&0 2>/dev/null
"$@" 0</dev/null 1>"$LEASH_LOG" 2>&1 3<&- & node=$!
(exec 1>/dev/null 2>&1; read -r _ <&3; kill -9 $node) & watch=$!
echo $node
exec 3<&- 0</dev/null
wait $node; status=$?
kill $watch 2>/dev/null
exit $status
"""
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


def leash(command: list[str], log: Path) -> tuple[subprocess.Popen[str], int]:
    """Starts `command` so that it ends when this process does; the leash and the command's process id."""
    process = subprocess.Popen(  # noqa: S603
        [shutil.which("sh") or "/bin/sh", "-c", LEASH, "leash", *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={"LEASH_LOG": str(log.absolute()), "HOME": str(log.parent.absolute())},
        text=True,
        start_new_session=True,  # Ctrl-C at our terminal is for us to handle, not for the node
    )
    if process.stdout is None:
        raise AssertionError("asked for a pipe")
    return process, int(process.stdout.readline())
