"""A folder belongs to one chain: on any other, however alike, nothing is looked up and nothing is called lost."""

from __future__ import annotations

from pathlib import Path

import pytest

import devnet
from agent.errors import Refused
from devnet import Node
from devnet.rpc import Rpc
from tests.integration.runtime_parts import USDC, deposit, opened, status, withdraw

pytestmark = pytest.mark.integration


async def test_a_fresh_devnet_is_another_chain(tmp_path: Path, devnet_session: Node) -> None:
    with devnet.start(tmp_path / "one") as node:
        async with opened(tmp_path / "home", node) as whole:
            await whole.do(deposit("1000"))
        async with opened(tmp_path / "home", node) as again:  # the same one is welcome
            assert again.balance("USDC") == 10_000_000 * USDC - 1000 * USDC
            await again.do(withdraw("1"))
    with devnet.start(tmp_path / "two") as other:
        with pytest.raises(Refused) as caught:
            async with opened(tmp_path / "home", other):
                raise AssertionError("it took another chain for its own")
        assert caught.value.rule == "another-chain"


async def test_the_same_height_of_another_chain(tmp_path: Path, devnet_session: Node) -> None:
    """Blocks of the same numbers with other hashes."""
    with devnet.start(tmp_path / "one") as node:
        async with opened(tmp_path / "home", node) as whole:
            await whole.do(deposit("1000"))
    with devnet.start(tmp_path / "two") as other:
        async with opened(tmp_path / "elsewhere", other) as whole:
            await whole.do(deposit("2000"))
            whole.chain.call("anvil_mine", "0x10")
        with pytest.raises(Refused) as caught:
            async with opened(tmp_path / "home", other):
                raise AssertionError("it took another chain for its own")
        assert caught.value.rule == "another-chain"


async def test_a_chain_that_went_back_is_another_chain(tmp_path: Path, devnet_node: Node) -> None:
    with Rpc(devnet_node.rpc_url) as rpc:
        mark = rpc.call("evm_snapshot")
        async with opened(tmp_path, devnet_node) as whole:
            assert status(await whole.do(deposit("1000"))) == "settled"
        rpc.call("evm_revert", mark)
        with pytest.raises(Refused) as caught:
            async with opened(tmp_path, devnet_node):
                raise AssertionError("its transactions are gone from this chain")
    assert caught.value.rule == "another-chain"
