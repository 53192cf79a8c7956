"""How much one person may say: a bucket each for messages and presses. Integers, and a clock that is passed in."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from agent.config import Settings

MINUTE = 60_000
FORGET_ABOVE = 10_000  # people with a bucket; full buckets are forgotten then


class Verdict(StrEnum):
    PASS = "pass"  # noqa: S105  (it lets somebody pass)
    TELL = "tell"  # the flood's first: it gets the one reply
    DROP = "drop"


@dataclass(frozen=True, slots=True)
class Limit:
    """`count` in `span` milliseconds on average, `burst` at once."""

    count: int
    burst: int
    span: int = MINUTE

    @property
    def spacing(self) -> int:
        """Milliseconds that one of them uses up."""
        return self.span // self.count


@dataclass
class Bucket:
    """The generic cell rate algorithm (ATM Forum TM 4.1, 4.4.2): `until` is when the bucket is full again, in ms."""

    until: int = 0
    flooding: bool = False

    def take(self, limit: Limit, now: int) -> Verdict:
        """Takes one at `now` (milliseconds; a clock that went back counts as standing still)."""
        begins = max(self.until, now)
        if begins - now <= limit.burst * limit.spacing // 2:  # a flood is over once half the burst is there again
            self.flooding = False
        if not self.passes(limit, now):
            first, self.flooding = not self.flooding, True
            return Verdict.TELL if first else Verdict.DROP
        self.until = begins + limit.spacing
        return Verdict.PASS

    def passes(self, limit: Limit, now: int) -> bool:
        """Whether `take` would let one pass."""
        return max(self.until, now) + limit.spacing - now <= limit.burst * limit.spacing

    def wait(self, limit: Limit, now: int) -> int:
        """Seconds until the next one passes, rounded up."""
        left = max(self.until, now) + limit.spacing - now - limit.burst * limit.spacing
        return max(-(-left // 1_000), 1)


@dataclass
class Limits:
    """Buckets of all people. A flood gets one reply; what comes in it after that is taken in and not answered."""

    messages: Limit
    presses: Limit
    _buckets: dict[tuple[str, str], Bucket] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: Settings) -> Limits:
        return cls(
            messages=Limit(settings.messages_a_minute, settings.message_burst),
            presses=Limit(settings.presses_a_minute, settings.press_burst),
        )

    def take(self, user: str, kind: str, now: int) -> Verdict:
        """Whether the person's message ('text') or press ('press') at `now` seconds passes."""
        return self._bucket(user, kind, now).take(self._limit(kind), now * 1_000)

    def passes(self, user: str, kind: str, now: int) -> bool:
        """Whether `take` would let it pass. Nothing is counted."""
        return self._bucket(user, kind, now).passes(self._limit(kind), now * 1_000)

    def notice(self, user: str, kind: str, now: int) -> str:
        """The one reply to a flood: it names the limit."""
        limit, what = self._limit(kind), "presses" if kind == "press" else "messages"
        seconds = self._bucket(user, kind, now).wait(limit, now * 1_000)
        return (
            f"That was too much at once: I take {limit.count} {what} a minute, {limit.burst} of them in a row. "
            f"What you send now I don't look at; try again in {seconds} second{'' if seconds == 1 else 's'}."
        )

    def _limit(self, kind: str) -> Limit:
        return self.presses if kind == "press" else self.messages

    def _bucket(self, user: str, kind: str, now: int) -> Bucket:
        if len(self._buckets) > FORGET_ABOVE:
            self._buckets = {key: each for key, each in self._buckets.items() if each.until > now * 1_000}
        return self._buckets.setdefault((user, kind), Bucket())
