"""After a session that could not be resumed, what was said meanwhile is asked for; ids drop what was seen."""

from __future__ import annotations

from collections.abc import Sequence

import discord
import structlog

from agent.chat.discord.intake import Intake
from agent.chat.discord.origin import Origin, channel_id
from memory.rows import InboxRow

MOST_CHANNELS = 200  # those that spoke last
MOST_MESSAGES = 100  # in each

log = structlog.get_logger()


async def backfill(client: discord.Client, intake: Intake, last: Sequence[InboxRow]) -> None:
    """`last` is the latest row of each channel, the newest first; messages after it are taken in, in order."""
    for row in last[:MOST_CHANNELS]:
        origin = Origin.of_meta(row.meta)
        if origin is None:
            continue
        channel = client.get_partial_messageable(channel_id(row.channel), guild_id=origin.server)
        after = discord.Object(int(row.update_id))
        try:
            async for message in channel.history(limit=MOST_MESSAGES, after=after, oldest_first=True):
                await intake.message(message)
        except Exception as error:  # one channel that can't be read doesn't keep the others from it
            log.warning("a channel's history could not be read", channel=row.channel, error=type(error).__name__)
