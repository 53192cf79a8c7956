"""The code blocks of README.md and docs/ run as they stand there.

`console`: lines that begin with `$ ` and call moneta or `python -m` are run, one shell and one empty folder a block;
what follows them is what they print, with any digits and with `…` for anything. In a conversation, what stands behind
`you> ` and `confirm? [y/n] ` is typed. `python`: run as a program.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import devnet
from tests.e2e.program import ROOT, check_ready, environment, run

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("**/*.md"))]
FENCE = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
OURS = re.compile(r"(^|[|;&]\s*|\s)(moneta|python3? -m) ")
MAKE = re.compile(r"\s*make\b")  # `make demo` and `make test` are what runs this
TYPED = re.compile(r"(?:you> |confirm\? \[y/n\] )(.*)")
CHANGING = re.compile(r"0x[0-9a-fA-F]+|\b(?:[0-9a-f]{64}|[0-9a-f]{32})\b|\d+(?:[.,:-]\d+)*")
SECONDS = 60


@dataclass
class Command:
    """One command of a block, what is typed into it and what it prints."""

    line: str
    typed: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Block:
    where: str
    language: str
    text: str


def blocks(*languages: str) -> Iterator[Block]:
    for page in PAGES:
        text = page.read_text(encoding="utf-8") if page.exists() else ""
        for found in FENCE.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            if found[1] in languages:
                yield Block(f"{page.relative_to(ROOT)}:{line}", found[1], found[2])


def commands(block: str) -> list[Command]:
    found: list[Command] = []
    for line in block.replace("\\\n", " ").splitlines():
        if line.startswith("$ "):
            found.append(Command(line[2:]))
        elif found and (typed := TYPED.fullmatch(line)):
            found[-1].typed.append(typed[1])
        elif found and line.strip():
            found[-1].shown.append(line)
    return [command for command in found if OURS.search(command.line) and not MAKE.match(command.line)]


@pytest.mark.parametrize("block", [*blocks("console")], ids=lambda block: block.where)
def test_console(block: Block, tmp_path: Path) -> None:
    for command in commands(block.text):
        done = _run(command, tmp_path)
        said = f"{block.where}: {command.line}\n{done.stdout}\n{done.stderr}"
        assert done.returncode == 0, said
        for line in command.shown:
            assert _like(line).search(_plain(done.stdout)), f"not printed: {line}\n{said}"


@pytest.mark.parametrize("block", [*blocks("python")], ids=lambda block: block.where)
def test_python(block: Block, tmp_path: Path) -> None:
    program = tmp_path / "block.py"
    program.write_text(block.text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(program)],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(autouse=True)
def _no_devnet_is_left(tmp_path: Path) -> Iterator[None]:
    yield
    for record in tmp_path.glob("**/devnet.json"):
        devnet.down(record.parent)


def _run(command: Command, folder: Path) -> subprocess.CompletedProcess[str]:
    tools = folder / ".bin"
    tools.mkdir(exist_ok=True)
    for name, module in (("moneta", "-m moneta"), ("python", ""), ("python3", "")):
        (tools / name).write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {module} "$@"\n')
        (tools / name).chmod(0o755)
    return subprocess.run(
        ["bash", "-ec", command.line],
        input="".join(f"{line}\n" for line in command.typed),
        cwd=folder,
        env=environment(PATH=f"{tools}{os.pathsep}{os.environ['PATH']}", COLUMNS="200"),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def _plain(text: str) -> str:
    """Numbers, hashes and the width of a table change from run to run."""
    return re.sub(r"[ \t]+", " ", CHANGING.sub("#", text))


def _like(line: str) -> re.Pattern[str]:
    parts = (re.escape(part) for part in re.split(r"\s*(?:…|\.\.\.)\s*", _plain(line.strip())))
    return re.compile(".*".join(parts))


def test_the_transcript(tmp_path: Path) -> None:
    """README's transcript is what docs/story.txt comes to, but for numbers that move with the time of day."""
    found = re.search(r"<!-- transcript -->\n```text\n(.*?)```", PAGES[0].read_text(encoding="utf-8"), re.DOTALL)
    assert found
    done = run("demo", "--script", str(ROOT / "docs" / "story.txt"), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert _lines(done.stdout) == _lines(found[1])
    assert "\x1b" not in done.stdout, "no colours where there is no terminal"


@pytest.mark.parametrize("block", [*blocks("json")], ids=lambda block: block.where)
def test_json(block: Block) -> None:
    """A JSON block is JSON, and a ready line has the keys of one."""
    found = json.loads(block.text)
    if found.get("event") == "ready":
        check_ready(found | {"account": "0x" + "0" * 40})


def _lines(text: str) -> list[str]:
    return [_plain(line).strip() for line in text.splitlines() if line.strip()]


def test_a_block_is_read_as_it_is_meant() -> None:
    text = "$ make demo\nyou> hi\n$ moneta demo\nyou> hi\nHello\nconfirm? [y/n] y\n$ echo x | moneta interpret\n{…}\n"
    demo, interpret = commands(text)
    assert (demo.line, demo.typed, demo.shown) == ("moneta demo", ["hi", "y"], ["Hello"])
    assert interpret.shown == ["{…}"]
    assert _like("rate 7.14 % … done").search(_plain("  rate  7.2 %, and 3 done"))
