"""The conversation of `moneta demo` and `moneta chat`: at a terminal, or line by line for another program."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from agent.chat.lines import CHANNEL, OWNER, PLATFORM, Lines, every, piped_lines
from agent.chat.terminal import Terminal, prompt_lines
from agent.commands import places
from agent.commands.early import Early
from agent.commands.output import complain, json_line, text_line
from agent.compose import Instance, open_instance
from agent.config import Settings
from agent.errors import MonetaError, Unavailable
from agent.money import Address
from agent.place import Place
from agent.replies.reply import Reply
from agent.runtime.world import World
from memory.rows import Inbound

LOOK_SECONDS = 10.0
"""How long a look in between may take before the days go on without it."""


async def talk(
    place: Place, settings: Settings, script: str | None, as_json: bool, begun: Early | None = None
) -> None:
    """Opens the instance, funds a wallet that is new, and talks until the input ends. `begun`: what came before."""
    begun = begun or Early(lines_of(script, place.folder / "history"))  # one that can't be read is said first
    lines, turns = begun.lines, len(begun.told)
    async with open_instance(place, settings, held=begun.held) as instance:
        await prepare(place, instance)
        for user, said, reply in begun.told:
            instance.world.memory.keep_soon(user, CHANNEL, said, reply)
        told = [*await instance.service.recover(), *await instance.service.leftovers(PLATFORM)]
        pictures = place.folder / "pictures"
        if as_json:
            await _json(instance, lines, told, turns)
        else:
            await converse(instance, lines, told, plain=script is not None, pictures=pictures)


async def prepare(place: Place, instance: Instance) -> None:
    """Funds a wallet that is new, and says what of the chain isn't used."""
    if instance.new_wallet:
        await places.fund(place, instance.first_account)
    if place.advance is not None:
        instance.world.advance = places.advancing(place.rpc_url, place.chain_file, watching(instance.world))
    for name, reason in sorted(instance.world.missing.items()):
        complain(f"left out: {name}: {reason}")
    for name, reason in sorted(instance.world.untrusted.items()):
        complain(f"not offered, but what is in it can leave: {name}: {reason}")


def watching(world: World) -> Callable[[], None]:
    """Looks at the venues once, from another thread: what a devnet's leaps pass over would else never be seen."""
    loop = asyncio.get_running_loop()

    def look() -> None:
        with contextlib.suppress(MonetaError, TimeoutError):
            asyncio.run_coroutine_threadsafe(world.market.snapshot(), loop).result(LOOK_SECONDS)

    return look


async def converse(instance: Instance, lines: Lines, told: list[Reply], *, plain: bool, pictures: Path) -> None:
    """Talks until the lines end: `plain` text, or at a terminal. `told` is said first."""
    if plain:
        await _plain(instance, lines, told)
        return
    from rich.console import Console

    terminal = Terminal(instance.service, lines, Console(), pictures)
    greeting = await instance.service.runtime.viewing.greeting(await instance.owner(PLATFORM, OWNER, "you"))
    for reply in told:
        terminal.show(reply)
    await terminal.run(greeting)


def lines_of(script: str | None, history: Path) -> Lines:
    """What is said. `script`: None for a person, '-' for standard input, else a file's path."""
    if script is None:
        return prompt_lines(history) if sys.stdin.isatty() else piped_lines()
    if script == "-":
        return piped_lines()
    try:
        file = Path(script).open(encoding="utf-8", errors="replace", newline="\n")  # noqa: SIM115  (ends with us)
    except OSError as error:
        raise Unavailable("script", f"{script} can't be read: {error.strerror}.") from error
    return piped_lines(file.readline)


async def _json(instance: Instance, lines: Lines, told: list[Reply], turns: int) -> None:
    json_line(
        await ready(instance.world, instance.first_account)
        | ({"recovered": [reply.as_json() for reply in told]} if told else {})
    )
    await json_turns(instance, lines, turns)


async def json_turns(instance: Instance, lines: Lines, turn: int = 0) -> int:
    """An object a line, numbered on from `turn`; the number of the last."""
    user = await instance.owner(PLATFORM, OWNER, "you")
    async for line in every(lines):
        turn += 1
        started = time.perf_counter()
        answer = await instance.service.handle(Inbound(PLATFORM, uuid.uuid4().hex, CHANNEL, user.id, line))
        if answer is None:
            raise AssertionError("a fresh id was seen before")
        milliseconds = round((time.perf_counter() - started) * 1000, 1)
        json_line({"turn": turn, "user": line, **answer.reply.as_json(), "ms": milliseconds})
        await instance.service.delivered(answer)
    return turn


async def _plain(instance: Instance, lines: Lines, told: list[Reply]) -> None:
    service = instance.service
    user = await instance.owner(PLATFORM, OWNER, "you")
    for reply in told:
        text_line(reply.text)
    async for line in every(lines):
        answer = await service.handle(Inbound(PLATFORM, uuid.uuid4().hex, CHANNEL, user.id, line))
        if answer is not None:
            text_line(f"you> {line}\n{answer.reply.as_json()['reply']}\n")
            await service.delivered(answer)


async def ready(world: World, account: Address) -> dict[str, Any]:
    """The first line of a script: where everything is. Rates are decimal fractions a year."""
    snapshot = await world.snapshot(account)
    return {
        "event": "ready",
        "rpc_url": world.rpc.url,
        "chain_id": world.registry.chain_id,
        "account": account,
        "tokens": {
            symbol: {"address": token.address, "decimals": token.decimals}
            for symbol, token in {
                **world.registry.tokens,
                world.registry.native.symbol: world.registry.native,
            }.items()
        },
        "venues": [
            {"id": state.venue, "rate": state.rate.fraction, "flags": sorted(str(flag) for flag in state.flags)}
            for _, state in sorted(snapshot.venues.items())
        ],
    }
