"""Wrong codes: whose they were, and until when no more are taken. An account's faults are its own; their sum isn't.

The chat process names the account that a code came for, and could name another at each guess. So all accounts
together have a bound, too, which one account that waits as it must can't reach: it has 45 tries in its first day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

TRIES = 5
FIRST_WAIT_SECONDS = 300  # doubles with every further five wrong codes, up to a day
LONGEST_WAIT_SECONDS = 86_400
MOST_A_DAY = 100
"""Wrong codes of all accounts within a day. With three codes right at any moment, of a million, guessing has one
chance in 3,333 a day."""
DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Lock:
    """Wrong codes since the last right one, how often five of them came together, and no try before `until`."""

    wrong: int = 0
    rounds: int = 0
    until: int = 0

    def after_wrong(self, now: int) -> Lock:
        if self.wrong + 1 < TRIES:
            return replace(self, wrong=self.wrong + 1)
        wait = min(FIRST_WAIT_SECONDS << min(self.rounds, 16), LONGEST_WAIT_SECONDS)
        return Lock(0, self.rounds + 1, now + wait)


@dataclass(frozen=True, slots=True)
class Lockout:
    """`locks` by account, '' for what came for none; `guesses`: when the last wrong codes came, the oldest first."""

    locks: Mapping[str, Lock] = field(default_factory=dict)
    guesses: tuple[int, ...] = ()

    def until(self, account: str, now: int) -> int:
        """No code for this account is taken before it, in Unix seconds."""
        recent = [at for at in self.guesses if at > now - DAY_SECONDS]
        everybody = recent[-MOST_A_DAY] + DAY_SECONDS if len(recent) >= MOST_A_DAY else 0
        return max(self.locks.get(account, Lock()).until, everybody)

    def after_wrong(self, account: str, now: int) -> Lockout:
        locks = {**self.locks, account: self.locks.get(account, Lock()).after_wrong(now)}
        return Lockout(locks, (*self.guesses, now)[-MOST_A_DAY:])

    def after_right(self, account: str) -> Lockout:
        return Lockout({key: lock for key, lock in self.locks.items() if key != account}, self.guesses)
