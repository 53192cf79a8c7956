"""Many people on both platforms: they come in, talk at random times, deposit; twice the line breaks, once the bot."""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from benchmarks.chat.sides import Press, Side
from benchmarks.chat.talk import DEPOSIT, Talk, kind_of, script
from tests.servers.discord_server import text_of

UNASKED = re.compile(r"[\d.,]+ \w+ arrived in your account|Thank you, I wrote that down|0x\w{40} on devnet")
UNDERSTOOD = "I understand the risks"
AT_ONCE = 100  # people who come in at the same time
LOST_SECONDS = 4.0  # Discord shows "interaction failed" after 3
MOST_PRESSES = 12
PATIENCE_SECONDS = 60.0


@dataclass
class One:
    """A person. `shown` is the last message with a Confirm button, `done` what the last press was answered."""

    side: Side
    id: str
    talk: Talk
    deposits: bool
    inside: bool = False
    told: int = 0
    shown: Any = None
    done: str = ""
    presses: list[tuple[float, float]] = field(default_factory=list)
    lost: int = 0


@dataclass
class Crowd:
    """`people` by platform and id. Everything random comes from `rng`."""

    rng: random.Random
    people: dict[tuple[str, str], One] = field(default_factory=dict)
    unasked: int = 0

    def heard(self, side: str, person: str, text: str, message: Any) -> None:
        """The ear of a side."""
        one = self.people.get((side, person))
        if one is None or "are mined…" in text:
            return
        one.told += 1
        if UNASKED.match(text):
            self.unasked += 1
            return
        if "Confirm" in one.side.labels(message):
            one.shown = message
        if not one.inside:
            return
        kind = kind_of(text)
        if kind == "press":
            one.done = text
            if side == "discord":  # the answer to a press whose interaction broke comes as a message
                return
        one.talk.heard(text)

    def join(self, side: Side, count: int, depositing: int) -> None:
        for number in range(count):
            person = side.join(number)
            self.people[side.name, person] = One(side, person, Talk(f"{side.name}:{person}"), number < depositing)

    async def come_in(self) -> float:
        """Everybody says hello, reads the risks, gets an account. How long all that took, in seconds."""
        gate = asyncio.Semaphore(AT_ONCE)
        began = time.perf_counter()
        await asyncio.gather(*(self._come_in(one, gate) for one in self.people.values()))
        return time.perf_counter() - began

    async def _come_in(self, one: One, gate: asyncio.Semaphore) -> None:
        async with gate:
            for words in ("hi", UNDERSTOOD):
                before = one.told
                await one.side.say(one.id, words)
                await until(partial(_told_more, one, before), f"{one.talk.key} comes in")
        one.inside = True

    async def talk(self, window: float, messages: int) -> None:
        """Everybody says their messages at random times within `window` seconds, and hears all replies."""
        await asyncio.gather(*(self._talk(one, window, messages) for one in self.people.values()))

    async def _talk(self, one: One, window: float, messages: int) -> None:
        rng = random.Random(self.rng.random())  # noqa: S311
        began = time.perf_counter()
        words = script(rng, messages - (2 if one.deposits else 0))
        if one.deposits:
            words.insert(rng.randrange(1, max(len(words) // 2, 2)), DEPOSIT)
        for at, each in zip(sorted(rng.random() * window for _ in words), words, strict=True):
            await asyncio.sleep(max(began + at - time.perf_counter(), 0))
            one.talk.say(each)
            await one.side.say(one.id, each)
            if each == DEPOSIT:
                await self._deposit(one, rng)
        with contextlib.suppress(TimeoutError):  # it is counted as unanswered
            await until(lambda: one.talk.quiet, "all is answered")

    async def _deposit(self, one: One, rng: random.Random) -> None:
        """Presses Confirm, and again where nobody heard it or a new preview came."""
        for _ in range(MOST_PRESSES):
            try:
                await until(lambda: one.shown is not None, "a preview")
            except TimeoutError:
                return
            await asyncio.sleep(rng.random() * 2)
            message, one.shown, one.done = one.shown, None, ""
            if one.side.name == "telegram":
                one.talk.say("press")
            press = await one.side.press(one.id, message, "Confirm")
            if rng.random() < 0.5:  # a nervous finger
                if one.side.name == "telegram":
                    one.talk.say("press")
                await one.side.press(one.id, message, "Confirm")
            await self._answered(one, press)
            if press.lost and not one.done:
                one.lost += 1
                one.shown = message
            elif one.shown is None:  # settled, or the other press of two did it: the ledger knows
                return

    async def _answered(self, one: One, press: Press) -> None:
        deadline = press.said + PATIENCE_SECONDS
        while not one.done and time.perf_counter() < deadline:
            interaction = press.interaction
            if interaction is not None and interaction.answer is not None:
                self.heard_press(one, interaction.answer)
            elif press.lost and time.perf_counter() > press.said + LOST_SECONDS:
                return
            await asyncio.sleep(0.01)
        one.presses.append((press.said, time.perf_counter()))

    def heard_press(self, one: One, answer: Any) -> None:
        """Discord's answer to a press."""
        one.done = text_of(answer)
        if "Confirm" in one.side.labels(answer):
            one.shown = answer

    async def at_once(self) -> float:
        """Everybody asks for help at the same moment: messages a second until the last one is answered."""
        began = time.perf_counter()
        for one in self.people.values():
            one.talk.say("what can you do?")
        await asyncio.gather(*(one.side.say(one.id, "what can you do?") for one in self.people.values()))
        with contextlib.suppress(TimeoutError):
            await until(lambda: all(one.talk.quiet for one in self.people.values()), "the burst is answered")
        return len(self.people) / (time.perf_counter() - began)


def _told_more(one: One, before: int) -> bool:
    return one.told > before


async def until(holds: Callable[[], bool], what: str) -> None:
    """Waits, a bounded time."""
    deadline = time.perf_counter() + PATIENCE_SECONDS
    while not holds():
        if time.perf_counter() > deadline:
            raise TimeoutError(f"not within {PATIENCE_SECONDS:.0f} s: {what}")
        await asyncio.sleep(0.02)
