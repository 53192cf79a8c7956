"""`moneta yields`, `portfolio`, `history`, `plan "…"`: one sentence's reply, without a conversation."""

from __future__ import annotations

import asyncio

from agent.chat.lines import CHANNEL, OWNER, PLATFORM
from agent.chat.service import CANCEL
from agent.commands import places
from agent.commands.output import json_line, text_line
from agent.compose import Instance, open_instance
from agent.errors import Refused
from agent.intents import Advance, Cancel, Contact, Forget, Hours, Limit, Pause, Remember, Resume
from agent.mind.context import Context
from agent.mind.phrasebook import interpret
from agent.place import Where
from agent.replies.reply import Reply, Status
from agent.runtime.turn import Said
from memory.rows import User


def say(where: Where, sentence: str, as_json: bool) -> int:
    """Says one sentence and shows the reply. A preview is shown and taken back: nothing waits behind a command."""
    reply = asyncio.run(_say(where, sentence))
    if as_json:
        json_line(reply.as_json())
    else:
        text_line(str(reply.as_json()["reply"]))
    refused = reply.verdict is not None and reply.verdict.status in (Status.REFUSED, Status.ASKED)
    return 1 if refused else 0


async def _say(where: Where, sentence: str) -> Reply:
    place = places.place_of(where)
    async with open_instance(place, where.settings, beside=True) as instance:
        if instance.new_wallet:
            await places.fund(place, instance.first_account)
        user = await instance.owner(PLATFORM, OWNER, "you")
        said = Said(user, f"{CHANNEL}:command", sentence)
        await _check_only_looks(instance, user, sentence)
        reply = await instance.service.runtime.turn(said)
        await instance.service.runtime.press_cancel(Said(user, said.channel, CANCEL))
        return reply


async def _check_only_looks(instance: Instance, user: User, sentence: str) -> None:
    """Raises Refused where the sentence would take effect without a confirmation."""
    vocabulary = await instance.world.vocabulary(user.id)
    intent = interpret(sentence, Context(now=instance.world.now()), vocabulary).intent
    if isinstance(intent, Advance | Cancel | Contact | Forget | Hours | Limit | Pause | Remember | Resume):
        raise Refused(
            "dry-run", f"That would {intent.action} at once; this command only looks.", "Say it in the chat."
        )
