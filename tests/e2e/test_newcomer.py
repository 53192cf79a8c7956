"""The first things that a careful newcomer does: rates and a watch with a node's URL alone, and no trace of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pexpect
import pytest

from devnet import Node
from devnet.rpc import Rpc
from tests.e2e.program import END_SECONDS, MONETA, ROOT, descendants, environment, open_files, run_each, until
from tests.e2e.test_terminal import ESCAPES
from tests.integration.chain_parts import VENUES

KEY = "Ab3dEfGhIjKlMnOpQrStUvWx"
WHALE = "0x" + "77" * 20


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty folder, which is also the user's own."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


def alone(home: Path) -> dict[str, str]:
    """A newcomer's environment: no setting, no password, an empty home."""
    clean = {name: value for name, value in environment().items() if not name.startswith(("MONETA_", "XDG_"))}
    return clean | {"HOME": str(home), "PYTHONPATH": str(ROOT)}


def chain(node: Node) -> list[str]:
    return ["--chain", str(node.chain_file), "--rpc", node.rpc_url]


def moneta(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*MONETA, *arguments], capture_output=True, text=True, env=alone(home), cwd=home, timeout=60, check=False
    )


@pytest.fixture
def watch(home: Path, devnet_node: Node) -> Iterator[subprocess.Popen[str]]:
    """`moneta run --watch --json`, which looks every second."""
    command = [*MONETA, "run", "--watch", *chain(devnet_node), "--account", WHALE, "--every", "1", "--json"]
    with (home.parent / "stderr.txt").open("w") as errors:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, text=True, env=alone(home), cwd=home
        )
        yield process
        if process.poll() is None:
            process.kill()
        process.wait(END_SECONDS)
        assert process.stdout is not None
        process.stdout.close()


