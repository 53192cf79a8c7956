"""The signer's process as its parent sees it: what is started, the word it is given, how it ends."""

from __future__ import annotations

import asyncio
import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from agent.errors import Refused, Unavailable
from agent.execution.signer import guard, paths, process, setup
from agent.execution.signer.create import create
from agent.execution.signer.process import SignerProcess
from agent.policy.policy import load
from tests.unit.policy_parts import POLICY
from tests.unit.signer_parts import OWNER, PASSWORD, WORDS

pytestmark = pytest.mark.unit


class Child:
    """A process as asyncio hands it out: it says `line`, and ends when its input closes, unless it is `deaf`."""

    def __init__(self, line: bytes = b"ready\n", *, deaf: bool = False, silent: bool = False) -> None:
        self.pid, self.returncode = 4242, None
        self.stdin: Any = self
        self.stdout: Any = asyncio.StreamReader()
        self.heard, self.killed = b"", False
        self._ended, self._deaf = asyncio.Event(), deaf
        if not silent:
            self.stdout.feed_data(line)
            self.stdout.feed_eof()

    def write(self, data: bytes) -> None:
        self.heard += data

    def close(self) -> None:
        if not self._deaf:
            self._ended.set()

    def kill(self) -> None:
        self.killed = True
        self._ended.set()

    async def wait(self) -> int:
        await self._ended.wait()
        return 0


def signer(child: Child, folder: Path = Path("/d")) -> SignerProcess:
    return SignerProcess(child, folder)  # type: ignore[arg-type]


async def test_it_is_given_the_word_and_says_that_it_is_ready() -> None:
    child = Child()
    started = signer(child)
    await started.serve()
    assert (child.heard, started.pid, started.code) == (b"serve\n", 4242, None)


async def test_why_it_refuses_reaches_the_parent() -> None:
    error = {"kind": "refused", "rule": "password", "message": "It is wrong.", "remedy": "Try another."}
    with pytest.raises(Refused) as caught:
        await signer(Child(json.dumps({"error": error}).encode() + b"\n")).serve()
    assert (caught.value.rule, caught.value.message, caught.value.remedy) == (
        "password",
        "It is wrong.",
        "Try another.",
    )
    with pytest.raises(Unavailable, match="no room"):
        await signer(
            Child(json.dumps({"error": {**error, "kind": "unavailable", "message": "no room"}}).encode())
        ).serve()


@pytest.mark.parametrize("line", [b"", b"rea\n", b"ready", b"{}\n", b"[]\n", b"7\n"])
async def test_what_says_nothing_of_use_did_not_start(line: bytes) -> None:
    with pytest.raises(Unavailable, match=r"did not start; see /d/signer\.log"):
        await signer(Child(line)).serve()


async def test_it_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "START_SECONDS", 0.01)
    with pytest.raises(Unavailable, match="did not start"):
        await signer(Child(silent=True)).serve()


async def test_a_broken_pipe_is_no_crash() -> None:
    child = Child()

    def broken(data: bytes) -> None:
        raise BrokenPipeError

    child.write = broken  # type: ignore[method-assign]
    with pytest.raises(Unavailable, match="did not start"):
        await signer(child).serve()


@pytest.mark.parametrize("lacks", ["stdin", "stdout"])
async def test_a_process_without_pipes(lacks: str) -> None:
    child = Child()
    setattr(child, lacks, None)
    with pytest.raises(Unavailable, match="no input or no output"):
        await signer(child).serve()


async def test_it_ends_when_its_input_closes_and_is_killed_where_it_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    child = Child()
    await signer(child).stop()
    assert not child.killed
    monkeypatch.setattr(process, "STOP_SECONDS", 0.01)
    deaf = Child(deaf=True)
    await signer(deaf).stop()
    assert deaf.killed
    pipeless = Child(deaf=True)
    pipeless.stdin = None
    await signer(pipeless).stop()
    assert pipeless.killed


