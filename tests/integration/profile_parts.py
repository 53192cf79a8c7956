"""Instances on the local profiles of real chains: one node a profile and run, and every test finds it fresh."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import devnet
from agent.compose import open_instance
from agent.config import Settings
from agent.place import Place
from devnet import Node
from devnet.rpc import Rpc
from tests.integration.place_parts import wallet
from tests.integration.runtime_parts import Whole

NAMES = ("ethereum", "base", "arbitrum", "optimism")
TO_START_WITH = {"ETH": 100 * 10**18, "USDC": 50_000 * 10**6}
ONE_BLOCK = Settings(confirmations=1)  # anvil mines when it is sent something, and not otherwise


def place_on_profile(node: Node, folder: Path) -> Place:
    """As `--chain` makes it, with a copy of the run's wallet."""
    if not (folder / "signer").exists():
        shutil.copytree(wallet(), folder, dirs_exist_ok=True)
    password = (folder / "devnet-password").read_text()
    return Place(folder, node.rpc_url, node.chain_file, password, caps=None, contact_delay_seconds=0, throw_away=True)


@contextlib.asynccontextmanager
async def opened_on(node: Node, folder: Path, settings: Settings = ONE_BLOCK) -> AsyncIterator[Whole]:
    """A new instance on a profile, its account with ether and USDC."""
    async with open_instance(place_on_profile(node, folder), settings) as instance:
        devnet.fund(node.rpc_url, instance.first_account, TO_START_WITH, chain_file=node.chain_file)
        with Rpc(node.rpc_url) as chain:
            user = await instance.owner("terminal", "owner", "you")
            yield Whole(instance, user, node, chain)


def pass_days(chain: Rpc, days: int) -> None:
    chain.call("evm_increaseTime", hex(days * 86_400))
    chain.call("evm_mine")