def line(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    found: dict[str, Any] = json.loads(process.stdout.readline())
    return found


def test_rates_with_a_node_alone_and_no_trace(home: Path, devnet_node: Node) -> None:
    every = moneta(home, "yields", *chain(devnet_node))
    assert (every.returncode, every.stderr) == (0, "")
    assert "morpho-blue:WETH-86:USDC" in every.stdout
    assert os.listdir(home) == []


def test_one_tokens_rates_as_json_without_any_code_that_signs(home: Path, devnet_node: Node) -> None:
    program = (
        "import sys; from agent.cli import main; assert main(sys.argv[1:]) == 0;"
        "signs = lambda name: name.startswith('agent.execution.signer.') or name == 'memory.ledger';"
        "print([name for name in sys.modules if signs(name)])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "yields", "usdc", *chain(devnet_node), "--json"],
        capture_output=True, text=True, env=alone(home), cwd=home, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    said, loaded = done.stdout.splitlines()
    assert {venue for venue in VENUES if venue.endswith(":USDC")} <= set(json.loads(said)["reply"].split())
    assert loaded == "['agent.execution.signer.paths']"  # names of files
    assert os.listdir(home) == []


def test_what_is_missing_is_said_and_nothing_is_made(home: Path, devnet_node: Node) -> None:
    here = ["--rpc", "http://127.0.0.1:1"]
    cases = [
        (["yields", *here], "A node is named, and not of which chain. Say --chain: "),
        (["yields"], "A real chain is named with --chain"),
        (["yields", "--chain", "nowhere", *here], "I know no chain 'nowhere'"),
        (["yields", "--chain", "base"], "No endpoint of base is named"),
        (["yields", "--chain", "base", *here], "unavailable: node"),
        (["yields", "--chain", "base", "--rpc", f"{here[1]}/v2/{KEY}"], "others here can see the key in that URL"),
        (["yields", "--chain", "base", "--rpc", devnet_node.rpc_url], "serves chain 31337; Base is chain 8453."),
        (["run", "--watch", "--chain", "base", *here, "--account", "0x12"], "Say --account 0x"),
        (["run", "--chain", "base", *here], "An instance needs its folder. Say --dir"),
    ]
    done = run_each([arguments for arguments, _ in cases], home, alone(home))
    for (arguments, said), (code, told) in zip(cases, done, strict=True):
        assert (code, said in told) == (1, True), f"{arguments}: {told}"
        assert KEY not in told
    assert os.listdir(home) == []


def test_a_node_that_answers_a_hundred_thousand_brackets_ends_nothing(home: Path) -> None:
    nested = b'{"jsonrpc":"2.0","id":1,"result":' + b"[" * 95_000 + b"]" * 95_000 + b"}"

    class Nesting(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", str(len(nested)))
            self.end_headers()
            self.wfile.write(nested)

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Nesting) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        done = moneta(home, "yields", "--chain", "base", "--rpc", f"http://127.0.0.1:{server.server_port}")
        server.shutdown()
    assert done.returncode == 1, done.returncode  # and no signal
    assert "The node gave no usable answer: RecursionError. (unavailable: node)" in done.stdout


def test_a_watch_tells_what_changed_and_could_not_sign(
    home: Path, watch: subprocess.Popen[str], devnet_node: Node
) -> None:
    first = line(watch)
    assert (first["event"], first["chain_id"], first["account"], first["changes"]) == ("look", 31337, WHALE, [])
    assert {venue["id"] for venue in first["venues"]} == set(VENUES)
    assert descendants(watch.pid) == {}  # no signer, no process at all
    with Rpc(devnet_node.rpc_url) as node:
        node.call("anvil_setBalance", WHALE, hex(10**18))
    changed = until("the change is told", lambda: line(watch)["changes"])
    assert [(change["kind"], change["alert"]) for change in changed] == [("wallet", True)]
    assert changed[0]["text"] == "1 ETH came into the account's wallet; it holds 1 ETH now."
    held = open_files(watch.pid)
    assert not [path for path in held if "keystore" in path or "policy" in path or path.endswith(".db")]
    watch.send_signal(signal.SIGINT)
    assert watch.wait(END_SECONDS) == 0
    assert os.listdir(home) == []
    assert (home.parent / "stderr.txt").read_text() == ""


def test_at_a_terminal_it_is_a_table_that_lives(home: Path, devnet_node: Node) -> None:
    env: Any = alone(home) | {"TERM": "xterm-256color"}
    env.pop("COLUMNS", None)
    command, *words = [*MONETA, "run", "--watch", *chain(devnet_node), "--account", WHALE, "--every", "1"]
    terminal = pexpect.spawn(
        command, words, cwd=str(home), env=env, dimensions=(40, 140), encoding="utf-8", timeout=60
    )
    try:
        terminal.expect("Ctrl-C ends it")
        drawn = ESCAPES.sub("", terminal.before)
        assert "devnet (chain 31337), block" in drawn
        assert "could leave now" in drawn
        assert "morpho-blue:WETH-86:USDC" in drawn
        with Rpc(devnet_node.rpc_url) as node:
            node.call("anvil_setBalance", WHALE, hex(10**18))
        terminal.expect("alert: 1 ETH came into the account's wallet")
        terminal.expect("Ctrl-C ends it")
        terminal.sendintr()
        terminal.expect(pexpect.EOF)
    finally:
        terminal.close(force=True)
    assert terminal.exitstatus == 0
    assert "Traceback" not in terminal.before
    assert os.listdir(home) == []


def test_in_a_pipe_a_change_is_a_line(home: Path, devnet_node: Node) -> None:
    command = [*MONETA, "run", "--watch", *chain(devnet_node), "--account", WHALE, "--every", "1"]
    shown = home.parent / "shown.txt"
    with shown.open("w") as out:
        process = subprocess.Popen(command, stdout=out, env=alone(home), cwd=home)
        try:
            until("the table is there", lambda: "venus:core:WETH" in shown.read_text())
            with Rpc(devnet_node.rpc_url) as node:
                node.call("anvil_setBalance", WHALE, hex(10**18))
            until("the change is told", lambda: "alert: 1 ETH came" in shown.read_text())
            process.terminate()
            assert process.wait(END_SECONDS) == 0
        finally:
            if process.poll() is None:
                process.kill()
            process.wait(END_SECONDS)
    text = shown.read_text()
    assert "read-only: no key is opened and nothing can be signed" in text
    assert text.count("could leave now") == 1  # the table once
