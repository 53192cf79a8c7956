"""What an intent comes to once every word in it is resolved: whole numbers, tokens of the registry, venues."""

from __future__ import annotations

from dataclasses import dataclass

from agent.money import Address, Token
from agent.plugin import Venue


@dataclass(frozen=True, slots=True)
class Enter:
    """Put `units` base units of the venue's asset in."""

    venue: Venue
    units: int


@dataclass(frozen=True, slots=True)
class Leave:
    """Take `units` base units out; None is the whole position, dust included."""

    venue: Venue
    units: int | None


@dataclass(frozen=True, slots=True)
class Send:
    """Send `units` base units of `token` to the contact `name`."""

    token: Token
    units: int
    name: str
    recipient: Address


Move = Enter | Leave | Send
