"""What the months are lived on: a devnet brought to the present, and later a copy of it on which nothing is moved."""

from __future__ import annotations

import asyncio
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
"""How often the borrowers act on the way to the present; from then on at every look."""


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


def bring_to_present(node: devnet.Node, seed: int, now: int) -> Passing:
    """Lets the node's time pass until `now`, Unix seconds, with its borrowers; a chain that is past it stays.

    The signer's clock is this machine's, and a plan that is behind it isn't signed.
    """
    passing = Passing(node.rpc_url, node.chain_file, seed)
    begin = passing.now()
    rounds = max((now - begin) // ROUND, 1)
    if now - begin > DAY:
        for number in range(1, rounds + 1):
            passing.until(begin + (now - begin) * number // rounds)
    return passing


def open_stage(folder: Path, seed: int) -> Stage:
    """Starts the node and brings it to the present. Raises DevnetError."""
    node = devnet.start(folder)
    try:
        passing = bring_to_present(node, seed, int(time.time()))
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
    try:
        node = await asyncio.to_thread(twin, stage.node, stage.place.folder / "held")
    except devnet.DevnetError as error:
        raise Unavailable("node", f"The chain could not be copied: {error}") from error
    rpc = Rpc(node.rpc_url)
    try:
        with stage.passing.beside(node.rpc_url) as passing:
            yield Held(passing, replace(market, rpc=rpc))
    finally:
        await rpc.close()
        node.stop()
