"""Serves the signer's socket: one line of JSON in, one out."""

from __future__ import annotations

import os
import socketserver
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from agent.execution.signer import guard, paths
from agent.execution.signer.assemble import Remote, open_authority
from agent.execution.signer.fields import MAX_REQUEST
from agent.execution.signer.requests import Desk


class _Handler(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        try:
            while line := self.rfile.readline(MAX_REQUEST + 1):
                self.wfile.write(self.server.desk.answer(line))
                if len(line) > MAX_REQUEST:  # the rest of it would be read as requests of their own
                    return
        except OSError:
            return  # the client went away


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True

    def __init__(self, place: str, desk: Desk) -> None:
        self.desk = desk
        super().__init__(place, _Handler)


@dataclass(frozen=True, slots=True)
class Shared:
    """Where the socket lies when another system user's process connects, and the group that lets it."""

    folder: Path
    group: int


def serve(
    folder: Path,
    *,
    shared: Shared | None = None,
    password: str | None = None,
    remote: Remote | None = None,
) -> None:
    """Serves for ever; what ends it is the caller's to watch. Prints `ready` once the socket is there.

    With `shared` the socket lies there, not in `folder`; whoever is in the group can ask, and reads nothing else.
    With `password` it starts unlocked, so that whoever asks need not know it. With `remote` the keys are there.
    Raises Refused or ValueError where folder, environment, policy, keystore or password aren't fit to start with.
    """
    guard.harden()
    guard.check_environment(os.environ)
    guard.check_folder(folder)
    authority = open_authority(folder, _now, remote)
    if password is not None:
        authority.backend.unlock(password)
    desk = Desk(authority)
    place = paths.place_shared_socket(shared.folder, shared.group) if shared else paths.place_socket(folder)
    with _Server(place, desk) as server:  # the umask makes it 0600
        if shared:
            paths.share(Path(place), shared.group, 0o660)
        else:
            Path(place).chmod(0o600)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        server.serve_forever(poll_interval=3600)


def _now() -> int:
    return int(time.time())
