"""The signer as a process: start, talk, end; its folder and its environment."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pexpect
import pytest

from agent.errors import Refused, Unavailable
from agent.execution.signer import paths
from agent.execution.signer import process as starting
from agent.execution.signer.client import SignerClient
from agent.execution.signer.process import SignerProcess, command, environment
from agent.execution.signer.setup import create_wallet
from tests.unit.policy_parts import FRIEND, POLICY, STRANGER, plan
from tests.unit.signer_parts import GWEI, KEY, OWNER, PASSWORD, WORDS, sender

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("signer") / "wallet"
    assert create_wallet(folder, PASSWORD, POLICY, light=True, imported={"words": WORDS}) == [OWNER]
    return folder


@pytest.fixture
async def running(made: Path) -> AsyncIterator[SignerProcess]:
    process = await SignerProcess.start(made)
    yield process
    await process.stop()


@pytest.fixture
async def client(made: Path, running: SignerProcess) -> AsyncIterator[SignerClient]:
    connected = await SignerClient.connect(made)
    await connected.unlock(PASSWORD)
    yield connected
    await connected.close()


def gone(pid: int, seconds: float = 20.0) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (ProcessLookupError, FileNotFoundError):
            state = ""
        if state in ("", "Z"):
            return True
        time.sleep(0.02)
    return False


async def test_a_whole_conversation(made: Path, client: SignerClient) -> None:
    assert await client.accounts() == [OWNER]
    whole = replace(plan(account=OWNER), plan_id="a" * 32)
    first = await client.sign(whole, 0, 3, GWEI, 1)
    assert sender("0x" + first.raw.hex()) == OWNER
    assert await client.sign(whole, 0, 3, GWEI, 1) == first
    second = await client.replacement(whole, 0, 3, 2 * GWEI, 2, replaces=first.hash)
    assert second.hash != first.hash
    assert sender("0x" + (await client.cancel(OWNER, 3, 3 * GWEI, 3)).raw.hex()) == OWNER
    with pytest.raises(Refused) as caught:
        await client.sign(whole, 0, 4, GWEI, 1)
    assert caught.value.rule == "once"
    ripe_at = await client.contact("friend", FRIEND)
    assert await client.contacts() == [{"name": "friend", "address": FRIEND, "ripe_at": ripe_at}]
    assert (await client.caps())["policy"] == POLICY.sha256
    await client.lock()
    with pytest.raises(Refused) as caught:
        await client.sign(whole, 1, 4, GWEI, 1)
    assert caught.value.rule == "locked"
    with pytest.raises(Refused) as caught:
        await client.unlock("wrong password")
    assert caught.value.rule == "password"


async def test_many_requests_at_once_each_get_their_own_answer(client: SignerClient) -> None:
    plans = [replace(plan(account=OWNER), plan_id=f"{number:032x}") for number in range(40)]
    signed = await asyncio.gather(*(client.sign(each, 0, index, GWEI, 1) for index, each in enumerate(plans)))
    assert len({each.hash for each in signed}) == len(plans)
    again = await asyncio.gather(*(client.sign(each, 0, index, GWEI, 1) for index, each in enumerate(plans)))
    assert again == signed


async def test_a_restarted_signer_remembers(made: Path) -> None:
    whole = replace(plan(account=OWNER), plan_id="b" * 32)
    hashes = []
    for nonce in (5, 6):
        process = await SignerProcess.start(made)
        client = await SignerClient.connect(made)
        await client.unlock(PASSWORD)
        hashes.append((await client.sign(whole, 0, 5, GWEI, 1)).hash)
        if nonce == 6:
            with pytest.raises(Refused, match="signed before"):
                await client.sign(whole, 0, nonce, GWEI, 1)
        await client.close()
        os.kill(process.pid, signal.SIGKILL)
        await process.stop()
    assert len(set(hashes)) == 1


async def test_garbage_and_floods_dont_end_it(made: Path, client: SignerClient) -> None:
    await asyncio.to_thread(flood, paths.socket_address(made))
    _, half = await asyncio.open_unix_connection(paths.socket_address(made))
    half.write(b'{"op": "sta')
    half.close()
    assert await client.accounts() == [OWNER]


def flood(address: str) -> None:
    """What comes back is read from the socket itself: a stream drops it once it may write no more."""
    with socket.socket(socket.AF_UNIX) as connection, connection.makefile("rb") as answers:
        connection.settimeout(30)
        connection.connect(address)
        connection.sendall(b"\x00\xff garbage\n")
        assert json.loads(answers.readline())["error"]["kind"] == "bad-request"
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it hangs up before all of it is sent
            connection.sendall(b"x" * 300_000)
        assert json.loads(answers.readline())["error"]["kind"] == "bad-request"
        with contextlib.suppress(ConnectionResetError):
            assert answers.read() == b""  # and hangs up


async def test_a_client_finds_the_signer_again(made: Path) -> None:
    process = await SignerProcess.start(made)
    client = await SignerClient.connect(made)
    await process.stop()
    with pytest.raises(Unavailable) as caught:
        await client.accounts()
    assert caught.value.dependency == "signer"
    process = await SignerProcess.start(made)
    assert await client.accounts() == [OWNER]
    await client.close()
    await process.stop()


def test_only_its_owner_can_reach_it(made: Path, running: SignerProcess) -> None:
    assert stat.S_IMODE(made.stat().st_mode) == 0o700
    for each in made.iterdir():
        with contextlib.suppress(FileNotFoundError):  # one of SQLite's own that ends meanwhile
            assert stat.S_IMODE(each.lstat().st_mode) == 0o600, each


async def test_a_second_signer_is_refused(made: Path, running: SignerProcess) -> None:
    with pytest.raises(Refused) as caught:
        await SignerProcess.start(made)
    assert caught.value.rule == "busy"


async def test_a_long_folder_works(made: Path, tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 30) / "wallet"
    create_wallet(folder, PASSWORD, POLICY, light=True)
    process = await SignerProcess.start(folder)
    client = await SignerClient.connect(folder)
    assert len(await client.unlock(PASSWORD)) == 1
    assert len(paths.socket_address(folder)) <= paths.MAX_SOCKET_PATH
    await client.close()
    await process.stop()


async def test_closing_its_input_ends_it(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "STOP_SECONDS", 30.0)
    process = await SignerProcess.start(made)
    await process.stop()
    assert process.code == 0  # by itself: one that has to be killed has no such code
    assert gone(process.pid)


async def test_it_reads_its_folder_only_at_the_word(tmp_path: Path) -> None:
    folder = tmp_path / "wallet"
    folder.mkdir(mode=0o700)
    process = await SignerProcess.launch(folder)
    create_wallet(folder, PASSWORD, POLICY, light=True)
    await process.serve()
    client = await SignerClient.connect(folder)
    assert len(await client.unlock(PASSWORD)) == 1
    await client.close()
    await process.stop()


async def test_without_the_word_it_never_serves(made: Path) -> None:
    process = await SignerProcess.launch(made)
    with pytest.raises(Unavailable):
        await SignerClient.connect(made)
    await process.stop()
    assert gone(process.pid)


PARENT = """
import asyncio, os, sys, time
from pathlib import Path
from agent.execution.signer.process import SignerProcess
async def main():
    process = await getattr(SignerProcess, sys.argv[3])(Path(sys.argv[1]))
    sibling = os.fork() if sys.argv[2] == "fork" else -1
    if sibling == 0:
        time.sleep(60)  # it holds the pipe's end too
        os._exit(0)
    print(process.pid, sibling, flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("started", ["start", "launch"])
@pytest.mark.parametrize("family", ["alone", "fork"])
def test_it_ends_with_a_killed_parent(made: Path, family: str, started: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(made), family, started], stdout=subprocess.PIPE, env=environment()
    ) as parent:
        assert parent.stdout is not None
        pid, sibling = map(int, parent.stdout.readline().split())
        assert not gone(pid, 0.1)
        parent.send_signal(signal.SIGKILL)
        try:
            assert gone(pid)
        finally:
            if family == "fork":
                os.kill(sibling, signal.SIGKILL)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_detached_it_outlives_its_input(made: Path) -> None:
    with subprocess.Popen(
        command("serve", "--dir", str(made), "--detached"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        env=environment(),
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        assert not gone(process.pid, 0.6)
        process.terminate()
        assert gone(process.pid)


def refusal(folder: Path, *, variables: dict[str, str] | None = None) -> str:
    with subprocess.Popen(
        command("serve", "--dir", str(folder)),
        stdin=subprocess.PIPE,  # open for as long as it runs
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**environment(), **(variables or {})},
    ) as process:
        assert process.stdout is not None
        said = process.stdout.read()
    assert process.returncode == 2
    assert KEY.encode() not in said
    assert b"junk" not in said
    error = json.loads(said)["error"]
    return f"{error['rule']}: {error['message']} {error['remedy']}"


def test_an_open_folder_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o750)
    assert "chmod 700" in refusal(tmp_path)
    tmp_path.chmod(0o700)
    assert "There is no" in refusal(tmp_path)
    assert "There is no folder" in refusal(tmp_path / "nothing")
    link = tmp_path / "link"
    link.symlink_to(tmp_path)
    assert "not a folder" in refusal(link)


