"""What every cycle begins with: a folder with a little history, a signer that runs, all that a start would find."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import shutil
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pluggy

from agent.chain.registry import Registry
from agent.chain.rpc import Rpc
from agent.commands import places
from agent.compose import open_instance
from agent.config import Settings
from agent.execution.signer.client import SignerClient
from agent.execution.signer.process import SignerProcess
from agent.intents import Deposit, Exact
from agent.money import Address
from agent.place import Place
from agent.plugin import Trader, Venue
from agent.policy.policy import Policy
from agent.runtime.acting import Acting
from agent.runtime.world import World
from devnet import Node
from memory.ledger import FILE, Ledger
from memory.memory import Memory
from memory.rows import User

CHANNEL = "terminal"
AAVE, MORPHO = "aave-v3:core:USDC", "morpho-blue:WETH-86:USDC"


@dataclass(frozen=True, slots=True)
class Warm:
    """All that a start finds out, found out once. `folder` holds the ledger that each cycle gets a copy of."""

    place: Place
    settings: Settings
    registry: Registry
    policy: Policy
    venues: Mapping[str, Venue]
    traders: Mapping[str, Trader]
    hooks: pluggy.HookRelay
    user: User
    account: Address
    node: Node

    @property
    def folder(self) -> Path:
        return self.place.folder

    def fresh(self, cycle: Path) -> None:
        """The ledger as it was at the beginning, in the cycle's folder."""
        shutil.rmtree(cycle, ignore_errors=True)
        cycle.mkdir(parents=True)
        shutil.copyfile(self.folder / FILE, cycle / FILE)

    @contextlib.asynccontextmanager
    async def open(self, cycle: Path) -> AsyncIterator[World]:
        """The instance over the cycle's ledger: a process of its own opens it as a start does."""
        ledger = await Ledger.open(cycle, _now)
        memory = await Memory.open(cycle, _now)
        signer, rpc = await SignerClient.connect(self.place.signer_folder), Rpc(self.node.rpc_url)
        world: World | None = None
        try:
            world = World(
                settings=self.settings,
                registry=self.registry,
                rpc=rpc,
                policy=self.policy,
                venues=self.venues,
                missing={},
                hooks=self.hooks,
                ledger=ledger,
                memory=memory,
                signer=signer,
                now=_now,
                new_id=lambda: secrets.token_hex(16),
                traders=self.traders,
            )
            yield world
        finally:
            if world is not None:
                await world.bookkeeper.close()
            await signer.close()
            await rpc.close()
            await memory.close()
            await ledger.close()


def _now() -> int:
    return int(time.time())


async def prepare(folder: Path, node: Node) -> Warm:
    """A folder with an account, its money, and a deposit in two venues."""
    place = places.of_devnet(folder, node.rpc_url, node.chain_file, throw_away=True)
    settings = Settings(max_head_age_seconds=0)  # a devnet stands still by itself
    async with open_instance(place, settings) as instance:
        world = instance.world
        await places.fund(place, instance.first_account)
        user = await instance.owner(CHANNEL, "owner", "you")
        for venue in (AAVE, MORPHO):
            await Acting(world).propose(user, CHANNEL, deposit("5000", venue), {})
            await Acting(world).confirm(user, CHANNEL, None)
        return Warm(
            place=place,
            settings=settings,
            registry=world.registry,
            policy=world.policy,
            venues=dict(world.venues),
            traders=dict(world.traders),
            hooks=world.hooks,
            user=user,
            account=instance.first_account,
            node=node,
        )


def deposit(value: str, venue: str) -> Deposit:
    return Deposit(asset="USDC", amount=Exact(value=value), venue=venue)


@contextlib.contextmanager
def signing(warm: Warm) -> Iterator[None]:
    """The signer runs, unlocked, as a child of a child: this process stays without threads and event loops."""
    ready, told = os.pipe()
    wait, stop = os.pipe()

    def serve() -> None:
        os.close(stop)  # or the other end would never see it close
        asyncio.run(_serve(warm, told, wait))

    pid = forked(serve)
    try:
        os.close(told)
        os.close(wait)
        if os.read(ready, 1) != b"!":
            raise RuntimeError("the signer did not start")
        yield
    finally:
        os.close(stop)
        os.close(ready)
        os.waitpid(pid, 0)


async def _serve(warm: Warm, told: int, wait: int) -> None:
    process = await SignerProcess.start(warm.place.signer_folder)
    client = await SignerClient.connect(warm.place.signer_folder)
    await client.unlock(warm.place.password)
    await client.close()
    os.write(told, b"!")
    await asyncio.to_thread(os.read, wait, 1)  # until the other end is closed
    await process.stop()


def forked(work: Callable[[], object]) -> int:
    """Does `work` in a child, which then ends whatever happens; its process id."""
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        work()
        status = 0
    finally:
        os._exit(status)
