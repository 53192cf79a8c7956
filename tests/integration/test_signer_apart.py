"""A signer that somebody else started: another system user asks it over a shared socket and reads nothing of its."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent.commands import places
from agent.compose import make_wallet, open_instance
from agent.config import Settings
from agent.errors import Refused, Unavailable
from agent.execution.signer.client import SignerClient
from agent.execution.signer.process import command, environment
from agent.execution.signer.setup import create_wallet, write_policy
from agent.place import Place
from agent.policy.policy import loads
from agent.runtime.turn import Said
from devnet import Node
from tests.unit.policy_parts import POLICY
from tests.unit.signer_parts import OWNER, PASSWORD, WORDS

SIGNER, CHAT, STRANGER = 65_534, 65_533, 65_531
"""System users by number; none of them needs to exist."""
ASK = 65_532  # the group that may ask

as_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can start processes of other system users")

# What another user's process can't read (an interpreter in somebody's home) is imported before it becomes that user.
SIGNER_AS = """
import os, sys
import agent.execution.signer.__main__ as program
import agent.execution.signer.server
"".encode("utf-16be")  # a codec is a module, too
uid, *groups = map(int, sys.argv.pop(1).split(","))
os.setgroups(groups); os.setgid(uid); os.setuid(uid)
sys.exit(program.main())
"""
CHAT_AS = """
import asyncio, json, os, sys
from pathlib import Path
from agent.execution.signer.client import SignerClient
uid, *groups = map(int, sys.argv[1].split(","))
folder, socket = map(Path, sys.argv[2:])
os.setgroups(groups); os.setgid(uid); os.setuid(uid)

async def main():
    client = await SignerClient.connect_to(socket)
    return await client.accounts()

def tried(what):
    try:
        return what()
    except Exception as error:
        return type(error).__name__

