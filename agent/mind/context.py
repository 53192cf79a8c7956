"""What a mind may know besides the present text: earlier turns, positions, an open question, the time."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field

from agent.trust import Trust
from agent.words.turns.deeds import Deed, Record


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


class Own(_Data):
    """A turn of the user's own, as the ledger has it: when it was said (Unix seconds), and whether with it what was
    asked for before was carried out; None where that isn't known.
    """

    text: str
    at: int | None = None
    done: bool | None = None


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
    """`now` is in Unix seconds, `tz` an IANA time zone's name.

    `own` are the user's own turns of this channel and `deeds` what was done for them, both from the ledger. Where no
    ledger is, `own` is None, and the turns of `turns` whose role is 'user' stand for it.
    """

    turns: tuple[Turn, ...] = ()
    own: tuple[Own, ...] | None = None
    deeds: tuple[Deed, ...] = ()
    portfolio: tuple[Holding, ...] = Field(default=())
    pending: Pending | None = None
    now: int | None = None
    tz: str | None = None

    @property
    def said(self) -> tuple[Own, ...]:
        """The user's own turns before this one, the oldest first: nobody else's, and nothing that a memory says."""
        if self.own is not None:
            return self.own
        turns = tuple(Own(text=turn.text) for turn in self.turns if turn.speaker == "user")
        return turns or tuple(Own(text=text) for text in (self.pending.said if self.pending else ()))

    @property
    def record(self) -> Record:
        """What was done, and the moment."""
        times = tuple(own.at for own in self.said if own.at is not None)
        times = times if len(times) == len(self.said) else ()
        return Record(self.deeds, self.now, self.zone, times, tuple(own.done for own in self.said))

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
