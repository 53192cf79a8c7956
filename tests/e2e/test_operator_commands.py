"""The operator's commands as processes: a second instance, an invite, the back-up at a terminal."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

import devnet
from agent.commands.places import PASSWORD
from agent.execution.signer.setup import create_wallet
from devnet.rpc import Rpc
from memory.sqlite.lock import FILE as LOCK
from tests.e2e.program import MONETA, environment, rows, run
from tests.unit.signer_parts import KEY, WORDS

SECONDS = 60


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder with a devnet that runs as a process of its own."""
    devnet.setup()
    devnet.up(tmp_path)
    yield tmp_path
    devnet.down(tmp_path)


def token_file(folder: Path) -> str:
    path = folder / "token"
    path.write_text("1:not-a-token\n")
    return str(path)


@pytest.mark.parametrize("command", ["chat", "run"])
def test_a_second_instance_is_refused_by_name(folder: Path, command: str) -> None:
    first = subprocess.Popen(
        [*MONETA, "chat", "--dir", str(folder), "--script", "-", "--json"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment(),
    )
    try:
        assert first.stdout is not None
        assert json.loads(first.stdout.readline())["event"] == "ready"
        more = environment(MONETA_TELEGRAM_TOKEN_FILE=token_file(folder))
        second = subprocess.run(
            [*MONETA, command, "--dir", str(folder)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env=more,
            timeout=SECONDS,
            check=False,
        )
        assert second.returncode == 1
        assert f"Process {first.pid} already runs Moneta in {folder}" in second.stderr
        assert "use another folder" in second.stderr
        assert "Traceback" not in second.stderr
        invited = run("invite", "--dir", str(folder), "--json")  # other commands work beside it
        assert invited.returncode == 0, invited.stderr
        first.send_signal(signal.SIGKILL)
        first.wait(30)
        assert (folder / LOCK).exists()  # the file stays, the kernel let go of the lock
        third = run("chat", "--dir", str(folder), "--script", "-", "--json", stdin="hello\n")
        assert third.returncode == 0, third.stderr
    finally:
        first.kill()
        first.wait(30)


def test_an_invite_is_printed_and_only_its_hash_is_kept(folder: Path) -> None:
    nothing = run("invite", "--dir", str(folder))
    assert nothing.returncode == 1
    assert "no ledger" in nothing.stderr
    assert run("chat", "--dir", str(folder), "--script", "-", stdin="hello\n").returncode == 0
    made = run("invite", "--dir", str(folder), "--json")
    code = json.loads(made.stdout)["code"]
    (row,) = rows(folder, "SELECT * FROM invites")
    assert code not in str(tuple(row))
    assert row["used_by"] is None


def wallet(folder: Path, **imported: str) -> list[str]:
    """A folder with a wallet whose password lies beside it, as devnet's does; its words."""
    (folder / PASSWORD).write_text("correct horse battery staple")
    create_wallet(folder / "signer", "correct horse battery staple", light=True, imported=dict(imported))
    return imported.get("words", "").split()


def backup(folder: Path) -> pexpect.spawn[str]:
    arguments = [*MONETA[1:], "wallet", "backup", "--dir", str(folder)]
    return pexpect.spawn(MONETA[0], arguments, env=environment(), encoding="utf-8", timeout=SECONDS)


def test_the_words_are_shown_once_and_three_of_them_asked(tmp_path: Path) -> None:
    words = wallet(tmp_path, words=WORDS)
    terminal = backup(tmp_path)
    terminal.expect("Press Enter")
    assert "12. junk" in terminal.before
    terminal.sendline("")
    terminal.expect("\x1b\\[3J")  # the words are wiped, out of the scrollback, too
    for number in range(3):
        terminal.expect(r"Word (\d+): ")
        if number == 0:
            terminal.sendline("wrong")
            terminal.expect("another one")
            terminal.expect(r"Word (\d+): ")
        terminal.sendline(words[int(terminal.match.group(1)) - 1])
    terminal.expect("Right")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0
    (row,) = rows(tmp_path, "SELECT document, version FROM acknowledgements")
    assert tuple(row) == ("backup", "1")


def test_wrong_words_prove_nothing(tmp_path: Path) -> None:
    wallet(tmp_path, words=WORDS)
    terminal = backup(tmp_path)
    terminal.expect("Press Enter")
    terminal.sendline("")
    for _ in range(3):
        terminal.expect(r"Word (\d+): ")
        terminal.sendline("abandon")
    terminal.expect("not proved")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 1
    assert not (tmp_path / "ledger.db").exists()


def test_no_words_outside_of_a_terminal_or_of_imported_keys(tmp_path: Path) -> None:
    wallet(tmp_path, private_key=KEY)
    terminal = backup(tmp_path)
    terminal.expect("imported keys only")
    terminal.expect("not proved")
    terminal.close()
    other = tmp_path / "other"
    other.mkdir()
    wallet(other, words=WORDS)
    piped = subprocess.run(
        [*MONETA, "wallet", "backup", "--dir", str(other)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env=environment(),
        timeout=SECONDS,
        check=False,
    )
    assert piped.returncode == 1
    assert "at a terminal only" in piped.stdout
    assert "junk" not in piped.stdout + piped.stderr


def test_a_changed_contract_is_listed_anew_by_somebody_at_a_terminal(folder: Path) -> None:
    name = "Uniswap v3 router"
    at = ("--dir", str(folder))
    listing = json.loads(run("policy", "relist", name, *at, "--json", stdin="").stdout)
    assert (listing["event"], listing["same"]) == ("listing", True)
    node, place = devnet.status(folder).running, listing["address"]
    assert node is not None
    with Rpc(node.rpc_url) as chain:
        chain.call("anvil_setCode", place, str(chain.call("eth_getCode", place, "latest")) + "00")
    command, *words = MONETA
    seat = pexpect.spawn(command, [*words, "policy", "relist", name, *at], encoding="utf-8", timeout=SECONDS)
    seat.expect("Type the contract's name to list it as it is now: ")
    assert "when it was listed" in seat.before
    seat.sendline(name)
    seat.expect(pexpect.EOF)
    seat.close()
    assert f"{name} is listed as what it is now. Until then nothing is put in." in " ".join(seat.before.split())
    assert seat.exitstatus == 0
    waiting = json.loads((folder / "signer" / "pending.json").read_text())["pending"]
    assert list(waiting[0]["changes"]["codes"]) == [place]
