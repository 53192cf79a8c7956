"""`moneta smoke`: an operator's first look at a live endpoint, and with `--spend 1` a dollar in and out of a venue.

What is said and answered goes into a transcript in the instance's folder, and each transaction is confirmed by hand.
"""

from __future__ import annotations

import asyncio
import os
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from agent.chain.snapshot import Snapshot
from agent.chat.lines import CHANNEL, OWNER, PLATFORM
from agent.commands import places
from agent.commands.doctor import doctor
from agent.commands.output import text_line
from agent.compose import Instance, open_instance
from agent.errors import Refused
from agent.execution.signer.terminal import at_terminal
from agent.money import Amount, Token
from agent.place import Where
from agent.replies.reply import Reply, Status, Verdict
from agent.runtime.recovering import CONFIRMATIONS
from memory.rows import Inbound, User

Ask = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was shown, on the screen and in a file that is written line by line."""

    path: Path

    def say(self, text: str) -> None:
        text_line(text)
        self.keep(text)

    def keep(self, text: str) -> None:
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "a", encoding="utf-8") as file:
            file.write(text + "\n")


def smoke(where: Where, spend: int | None, symbol: str, yes: bool) -> int:
    """0 where nothing is wrong and, with `spend` (whole units of `symbol`), the money went in and came back.

    Raises Refused: terminal, where it would have to ask and nobody is there; balance; whatever a gate says.
    """
    ask: Ask | None = None
    if spend is not None and not yes:
        ask = at_terminal("Each transaction is confirmed").ask
    checked = doctor(where, as_json=False)
    if spend is None or checked != 0:
        return checked
    return asyncio.run(_spend(where, spend, symbol, ask))


async def _spend(where: Where, spend: int, symbol: str, ask: Ask | None) -> int:
    where.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    transcript = Transcript(where.folder / time.strftime("smoke-%Y%m%d-%H%M%S.txt", time.gmtime()))
    place = places.place_of(where)
    async with open_instance(place, where.settings) as instance:
        if instance.new_wallet:
            await places.fund(place, instance.first_account)
        user = await instance.owner(PLATFORM, OWNER, "you")
        trip = Trip(instance, user, instance.world.registry.token(symbol), transcript, ask)
        came_back = await trip.there_and_back(spend)
    text_line(f"The transcript is {transcript.path}.")
    return 0 if came_back else 1


@dataclass(frozen=True, slots=True)
class Trip:
    """One deposit and its withdrawal, said in words as a person says them. `ask` is None where all is agreed to."""

    instance: Instance
    user: User
    token: Token
    transcript: Transcript
    ask: Ask | None

    async def there_and_back(self, spend: int) -> bool:
        """Whether both settled, and nothing stays in a venue that held nothing before.

        What was there before stays there: then only what went in is taken out.
        """
        if self.token.is_native:
            raise Refused("lists", f"{self.token.symbol} itself earns nowhere.", "Name a token, such as USDC.")
        before = await self._snapshot()
        self._check_funds(before, spend)
        into = await self._carried_out(f"deposit {spend} {self.token.symbol}")
        venue = None if into is None else await self._entered(before)
        if venue is None:
            return False
        await self._say("portfolio")
        held = before.venues[venue].position if venue in before.venues else 0
        out = await self._carried_out(f"withdraw {spend if held else 'all'} {self.token.symbol} from {venue}")
        after = await self._snapshot()
        self._tell(before, after)
        return out is not None and (held > 0 or after.venues[venue].position == 0)

    async def _entered(self, before: Snapshot) -> str | None:
        """The venue that holds more than before."""
        now = await self._snapshot()
        grown = [
            name
            for name, state in now.venues.items()
            if state.position > (before.venues[name].position if name in before.venues else 0)
            and self.instance.world.venues[name].asset == self.token
        ]
        return grown[0] if grown else None

    async def _carried_out(self, sentence: str) -> Reply | None:
        """The reply to a confirmation, None where the plan was refused, declined or didn't settle."""
        preview = await self._say(sentence)
        if preview.verdict is None or preview.verdict.status is not Status.READY:
            return None
        if self.ask is not None and self.ask("yes, or anything else to stop: ").strip().lower() not in ("y", "yes"):
            await self._say("/cancel")
            return None
        done = await self._say("yes")
        return done if done.verdict in (Verdict(Status.SETTLED), Verdict(Status.PARTIAL, CONFIRMATIONS)) else None

    async def _say(self, sentence: str) -> Reply:
        answer = await self.instance.service.handle(
            Inbound(PLATFORM, uuid.uuid4().hex, CHANNEL, self.user.id, sentence)
        )
        if answer is None:
            raise AssertionError("a fresh id was seen before")
        self.transcript.say(f"you> {sentence}\n{answer.reply.as_json()['reply']}\n")
        await self.instance.service.delivered(answer)
        return answer.reply

    async def _snapshot(self) -> Snapshot:
        return await self.instance.world.snapshot(self.instance.first_account)

    def _check_funds(self, snapshot: Snapshot, spend: int) -> None:
        needed = spend * 10**self.token.decimals
        account, native = self.instance.first_account, self.instance.world.registry.native
        if snapshot.balances.get(self.token.symbol, 0) >= needed and snapshot.native > 0:
            return
        raise Refused(
            "balance",
            f"The account {account} holds {Amount(snapshot.balances.get(self.token.symbol, 0), self.token)} and "
            f"{Amount(snapshot.native, native)}.",
            f"Send it {Amount(needed, self.token)} and some {native.symbol} for gas, on "
            f"{self.instance.world.registry.network}, and run this again.",
        )

    def _tell(self, before: Snapshot, after: Snapshot) -> None:
        native = self.instance.world.registry.native
        back = after.balances.get(self.token.symbol, 0) - before.balances.get(self.token.symbol, 0)
        sign = "-" if back < 0 else ""
        gas = Amount(before.native - after.native, native)
        self.transcript.say(f"In all: {sign}{Amount(abs(back), self.token)}, and {gas} of gas.")
