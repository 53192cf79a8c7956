"""How the signer guards itself: its socket, its folder, its environment, its end with its parent."""

from __future__ import annotations

import ctypes
import json
import os
import resource
import stat
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from agent.errors import Refused
from agent.execution.signer import guard, paths, server
from agent.execution.signer.assemble import Remote
from tests.unit.signer_parts import KEY, PASSWORD, WORDS, Bench

pytestmark = pytest.mark.unit


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The servers that would serve for ever."""
    found: list[Any] = []
    monkeypatch.setattr(guard, "harden", lambda: found.append("hardened"))
    monkeypatch.setattr(server._Server, "serve_forever", lambda self, poll_interval: found.append(self))
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Bench(tmp_path).record.close()
    tmp_path.chmod(0o700)
    return tmp_path


def test_its_socket_is_its_users_alone(served: list[Any], folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    server.serve(folder)
    hardened, made = served
    assert hardened == "hardened"
    assert capsys.readouterr().out == "ready\n"
    assert stat.S_IMODE((folder / paths.SOCKET).stat().st_mode) == 0o600
    assert json.loads(made.desk.answer(b'{"op": "status"}'))["unlocked"] is False


def test_with_the_password_it_starts_unlocked(served: list[Any], folder: Path) -> None:
    server.serve(folder, password=PASSWORD)
    assert json.loads(served[1].desk.answer(b'{"op": "status"}'))["unlocked"] is True


def test_a_wrong_password_or_an_open_folder_serves_nothing(
    served: list[Any], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Refused) as caught:
        server.serve(folder, password="another")
    assert caught.value.rule == "password"
    monkeypatch.setenv("PRIVATE_KEY", KEY)
    with pytest.raises(Refused) as caught:
        server.serve(folder)
    assert caught.value.rule == "environment"
    monkeypatch.delenv("PRIVATE_KEY")
    folder.chmod(0o750)
    with pytest.raises(Refused) as caught:
        server.serve(folder)
    assert caught.value.rule == "folder"
    assert not (folder / paths.SOCKET).exists()
    assert set(served) == {"hardened"}


def test_a_group_may_be_let_in(served: list[Any], folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    shared = tmp_path_factory.mktemp("s")
    server.serve(folder, shared=server.Shared(shared, os.getgid()))
    assert stat.S_IMODE((shared / paths.SOCKET).stat().st_mode) == 0o660
    assert stat.S_IMODE(shared.stat().st_mode) == 0o750
    assert not (folder / paths.SOCKET).exists()


def test_the_keys_may_be_elsewhere(served: list[Any], folder: Path) -> None:
    (folder / paths.KEYSTORE).unlink()
    with pytest.raises(Refused, match="There is no"):
        server.serve(folder)
    server.serve(folder, remote=Remote("http://127.0.0.1:1"))
    assert len(served) == 3


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Standard input is a pipe; the end of the process is an event with its code."""
    reading, writing = os.pipe()
    ended = threading.Event()
    codes: list[int] = []

    def end(code: int) -> None:
        codes.append(code)
        ended.set()

    monkeypatch.setattr(guard, "select", lambda read, write, odd, seconds: _ready(reading, seconds))
    real = os.read
    monkeypatch.setattr(os, "read", lambda fd, size: real(reading if fd == 0 else fd, size))
    monkeypatch.setattr(os, "_exit", end)
    monkeypatch.setattr(guard, "_CHECK_SECONDS", 0.01)
    monkeypatch.setattr(os, "getppid", lambda: 77)
    try:
        yield writing, ended, codes
    finally:
        monkeypatch.setattr(os, "getppid", lambda: 1)
        assert ended.wait(60)
        os.close(reading)


def _ready(fd: int, seconds: float) -> Any:
    from select import select

    return select([fd], [], [], seconds)


def test_it_ends_when_its_input_closes(watched: Any) -> None:
    writing, ended, codes = watched
    word = guard.end_with_parent(77)
    assert not word.wait(0.05)
    assert not ended.is_set()
    os.write(writing, b"serve\n")
    assert word.wait(60)
    assert not ended.wait(0.05)
    os.close(writing)
    assert ended.wait(60)
    assert codes == [0]


def test_it_ends_when_its_parent_is_another(watched: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    writing, ended, _ = watched
    guard.end_with_parent(77)
    assert not ended.wait(0.05)
    monkeypatch.setattr(os, "getppid", lambda: 1)
    assert ended.wait(60)
    os.close(writing)


def test_hardening(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    class Libc:
        def prctl(self, *arguments: int) -> int:
            asked.append(arguments)
            return 0

    monkeypatch.setattr(ctypes, "CDLL", lambda name: Libc())
    monkeypatch.setattr(resource, "setrlimit", lambda *arguments: asked.append(arguments))
    was = os.umask(0o022)
    try:
        guard.harden()
        assert os.umask(0o022) == 0o077
    finally:
        os.umask(was)
    dumpable = (4, 0, 0, 0, 0)  # PR_SET_DUMPABLE, linux/prctl.h
    assert asked == [(resource.RLIMIT_CORE, (0, 0)), *([dumpable] if sys.platform == "linux" else [])]


@pytest.mark.parametrize(
    ("name", "value", "fits"),
    [
        ("PRIVATE_KEY", KEY, False),
        ("PRIVATE_KEY", f" 0x{KEY}\n", False),
        ("wallet_mnemonic", WORDS, False),
        ("MONETA_OWNER_KEY_FILE", KEY, False),
        ("PRIVATE_KEY", KEY[:-1], True),
        ("PRIVATE_KEY", "/run/secrets/key", True),
        ("MNEMONIC", " ".join(WORDS.split()[:11]), True),
        ("COMMIT", KEY, True),
    ],
)
def test_a_key_in_the_environment(name: str, value: str, fits: bool) -> None:
    if fits:
        guard.check_environment({"PATH": "/bin", name: value})
        return
    with pytest.raises(Refused, match=f"The variable {name} holds a key") as caught:
        guard.check_environment({"PATH": "/bin", name: value})
    assert caught.value.rule == "environment"
