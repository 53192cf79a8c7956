"""`moneta init`, at a real terminal and by flags: what it writes holds no secret, can be used, isn't overwritten."""

from __future__ import annotations

import json
import os
import stat
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pexpect
import pytest

from devnet import Node
from tests.e2e.program import MONETA, environment, run, run_each

URL = "https://rpc.example.org/v2/Ab3dEfGhIjKlMnOpQrStUvWx"
TOKEN = "123456789:" + "AbCdE" * 7
SECONDS = 60


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


class Interview:
    """`moneta init` at a pseudo-terminal."""

    def __init__(self, cwd: Path, *arguments: str) -> None:
        command, *words = [*MONETA, "init", *arguments]
        env: Any = environment(TERM="dumb")
        self.child = pexpect.spawn(
            command, words, cwd=str(cwd), env=env, encoding="utf-8", timeout=SECONDS, echo=False, dimensions=(40, 200)
        )

    def answer(self, question: str, line: str) -> str:
        self.child.expect(question)
        before = str(self.child.before)
        self.child.sendline(line)
        return before

    def ends(self) -> str:
        self.child.expect(pexpect.EOF)
        return str(self.child.before)

    @property
    def left(self) -> int:
        return int(self.child.wait())


@pytest.fixture
def interviews() -> Iterator[list[Interview]]:
    found: list[Interview] = []
    yield found
    for each in found:
        each.child.close(force=True)


def read(folder: Path) -> dict[str, Any]:
    file = folder / "moneta.toml"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    return tomllib.loads(file.read_text(encoding="utf-8"))


def test_all_that_it_asks(home: Path, interviews: list[Interview]) -> None:
    (home / "discord.token").touch(mode=0o644)
    it = Interview(home, "--dir", "own")
    interviews.append(it)
    asked = it.answer(r"Which chain \[devnet\]\? ", "base")
    assert "arbitrum, base, ethereum, optimism" in asked
    it.answer("A node of it", "nowhere.txt")
    assert "neither a URL" in it.answer("A node of it", URL)
    it.answer(r"Who shall speak: .*\[moneta\]\? ", "")
    it.answer("Discord bot's token", "discord.token")
    it.answer("Telegram bot's token", TOKEN)
    assert "looks like the secret itself" in it.answer("Telegram bot's token", "telegram.token")
    it.answer("You there", "ann")
    assert "the number of your account" in it.answer("You there", "discord:123, telegram:456")
    it.answer("A language model's name", "qwen3")
    it.answer("Its endpoint", "http://127.0.0.1:11434/v1")
    it.answer("A file with its key", "")
    assert "your IP address" in it.answer(r"\[y/N\]\? ", "y")
    said = it.ends()
    assert it.left == 0
    assert read(home / "own") == {
        "chain": "base",
        "rpc_file": "rpc.txt",
        "discord_token_file": str(home / "discord.token"),
        "telegram_token_file": str(home / "telegram.token"),
        "owners": ["discord:123", "telegram:456"],
        "model": "qwen3",
        "model_url": "http://127.0.0.1:11434/v1",
        "defillama_url": "https://yields.llama.fi",
    }
    endpoint = home / "own" / "rpc.txt"
    assert (endpoint.read_text(), stat.S_IMODE(endpoint.stat().st_mode)) == (URL + "\n", 0o600)
    assert stat.S_IMODE((home / "own").stat().st_mode) == 0o700
    written = (home / "own" / "moneta.toml").read_text() + said
    assert URL not in written
    assert TOKEN not in written
    assert f"{home / 'discord.token'} can be read by others: chmod 600" in said
    assert f"{home / 'telegram.token'} isn't there yet: (umask 077; cat > " in said
    steps = [line.split("  ")[1] for line in said.splitlines() if line.startswith("  moneta ")]
    assert steps == [f"moneta {what} --dir own" for what in ("yields", "doctor", "run --watch", "chat", "run")]