print(json.dumps({
    "accounts": tried(lambda: asyncio.run(main())),
    "keystore": tried(lambda: (folder / "keystore.json").read_text()),
    "folder": tried(lambda: os.listdir(folder)),
    "unlink": tried(lambda: os.unlink(socket)),
    "create": tried(lambda: (socket.parent / "new").touch()),
}))
"""


@pytest.fixture
def base() -> Iterator[Path]:
    """A folder that other system users may pass through; pytest's own are closed to them."""
    with tempfile.TemporaryDirectory(prefix="m-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def folder(base: Path) -> Path:
    made = base / "signer"
    create_wallet(made, PASSWORD, POLICY, light=True, imported={"words": WORDS})
    return made


@contextlib.contextmanager
def serving(*start: str, password: str | None = PASSWORD, folder: Path, sockets: Path, group: int) -> Iterator[str]:
    """A signer on its own, with the first line that it says."""
    arguments = ["serve", "--detached", f"--dir={folder}", f"--socket-dir={sockets}", f"--socket-group={group}"]
    if password is not None:
        file = folder / "password"
        file.write_text(password + "\n")
        shutil.chown(file, folder.stat().st_uid)
        arguments.append(f"--password-file={file}")
    begin = [sys.executable, "-c", SIGNER_AS, *start] if start else command()
    with subprocess.Popen(
        [*begin, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        env=environment(),
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline()
        finally:
            process.kill()


def mine(folder: Path, sockets: Path, password: str | None = PASSWORD) -> contextlib.AbstractContextManager[str]:
    """The same user's signer, its socket shared with a group of that user."""
    return serving(password=password, folder=folder, sockets=sockets, group=os.getgid())


def ask_as(user: str, folder: Path, sockets: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", CHAT_AS, user, str(folder), str(sockets / "signer.sock")],
        capture_output=True,
        env=environment(),
        text=True,
        check=True,
    )
    return dict(json.loads(done.stdout))


def given_to(user: int, folder: Path) -> Path:
    for each in (folder, *folder.iterdir()):
        os.chown(each, user, user)
    return folder


@as_root
def test_two_users_share_the_socket_and_nothing_else(base: Path, folder: Path) -> None:
    sockets = base / "ask"
    sockets.mkdir()
    os.chown(sockets, SIGNER, ASK)
    given_to(SIGNER, folder)
    with serving(f"{SIGNER},{ASK}", folder=folder, sockets=sockets, group=ASK) as said:
        assert said == "ready\n"
        facts, of_socket = sockets.stat(), (sockets / "signer.sock").stat()
        assert (stat.S_IMODE(facts.st_mode), facts.st_uid, facts.st_gid) == (0o750, SIGNER, ASK)
        assert (stat.S_IMODE(of_socket.st_mode), of_socket.st_uid, of_socket.st_gid) == (0o660, SIGNER, ASK)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert not (folder / "signer.sock").exists()
        no = "PermissionError"
        shut_out = {"keystore": no, "folder": no, "unlink": no, "create": no}
        assert ask_as(f"{CHAT},{ASK}", folder, sockets) == {"accounts": [OWNER], **shut_out}
        assert ask_as(str(STRANGER), folder, sockets) == {"accounts": "Unavailable", **shut_out}


@as_root
def test_a_group_that_the_signer_is_not_in_is_refused(base: Path, folder: Path) -> None:
    sockets = base / "ask"
    sockets.mkdir()
    os.chown(sockets, SIGNER, SIGNER)
    given_to(SIGNER, folder)
    with serving(str(SIGNER), folder=folder, sockets=sockets, group=ASK) as said:
        assert json.loads(said)["error"]["rule"] == "group"


@as_root
def test_a_socket_folder_of_another_user_is_refused(base: Path, folder: Path) -> None:
    sockets = base / "ask"
    sockets.mkdir(mode=0o777)
    os.chown(sockets, STRANGER, STRANGER)
    given_to(SIGNER, folder)
    with serving(f"{SIGNER},{ASK}", folder=folder, sockets=sockets, group=ASK) as said:
        assert json.loads(said)["error"]["rule"] == "folder"


def test_a_second_signer_leaves_the_first_its_socket(base: Path, folder: Path) -> None:
    other = base / "other"
    create_wallet(other, PASSWORD, POLICY, light=True)
    with mine(folder, base / "ask") as said, mine(other, base / "ask") as refused:
        assert said == "ready\n"
        assert json.loads(refused)["error"]["rule"] == "busy"
    with mine(other, base / "ask") as said:  # what a killed one left behind is in nobody's way
        assert said == "ready\n"


def test_a_wrong_password_ends_it(base: Path, folder: Path) -> None:
    with mine(folder, base / "ask", "not the password") as said:
        assert json.loads(said)["error"]["rule"] == "password"
        assert "not the" not in said


def health(sockets: Path) -> int:
    arguments = command("health", f"--dir={sockets}", f"--socket-dir={sockets}")
    return subprocess.run(arguments, capture_output=True, env=environment(), check=False).returncode


async def test_its_health_is_that_it_answers_and_can_sign(base: Path, folder: Path) -> None:
    sockets = base / "ask"
    assert health(sockets) == 2
    with mine(folder, sockets, None):
        assert health(sockets) == 2
        client = await SignerClient.connect_to(sockets / "signer.sock")
        await client.unlock(PASSWORD)
        assert loads(await client.policy()) == POLICY
        assert health(sockets) == 0
        await client.close()
    assert health(sockets) == 2


@pytest.fixture
def apart(base: Path, devnet_node: Node) -> Place:
    """A chat's place: its own folder, and a socket that a signer may listen on."""
    own = places.of_devnet(base / "data", devnet_node.rpc_url, devnet_node.chain_file, throw_away=True, password="")
    return replace(own, signer_socket=base / "ask" / "signer.sock")


def keys(base: Path, node: Node) -> Place:
    """Where the keystore and the signer's policy are made."""
    return places.of_devnet(base / "keys", node.rpc_url, node.chain_file, throw_away=True, password=PASSWORD)


async def test_a_deposit_through_a_signer_apart(base: Path, apart: Place, devnet_node: Node) -> None:
    made = keys(base, devnet_node)
    account = await make_wallet(made, Settings(), lambda account: places.fund(made, account))
    assert account is not None
    assert await make_wallet(made, Settings(), lambda account: places.fund(made, account)) is None
    with mine(made.signer_folder, base / "ask"):
        made.signer_folder.rename(base / "away")  # whatever the chat reads, it isn't the signer's folder
        async with open_instance(apart, Settings()) as instance:
            assert not instance.new_wallet
            assert instance.first_account == account
            user = await instance.owner("terminal", "owner", "you")
            runtime = instance.service.runtime
            preview = await runtime.turn(Said(user, "terminal", "put 1,000 USDC to work"))
            assert preview.verdict is not None
            assert preview.verdict.status == "ready", preview.text
            done = await runtime.turn(Said(user, "terminal", "confirm"))
            assert done.verdict is not None
            assert done.verdict.status == "settled", done.text
    assert not apart.signer_folder.exists()


async def test_without_its_signer_nothing_starts(base: Path, apart: Place) -> None:
    with pytest.raises(Unavailable) as caught:
        async with open_instance(apart, Settings()):
            raise AssertionError("it opened")
    assert caught.value.dependency == "signer"
    assert not apart.signer_folder.exists()


async def test_a_locked_signer_and_one_of_another_chain_are_refused(base: Path, folder: Path, apart: Place) -> None:
    write_policy(folder, replace(POLICY, chain_id=POLICY.chain_id + 1))
    for password, rule in ((None, "locked"), (PASSWORD, "another chain")):
        with mine(folder, base / "ask", password):
            with pytest.raises(Refused) as caught:
                async with open_instance(apart, Settings()):
                    raise AssertionError("it opened")
            assert caught.value.rule == rule