@pytest.mark.parametrize(
    ("name", "value"),
    [("MONETA_PRIVATE_KEY", KEY), ("PRIVATE_KEY", "0x" + KEY), ("WALLET_MNEMONIC", WORDS), ("seed_phrase", WORDS)],
)
def test_a_key_in_the_environment_is_refused_with_advice(made: Path, name: str, value: str) -> None:
    said = refusal(made, variables={name: value})
    assert said.startswith(f"environment: The variable {name} holds a key")
    assert "Import it" in said


async def test_a_path_to_a_key_is_no_key(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TLS_PRIVATE_KEY", "/etc/ssl/key.pem")
    monkeypatch.setenv("MONETA_PRIVATE_KEY", "")
    await (await SignerProcess.start(made)).stop()


def test_creating_a_wallet_twice_is_refused(made: Path) -> None:
    with pytest.raises(Refused) as caught:
        create_wallet(made, PASSWORD, POLICY, light=True)
    assert caught.value.rule == "keystore"


def test_a_short_password_is_refused_unless_the_keystore_is_a_throw_away(tmp_path: Path) -> None:
    with pytest.raises(Refused) as caught:
        create_wallet(tmp_path / "a", "short", POLICY)
    assert caught.value.rule == "password"
    with pytest.raises(Refused):
        create_wallet(tmp_path / "b", "", POLICY, light=True)
    assert create_wallet(tmp_path / "c", "short", POLICY, light=True)


def test_words_are_shown_at_a_terminal_only(made: Path) -> None:
    arguments = command("words", "--dir", str(made))
    done = subprocess.run(
        arguments, input=PASSWORD + "\n", capture_output=True, check=False, env=environment(), text=True
    )
    assert done.returncode == 2
    assert "terminal only" in done.stdout
    assert "junk" not in done.stdout + done.stderr
    terminal = pexpect.spawn(arguments[0], arguments[1:], env=environment(), encoding="utf-8", timeout=60)
    terminal.expect("Password of the keystore: ")
    terminal.sendline(PASSWORD)
    numbered = [f"{number}. {word}" for number, word in enumerate(WORDS.split(), 1)]
    terminal.expect(r"\s+".join(re.escape(each) for each in numbered))
    terminal.expect(pexpect.EOF)


def test_the_client_stays_light() -> None:
    code = (
        "import sys, agent.execution.signer.client, agent.execution.signer.process, agent.execution.signer.setup;"
        "print([name for name in ('eth_account', 'eth_keyfile', 'coincurve', 'Crypto') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, env=environment(), text=True)
    assert done.stdout.strip() == "[]"


def everything_in(folder: Path) -> bytes:
    """Of every file but those of SQLite's own that end meanwhile."""
    whole = b""
    for each in folder.iterdir():
        with contextlib.suppress(FileNotFoundError):
            whole += each.read_bytes() if each.is_file() else b""
    return whole


async def test_nothing_secret_is_left_in_the_folder(made: Path, client: SignerClient) -> None:
    with pytest.raises(Refused):
        await client.sign(plan(account=STRANGER), 0, 3, GWEI, 1)
    written = everything_in(made)
    for secret in (WORDS, "junk", KEY, PASSWORD):
        assert secret.encode() not in written
