"""Says what is in the outbox: to an interaction while its token works, else to the channel or its user."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import discord

from agent.chat.adapter import Undeliverable
from agent.chat.discord import render
from agent.chat.discord.errors import for_good, token_is_spent, told
from agent.chat.discord.origin import Origin
from agent.chat.discord.render import Shown
from agent.replies.body import Body

NOBODY = discord.AllowedMentions.none()
APPLICATION_WEBHOOK = 3
READY_SECONDS = 30.0
NO_REPLY_WITHOUT_HISTORY = 160002  # "Cannot reply without permission to read message history"
ORIGINAL: Any = "@original"  # Discord's own name for the first answer, where the library knows numbers only


class Delivery:
    """Every way of sending can be repeated: edits by their nature, sends by their nonce."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    async def answer(self, origin: Origin, body: Body, nonce: str) -> None:
        """The reply to a message, a command or a press."""
        if origin.answerable:
            try:
                await self._to_interaction(origin, body)
                return
            except discord.HTTPException as error:
                if not token_is_spent(error):
                    raise
        hidden = origin.server is not None and (not origin.shared or render.personal(body))
        if hidden:
            await self._in_private(origin, body, nonce)
        elif origin.server is not None and render.opens(body):
            await self._send(origin, render.notice(render.PLAN, render.opens(body)), nonce)
        else:
            await self._send(origin, render.shown(body), nonce)

    async def tell(self, channel: int, user: int | None, body: Body, nonce: str) -> None:
        """What the agent says on its own. In a server, what is about somebody's money goes to them alone."""
        async with asyncio.timeout(READY_SECONDS):  # a client that is closed meanwhile is never ready
            await self._client.wait_until_ready()  # then the servers' channels are known
        public = self._client.get_channel(channel) is not None or user is None
        if user is not None and public and (render.personal(body) or body.buttons):
            channel = (await self._direct(user)).id
        await self._send(Origin(channel, user or 0), render.shown(body), nonce)

    async def show_progress(self, origin: Origin, text: str) -> None:
        """In the answer to an interaction, which is there already; a message gets the typing sign."""
        if origin.answerable:
            await self._edit(origin, None, content=render.escaped(text)[:2000])
        elif origin.interaction is None:
            await self._client.http.send_typing(origin.channel)

    async def _to_interaction(self, origin: Origin, body: Body) -> None:
        if not origin.shared:
            await self._edit(origin, render.shown(body))
        elif render.opens(body):
            await self._edit(origin, render.notice(render.PLAN, render.opens(body)))
        elif render.personal(body):
            await self._edit(origin, render.notice(render.EYES_ONLY))
            shown = render.shown(body)
            await self._webhook(origin).send(**_parts(shown), ephemeral=True, allowed_mentions=NOBODY, wait=True)
        else:
            await self._edit(origin, render.shown(body))

    async def _in_private(self, origin: Origin, body: Body, nonce: str) -> None:
        """By direct message; the channel hears that there is one, or why there can't be one now."""
        refusal: discord.HTTPException | None = None
        try:
            direct = await self._direct(origin.user)
            await self._send(Origin(direct.id, origin.user), render.shown(body), nonce)
        except discord.Forbidden as error:
            if not for_good(error):
                raise
            refusal = error
        if origin.message is not None:
            said = render.NO_DIRECT_MESSAGE if refusal else render.IN_DIRECT_MESSAGE
            await self._send(origin, render.notice(said), nonce + "n")
        if refusal is not None:
            raise Undeliverable(told(refusal)) from refusal

    async def _direct(self, user: int) -> discord.DMChannel:
        return await self._client.create_dm(discord.Object(user))

    async def _send(self, origin: Origin, shown: Shown, nonce: str) -> None:
        channel = self._client.get_partial_messageable(origin.channel, guild_id=origin.server)
        more: dict[str, Any] = {"nonce": nonce, "allowed_mentions": NOBODY}
        if origin.server is None or origin.message is None:
            await channel.send(**_parts(shown), **more)
            return
        reference = discord.MessageReference(
            message_id=origin.message, channel_id=origin.channel, fail_if_not_exists=False
        )
        try:
            await channel.send(**_parts(shown), **more, reference=reference)
        except discord.HTTPException as error:
            if error.code != NO_REPLY_WITHOUT_HISTORY:
                raise
            for file in shown.files:
                file.reset()
            await channel.send(**_parts(shown), **more)

    async def _edit(self, origin: Origin, shown: Shown | None, content: str | None = None) -> None:
        """Changes the first answer to an interaction. Files given replace files that were there."""
        parts: dict[str, Any] = {"content": content, "allowed_mentions": NOBODY}
        if shown is not None:
            parts |= {"embed": shown.embed, "view": shown.view, "attachments": list(shown.files)}
        await self._webhook(origin).edit_message(ORIGINAL, **parts)

    def _webhook(self, origin: Origin) -> discord.Webhook:
        """What `Interaction.followup` is, made from what the ledger kept of the interaction."""
        data: Any = {"id": origin.application, "type": APPLICATION_WEBHOOK, "token": origin.token}
        return discord.Webhook.from_state(data=data, state=self._client._connection)


def _parts(shown: Shown) -> Mapping[str, Any]:
    """What `send` takes; it wants to hear nothing of a view that isn't there."""
    view = {} if shown.view is None else {"view": shown.view}
    return {"embed": shown.embed, "files": list(shown.files), **view}
