"""`moneta demo` and `moneta chat`: the conversation, with or without a chain of its own."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import devnet
from agent.importing import uncollected

if TYPE_CHECKING:
    from agent.commands.early import Early
    from agent.config import Settings
    from agent.place import Place, Where

INTERRUPTED = 130


def demo(folder: Path | None, script: str | None, as_json: bool, character: str | None = None) -> int:
    """A devnet, a throw-away account with play money, the chat. All of it ends with the input."""
    devnet.setup()
    with ExitStack() as stack:
        if folder is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="moneta-")))
        with ThreadPoolExecutor(1) as beside:
            starting = beside.submit(devnet.start, folder)
            with uncollected():
                from agent.commands import places, session  # half a second, in which the node comes up
                from agent.place import Where
        node = stack.enter_context(starting.result())
        place = places.of_devnet(folder, node.rpc_url, node.chain_file, throw_away=True)
        asyncio.run(session.talk(place, Where.of(folder, character=character).settings, script, as_json))
    return 0


def autopilot(
    folder: Path | None, span: int, seed: int, script: str | None, as_json: bool, character: str | None = None
) -> int:
    """The same devnet, with months that pass under a mandate; `span` in seconds. 130 where Ctrl-C ended them."""
    devnet.setup()
    with ExitStack() as stack:
        if folder is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="moneta-")))
        with ThreadPoolExecutor(1) as beside, uncollected():
            from agent.commands.autopilot.stage import open_stage

            opening = beside.submit(open_stage, folder, seed)
            from agent.commands.autopilot.command import Wanted, fly
            from agent.place import Where
        stage = opening.result()
        stack.enter_context(stage.node)
        stack.enter_context(stage.passing)
        settings = Where.of(folder, character=character).settings
        done = asyncio.run(fly(stage, settings, Wanted(span, seed, script, as_json)))
    return 0 if done else INTERRUPTED


def chat(where: Where, script: str | None, as_json: bool) -> int:
    """The chat on the chain of the settings, or on the devnet that runs in the folder."""
    with uncollected():
        from agent.commands import places

    place = places.place_of(where)  # where no devnet runs, that is said at once
    asyncio.run(_chat(place, where.settings, script, as_json))
    return 0


async def _chat(place: Place, settings: Settings, script: str | None, as_json: bool) -> None:
    """What a script says first is answered while there is nothing but the ledger (early.py)."""
    async with contextlib.AsyncExitStack() as stack:
        begun: Early | None = None
        if script is not None:
            with uncollected():
                from agent.commands.early import early, pipe_of

                pipe = pipe_of(script)
                if pipe is not None:  # opening the ledger imports, too
                    begun = await stack.enter_async_context(early(place, settings, pipe, as_json))
        with uncollected():
            from agent.commands import session
        await session.talk(place, settings, script, as_json, begun)
