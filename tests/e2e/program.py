"""Drives Moneta as another program does: its lines in, its JSON lines out, and the chain read past it."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).parents[2]
MONETA = (sys.executable, "-m", "moneta")
REPLY_SECONDS = 60.0
END_SECONDS = 60.0

TURN = {"turn", "user", "reply", "intent", "plan", "verdict", "txs", "ms"}
READY = {"event", "rpc_url", "chain_id", "account", "tokens", "venues"}
PLAN = {"id", "digest", "status", "expires", "steps", "expected"}
STEP = {"to", "contract", "function", "args", "value"}
EXPECTED = {"token", "holder", "min", "max"}
TX = {"hash", "status", "block", "gas_used"}
STATUSES = {"ready", "refused", "asked", "settled", "partial", "void"}
PLACE = re.compile(r"0x[0-9a-fA-F]{40}")
HASH = re.compile(r"0x[0-9a-f]{64}")
DIGEST = re.compile(r"[0-9a-f]{64}")
UNITS = re.compile(r"-?(0|[1-9]\d*)")


def environment(**more: str) -> dict[str, str]:
    """This program's own, with the tree on the path: the tests run it from folders that hold nothing."""
    return {**os.environ, "PYTHONPATH": str(ROOT), **more}


def run(*arguments: str, stdin: str | None = None, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """`moneta ARGUMENTS` to its end."""
    return subprocess.run(
        [*MONETA, *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        env=environment(),
        cwd=cwd,
        timeout=REPLY_SECONDS,
        check=False,
    )


_MANY = """
import contextlib, io, json, sys
from agent.cli import main
for arguments in json.load(sys.stdin):
    out, errors = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors):
        code = main(arguments)
    print(json.dumps([code, out.getvalue() + errors.getvalue()]))
"""


def run_each(
    commands: Sequence[Sequence[str]], cwd: Path, env: Mapping[str, str] | None = None
) -> list[tuple[int, str]]:
    """The exit code of each `moneta ARGUMENTS` and all that it prints, one after the other in a single process."""
    done = subprocess.run(
        [sys.executable, "-c", _MANY],
        input=json.dumps([list(each) for each in commands]),
        capture_output=True,
        text=True,
        env=environment() if env is None else dict(env),
        cwd=cwd,
        timeout=REPLY_SECONDS,
        check=True,
    )
    return [(code, said) for code, said in map(json.loads, done.stdout.splitlines())]


class Program:
    """`moneta … --script - --json`. Every line that it prints is held against the contract."""

    def __init__(self, *arguments: str, cwd: Path, **settings: str) -> None:
        self._errors = (cwd / "stderr.txt").open("wb")
        self.process = subprocess.Popen(
            [*MONETA, *arguments, "--script", "-", "--json"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env=environment(**settings),
            cwd=cwd,
        )
        self._lines: queue.Queue[bytes] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.turns = 0
        self.ready = check_ready(self._next())
        self.chain = Chain(self.ready["rpc_url"])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            assert self.end() == 0
        self.kill()

    @property
    def account(self) -> str:
        return str(self.ready["account"])

    def token(self, symbol: str) -> str:
        return str(self.ready["tokens"][symbol]["address"])

    def units(self, symbol: str) -> int:
        """The account's balance by the chain itself, in base units."""
        return self.chain.balance_of(self.token(symbol), self.account)

    def nonce(self) -> int:
        return self.chain.nonce(self.account)

    def write(self, line: str | bytes) -> None:
        """Types a line and does not wait."""
        assert self.process.stdin is not None
        self.process.stdin.write((line.encode() if isinstance(line, str) else line) + b"\n")
        self.process.stdin.flush()
        self.turns += 1

    def say(self, line: str) -> dict[str, Any]:
        """Types a line and returns its one object."""
        self.write(line)
        turn = check_turn(self._next())
        assert turn["turn"] == self.turns
        assert turn["user"] == line
        return turn

    def say_bytes(self, line: bytes) -> dict[str, Any]:
        """Types bytes that may be no text at all."""
        self.write(line)
        return check_turn(self._next())

    def end(self) -> int:
        """Closes its input; nothing more may have been printed. The exit code."""
        if self.process.stdin is not None and not self.process.stdin.closed:
            self.process.stdin.close()
        code = self.process.wait(END_SECONDS)
        self._reader.join(END_SECONDS)
        left = self._lines.get_nowait()
        assert left == b"", f"printed more than its replies: {left!r}"
        return code

    def kill(self) -> None:
        """SIGKILL, when it still runs."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait(END_SECONDS)
        self._errors.close()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)
        self._lines.put(b"")

    def _next(self) -> dict[str, Any]:
        try:
            line = self._lines.get(timeout=REPLY_SECONDS)
        except queue.Empty:
            raise AssertionError("no line came") from None
        assert line, f"it ended: {Path(self._errors.name).read_text(errors='replace')[-2000:]}"
        assert line.endswith(b"\n")
        assert len(line.decode().splitlines()) == 1
        found = json.loads(line)
        assert isinstance(found, dict)
        return found


class Chain:
    """The chain by other means: plain JSON-RPC, calldata made by hand."""

    def __init__(self, url: str) -> None:
        self.url = url

    def call(self, method: str, *params: Any) -> Any:
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
        request = urllib.request.Request(self.url, body, {"Content-Type": "application/json"})  # noqa: S310
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310  (http://127.0.0.1)
            read = json.load(answer)
        assert "error" not in read, read
        return read["result"]

    def eth_call(self, to: str, data: str) -> str:
        return str(self.call("eth_call", {"to": to, "data": data}, "latest"))

    def balance_of(self, token: str, holder: str) -> int:
        return int(self.eth_call(token, "0x70a08231" + word(holder)), 16)

    def allowance(self, token: str, owner: str, spender: str) -> int:
        return int(self.eth_call(token, "0xdd62ed3e" + word(owner) + word(spender)), 16)

    def nonce(self, account: str, tag: str = "latest") -> int:
        return int(self.call("eth_getTransactionCount", account, tag), 16)

    def native(self, account: str) -> int:
        return int(self.call("eth_getBalance", account, "latest"), 16)

    def pending(self, account: str) -> list[str]:
        """Hashes of the account's transactions that wait to be mined."""
        waiting = self.call("txpool_content")["pending"]
        return [tx["hash"] for who, txs in waiting.items() if who.lower() == account.lower() for tx in txs.values()]


def word(address: str) -> str:
    """An address as one word of calldata."""
    return address.removeprefix("0x").lower().rjust(64, "0")


def check_ready(line: dict[str, Any]) -> dict[str, Any]:
    """The first line, as the contract has it; `recovered` is there only where there was something to recover."""
    assert set(line) - {"recovered"} == READY
    assert line["event"] == "ready"
    assert isinstance(line["chain_id"], int)
    assert PLACE.fullmatch(line["account"])
    for token in line["tokens"].values():
        assert set(token) == {"address", "decimals"}
        assert isinstance(token["decimals"], int)
    assert line["venues"]
    for venue in line["venues"]:
        assert set(venue) == {"id", "rate", "flags"}
        assert isinstance(venue["rate"], str)
        assert isinstance(venue["flags"], list)
    return line


def check_turn(line: dict[str, Any]) -> dict[str, Any]:
    """A reply's line, as the contract has it."""
    assert set(line) == TURN
    assert isinstance(line["reply"], str)
    assert line["reply"].strip()
    assert line["intent"] is None or isinstance(line["intent"]["action"], str)
    assert isinstance(line["ms"], int | float)
    if line["verdict"] is not None:
        assert set(line["verdict"]) == {"status", "rule"}
        assert line["verdict"]["status"] in STATUSES
        if line["verdict"]["status"] == "refused":
            assert line["verdict"]["rule"]
    if line["plan"] is not None:
        _check_plan(line["plan"])
    for tx in line["txs"]:
        assert set(tx) == TX
        assert HASH.fullmatch(tx["hash"])
    return line


def _check_plan(plan: dict[str, Any]) -> None:
    assert set(plan) == PLAN
    assert DIGEST.fullmatch(plan["digest"])
    assert isinstance(plan["expires"], int)
    assert plan["steps"]
    for step in plan["steps"]:
        assert set(step) == STEP
        assert PLACE.fullmatch(step["to"])
        assert isinstance(step["args"], list)
        assert UNITS.fullmatch(step["value"])
    for change in plan["expected"]:
        assert set(change) == EXPECTED
        assert int(change["min"]) <= int(change["max"])
        assert UNITS.fullmatch(change["min"])


def rows(folder: Path, sql: str, *values: Any) -> list[sqlite3.Row]:
    """Rows of the folder's ledger, read without being able to write."""
    database = sqlite3.connect(f"file:{folder / 'ledger.db'}?mode=ro", uri=True)
    database.row_factory = sqlite3.Row
    try:
        return database.execute(sql, values).fetchall()
    finally:
        database.close()


def until(what: str, holds: Callable[[], Any], seconds: float = 60.0) -> Any:
    """Waits for something to hold, a bounded time."""
    deadline = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < deadline, f"never happened: {what}"
        time.sleep(0.01)
    return found


def descendants(pid: int) -> dict[int, str]:
    """The living children of a process, and theirs: command line by process id, out of `ps`."""
    listed = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid=,ppid=,stat=,args="], capture_output=True, text=True, check=True
    ).stdout
    parts = [line.split(None, 3) for line in listed.splitlines()]
    children: dict[int, list[tuple[int, str]]] = {}
    for child, parent, state, *words in parts:
        if not state.startswith("Z"):
            children.setdefault(int(parent), []).append((int(child), " ".join(words)))
    return dict(_below(pid, children))


def _below(pid: int, children: dict[int, list[tuple[int, str]]]) -> Iterator[tuple[int, str]]:
    for child, words in children.get(pid, []):
        yield child, words
        yield from _below(child, children)


def open_files(pid: int) -> list[str]:
    """What a process holds open, out of Linux's /proc; nothing elsewhere. What it closes meanwhile is left out."""
    held = []
    for each in Path(f"/proc/{pid}/fd").glob("*"):
        with contextlib.suppress(FileNotFoundError):
            held.append(os.readlink(each))
    return held


def gone(pid: int) -> bool:
    """Whether a process has ended (unburied remains count as ended)."""
    found = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return not found.strip() or found.strip().startswith("Z")
