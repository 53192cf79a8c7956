"""Folders for instances on devnet, with one wallet for the whole run: to make one takes longer than most tests."""

from __future__ import annotations

import contextlib
import functools
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from agent.commands import places
from agent.compose import Instance, open_instance
from agent.config import Settings
from agent.execution.signer.setup import create_wallet
from agent.place import Place
from devnet import Node


def place_on(node: Node, folder: Path, url: str = "") -> Place:
    """The place in `folder`, on the node or through `url`; a folder without a wallet gets a copy of the run's."""
    if not (folder / "signer").exists():
        shutil.copytree(wallet(), folder, dirs_exist_ok=True)
    return places.of_devnet(folder, url or node.rpc_url, node.chain_file, throw_away=True)


@contextlib.asynccontextmanager
async def funded(place: Place, settings: Settings | None = None) -> AsyncIterator[Instance]:
    """The place's instance, open; at its first start its first account gets its play money."""
    new = not (place.folder / "ledger.db").exists()
    async with open_instance(place, settings or Settings()) as instance:
        if new:
            await places.fund(place, instance.first_account)
        yield instance


@functools.cache
def _kept() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="moneta-wallet-")


@functools.cache
def wallet() -> Path:
    """A folder with a keystore and its password. Each instance makes its own policy out of what it finds."""
    folder = Path(_kept().name)
    place = places.of_devnet(folder, "", folder / "chain.toml", throw_away=True)
    create_wallet(place.signer_folder, place.password, light=True)
    return folder
