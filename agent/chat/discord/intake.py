"""Discord's events as messages: whose words count, what a command says, who pressed what. Everything goes in once."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakValueDictionary

import discord
import structlog

from agent.chat import commands, options
from agent.chat.discord import render, slash
from agent.chat.discord.acknowledging import Acknowledging
from agent.chat.discord.backfill import Missed
from agent.chat.discord.origin import Origin, channel_name
from agent.chat.sentence import sentence
from agent.chat.service import Service
from agent.errors import Refused
from agent.harmless import whole
from memory.rows import ButtonRow, Identity, Inbound, User

PLATFORM = "discord"
SPOKEN = (discord.MessageType.default, discord.MessageType.reply)
USED_UP = ("confirm", "cancel", "say")  # after these a message's buttons are done
REMEMBERED_PRESSES = 10_000

log = structlog.get_logger()


@dataclass
class Intake:
    """What the gateway tells. `me` is the bot's user id, known once it is connected."""

    service: Service
    me: int = 0
    acknowledging: Acknowledging = field(default_factory=Acknowledging)
    _order: WeakValueDictionary[int, asyncio.Lock] = field(default_factory=WeakValueDictionary)
    _replaced: deque[tuple[int, str | None]] = field(default_factory=lambda: deque(maxlen=REMEMBERED_PRESSES))

    def __post_init__(self) -> None:
        self.missed = Missed(self.take)

    async def message(self, message: discord.Message) -> None:
        """A message that the gateway tells, after those of its channel that it didn't tell."""
        if message.author.id == self.me:
            return
        await self.missed.caught_up(message.channel.id)
        await self.take(message)

    async def take(self, message: discord.Message) -> None:
        """A person's own words in a direct message, or in a server where they mention the bot."""
        text = self._own_words(message)
        if text is None:
            return
        server = message.guild.id if message.guild else None
        origin = Origin(
            channel=message.channel.id,
            user=message.author.id,
            server=server,
            message=message.id,
            roles=_roles(message.author),
            shared=server is not None,
        )
        async with self._turn(origin.channel):
            await self._receive(message.author, message.id, text, "text", origin)

    def _own_words(self, message: discord.Message) -> str | None:
        """What its author wrote to the bot; None for what isn't meant for it or isn't theirs."""
        author = message.author
        if author.bot or message.webhook_id is not None or author.id == self.me:
            return None
        if message.type not in SPOKEN or message.message_snapshots or message.flags.forwarded:
            return None
        if message.guild is not None and not any(each.id == self.me for each in message.mentions):
            return None
        text = re.sub(rf"<@!?{self.me}>", " ", message.content).strip()
        if not text.startswith("/"):
            return text
        said = sentence(text, "")  # a command that was typed as words
        return text.lstrip("/") if said is None else said.text

    async def command(self, interaction: discord.Interaction) -> None:
        """A slash command, as the sentence that it says."""
        with self.acknowledging.under_way(interaction.id):
            await self._command(interaction)

    async def _command(self, interaction: discord.Interaction) -> None:
        command = commands.named(str(_data(interaction).get("name", "")))
        if command is None:
            await _whisper(interaction, "I don't have that command any more.")
            return
        shared = interaction.guild_id is not None and not command.private
        origin = _origin(interaction, shared=shared)
        await self.missed.caught_up(origin.channel)
        try:
            async with self._turn(origin.channel):
                sentence = await self._sentence(interaction, command)
                taken = await self._receive(interaction.user, interaction.id, sentence, "text", origin)
        except Refused as error:
            await _whisper(interaction, str(error))
            return
        if taken:
            hidden = interaction.guild_id is not None and not shared
            await _acknowledged(interaction.response.defer(ephemeral=hidden, thinking=True))

    async def _sentence(self, interaction: discord.Interaction, command: commands.Command) -> str:
        user = await self._user(interaction.user)
        vocabulary = await self.service.runtime.world.vocabulary(user.id)
        return options.sentence(command, slash.options(_data(interaction)), vocabulary)

    async def suggest(self, interaction: discord.Interaction) -> None:
        """What the option that is being typed may become."""
        data = _data(interaction)
        command, name = commands.named(str(data.get("name", ""))), slash.focused(data)
        option = command.option(name) if command and name else None
        given = slash.options(data)
        found: list[str] = []
        if option is not None:
            user = await self._user(interaction.user)
            vocabulary = await self.service.runtime.world.vocabulary(user.id)
            found = options.suggestions(option, given.get(option.name, ""), given, vocabulary)
        choices = [discord.app_commands.Choice(name=each, value=each) for each in found if len(each) <= 100]
        await _acknowledged(interaction.response.autocomplete(choices))

    async def press(self, interaction: discord.Interaction) -> None:
        """A button, by its id alone: the message may be older than this process."""
        message = interaction.message
        if message is None:
            return
        with self.acknowledging.under_way(interaction.id):
            used = await self._press(interaction, message)
        if used:
            with contextlib.suppress(discord.HTTPException):  # the ledger refuses a second press anyway
                await message.edit(view=render.disabled(message))

    async def _press(self, interaction: discord.Interaction, message: discord.Message) -> bool:
        """Takes it in; whether the message's buttons are done and still to be seen to."""
        button_id = str(_data(interaction).get("custom_id", ""))
        await self.missed.caught_up(interaction.channel_id or 0)
        async with self._turn(interaction.channel_id or 0):
            button = await self.service.ledger.button(button_id)
            over = _uses_up(button, await self._user(interaction.user))
            replace = over and message.flags.ephemeral and self._first(message.id, button)
            origin = _origin(interaction, replace=replace)
            taken = await self._receive(interaction.user, interaction.id, button_id, "press", origin)
        if not taken:
            return False
        if replace:
            await _acknowledged(interaction.response.edit_message(view=render.disabled(message)))
            return False
        hidden = interaction.guild_id is not None
        await _acknowledged(interaction.response.defer(ephemeral=hidden, thinking=True))
        return over and not message.flags.ephemeral

    def _first(self, message: int, button: ButtonRow | None) -> bool:
        """Only one press may put its answer where the preview was; a second one would cover the first's."""
        key = (message, button.plan_id if button else None)
        if key in self._replaced:
            return False
        self._replaced.append(key)
        return True

    def _turn(self, channel: int) -> asyncio.Lock:
        """Events of one channel are taken in in the order in which they came: the lock is fair."""
        return self._order.setdefault(channel, asyncio.Lock())

    async def _user(self, who: discord.User | discord.Member) -> User:
        return await self.service.user(PLATFORM, str(who.id), who.display_name)

    async def _receive(
        self, who: discord.User | discord.Member, update: int, text: str, kind: str, origin: Origin
    ) -> bool:
        """Durable when this returns; False for what was taken in before (a replay, a backfill)."""
        channel, speaker = channel_name(origin.channel), Identity(str(who.id), whole(who.display_name))
        inbound = Inbound(PLATFORM, str(update), channel, speaker, text, kind, origin.as_meta())
        taken = await self.service.receive(inbound) is not None
        self.missed.heard(origin.channel, update, origin.server)
        return taken


