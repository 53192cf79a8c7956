"""What the months are lived on: a devnet brought to the present, and later a copy of it on which nothing is moved."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import devnet
from agent.chain.rpc import Rpc
from agent.commands import places
from agent.commands.autopilot.clock import ChainClock
from agent.errors import Unavailable
from agent.place import Place
from agent.runtime.market import Market
from agent.runtime.world import Advance
from devnet.passing import Passing
from devnet.twin import twin

DAY = 86_400
ROUND = 5 * DAY
"""How often the borrowers act on the way to the first look; from then on at every look."""
WATCHED = 30 * DAY
"""How long before the deposit the instance looks already: the past that elsewhere is read back from old blocks."""


@dataclass(frozen=True, slots=True)
class Stage:
    """`place` is on the node; `clock` is its chain's."""

    node: devnet.Node
    passing: Passing
    place: Place
    clock: ChainClock


@dataclass(frozen=True, slots=True)
class Held:
    """The copy: its time, and what can be looked at on it."""

    passing: Passing
    market: Market


def bring_to(node: devnet.Node, seed: int, second: int) -> Passing:
    """Lets the node's time pass until that Unix second, with its borrowers; a chain that is past it stays."""
    passing = Passing(node.rpc_url, node.chain_file, seed)
    begin = passing.now()
    rounds = max((second - begin) // ROUND, 1)
    if second - begin > DAY:
        for number in range(1, rounds + 1):
            passing.until(begin + (second - begin) * number // rounds)
    return passing


async def watch(stage: Stage, market: Market, every: int) -> None:
    """Lets WATCHED pass, at least until the present, with a look every so many seconds.

    The present, since the signer's clock is this machine's, and a plan that is behind it isn't signed.
    """
    at = stage.clock()
    end = max(at + WATCHED, int(time.time()))
    while at < end:
        await market.snapshot()
        at = at + every if end - at >= 2 * every else end
        await pass_until(stage.passing, at)
        stage.clock.set(at)


async def pass_until(passing: Passing, second: int) -> None:
    """Lets a chain's time pass, in a thread. Raises Unavailable where its node fails."""
    try:
        await asyncio.to_thread(passing.until, second)
    except devnet.DevnetError as error:
        raise Unavailable("node", f"Time could not be moved: {error}") from error


def open_stage(folder: Path, seed: int) -> Stage:
    """Starts the node and brings it so near the present that it can be watched until then. Raises DevnetError."""
    node = devnet.start(folder)
    try:
        passing = bring_to(node, seed, int(time.time()) - WATCHED)
        clock = ChainClock(passing.now())
    except BaseException:
        node.stop()
        raise
    place = places.of_devnet(folder, node.rpc_url, node.chain_file, throw_away=True)
    return Stage(node, passing, replace(place, advance=_following(place, passing, clock)), clock)


def _following(place: Place, passing: Passing, clock: ChainClock) -> Advance:
    """The chat's `advance`, after which the clock is the chain's again."""
    move = places.advancing(place.rpc_url, place.chain_file)

    async def advance(seconds: int) -> str:
        said = await move(seconds)
        clock.set(await asyncio.to_thread(passing.now))
        return said

    return advance


@asynccontextmanager
async def held_beside(stage: Stage, market: Market) -> AsyncIterator[Held]:
    """A copy of the chain as it is now. Raises Unavailable where it can't be made."""
    folder = stage.place.folder / "held"
    try:
        node = await asyncio.to_thread(twin, stage.node, folder)
    except devnet.DevnetError as error:
        raise Unavailable("node", f"The chain could not be copied: {error}") from error
    rpc = Rpc(node.rpc_url)
    try:
        with stage.passing.beside(node.rpc_url) as passing:
            yield Held(passing, replace(market, rpc=rpc, saw=None))  # what is seen there, nobody saw
    finally:
        await rpc.close()
        node.stop()
        shutil.rmtree(folder, ignore_errors=True)
