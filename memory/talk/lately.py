"""The last turns of the channels where people talk now, kept in the process: read once, then added to as they come.

They hold for as long as nothing else is written to memory.db: whatever is forgotten, folded or noted there empties
this first.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from memory.talk.turns import Turn

MOST_CHANNELS, MOST_TURNS = 256, 12
"""What is further back, or in a channel that has gone quiet, is read from the file."""

Key = tuple[str, str]


@dataclass(slots=True)
class Lately:
    """By user and channel, the channel of the latest turn last. A moment is the store's (memory.store)."""

    _turns: OrderedDict[Key, deque[Turn]] = field(default_factory=OrderedDict)
    _moment: int = 0
    added: int = 0
    """Grows with each turn: what was read while it grew may lack one."""

    def of(self, key: Key, n: int, moment: int) -> list[Turn] | None:
        """The last `n` turns, the oldest first; None where they have to be read."""
        known = self._turns.get(key) if moment == self._moment else None
        if known is None or n > MOST_TURNS:
            return None
        return list(known)[-n:] if n > 0 else []

    def read(self, key: Key, turns: Sequence[Turn], moment: int) -> None:
        """Takes over the last MOST_TURNS turns as they were read at a moment."""
        if moment != self._moment:
            self._turns.clear()
            self._moment = moment
        self._turns[key] = deque(turns, MOST_TURNS)
        if len(self._turns) > MOST_CHANNELS:
            self._turns.popitem(last=False)

    def add(self, turn: Turn) -> None:
        """A turn that was just said, where the channel's are known."""
        self.added += 1
        known = self._turns.get((turn.user, turn.channel))
        if known is not None:
            known.append(turn)
            self._turns.move_to_end((turn.user, turn.channel))
