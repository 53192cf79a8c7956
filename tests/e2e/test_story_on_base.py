"""The story of the demo as somebody's first day on a real chain: `--chain base --rpc URL`, a keystore of one's own.

The chain is Base's local profile (docs/chains.md says what that proves). Its blocks come by themselves, as a chain's
do, so that a plan settles when Base's file says: behind the safe block.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import devnet
from devnet import Node
from devnet.rpc import Rpc
from tests.e2e.program import Program, rows

START, DEPOSIT = 20_000 * 10**6, 1_000 * 10**6
BLOCKS, EVERY_SECONDS = 8, 0.05


@pytest.mark.parametrize("profile_node", ["base"], indirect=True)
def test_first_light_on_base(profile_node: Node, tmp_path: Path) -> None:
    url, file = profile_node.rpc_url, profile_node.chain_file
    password = tmp_path / "password"
    password.write_text("correct horse battery staple")
    folder = tmp_path / "d"
    asked = ("chat", "--dir", str(folder), "--chain", "base", "--rpc", url)
    with (
        _blocks(url),
        Program(*asked, cwd=tmp_path, MONETA_PASSWORD_FILE=str(password)) as talk,
    ):
        assert talk.ready["chain_id"] == 8453
        assert talk.token("USDC") == "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"
        devnet.fund(url, talk.account, {"USDC": START, "ETH": 10**18}, chain_file=file)
        best = talk.say("best yield for usdc?")
        preview = talk.say("put 1,000 USDC to work")
        assert preview["verdict"]["status"] == "ready"
        assert "Base" in preview["reply"]
        done = talk.say("/confirm")
        assert done["verdict"]["status"] == "settled"
        assert talk.units("USDC") == START - DEPOSIT
        assert done["plan"]["steps"][0]["to"] == talk.token("USDC"), "the approval"
        venue = best["reply"].split()[0]
        assert venue in talk.say("how am I doing?")["reply"]
        assert talk.say("get me out of everything")["verdict"]["status"] == "ready"
        out = talk.say("/confirm")
        assert out["verdict"]["status"] == "settled"
        interest = talk.units("USDC") - START
        assert -2 <= interest < DEPOSIT // 1_000, "the protocol rounds a unit each way at most"
        account, usdc = talk.account, talk.token("USDC")
    moved = rows(folder, "SELECT units FROM flows WHERE token = ? AND holder = ?", usdc, account)
    assert sum(int(row["units"]) for row in moved) == interest


@contextlib.contextmanager
def _blocks(url: str) -> Iterator[None]:
    """Some blocks every now and then, while it lasts."""
    stopped = threading.Event()

    def mine() -> None:
        with Rpc(url) as rpc:
            while not stopped.wait(EVERY_SECONDS):
                rpc.call("anvil_mine", hex(BLOCKS))

    thread = threading.Thread(target=mine, daemon=True)
    thread.start()
    yield
    stopped.set()
    thread.join()
