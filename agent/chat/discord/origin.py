"""Where a message came from, kept with its inbox row: what it takes to answer there, a restart later, too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any

from discord.utils import snowflake_time

TOKEN_LASTS = timedelta(minutes=14, seconds=45)  # Discord says 15 minutes


@dataclass(frozen=True, slots=True)
class Origin:
    """Discord's ids as integers. `message` is set for one, `application`, `interaction`, `token` for the other kind.

    `shared`: the answer is for all of a channel to see (a preview then has an Open button, see agent.chat.service).
    `replace`: the answer takes the place of the message whose button was pressed, which nobody else sees.
    `roles`: the person's in that server, for the operator's rule (agent.chat.access); none in a direct message.
    """

    channel: int
    user: int
    server: int | None = None
    roles: tuple[str, ...] = ()
    message: int | None = None
    application: int | None = None
    interaction: int | None = None
    token: str = ""
    shared: bool = False
    replace: bool = False

    def as_meta(self) -> dict[str, Any]:
        return {each.name: getattr(self, each.name) for each in fields(self)} | {"roles": list(self.roles)}

    @classmethod
    def of_meta(cls, meta: Mapping[str, Any]) -> Origin | None:
        """What `as_meta` wrote; None for what the agent says on its own."""
        return cls(**{**meta, "roles": tuple(meta.get("roles", ()))}) if meta else None

    @property
    def answerable(self) -> bool:
        """The interaction's token still works."""
        if self.interaction is None or not self.token:
            return False
        return datetime.now(UTC) - snowflake_time(self.interaction) < TOKEN_LASTS


def channel_name(channel: int) -> str:
    """The name that the rest of Moneta knows a channel by."""
    return f"discord:{channel}"


def channel_id(name: str) -> int:
    """The id in a channel's name."""
    return int(name.removeprefix("discord:"))
