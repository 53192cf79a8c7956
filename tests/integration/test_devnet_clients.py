"""The edge to npm and pip: a client that can't fetch is reported with its own words and what to do."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from devnet import clients
from devnet.errors import FetchFailed

pytestmark = pytest.mark.integration


def stand_in(home: Path, script: str) -> None:
    """An executable in node's place."""
    node = home / "bin" / "node"
    node.parent.mkdir(parents=True)
    node.write_text("#!/bin/sh\n" + script)
    node.chmod(node.stat().st_mode | stat.S_IXUSR)


def test_without_a_network_the_message_names_the_part_the_cause_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path / "wheel", "echo 'npm error network request failed, getaddrinfo EAI_AGAIN' >&2; exit 1")
    monkeypatch.setattr(clients, "node_home", lambda: tmp_path / "wheel")
    (tmp_path / "download").mkdir()
    with pytest.raises(FetchFailed) as failure:
        clients.npm_pack("@scope/part", "1.2.3", tmp_path / "download")
    message = str(failure.value)
    assert "@scope/part 1.2.3" in message
    assert "getaddrinfo EAI_AGAIN" in message
    assert "Check the network and run it again; what is already there is kept." in message


def test_node_is_the_wheels_own_and_first_on_the_path_of_what_npm_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path / "wheel", 'command -v node > "$PWD/which"')
    monkeypatch.setattr(clients, "node_home", lambda: tmp_path / "wheel")
    (tmp_path / "download").mkdir()
    found = clients.npm_pack("part", "1.0.0", tmp_path / "download")
    assert found.read_text().strip() == str(tmp_path / "wheel" / "bin" / "node")


def test_the_wheels_npm_starts() -> None:
    import subprocess

    done = subprocess.run([*clients.npm_command(), "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.strip().count(".") == 2