def test_a_devnet_needs_five_times_enter(home: Path, interviews: list[Interview]) -> None:
    it = Interview(home)
    interviews.append(it)
    for question in ("Which chain", "Who shall speak", "Discord", "Telegram", "language model", "y/N"):
        it.answer(question, "")
    assert "moneta devnet up --dir ." in it.ends()
    assert it.left == 0
    assert read(home) == {}
    assert os.listdir(home) == ["moneta.toml"]


def test_an_interview_that_ends_early_writes_nothing(home: Path, interviews: list[Interview]) -> None:
    it = Interview(home, "--dir", "own")
    interviews.append(it)
    it.answer("Which chain", "base")
    it.child.expect("A node of it")
    it.child.sendeof()
    assert "Nothing was written" in it.ends()
    assert it.left == 1
    assert os.listdir(home) == []


def test_by_flags_and_then_it_is_used(home: Path, devnet_node: Node) -> None:
    endpoints = home / "endpoints.txt"
    endpoints.write_text(devnet_node.rpc_url + "\n")
    endpoints.chmod(0o600)
    chain = str(devnet_node.chain_file)
    done = run("init", "--dir", "own", "--chain", chain, "--rpc-file", "endpoints.txt", "--yes", "--json", cwd=home)
    assert (done.returncode, done.stderr) == (0, "")
    said = json.loads(done.stdout)
    assert said["settings"] == {"chain": chain, "rpc_file": str(endpoints)} == read(home / "own")
    used = run("yields", "--dir", "own", cwd=home)
    assert used.returncode == 0
    assert "morpho-blue:WETH-86:USDC" in used.stdout
    assert os.listdir(home / "own") == ["moneta.toml"]


def test_what_could_not_be_used_is_not_written(home: Path) -> None:
    (home / "empty.txt").touch()
    cases = [
        (["--chain", "base"], "A node of base is needed. Say --rpc-file FILE, or --rpc URL."),
        (["--chain", "nowhere", "--rpc", URL], "I know no chain 'nowhere'"),
        (["--chain", "gone.toml", "--rpc", URL], "There is no chain file gone.toml"),
        (["--chain", "base", "--rpc-file", "gone.txt"], "gone.txt can't be read"),
        (["--chain", "base", "--rpc-file", "empty.txt"], "empty.txt names no node"),
        (["--chain", "base", "--rpc", URL, "--character", "nobody"], "The character nobody can't be used"),
        (["--chain", "base", "--rpc", URL, "--owner", "ann"], "The setting owners can't be that"),
        (["--telegram-token-file", TOKEN], "seems to hold a Telegram bot's token"),
        (["--model", "m"], "A model needs its name and the URL"),
        (["--dir", "empty.txt"], "empty.txt can't be made: File exists"),
        (["--model", "m", "--model-url", "http://ann:hunter2@x/v1"], "seems to hold an address with a password"),
    ]
    for (flags, said), (code, told) in zip(
        cases, run_each([["init", "--dir", "own", "--yes", *flags] for flags, _ in cases], home), strict=True
    ):
        assert (code, said in told) == (1, True), f"{flags}: {told}"
        assert TOKEN not in told
        assert URL not in told
    assert os.listdir(home) == ["empty.txt"]


def test_without_a_terminal_it_asks_nobody(home: Path) -> None:
    done = run("init", "--dir", "own", cwd=home, stdin="base\n")
    assert done.returncode == 1
    assert "asks at a terminal" in done.stderr
    assert os.listdir(home) == []


def test_what_is_there_is_not_overwritten(home: Path) -> None:
    (home / "rpc.txt").write_text("mine\n")
    (home / "own").mkdir()
    (home / "own" / "moneta.toml").write_text("# mine\n")
    wanted = [["init", *where, "--chain", "base", "--rpc", URL, "--yes"] for where in ([], ["--dir", "own"])]
    (first, endpoint), (second, settings) = run_each(wanted, home)
    assert (first, second) == (1, 1)
    assert "rpc.txt is there already" in endpoint
    assert "own/moneta.toml is there already" in settings
    assert (home / "rpc.txt").read_text() == "mine\n"
    assert sorted(os.listdir(home)) == ["own", "rpc.txt"]
    assert [(file.name, file.read_text()) for file in (home / "own").iterdir()] == [("moneta.toml", "# mine\n")]
