"""The year: sessions of the program, each a process of its own that looks at some moments and may be killed."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import traceback
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from agent.chat.service import Service
from agent.commands import places
from agent.compose import open_instance
from agent.config import Settings
from agent.execution.points import Point, watched
from agent.runtime.turn import Runtime
from agent.runtime.world import World
from agent.schedule import Schedule
from benchmarks.kills.warm import Warm, forked
from benchmarks.orders.people import AT, price_at, prices, wanted
from devnet import Node
from devnet.rpc import Rpc
from memory.rows import Inbound, InboxRow, OutboxRow, User
from tests.integration.feed_parts import dated_feed, now

PLATFORM = "terminal"
SECONDS = 240
KILL_AT = 16
"""A process that is to be killed is at one of so many points that it passes."""
KILLED = 0.7
"""The part of the processes that are."""
LOOKS = 73
"""At the least, spread over the whole time."""
LATER = (0, 0, 60, 900, 7_200)
"""Seconds between a kill and the next start."""


@dataclass
class Clock:
    now: int

    def __call__(self) -> int:
        return self.now


@dataclass
class Told:
    """What the year's processes said."""

    sessions: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    looks: int = 0
    problems: list[str] = field(default_factory=list)


class Silent:
    """A platform that takes everything."""

    platform = PLATFORM
    connected = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        await stop.wait()

    async def close(self) -> None: ...

    async def deliver(self, row: OutboxRow) -> None:
        return

    async def progress(self, row: InboxRow, text: str) -> None:
        return


async def prepare(folder: Path, node: Node) -> Warm:
    """A folder with an account and its money for everybody."""
    place = places.of_devnet(folder, node.rpc_url, node.chain_file, throw_away=True)
    settings = Settings(max_head_age_seconds=0)  # a devnet stands still by itself
    async with open_instance(place, settings) as instance:
        world, user = instance.world, await instance.owner(PLATFORM, "owner", "you")
        for person in AT:
            somebody = await instance.service.user(PLATFORM, person, person)
            account = await instance.account_for(somebody)
            await places.fund(place, account)
            await world.rpc.request("anvil_dealERC20", account, world.registry.token("WETH").address, hex(10**19))
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


def give(warm: Warm, folder: Path, said: Sequence[tuple[int, str, str]], told: Told) -> None:
    """Everybody says and confirms their orders: (when, who, words)."""
    _child(told, lambda pipe: asyncio.run(_give(warm, folder, said, pipe)))


async def _give(warm: Warm, folder: Path, said: Sequence[tuple[int, str, str]], pipe: int) -> None:
    clock = Clock(0)
    async with warm.open(folder) as world:
        service = _service(world, clock)
        for at, who, words in said:
            clock.now = at
            user = await service.user(PLATFORM, who, who)
            answers = [
                await service.handle(Inbound(PLATFORM, uuid.uuid4().hex, _channel(user), user.id, text))
                for text in (f"my time zone is {who}", words, "yes")
            ]
            replies = [each.reply.text if each is not None else "" for each in answers]
            if not replies[-1].startswith("Done: order"):
                _say(pipe, "problem", f"{words!r} was answered with {replies}")


def look(warm: Warm, folder: Path, moments: Sequence[int], dice: random.Random, told: Told) -> int:
    """One session: a start, then a look at each moment. Killed or not; how many looks came to their end."""
    at = dice.randrange(KILL_AT) if dice.random() < KILLED else None
    told.sessions += 1
    return _child(told, lambda pipe: asyncio.run(_look(warm, folder, moments, _killer(pipe, at), pipe)))


async def _look(warm: Warm, folder: Path, moments: Sequence[int], hook: Callable[[Point], None], pipe: int) -> None:
    clock = Clock(moments[0])
    async with warm.open(folder) as world:
        service = _service(world, clock)
        schedule = Schedule(world, service, pictures=False)
        with watched(hook):
            await service.recover()
            for each in moments:
                clock.now = each
                await schedule.tick()
                _say(pipe, "looked", str(each))


