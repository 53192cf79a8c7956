"""The crowd's figures: 1,000 people on each platform, 10 messages each, with all that can go wrong on the way."""

from __future__ import annotations

import asyncio
import json
import random
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

import devnet
from benchmarks.chat.crowd import Crowd, until
from benchmarks.chat.effects import Effects, accounts, effects
from benchmarks.chat.sides import DiscordSide, TelegramSide
from benchmarks.chat.watching import Peak, cpu_seconds, pss
from benchmarks.figure import Figure
from tests.e2e import bot
from tests.e2e.program import Chain

CUT, CUT_HARDER, KILL = 0.25, 0.45, 0.65  # of the window
FUNDS = {"ETH": 10**17, "USDC": 100 * 10**6}
DEPOSITED = 10 * 10**6


@dataclass(frozen=True, slots=True)
class Size:
    """`people` and `depositing` on each platform; `window` in seconds."""

    people: int
    depositing: int
    messages: int
    window: float


FULL, QUICK = Size(1_000, 50, 10, 270.0), Size(50, 5, 10, 8.0)


class Run:
    """One crowd against one bot, which is killed and started again."""

    def __init__(self, folder: Path, size: Size) -> None:
        self.folder = folder
        self.size = size
        self.crowd = Crowd(random.Random(size.people))  # noqa: S311
        self.discord = DiscordSide(lambda *heard: self.crowd.heard("discord", *heard))
        self.telegram = TelegramSide(lambda *heard: self.crowd.heard("telegram", *heard))
        self.down_seconds = 0.0

    async def figures(self, running: devnet.Running) -> list[Figure]:
        for side in (self.discord, self.telegram):
            self.crowd.join(side, self.size.people, self.size.depositing)
        async with self.discord.server, self.telegram.server.running():
            self.given = bot.settings(self.folder, self.discord.server, self.telegram.server)
            allowed = [f"{side}:{person}" for side, person in self.crowd.people]
            # Everybody is let in; the default limits stand: 20 messages a minute of one person, 10 in a row.
            (self.folder / "moneta.toml").write_text(f'access = "allow"\nallow = {json.dumps(allowed)}\n')
            self.bot = await bot.start(self.folder, self.given)
            await until(lambda: bool(self.discord.server.gateway.live), "Discord's session")
            try:
                return await self._figures(running)
            finally:
                await self.bot.kill()

    async def _figures(self, running: devnet.Running) -> list[Figure]:
        crowd, people = self.crowd, len(self.crowd.people)
        coming_in = await crowd.come_in()
        usdc = tomllib.loads((self.folder / "chain.toml").read_text())["tokens"]["USDC"]["address"]
        funded = await asyncio.to_thread(self._fund, running)
        self.peak = Peak(self.bot.process.pid)
        watching = asyncio.create_task(self.peak.watch())
        used = cpu_seconds(self.bot.process.pid)
        troubles = asyncio.create_task(self._troubles())
        await crowd.talk(self.size.window, self.size.messages)
        await troubles
        burst = await crowd.at_once()
        watching.cancel()
        used = cpu_seconds(self.bot.process.pid) - self._used_at_start + self._used_before - used
        end = pss(self.bot.process.pid)
        ended = await self.bot.terminate(patience=60)
        found = effects(self.folder, Chain(running.rpc_url), usdc, funded, DEPOSITED)
        return [
            Figure("accounts_made_a_second", people / coming_in, "people/s"),
            *self._speed(used, burst),
            *self._order(),
            *self._effects(found),
            Figure("main_process_rss_at_most", self.peak.rss, "MB"),
            Figure("main_process_pss_at_most", self.peak.pss, "MB"),
            Figure("main_process_pss_after_the_crowd", end, "MB"),
            Figure("sigterm_to_exit_after_the_crowd", ended, "s", 2),
        ]

    def _fund(self, running: devnet.Running) -> dict[str, int]:
        places = accounts(self.folder)
        depositing = [one.talk.key for one in self.crowd.people.values() if one.deposits]
        for key in depositing:
            devnet.fund(running.rpc_url, places[key], FUNDS, chain_file=self.folder / "chain.toml")
        return {places[key]: FUNDS["USDC"] for key in depositing}

    async def _troubles(self) -> None:
        """Two broken connections on each platform, then the end of the process and its next start."""
        self._used_before = self._used_at_start = 0.0
        window = self.size.window
        await asyncio.sleep(CUT * window)
        await asyncio.gather(self.discord.trouble(harder=False), self.telegram.trouble(harder=False))
        await asyncio.sleep((CUT_HARDER - CUT) * window)
        await asyncio.gather(self.discord.trouble(harder=True), self.telegram.trouble(harder=True))
        await asyncio.sleep((KILL - CUT_HARDER) * window)
        self._used_before = cpu_seconds(self.bot.process.pid)
        await self.bot.kill()
        self.bot = await bot.start(self.folder, self.given)
        self.down_seconds = self.bot.ready_seconds
        self.peak.pid = self.bot.process.pid

    def _speed(self, used: float, burst: float) -> Iterator[Figure]:
        answered = sum(line.answered is not None for one in self.crowd.people.values() for line in one.talk.lines)
        talked = [line for one in self.crowd.people.values() for line in one.talk.lines[:-1] if line.answered]
        said = len(talked) + sum(len(one.presses) for one in self.crowd.people.values() if one.side.name == "discord")
        first, last = min(line.said for line in talked), max(line.answered or 0 for line in talked)
        yield Figure("messages", said, "messages")
        yield Figure("messages_a_second_offered", said / (last - first), "messages/s")
        yield Figure("messages_a_second_at_once", burst, "messages/s")
        yield Figure("processor_time_a_message", used * 1000 / answered, "ms")
        for side in ("discord", "telegram"):
            waits = [
                ((line.answered or 0) - line.said) * 1000
                for one in self.crowd.people.values()
                if one.side.name == side
                for line in one.talk.lines[:-1]
                if line.answered
            ]
            parts = quantiles(waits, n=100)
            for percent in (50, 95, 99):
                yield Figure(f"{side}_said_to_answered_p{percent}", parts[percent - 1], "ms")
        yield Figure("sigkill_to_ready_again", self.down_seconds, "s")

    def _order(self) -> Iterator[Figure]:
        people = self.crowd.people.values()
        troubled = [one.talk for one in people if one.talk.astray or not one.talk.quiet]
        for talk in troubled[:5]:
            left = [line.words for line in talk.lines if line.answered is None]
            sys.stderr.write(f"{talk.key}: astray {talk.astray[:2]}, unanswered {left}\n")
        yield Figure("pushed_once_more", self.discord.doubled + self.telegram.doubled, "updates")
        unanswered = sum(line.answered is None for one in people for line in one.talk.lines)
        yield Figure("unanswered", unanswered, "messages", 0)
        yield Figure("out_of_order", sum(len(one.talk.astray) for one in people), "replies", 0)
        for side, target in (("discord", 0), ("telegram", 1)):
            twice = [one.talk.twice for one in people if one.side.name == side]
            yield Figure(f"{side}_replies_seen_twice", sum(twice), "replies", 0 if side == "discord" else None)
            yield Figure(f"{side}_replies_seen_twice_in_one_chat", max(twice), "replies", target)
        yield Figure("presses_that_discord_told_to_nobody", sum(one.lost for one in people), "presses")

    def _effects(self, found: Effects) -> Iterator[Figure]:
        depositing = sum(one.deposits for one in self.crowd.people.values())
        yield Figure("deposits_missing", depositing - found.settled, "plans", 0)
        yield Figure("deposits_too_many", max(found.settled - depositing, 0), "plans", 0)
        yield Figure("accounts_with_another_effect", found.wrong, "accounts", 0)
        yield Figure("transactions_beyond_attempts", found.nonces - found.mined, "transactions", 0)
        yield Figure("inbox_rows", found.received, "rows")
        yield Figure("inbox_rows_unanswered", found.unanswered, "rows", 0)
        yield Figure("inbox_rows_without_one_reply", found.received - found.answered, "rows", 0)


def figures(folder: Path, *, quick: bool) -> list[Figure]:
    """All of them."""
    running = devnet.up(folder)
    try:
        return asyncio.run(Run(folder, QUICK if quick else FULL).figures(running))
    finally:
        devnet.down(folder)
