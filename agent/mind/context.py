"""What a mind may know besides the present text: earlier turns, positions, an open question, the time."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field

from agent.trust import Trust


class _Data(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Turn(_Data):
    """One earlier message: `role` is 'user' or 'assistant', `trust` how far it counts (None: the role says)."""

    role: str
    text: str
    trust: Trust | None = None

    @property
    def speaker(self) -> str:
        """As whose words a model may see it; '' for those of strangers, which it sees not at all."""
        if self.role not in ("user", "assistant") or self.trust is Trust.FOREIGN:
            return ""
        return "user" if self.role == "user" and self.trust in (None, Trust.USER) else "assistant"


class Holding(_Data):
    """A balance or a position as decimal text in whole tokens; `venue` is None for the wallet."""

    token: str
    amount: str
    venue: str | None = None


class Pending(_Data):
    """A question that waits: the user's text that it was about and the field that is missing.

    `answers` are the answers so far, `asked` the fields that they were asked for.
    """

    text: str
    missing: str
    answers: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()

    @property
    def said(self) -> tuple[str, ...]:
        """The user's turns that the answer completes, oldest first; the last of them is turn -1."""
        return (self.text, *self.answers)


class Context(_Data):
    """`now` is in Unix seconds, `tz` an IANA time zone's name."""

    turns: tuple[Turn, ...] = ()
    portfolio: tuple[Holding, ...] = Field(default=())
    pending: Pending | None = None
    now: int | None = None
    tz: str | None = None

    @property
    def zone(self) -> tzinfo:
        """The user's time zone; UTC where none is known."""
        try:
            return ZoneInfo(self.tz) if self.tz else UTC
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return UTC

    @property
    def today(self) -> datetime | None:
        """The user's present moment, None where the time isn't known."""
        return None if self.now is None else datetime.fromtimestamp(self.now, self.zone)
