"""up, down, status: a chain that goes on where it was, and that is ended only when it is ours."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import devnet
from devnet.persistent import _height
from devnet.rpc import Rpc

pytestmark = pytest.mark.integration
DAY = 86_400


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    devnet.setup()
    yield tmp_path
    devnet.down(tmp_path)


def pay(url: str) -> dict[str, str]:
    with Rpc(url) as rpc:
        accounts = rpc.call("eth_accounts")
        return rpc.send({"from": accounts[1], "to": accounts[2], "value": "0x1"})


def test_blocks_receipts_and_the_clock_go_on_after_down_and_up(folder: Path) -> None:
    running = devnet.up(folder)
    before = pay(running.rpc_url)
    devnet.advance(running.rpc_url, 3 * DAY)
    after = pay(running.rpc_url)
    with Rpc(running.rpc_url) as rpc:
        head = rpc.block()
    assert devnet.down(folder)
    assert devnet.status(folder).running is None
    assert not devnet.down(folder)
    running = devnet.up(folder)
    with Rpc(running.rpc_url) as rpc:
        assert rpc.block() == head
        for receipt in (before, after):
            assert rpc.call("eth_getTransactionReceipt", receipt["transactionHash"]) == receipt
            assert rpc.block(receipt["blockNumber"])["hash"] == receipt["blockHash"]
        pay(running.rpc_url)
        assert 0 <= int(rpc.block()["timestamp"], 16) - int(head["timestamp"], 16) < 60
    assert devnet.advance(running.rpc_url, DAY).blocks == DAY // 12


def test_a_second_node_over_the_same_folder_is_refused(folder: Path) -> None:
    running = devnet.up(folder)
    with pytest.raises(devnet.DevnetError, match="running already"):
        devnet.up(folder)
    status = devnet.status(folder)
    assert status.running == running
    assert status.block is not None


def test_it_outlives_the_program_that_started_it(folder: Path) -> None:
    script = f"import pathlib, devnet; devnet.up(pathlib.Path({str(folder)!r}))"
    subprocess.run([sys.executable, "-c", script], check=True)
    assert devnet.status(folder).running is not None


def test_a_killed_anvil_comes_back_from_its_own_last_dump(folder: Path) -> None:
    running = devnet.up(folder)
    old = pay(running.rpc_url)
    while _height(folder / "autosave.json") < int(old["blockNumber"], 16):  # until it is there, and whole
        time.sleep(0.1)
    os.kill(running.pid, signal.SIGKILL)
    while devnet.status(folder).running is not None:
        time.sleep(0.01)
    running = devnet.up(folder)
    with Rpc(running.rpc_url) as rpc:
        assert rpc.call("eth_getTransactionReceipt", old["transactionHash"]) == old


def test_a_dump_that_was_cut_off_is_passed_over(folder: Path) -> None:
    running = devnet.up(folder)
    receipt = pay(running.rpc_url)
    devnet.down(folder)
    (folder / "autosave.json").write_bytes((folder / "state.json").read_bytes()[:100_000])
    running = devnet.up(folder)
    with Rpc(running.rpc_url) as rpc:
        assert rpc.call("eth_getTransactionReceipt", receipt["transactionHash"]) == receipt


def test_a_process_that_only_has_the_same_number_is_left_alone(folder: Path) -> None:
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        running = devnet.up(folder)
        record = folder / "devnet.json"
        ours = record.read_text()
        record.write_text(json.dumps({**json.loads(ours), "pid": bystander.pid}))
        assert not devnet.down(folder)
        assert bystander.poll() is None
        record.write_text(ours)
        assert devnet.status(folder).running == running
    finally:
        bystander.kill()
        bystander.wait()