def _uses_up(button: ButtonRow | None, user: User) -> bool:
    return button is not None and button.user == user.id and button.press in USED_UP


def _origin(interaction: discord.Interaction, shared: bool = False, replace: bool = False) -> Origin:
    return Origin(
        channel=interaction.channel_id or 0,
        user=interaction.user.id,
        server=interaction.guild_id,
        roles=_roles(interaction.user),
        application=interaction.application_id,
        interaction=interaction.id,
        token=interaction.token,
        shared=shared,
        replace=replace,
    )


def _data(interaction: discord.Interaction) -> Mapping[str, Any]:
    return dict(interaction.data or {})


def _roles(who: discord.User | discord.Member) -> tuple[str, ...]:
    return tuple(str(role.id) for role in who.roles) if isinstance(who, discord.Member) else ()


async def _whisper(interaction: discord.Interaction, text: str) -> None:
    """Says something to the one who asked, at once; nothing was asked of the agent."""
    embed = render.notice(text).embed
    await _acknowledged(interaction.response.send_message(embed=embed, ephemeral=True))


async def _acknowledged(acknowledging: Any) -> None:
    """Tells Discord that it was heard. Where that fails, the answer goes to the channel instead."""
    try:
        await acknowledging
    except (discord.HTTPException, OSError) as error:
        log.warning("an interaction could not be acknowledged", error=type(error).__name__)
