"""Two instances on one machine, one on Base and one on OP Mainnet, side by side: their folders share nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

import devnet
from agent.execution.signer.setup import create_wallet
from devnet import Node
from devnet.rpc import Rpc
from tests.e2e.program import Program, rows, run

CHAINS = {"base": (8453, "Base"), "optimism": (10, "OP Mainnet")}
PASSWORD = "a password for tests"
MONEY = {"ETH": 10**18, "USDC": 5_000 * 10**6}


@pytest.fixture
def nodes(profile_nodes: Callable[[str], Node]) -> Iterator[dict[str, Node]]:
    """Both local profiles; what the test changes is undone after it."""
    found = {name: profile_nodes(name) for name in CHAINS}
    marks = {}
    for name, node in found.items():
        with Rpc(node.rpc_url) as rpc:
            marks[name] = rpc.call("evm_snapshot")
    yield found
    for name, node in found.items():
        with Rpc(node.rpc_url) as rpc:
            rpc.call("evm_revert", marks[name])


@pytest.fixture
def home(tmp_path: Path, nodes: dict[str, Node]) -> Path:
    """A folder for each chain, as `moneta init` makes it, with a keystore that opens quickly."""
    (tmp_path / "password").touch(mode=0o600)
    (tmp_path / "password").write_text(PASSWORD)
    for name, node in nodes.items():
        done = run("init", "--dir", name, "--chain", name, "--rpc", node.rpc_url, "--yes", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        with (tmp_path / name / "moneta.toml").open("a") as file:
            file.write("confirmations = 1\n")  # the node mines when something is sent to it
        create_wallet(tmp_path / name / "signer", PASSWORD, light=True)
    return tmp_path


def chat(home: Path, name: str) -> Program:
    (home / f"{name}-errors").mkdir()
    return Program(
        "chat", "--dir", str(home / name), cwd=home / f"{name}-errors", MONETA_PASSWORD_FILE=str(home / "password")
    )


def test_two_chains_side_by_side(home: Path, nodes: dict[str, Node], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONETA_PASSWORD_FILE", str(home / "password"))
    with ExitStack() as stack:
        opened = {name: stack.enter_context(chat(home, name)) for name in CHAINS}
        base, optimism = opened["base"], opened["optimism"]
        assert base.account != optimism.account
        for name, (chain_id, network) in CHAINS.items():
            it = opened[name]
            assert it.ready["chain_id"] == chain_id
            devnet.fund(nodes[name].rpc_url, it.account, MONEY, chain_file=nodes[name].chain_file)
            assert f"On {network} (chain {chain_id}):" in it.say("put 1,000 USDC to work")["reply"]
        settled = base.say("/confirm")  # the other's preview is none of its business
        assert settled["verdict"]["status"] == "settled", settled["reply"]
        assert (base.units("USDC"), optimism.units("USDC")) == (MONEY["USDC"] - 1_000 * 10**6, MONEY["USDC"])
        assert optimism.nonce() == 0
        assert optimism.say("/confirm")["verdict"]["status"] == "settled"
    for name in CHAINS:
        assert len(rows(home / name, "select * from plans where status = 'settled'")) == 1
    _crossed(home, nodes["optimism"].rpc_url)


def _crossed(home: Path, url: str) -> None:
    """One chain's folder is refused to the other, with its ledger and without."""
    other = ["--chain", "optimism", "--rpc", url]
    said = run("portfolio", "--dir", "base", *other, cwd=home)
    for file in (home / "base").glob("ledger.db*"):
        file.unlink()
    without_ledger = run("portfolio", "--dir", "base", *other, cwd=home)
    assert (said.returncode, without_ledger.returncode) == (1, 1)
    assert "This ledger belongs to chain 8453" in said.stderr
    assert "is for chain 8453; OP Mainnet is chain 10. A folder is for one chain" in without_ledger.stderr