def set_price(warm: Warm, moment: int, begin: int, end: int) -> None:
    """The feed of ETH says what it costs at that moment of the year."""
    with Rpc(warm.node.rpc_url) as chain:
        head, price = now(chain), price_at(moment, begin, end) * 10**8
        for symbol in ("ETH", "WETH"):
            dated_feed(chain, warm.registry.feeds[symbol], price, started=head - 60, updated=head - 60)


def said_in(begin: int, end: int) -> list[tuple[int, str, str]]:
    """Every order with when it is given and by whom."""
    kept = [(each.given, each.person, each.words) for each in wanted(begin, end)]
    return sorted([*kept, *((at, who, words) for at, words in prices(begin, end) for who in AT)])


def moments_of(dues: Iterable[int], begin: int, end: int, dice: random.Random) -> list[int]:
    """When the program looks: soon after each due moment, sometimes twice; none in some gaps of hours or weeks; and
    now and then its clock is an hour behind, or two ahead.
    """
    gaps = []
    for _ in range(14):
        start = dice.randrange(begin, end)
        long = dice.choice((3_600, 14_400, 86_400, 3 * 86_400, 15 * 86_400))
        gaps.append((start, start + min(long, (end - begin) // 24)))
    found = []
    besides = range(begin + 43_200, end, max((end - begin) // LOOKS, 3_600))
    for due in sorted({*dues, *besides}):
        at = due + dice.choice((0, 1, 30, 60, 600, 1_800))
        if any(first <= at < last for first, last in gaps):
            continue
        found.append(at)
        if dice.random() < 0.15:
            found.append(at + 30)
        if dice.random() < 0.03:
            found.append(at - 3_600)
        if dice.random() < 0.02:
            found.append(at + 7_200)
    found += [last + 5 for _, last in gaps if last + 5 < end]
    # in the order of the real world: what a clock shows may be before what it showed a moment ago
    return sorted(
        found, key=lambda each: (each // 86_400, dice.random() if dice.random() < 0.05 else each % 86_400 / 86_400)
    )


def _service(world: World, clock: Clock) -> Service:
    world.now = clock
    world.ledger._now = clock
    return Service(Runtime(world), world.ledger, {PLATFORM: Silent()})


def _channel(user: User) -> str:
    return f"{PLATFORM}:{user.id}"


def _child(told: Told, work: Callable[[int], object]) -> int:
    """Runs `work` in a process of its own; how many looks it made."""
    reads, writes = os.pipe()
    pid, looks = forked(lambda: _loudly(work, writes)), 0
    os.close(writes)
    with os.fdopen(reads) as heard:
        for line in heard:
            kind, text = json.loads(line)
            if kind == "killed":
                told.kills[text] += 1
            elif kind == "looked":
                looks += 1
            else:
                told.problems.append(text)
    _, status = os.waitpid(pid, 0)
    if not os.WIFSIGNALED(status) and os.waitstatus_to_exitcode(status) != 0 and not told.problems:
        told.problems.append("a process ended with an error of its own")
    told.looks += looks
    return looks


def _loudly(work: Callable[[int], object], pipe: int) -> None:
    signal.alarm(SECONDS)
    try:
        work(pipe)
    except Exception:
        _say(pipe, "problem", traceback.format_exc(limit=-4))
        raise


def _say(pipe: int, kind: str, text: str) -> None:
    os.write(pipe, (json.dumps([kind, text]) + "\n").encode())


def _killer(pipe: int, at: int | None) -> Callable[[Point], None]:
    """Ends the process at the `at`th point that it passes, as a power cut would."""
    passed = -1

    def hook(name: Point) -> None:
        nonlocal passed
        passed += 1
        if passed == at:
            _say(pipe, "killed", name)
            os.kill(os.getpid(), signal.SIGKILL)

    return hook
