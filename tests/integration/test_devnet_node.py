"""Starting and ending: nothing is left behind, however the parent ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import devnet
from devnet import anvil
from devnet.errors import NodeUnreachable
from devnet.rpc import Rpc

pytestmark = pytest.mark.integration

PARENT = """
import pathlib, sys, time
import devnet
node = devnet.start(pathlib.Path(sys.argv[1]))
print(node.pid, node.rpc_url, flush=True)
time.sleep(60)
"""


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        if not Path("/proc/self/stat").exists():
            return True
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):  # it may end between two of these lines
        return False


def test_a_node_serves_the_whole_chain_and_ends_when_it_is_stopped(tmp_path: Path) -> None:
    built = devnet.setup()
    node = devnet.start(tmp_path)
    with Rpc(node.rpc_url) as rpc:
        assert rpc.number("eth_chainId") == 31337
        assert rpc.number("eth_blockNumber") > 200
    assert node.chain_file.read_bytes() == (built / "chain.toml").read_bytes()
    node.stop()
    node.stop()
    assert not is_alive(node.pid)


def test_anvil_ends_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    devnet.setup()
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=Path.cwd()
    )
    assert parent.stdout is not None
    pid = int(parent.stdout.readline().split()[0])
    assert is_alive(pid)
    parent.send_signal(signal.SIGKILL)
    killed = time.monotonic()
    parent.wait()
    parent.stdout.close()
    while is_alive(pid) and time.monotonic() - killed < 20:  # a busy machine takes its time; PARENT would sleep on
        time.sleep(0.01)
    assert not is_alive(pid)


def test_an_anvil_that_dies_is_noticed(tmp_path: Path) -> None:
    devnet.setup()
    with devnet.start(tmp_path) as node:
        os.kill(node.pid, signal.SIGKILL)
        node.process.wait(30)
        assert not node.alive()
        with Rpc(node.rpc_url) as rpc, pytest.raises(NodeUnreachable):
            rpc.number("eth_chainId")


def test_a_port_that_is_taken_is_refused_rather_than_mistaken_for_ours(tmp_path: Path) -> None:
    devnet.setup()
    with devnet.start(tmp_path / "one") as node:
        port = int(node.rpc_url.rpartition(":")[2])
        with pytest.raises(devnet.DevnetError, match="in use"):
            devnet.start(tmp_path / "two", port=port)


def test_starting_needs_the_standard_library_alone(tmp_path: Path) -> None:
    devnet.setup()
    script = (
        "import pathlib, sys, devnet\n"
        f"with devnet.start(pathlib.Path({str(tmp_path)!r})) as node:\n"
        "    devnet.fund(node.rpc_url, '0x' + 'ab' * 20, {'USDC': 1})\n"
        "print([name for name in ('web3', 'eth_abi', 'eth_utils', 'pydantic') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_faucet_adds_exactly_what_it_is_told(tmp_path: Path) -> None:
    from tests.integration.devnet_reads import Reader

    devnet.setup()
    with devnet.start(tmp_path) as node:
        reader, account = Reader(node), "0x" + "Ab" * 20
        amounts = {"ETH": 10**20, "USDC": 10**13, "DAI": 10**23, "WETH": 3 * 10**18}
        for times in (1, 2):
            devnet.fund(node.rpc_url, account, amounts)
            held = reader.w3.eth.get_balance(reader.w3.to_checksum_address(account))
            assert held == times * amounts["ETH"]
            for symbol in ("USDC", "DAI", "WETH"):
                owner = reader.w3.to_checksum_address(account)
                assert reader.token(symbol).functions.balanceOf(owner).call() == times * amounts[symbol]
        with pytest.raises(devnet.DevnetError, match="DOGE"):
            devnet.fund(node.rpc_url, account, {"ETH": 1, "DOGE": 1})
        assert reader.w3.eth.get_balance(reader.w3.to_checksum_address(account)) == 2 * 10**20


def test_a_port_that_another_one_took_meanwhile_is_given_up_for_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are anvils of the same chain: only which one has the port tells them apart."""
    devnet.setup()
    with devnet.start(tmp_path / "one") as one:
        taken, free = int(one.rpc_url.rpartition(":")[2]), anvil.free_port
        ports = iter([taken])
        monkeypatch.setattr(anvil, "free_port", lambda: next(ports, None) or free())
        with devnet.start(tmp_path / "two") as two:
            assert two.rpc_url != one.rpc_url
        up = iter([taken])
        monkeypatch.setattr(anvil, "free_port", lambda: next(up, None) or free())
        try:
            assert devnet.up(tmp_path / "three").rpc_url != one.rpc_url
        finally:
            devnet.down(tmp_path / "three")
        with Rpc(one.rpc_url) as rpc:
            assert rpc.number("eth_chainId") == 31337
