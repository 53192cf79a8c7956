"""A whole instance whose keys are at a remote signer: the same story, and no keystore."""

from __future__ import annotations

from pathlib import Path

from eth_account import Account

from agent.commands import places
from agent.config import Settings
from devnet import Node
from tests.integration.runtime_parts import deposit, leave_all, opened, status
from tests.servers.web3signer import web3signer


async def test_a_deposit_and_an_exit_by_a_remote_signer(tmp_path: Path, devnet_node: Node) -> None:
    (tmp_path / "signer").mkdir(mode=0o700)
    key = "22" * 32
    with web3signer("33" * 32, key) as server:
        owner = Account.from_key(key).address
        settings = Settings(remote_signer_url=server.url, remote_signer_account=owner)
        async with opened(tmp_path, devnet_node, settings=settings) as whole:
            assert whole.account == owner
            place = places.of_devnet(tmp_path, devnet_node.rpc_url, devnet_node.chain_file, throw_away=True)
            await places.fund(place, whole.account)
            await whole.do(deposit("100"))
            server.fault = "500"
            await whole.ask(leave_all())
            assert status(await whole.confirm()) != "settled"
            server.fault = ""
            await whole.ask(leave_all())
            assert status(await whole.confirm()) == "settled"
    assert not (tmp_path / "signer" / "keystore.json").exists()
