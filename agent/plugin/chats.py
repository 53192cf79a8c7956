"""A chat platform: a thin adapter that hands messages over and delivers bodies. Every command is the service's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from agent.errors import MonetaError
from agent.harmless import whole


class RetryLater(MonetaError):
    """The platform wants the delivery again after `seconds` (a rate limit); None: it can't be reached now."""

    def __init__(self, seconds: float | None, reason: str) -> None:
        super().__init__(reason)
        self.seconds = seconds


class Undeliverable(MonetaError):
    """The platform refuses this for good: the channel is gone, the user blocked the bot, the body is refused.

    The message is the platform's reason; what was said is kept (agent.chat.undelivered).
    """


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody as their platform names them. `name` is kept when they are first seen."""

    platform_user_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Inbound:
    """One message as it came: `update_id` is the platform's own, `user` a User's id, or who they are on the platform.

    `kind` is 'text', or 'press' where `text` is a button's id. `meta` is what the adapter needs to answer there.
    """

    platform: str
    update_id: str
    channel: str
    user: str | Identity
    text: str
    kind: str = "text"
    meta: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", whole(self.text))


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A message that was taken in. `reply` is None until it is finished."""

    id: int
    platform: str
    update_id: str
    channel: str
    user: str
    text: str
    received_at: int
    status: str
    reply: Mapping[str, Any] | None
    kind: str
    meta: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """What is to be said. `nonce` (24 letters and digits) lets a platform drop a second copy; a reply's comes of its
    message alone, so that one that is made anew is known, too. `id` is 0 while the row is still being written.

    `meta` is the inbox row's, empty where the agent speaks on its own; `dropped` says why the platform refused it
    for good (see memory.put_aside).
    """

    id: int
    platform: str
    inbox_id: int | None
    user: str
    channel: str
    body: Mapping[str, Any]
    nonce: str
    status: str
    created_at: int
    sent_at: int | None
    meta: Mapping[str, Any]
    dropped: str | None


class Hears(Protocol):
    """The service as an adapter needs it."""

    async def receive(self, message: Inbound) -> InboxRow | None:
        """Takes a message in: durable when this returns, so the platform may then be told. None: seen before."""


class Adapter(Protocol):
    """One platform. Channels are named by it, `discord:1234`; `platform` is what stands before the colon.

    `connected` is set while the platform hears us and tells us what people say.
    """

    platform: str
    connected: asyncio.Event

    async def run(self, stop: asyncio.Event) -> None:
        """Connects, hands every message to `Service.receive`, and returns once `stop` is set and it has left.

        Raises Refused where it can't start at all: a token that the platform doesn't know.
        """

    async def close(self) -> None:
        """Lets go of the connections that `deliver` uses. Called last, once nothing is under way."""

    async def deliver(self, row: OutboxRow) -> None:
        """Says what is in the row, once. Raises RetryLater or Undeliverable. `row.nonce` names the delivery."""

    async def progress(self, row: InboxRow, text: str) -> None:
        """Shows how far a long turn is, by editing one message. May do nothing; must not raise."""


@dataclass(frozen=True, slots=True)
class Chat:
    """A platform that the settings configure. `make` is called once the instance is open, with its service."""

    platform: str
    make: Callable[[Any], Adapter]


def lines_of(body: Mapping[str, Any]) -> str:
    """All of an outbox row's body as plain text, for a platform that has no more than that."""
    table = body.get("table") or {"columns": [], "rows": []}
    rows = [" | ".join(row) for row in (table["columns"], *table["rows"]) if row]
    lines = [f"{what} {text}" for what, text in body.get("lines", [])]
    return "\n".join(part for part in (body.get("text", ""), body.get("title", ""), *lines, *rows) if part)
