"""What a user would say first: a deposit, a mandate. Said by the same door, answered by the same turns, and shown."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from agent.chat.lines import CHANNEL, PLATFORM
from agent.chat.terminal import Terminal
from agent.commands.autopilot.balances import Yardstick
from agent.commands.autopilot.closing import Closing
from agent.commands.autopilot.screens import JsonLines, PlainLines, Screen
from agent.commands.output import json_line, text_line
from agent.compose import Instance
from agent.errors import Refused
from agent.replies.reply import Reply, Status, table_text
from memory.rows import Inbound, User


@dataclass
class Talk:
    """`terminal` is None by a pipe; `turn` is the number of the last object of a JSON conversation."""

    instance: Instance
    user: User
    as_json: bool
    terminal: Terminal | None
    turn: int = 0

    async def say(self, sentences: Sequence[str]) -> None:
        """Says them in turn. Raises Refused where the last isn't settled: without it there is nothing to watch."""
        replies = [await self._said(sentence) for sentence in sentences]
        verdict = replies[-1].verdict
        if verdict is None or verdict.status is not Status.SETTLED:
            raise Refused("autopilot", f"{sentences[0]!r} did not come about: {replies[-1].text}")

    def working(self, text: str) -> AbstractContextManager[object]:
        """Says at a terminal what takes a while."""
        return nullcontext() if self.terminal is None else self.terminal.console.status(text)

    async def mention(self, sentence: str) -> None:
        """Says something that nothing depends on."""
        await self._said(sentence)

    async def _said(self, sentence: str) -> Reply:
        began = time.perf_counter()
        message = Inbound(PLATFORM, uuid.uuid4().hex, CHANNEL, self.user.id, sentence)
        answer = await self.instance.service.handle(message)
        if answer is None:
            raise AssertionError("a fresh id was seen before")
        self._show(sentence, answer.reply, round((time.perf_counter() - began) * 1000, 1))
        await self.instance.service.delivered(answer)
        return answer.reply

    def _show(self, sentence: str, reply: Reply, milliseconds: float) -> None:
        if self.as_json:
            self.turn += 1
            json_line({"turn": self.turn, "user": sentence, **reply.as_json(), "ms": milliseconds})
        elif self.terminal is None:
            text_line(f"you> {sentence}\n{reply.as_json()['reply']}\n")
        else:
            self.terminal.console.print(f"you> {sentence}", style="bold", markup=False, highlight=False)
            self.terminal.show(reply)

    def screen(self, yardstick: Yardstick, seconds: int) -> Screen:
        """Where the months are shown."""
        if self.as_json:
            return JsonLines()
        if self.terminal is None:
            return PlainLines(yardstick)
        from agent.commands.autopilot.live import LivePanel

        return LivePanel(self.terminal.console, yardstick, seconds)

    def close(self, closing: Closing) -> None:
        """Shows what came out."""
        if self.as_json:
            json_line(closing.as_json())
        elif self.terminal is None:
            text_line("\n".join(["", *closing.words(), table_text(closing.table()), ""]))
        else:
            self.terminal.show(Reply("\n".join(closing.words()), table=closing.table()))
