"""How anvil is started: which binary, with what arguments, and how to tell that it answers."""

from __future__ import annotations

import contextlib
import json
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from devnet.artefacts import folder_of
from devnet.errors import DevnetError, NodeUnreachable
from devnet.lock import LOCK, needed, parse, this_platform
from devnet.rpc import Rpc

HOST = "127.0.0.1"
CHAIN_ID = 31337
BLOCK_SECONDS = 12
KEPT_STATES = 16  # of past blocks, that eth_call can be asked about: 4 MB each once the chain has lived a year
READY_SECONDS = 60.0  # about half a second, more on a loaded machine; one that ended is noticed at once


def binary() -> Path:
    """The pinned anvil of this platform. Raises DevnetError when it was not set up."""
    system = this_platform()
    parts = [part for part in needed(parse(LOCK.read_text()), system) if part.platform == system]
    if len(parts) != 1:
        raise DevnetError(f"artefacts.lock names no anvil for {system}")
    found = folder_of(parts[0]) / "bin" / "anvil"
    if not found.is_file():
        raise DevnetError("devnet isn't set up here yet: run `python -m devnet setup`")
    return found


def telling(command: list[str], bound: Path) -> list[str]:
    """The command that also writes the file `bound`, once the port is its own: another anvil may have taken it first,
    and that one's answers look like ours.
    """
    bound.unlink(missing_ok=True)
    return [*command, "--config-out", str(bound.absolute())]


def arguments(port: int, chain_id: int = CHAIN_ID) -> list[str]:
    """The command without its state."""
    fixed = f"--host {HOST} --port {port} --chain-id {chain_id} --hardfork prague --silent"
    return [str(binary()), *fixed.split(), "--prune-history", str(KEPT_STATES)]


def with_state(port: int, state: Path, chain_id: int = CHAIN_ID, *, second: int = 0) -> list[str]:
    """The command that serves a dumped state, from `second` on where that is later than its last block.

    anvil doesn't restore its clock from a dump: without --timestamp the next block would be years away from the last
    one, and either interest underflows or years of it accrue at once.
    """
    begin = max(last_timestamp(state) + 1, second)
    return [*arguments(port, chain_id), "--load-state", str(state), "--timestamp", str(begin)]


def last_timestamp(state: Path) -> int:
    """Of the dump's head block, in seconds."""
    dump = cast("dict[str, Any]", json.loads(state.read_bytes()))
    return int(dump["block"]["timestamp"], 16)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return cast(int, probe.getsockname()[1])


def refuse_if_taken(port: int) -> None:
    """Raises DevnetError when somebody listens there already: their answer would look like our node's."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as anvil does: a closed connection is no owner
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise DevnetError(f"port {port} is in use already: {error.strerror}; say another, or none") from error


def wait_until_ready(url: str, bound: Path, alive: Callable[[], bool], chain_id: int = CHAIN_ID) -> None:
    """Returns as soon as that chain answers at `url`, and it is ours. `bound` is the file of `telling`, which goes.

    Raises NodeUnreachable when it ended, or took too long.
    """
    deadline = time.monotonic() + READY_SECONDS
    with Rpc(url) as rpc:
        while alive() and time.monotonic() < deadline:
            with contextlib.suppress(NodeUnreachable):
                if bound.exists() and rpc.number("eth_chainId") == chain_id:
                    bound.unlink()
                    return
            time.sleep(0.005)
    raise NodeUnreachable(f"anvil did not come up at {url}")
