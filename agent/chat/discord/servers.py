"""A server's own settings: in which channels I speak there, and with whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

ELSEWHERE = "I don't talk in this channel; the people who run this server chose others."
NOT_YOU = "Here I only talk with people who have a certain role. A direct message works."


@dataclass(frozen=True, slots=True)
class Server:
    """Ids of channels and of roles; where a set is empty, all of them do."""

    channels: frozenset[int] = frozenset()
    roles: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Servers:
    """Settings by a server's id."""

    by_id: Mapping[int, Server] = field(default_factory=dict)

    def refusal(self, server: int | None, channel: int, roles: Iterable[int]) -> str:
        """Why I don't answer there, '' where I do. A direct message has no server and is always answered."""
        rules = self.by_id.get(server) if server is not None else None
        if rules is None:
            return ""
        if rules.channels and channel not in rules.channels:
            return ELSEWHERE
        if rules.roles and not rules.roles & set(roles):
            return NOT_YOU
        return ""
