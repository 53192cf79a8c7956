"""What a message may go on with: the user's own last turns in its channel, and what was done for them; of the ledger.

Nothing of it comes from memory.db, from what the agent or a model said, or from another person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from agent.hours import zone
from agent.intents import Origin, Understood
from agent.mind.context import Context, Own
from agent.replies.pointed import told
from agent.runtime.world import World
from agent.words.amends.turns import may_correct
from agent.words.languages import language_of
from agent.words.reading.dates import dated
from agent.words.reading.reader import read
from agent.words.reading.readings import Kind
from agent.words.turns.deeds import MOVES, Deed, Record
from agent.words.turns.follow import Shape, spoken
from agent.words.turns.thread import MOST_TURNS, goes_on
from agent.words.vocabulary import Vocabulary
from memory.journal.deeds import DeedRow, OwnTurn
from memory.rows import User

THREAD_SECONDS = 3_600
"""How long ago what a turn goes on with may have been said. What was done is pointed at however long ago it was."""
REPLACED = "This takes the place of the preview before it, which is void: confirm one, then say the other."
_CARRIED_OUT = ("settled", "partial")
_KEPT = frozenset({
    None, "deposit", "withdraw", "swap", "sequence", "transfer", "advance", "contact", "yields", "portfolio",
    "explain", "history", "help", "usage", "chat", "cancel", "order", "provide", "reposition",
})  # fmt: skip
"""After anything else that was understood there is nothing to go on with: a limit, a mandate, a debt."""


@dataclass(frozen=True, slots=True)
class Following:
    """Reads it where a message's form asks for it, and nothing where it doesn't."""

    world: World

    async def context(
        self, user: User, channel: str, text: str, vocabulary: Vocabulary, asked: Sequence[str] = ()
    ) -> dict[str, Any]:
        """The fields of a Context that the message needs: its own turns, deeds, time zone.

        `asked`: the turns that a question is open about. Where they point at what was done, so does the answer.
        """
        found: dict[str, Any] = {}
        goes = goes_on((text,), vocabulary)
        if goes or any(
            reading.kind in (Kind.DATE, Kind.LAST) for reading in dated(read(text, vocabulary, 0, hint=None))
        ):
            found["tz"] = await self.world.ledger.tz(user.id)
        if goes or may_correct(text, vocabulary):
            since = self.world.now() - THREAD_SECONDS
            found["own"] = _own(await self.world.ledger.own_turns(user.id, channel, since, MOST_TURNS))
        if goes or (asked and goes_on((*asked, text), vocabulary)):
            found["deeds"] = await self.deeds(user)
        return found

    async def replaced(
        self, user: User, channel: str, text: str, action: str, vocabulary: Vocabulary
    ) -> tuple[str, ...]:
        """That a preview is void, where another one was asked for beside it: only one waits at a time."""
        if (
            action not in MOVES
            or spoken(text, vocabulary, code=language_of(text, vocabulary)).shape is not Shape.MORE
        ):
            return ()
        live = await self.world.ledger.live_previews(user.id, channel, self.world.now())
        return (REPLACED,) if live else ()

    async def notes(self, user: User, origins: Mapping[str, Origin]) -> tuple[str, ...]:
        """What the words of a request point at, row by row, for its preview."""
        words = {origin.row: origin.words for origin in origins.values() if origin.row}
        if not words:
            return ()
        there = zone(await self.world.ledger.tz(user.id))
        deeds = await self.deeds(user)
        return tuple(told(deed, words[deed.plan], there) for deed in deeds if deed.plan in words)

    async def deeds(self, user: User) -> tuple[Deed, ...]:
        """What was done for the user on their own wish, the oldest first."""
        return tuple(self._deed(row) for row in await self.world.ledger.deeds_of(user.id))

    def _deed(self, row: DeedRow) -> Deed:
        return Deed(
            plan=row.plan_id,
            at=row.at,
            action=row.action,
            asset=row.symbol,
            units=row.units,
            decimals=self.world.registry.token(row.symbol).decimals,
            venues=row.venues,
            venue=row.venue,
            recipient=row.recipient,
        )


def bound_to(understood: Understood, context: Context, text: str) -> tuple[tuple[str, ...], Record]:
    """The user's own turns that the origins of an intent are places in, this one last, and what was done by then."""
    chain = (*(context.pending.said if context.pending else ()), text)
    own = (*(each.text for each in context.said), text)
    if context.own and all(_stands(origin, own) for origin in understood.origins.values()):
        return own, context.record
    return chain, replace(context.record, times=(), done=())


def _stands(origin: Origin, said: Sequence[str]) -> bool:
    place = len(said) - 1 + origin.turn
    return 0 <= place < len(said) and said[place][origin.start : origin.end] == origin.words


def _own(turns: Sequence[OwnTurn]) -> tuple[Own, ...]:
    kept: list[Own] = []
    for turn in turns:
        if turn.action not in _KEPT:
            kept = []
            continue
        kept.append(Own(text=turn.text, at=turn.at, done=turn.status in _CARRIED_OUT or None))
    return tuple(kept)