async def test_one_that_is_gone_already_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "STOP_SECONDS", 0.01)
    child = Child(deaf=True)

    def gone() -> None:
        child._ended.set()
        raise ProcessLookupError

    child.kill = gone  # type: ignore[method-assign]
    await signer(child).stop()


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the system is asked to run, and the child that comes of it."""
    seen: dict[str, Any] = {"child": None}

    async def run(*arguments: str, **options: Any) -> Child:
        seen["arguments"], seen["options"] = list(arguments), options
        seen["log"] = os.fstat(options["stderr"])
        return seen["child"] or Child()

    monkeypatch.setattr(asyncio, "create_subprocess_exec", run)
    return seen


async def test_what_is_launched(launched: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / paths.LOG).write_text("before\n")
    await SignerProcess.launch(tmp_path, "--remote", "http://there")
    assert launched["arguments"] == [
        *(sys.executable, "-P", "-m", "agent.execution.signer", "serve", "--dir", str(tmp_path)),
        *("--parent", str(os.getpid()), "--remote", "http://there"),
    ]
    options = launched["options"]
    assert options["stdin"] == options["stdout"] == asyncio.subprocess.PIPE
    assert options["start_new_session"] is True  # a Ctrl-C isn't its to answer
    assert options["env"]["PYTHONDONTWRITEBYTECODE"] == "1"
    assert (Path(options["env"]["PYTHONPATH"]) / "agent" / "execution").is_dir()
    assert launched["log"].st_ino == (tmp_path / paths.LOG).stat().st_ino
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(options["stderr"])  # the parent keeps none of it
    assert (tmp_path / paths.LOG).read_text() == "before\n"


async def test_its_log_is_its_users_alone(launched: dict[str, Any], tmp_path: Path) -> None:
    await SignerProcess.launch(tmp_path)
    assert stat.S_IMODE(launched["log"].st_mode) == 0o600


async def test_one_that_does_not_start_is_ended(launched: dict[str, Any], tmp_path: Path) -> None:
    child = launched["child"] = Child(b"no\n")
    with pytest.raises(Unavailable):
        await SignerProcess.start(tmp_path)
    assert child._ended.is_set()
    launched["child"] = Child()
    assert (await SignerProcess.start(tmp_path)).pid == 4242
    assert not launched["child"]._ended.is_set()


@pytest.fixture
def made_here(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """`init` runs in this process; `answer` is said in its place where there is one."""
    seen: dict[str, Any] = {"answer": None, "fail": None}

    def run(arguments: list[str], **options: Any) -> Any:
        seen["arguments"], seen["options"] = arguments, options
        if seen["fail"] is not None:
            raise seen["fail"]
        folder, light = Path(arguments[arguments.index("--dir") + 1]), "--light" in arguments
        said = seen["answer"]
        if said is None:
            said = json.dumps({"accounts": create(folder, options["input"], light=light)})
        return subprocess.CompletedProcess(arguments, 0, said)

    monkeypatch.setattr(guard, "harden", lambda: None)
    monkeypatch.setattr(subprocess, "run", run)
    return seen


def test_a_wallet_is_made_in_a_child_and_its_folder_is_whole(made_here: dict[str, Any], tmp_path: Path) -> None:
    folder = tmp_path / "a" / "signer"
    owners = setup.create_wallet(folder, PASSWORD, POLICY, light=True, imported={"words": WORDS}, accounts=2)
    assert owners[0] == OWNER
    assert len(owners) == 2
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert load(folder / paths.POLICY) == POLICY
    assert (folder / paths.CONTACTS).exists()
    options = made_here["options"]
    assert PASSWORD not in " ".join(made_here["arguments"])  # other users see a command line
    assert (options["timeout"], options["env"]) == (setup.INIT_SECONDS, process.environment())
    assert options["input"].endswith("\n")


def test_a_wallet_without_a_policy_yet(made_here: dict[str, Any], tmp_path: Path) -> None:
    contacts = tmp_path / paths.CONTACTS
    contacts.write_text("kept")
    assert len(setup.create_wallet(tmp_path, PASSWORD, light=True)) == 1
    assert contacts.read_text() == "kept"
    assert not (tmp_path / paths.POLICY).exists()
    assert made_here["arguments"][-1] == "--light"
    made_here["answer"] = '{"accounts": []}'
    assert setup.create_wallet(tmp_path, PASSWORD) == []
    assert "--light" not in made_here["arguments"]


def test_why_no_wallet_was_made(made_here: dict[str, Any], tmp_path: Path) -> None:
    error = {"kind": "refused", "rule": "import", "message": "No.", "remedy": "Do."}
    for rule in ("import", ""):
        made_here["answer"] = json.dumps({"error": {**error, "rule": rule}})
        with pytest.raises(Refused, match=r"No\.") as caught:
            setup.create_wallet(tmp_path, PASSWORD, POLICY)
        assert (caught.value.rule, caught.value.remedy) == (rule or "keystore", "Do.")
    assert not (tmp_path / paths.POLICY).exists()
    made_here["answer"] = "Traceback"
    with pytest.raises(Unavailable, match="could not be made"):
        setup.create_wallet(tmp_path, PASSWORD)
    made_here["fail"] = subprocess.TimeoutExpired([], 1)
    with pytest.raises(Unavailable, match="could not be made"):
        setup.create_wallet(tmp_path, PASSWORD)
