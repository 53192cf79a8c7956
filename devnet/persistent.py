"""A devnet that outlives the program that started it: up, down, status, with its state kept in a folder.

state.json      the state at the last `down`
autosave.json   written by anvil itself every AUTOSAVE_SECONDS; what comes after it is lost if anvil is killed
chain.toml      the addresses, as of the devnet that was set up when the folder was first used
devnet.json     the running node, if there is one
"""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import shutil
import signal
import subprocess
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from devnet import anvil
from devnet.cache import exclusive, write_atomically
from devnet.errors import DevnetError, NodeUnreachable, RpcError
from devnet.rpc import Rpc
from devnet.set_up import built_folder

AUTOSAVE_SECONDS = 5
STOP_SECONDS = 10.0
BECOMING_SECONDS = 2.0
TRIES = 3  # a free port may be taken by somebody else before anvil binds it
# A shell starts anvil in the background and ends, so that anvil is nobody's child and leaves no zombie to us.
DETACH = '"$@" 0</dev/null 1>>"$DEVNET_LOG" 2>&1 & echo $!'


@dataclass(frozen=True)
class Running:
    """A node that was started: `started` is in Unix seconds of this machine's clock."""

    pid: int
    rpc_url: str
    started: int


@dataclass(frozen=True)
class Status:
    """`running` is None when no node runs; `block` and `timestamp` are then None, too."""

    running: Running | None
    block: int | None = None
    timestamp: int | None = None


def up(folder: Path, *, port: int = 0) -> Running:
    """Starts the devnet of `folder`, from its kept state or anew. Raises DevnetError when it is running already."""
    folder.mkdir(parents=True, exist_ok=True)
    with exclusive(folder / ".devnet.lock"):
        running = _running(folder)
        if running is not None:
            raise DevnetError(f"the devnet of {folder} is running already, at {running.rpc_url}")
        if port:
            anvil.refuse_if_taken(port)
        for last in [False] * (TRIES - 1) + [True]:
            try:
                return _start(folder, port or anvil.free_port())
            except NodeUnreachable:
                if port or last:
                    raise
        raise AssertionError("unreachable")


def _start(folder: Path, port: int) -> Running:
    command = [*anvil.with_state(port, _state(folder)), "--dump-state", str((folder / "autosave.json").absolute())]
    command += ["--state-interval", str(AUTOSAVE_SECONDS)]
    bound = folder / "anvil.json"
    pid = _detached(anvil.telling(command, bound), folder / "anvil.log")
    started = Running(pid, f"http://{anvil.HOST}:{port}", int(time.time()))
    write_atomically(folder / "devnet.json", json.dumps(asdict(started)).encode())
    begun = time.monotonic()  # for a moment the process is the shell that becomes anvil, or has no command line yet
    try:
        anvil.wait_until_ready(
            started.rpc_url, bound, lambda: time.monotonic() < begun + BECOMING_SECONDS or bool(_command_line(pid))
        )
    except NodeUnreachable:
        if _is_ours(started):  # too slow, and nobody's from here on
            os.kill(pid, signal.SIGKILL)
        raise
    return started


def down(folder: Path) -> bool:
    """Keeps the state and ends the node; False when none was running. Raises DevnetError when it does not end."""
    folder.mkdir(parents=True, exist_ok=True)
    with exclusive(folder / ".devnet.lock"):
        running = _running(folder)
        if running is None:
            return False
        save(folder, running.rpc_url)
        with contextlib.suppress(ProcessLookupError):
            os.kill(running.pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while _is_ours(running):
            if time.monotonic() > deadline:
                raise DevnetError(f"anvil (process {running.pid}) was told to end and did not; its state is kept")
            time.sleep(0.01)
        (folder / "autosave.json").unlink(missing_ok=True)  # older than what was just kept, or the same
        (folder / "devnet.json").unlink(missing_ok=True)
        return True


def status(folder: Path) -> Status:
    running = _running(folder)
    if running is None:
        return Status(None)
    with Rpc(running.rpc_url) as rpc:
        head = rpc.block()
    return Status(running, int(head["number"], 16), int(head["timestamp"], 16))


def save(folder: Path, rpc_url: str) -> None:
    """Writes the node's state, with all its blocks and receipts, to the folder's state.json."""
    with Rpc(rpc_url) as rpc:
        packed = str(rpc.call("anvil_dumpState"))
    write_atomically(folder / "state.json", gzip.decompress(bytes.fromhex(packed.removeprefix("0x"))))


def _state(folder: Path) -> Path:
    """The folder's latest whole state; for a new folder that of the devnet that is set up."""
    kept, saved = folder / "state.json", folder / "autosave.json"
    if not kept.is_file():
        built = built_folder()
        shutil.copyfile(built / "chain.toml", folder / "chain.toml")
        write_atomically(kept, (built / "state.json").read_bytes())
    if _height(saved) > _height(kept):  # anvil was killed; without `down` its own last dump is the newest there is
        saved.replace(kept)
    return kept


def _height(state: Path) -> int:
    """The dump's head, -1 for a file that isn't there or was cut off while anvil wrote it."""
    try:
        return int(cast("dict[str, Any]", json.loads(state.read_bytes()))["best_block_number"])
    except (OSError, ValueError, KeyError):
        return -1


def _running(folder: Path) -> Running | None:
    """The node that devnet.json names, if it is alive and answers."""
    try:
        found = Running(**json.loads((folder / "devnet.json").read_text()))
    except (OSError, ValueError, TypeError):
        return None
    try:
        with Rpc(found.rpc_url, timeout=5.0) as rpc:
            answers = rpc.number("eth_chainId") == anvil.CHAIN_ID
    except (NodeUnreachable, RpcError):
        return None
    return found if answers and _is_ours(found) else None


def _is_ours(running: Running) -> bool:
    """Whether that process is an anvil on that port: a number alone may have gone to somebody else since."""
    words = _command_line(running.pid)
    port = running.rpc_url.rpartition(":")[2]
    return bool(words) and Path(words[0]).name == "anvil" and f"--port {port} " in " ".join(words)


def _command_line(pid: int) -> list[str]:
    """Of a living process; empty when there is none (or only its unburied remains)."""
    proc = Path(f"/proc/{pid}/cmdline")
    if Path("/proc/self/cmdline").exists():
        try:
            return [word.decode(errors="replace") for word in proc.read_bytes().split(b"\0")[:-1]]
        except OSError:
            return []
    ps = ["/bin/ps", "-p", str(pid), "-o", "command="]
    return subprocess.run(ps, capture_output=True, text=True).stdout.split()  # noqa: S603


def _detached(command: list[str], log: Path) -> int:
    done = subprocess.run(  # noqa: S603
        [shutil.which("sh") or "/bin/sh", "-c", DETACH, "devnet", *command],
        stdout=subprocess.PIPE,
        env={"DEVNET_LOG": str(log.absolute()), "HOME": str(log.parent.absolute())},
        text=True,
        check=True,
        start_new_session=True,
    )
    return int(done.stdout)
