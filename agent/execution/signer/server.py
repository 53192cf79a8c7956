"""Serves the signer's socket: one line of JSON in, one out."""

from __future__ import annotations

import os
import socketserver
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from agent.errors import Refused
from agent.execution.signer import guard, paths
from agent.execution.signer.authority import Authority
from agent.execution.signer.contacts import Contacts
from agent.execution.signer.keyring import Derived
from agent.execution.signer.record import Record
from agent.execution.signer.requests import MAX_REQUEST, Desk
from agent.policy import policy as policies

_PATIENCE_SECONDS = 2.0  # a signer before this one ends within a second of its parent


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


def serve(folder: Path, *, detached: bool, shared: Shared | None = None, password: str | None = None) -> None:
    """Serves until the parent ends or, when detached, for ever. Prints `ready` once the socket is there.

    With `shared` the socket lies there, not in `folder`; whoever is in the group can ask, and reads nothing else.
    With `password` it starts unlocked, so that whoever asks need not know it.
    Raises Refused or ValueError where folder, environment, policy, keystore or password aren't fit to start with.
    """
    guard.harden()
    guard.check_environment(os.environ)
    guard.check_folder(folder)
    if not detached:
        guard.end_with_parent()
    desk = _desk(folder)
    if password is not None:
        desk.unlock({"password": password})
    place = paths.place_shared_socket(shared.folder, shared.group) if shared else paths.place_socket(folder)
    with _Server(place, desk) as server:  # the umask makes it 0600
        if shared:
            paths.share(Path(place), shared.group, 0o660)
        else:
            Path(place).chmod(0o600)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        server.serve_forever(poll_interval=3600)


def _desk(folder: Path) -> Desk:
    try:
        keystore = (folder / paths.KEYSTORE).read_text(encoding="utf-8")
        policy = policies.load(folder / paths.POLICY)
    except FileNotFoundError as error:
        raise Refused("folder", f"There is no {error.filename}.", "Create the wallet first.") from None
    record = _record(folder / paths.RECORD)
    authority = Authority(policy, Contacts(folder / paths.CONTACTS), record, _now)
    return Desk(keystore, authority, _now, Derived(folder / paths.DERIVED))


def _record(path: Path) -> Record:
    """The record, waiting a little for a signer that is just ending."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            return Record(path)
        except Refused as error:
            if error.rule != "busy" or time.monotonic() > until:
                raise
            time.sleep(0.05)


def _now() -> int:
    return int(time.time())
