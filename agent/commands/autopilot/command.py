"""The command: sentences that a user would type, then months of autopilot, a closing table, and the chat."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from agent.chat.lines import OWNER, PLATFORM, Lines
from agent.chat.terminal import Terminal
from agent.commands import session
from agent.commands.autopilot.balances import Yardstick
from agent.commands.autopilot.closing import Closing
from agent.commands.autopilot.ears import Ears
from agent.commands.autopilot.journey import Journey
from agent.commands.autopilot.stage import Stage, held_beside, watch
from agent.commands.autopilot.talk import Talk
from agent.commands.output import json_line
from agent.commands.screens import is_terminal
from agent.compose import Instance, open_instance
from agent.config import Settings
from agent.replies.reply import Reply

DEPOSIT = ("put 40,000 usdc to work", "yes")
MANDATE = ("keep my usdc well placed", "yes")
QUIET = "no summary"
ASSET = "USDC"
GO_ON = "The chat goes on from here: `why?`, `portfolio`, `history`, `chart my portfolio`. `exit` ends it."


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for: `seconds` of autopilot under the demand of `seed`; then `script`, or the chat."""

    seconds: int
    seed: int
    script: str | None
    as_json: bool


async def fly(stage: Stage, settings: Settings, wanted: Wanted) -> bool:
    """The whole of it; False where it was interrupted. Raises Refused, Unavailable."""
    history = stage.place.folder / "history"
    after = None if wanted.script is None else session.lines_of(wanted.script, history)
    async with open_instance(stage.place, settings, now=stage.clock) as instance:
        await session.prepare(stage.place, instance)
        talk = await _talk(instance, wanted, stage.place.folder)
        if wanted.as_json:
            json_line(await session.ready(instance.world, instance.first_account))
        every = settings.rebalance_every_hours * 3_600
        with talk.working("The market of the last 30 days is looked at first …"):
            await watch(stage, instance.world.market, every)
        await talk.say(DEPOSIT)
        closing = await _months(stage, talk, wanted)
        talk.close(closing)
        if closing.interrupted:
            return False
        await _afterwards(talk, after, stage.place.folder)
        return True


async def _talk(instance: Instance, wanted: Wanted, folder: Path) -> Talk:
    user, terminal = await instance.owner(PLATFORM, OWNER, "you"), None
    if is_terminal() and not wanted.as_json:
        from rich.console import Console

        lines = session.lines_of(None, folder / "history")
        terminal = Terminal(instance.service, lines, Console(), folder / "pictures")
    return Talk(instance, user, wanted.as_json, terminal)


async def _months(stage: Stage, talk: Talk, wanted: Wanted) -> Closing:
    instance = talk.instance
    world, service = instance.world, instance.service
    assets = {key: venue.asset.symbol for key, venue in world.venues.items()}
    yardstick = Yardstick(world.registry.token(ASSET), world.registry.native.symbol, assets)
    async with held_beside(stage, world.market) as held:
        await talk.say(MANDATE)
        await talk.mention(QUIET)
        ears = Ears()
        service.adapters[PLATFORM] = ears
        try:
            with talk.screen(yardstick, wanted.seconds) as screen:
                journey = Journey(
                    stage, instance, held, talk.user, yardstick, screen, ears, wanted.seconds, wanted.seed
                )
                async with _interrupted() as stop:
                    return await journey.run(stop)
        finally:
            del service.adapters[PLATFORM]


@asynccontextmanager
async def _interrupted() -> AsyncIterator[asyncio.Event]:
    """Set by Ctrl-C or SIGTERM, which then end nothing by themselves."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    try:
        yield stop
    finally:
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(name)


async def _afterwards(talk: Talk, after: Lines | None, folder: Path) -> None:
    """The script that was named; at a terminal without one the chat goes on, where `why?` has its decisions."""
    if after is not None and talk.as_json:
        await session.json_turns(talk.instance, after, talk.turn)
    elif after is not None:
        await session.converse(talk.instance, after, [], plain=True, pictures=folder / "pictures")
    elif talk.terminal is not None:
        await talk.terminal.run(Reply(GO_ON))
