"""An echo bot of the bare library, as its documentation has it: `python -m benchmarks.chat.echo PLATFORM URL …`."""

from __future__ import annotations

import os
import sys
from typing import Any

TOKEN = "ECHO_TOKEN"  # noqa: S105  (the name of a variable)


def discord_bot(api: str, gateway: str) -> None:
    import discord
    import yarl
    from discord.gateway import DiscordWebSocket
    from discord.http import Route

    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = api, yarl.URL(gateway)
    client = discord.Client(intents=discord.Intents(guilds=True, messages=True))

    @client.event
    async def on_message(message: discord.Message) -> None:
        if message.author != client.user:
            await message.channel.send(message.content)

    client.run(os.environ[TOKEN], log_handler=None)


def telegram_bot(api: str) -> None:
    from telegram import Update
    from telegram.ext import Application, MessageHandler, filters

    async def echo(update: Update, context: Any) -> None:
        if update.message is not None and update.message.text is not None:
            await update.message.reply_text(update.message.text)

    application = Application.builder().token(os.environ[TOKEN]).base_url(api).build()
    application.add_handler(MessageHandler(filters.TEXT, echo))
    application.run_polling()


if __name__ == "__main__":
    platform, *where = sys.argv[1:]
    (discord_bot if platform == "discord" else telegram_bot)(*where)
