"""`moneta demo` and `moneta chat`: the conversation, with or without a chain of its own."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import ExitStack
from pathlib import Path

import devnet
from agent.commands import places
from agent.commands.output import complain
from agent.commands.session import converse
from agent.compose import Place, open_instance
from agent.config import Settings


def demo(folder: Path | None, script: str | None, as_json: bool, character: str | None = None) -> int:
    """A devnet, a throw-away account with play money, the chat. All of it ends with the input."""
    devnet.setup()
    with ExitStack() as stack:
        if folder is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="moneta-")))
        node = stack.enter_context(devnet.start(folder))
        place = places.of_devnet(folder, node.rpc_url, node.chain_file, throw_away=True)
        asyncio.run(_talk(place, script, as_json, character))
    return 0


def chat(folder: Path, script: str | None, as_json: bool, character: str | None = None) -> int:
    """The chat on the devnet that runs in `folder`."""
    asyncio.run(_talk(places.running_devnet(folder), script, as_json, character))
    return 0


async def _talk(place: Place, script: str | None, as_json: bool, character: str | None) -> None:
    settings = Settings(character=character) if character else Settings()
    async with open_instance(place, settings) as instance:
        if instance.new_wallet:
            await places.fund(place, instance.first_account)
        for name, reason in sorted(instance.world.missing.items()):
            complain(f"left out: {name}: {reason}")
        await converse(instance, script=script, as_json=as_json, history=place.folder / "history")
