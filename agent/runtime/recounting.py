"""Questions about the past: why something was done on a day, when it was done last, what some days earned."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

from agent.hours import zone
from agent.intents import Explain, History
from agent.replies import books, explain, past
from agent.replies.reply import Reply
from agent.runtime.booking import PLAIN, Booking
from agent.runtime.following import Following
from agent.runtime.viewing import Viewing
from agent.runtime.world import World
from agent.words.turns.past import (
    MOVE,
    LastTime,
    asks_books,
    asks_earnings,
    asks_gas,
    asks_of_move,
    asks_part,
    asks_taxes,
    last_time,
    tool_named,
)
from agent.words.vocabulary import Vocabulary
from memory.journal.decisions import Wanted
from memory.rows import User

ALL_TIME = 2**62


@dataclass(frozen=True, slots=True)
class Recounting:
    """Answers from the ledger alone, by days of the user's own time zone."""

    world: World

    async def explain(self, user: User, intent: Explain, text: str) -> Reply:
        """Why the last thing was done that is asked about: of a token, a venue, days; something that was moved."""
        viewing = Viewing(self.world)
        moved = asks_of_move(text, self.world.words(()))
        about = _about((intent.ref or "").split(), zone(await self.world.ledger.tz(user.id)), self.world, moved)
        if about is None:
            return await viewing.explain(user, intent)
        found = await self.world.ledger.decisions_wanted(user.id, about)
        if found:
            reply = await viewing.chosen(user, found[-1])
            return past.with_count(reply, len(found)) if about.dated else await viewing.with_asked(user, found[-1])
        if about.asset is None and about.venue is None:
            plans = await self.world.ledger.plans_of(user.id, about.since, about.until)
            done = [plan for plan in plans if plan.confirmed_at is not None and plan.decision_id is None]
            if done and about.dated:
                return explain.with_request(None, done[-1])
            if not about.dated:
                return await viewing.explain(user, intent)
        return past.nothing_decided()

    async def history(self, user: User, intent: History, text: str) -> Reply:
        """What was done in some days; or the one thing of it that is asked for."""
        words, there = self.world.words(()), zone(await self.world.ledger.tz(user.id))
        asked = last_time(text, words)
        if asked is not None:
            return await self._last(user, asked, there)
        if _of_books(intent, text, words):
            return await self._booked(user, intent, text, there)
        since = midnight(intent.since, there) if intent.since else 0
        until = midnight(intent.until, there, days=1) - 1 if intent.until else self.world.now()
        return await Viewing(self.world).history(user, since, until)

    async def _last(self, user: User, asked: LastTime, there: tzinfo) -> Reply:
        if asked.action == MOVE:
            wanted = Wanted(0, ALL_TIME, asked.asset, moved=True)
            found = await self.world.ledger.decisions_wanted(user.id, wanted)
            return await Viewing(self.world).chosen(user, found[-1]) if found else past.never(asked.action)
        deeds = [
            deed
            for deed in await Following(self.world).deeds(user)
            if deed.action == asked.action and asked.asset in (None, deed.asset)
        ]
        last = [deed for deed in deeds if deed.plan == deeds[-1].plan]
        return past.last(last, there) if last else past.never(asked.action)

    async def _booked(self, user: User, intent: History, text: str, there: tzinfo) -> Reply:
        """What the books say of some days or of all, and what was earned against holding, where it is known."""
        words, booking = self.world.words(()), Booking(self.world)
        since = midnight(intent.since, there) if intent.since else None
        until = midnight(intent.until, there, days=1) - 1 if intent.until else ALL_TIME
        taxes = asks_taxes(text, words)
        if asks_gas(text, words) and not taxes and not asks_earnings(text, words):
            return await booking.gas(user, since, until, there)
        shape = (tool_named(text) or PLAIN) if taxes else None
        reply = await booking.profit(user, since, until, there, csv=shape)
        if not taxes and asks_part(text, words) and reply.table is not None:
            reply = replace(reply, text=f"{books.OF_ALL}\n{reply.text}")
        if since is None or taxes:
            return reply
        held = await self._earned(user, since, until, there)
        return reply if held is None else replace(reply, text=f"{reply.text}\n{held.text}")

    async def _earned(self, user: User, since: int, until: int, there: tzinfo) -> Reply | None:
        """What all came to against holding, from the last record before the days to the last one within them.

        None where too little was written down.
        """
        known = [row for row in await self.world.ledger.worth(user.id, 0) if row.at <= until]
        before = [row for row in known if row.at <= since]
        within = [row for row in known if row.at > since]
        first = before[-1] if before else within[0] if within else None
        if first is None or not within or within[-1].at == first.at:
            return None
        last = within[-1]
        earned = (last.worth - last.held) - (first.worth - first.held)
        return past.earned(earned, first.at, last.at, there)


def _of_books(intent: History, text: str, words: Vocabulary) -> bool:
    """Whether the books answer: taxes and gains always, what was earned or paid for gas where days are said."""
    if asks_books(text, words) or asks_taxes(text, words):
        return True
    dated = intent.since is not None or intent.until is not None
    return dated and (asks_earnings(text, words) or asks_gas(text, words))


def _about(parts: list[str], there: tzinfo, world: World, moved: bool) -> Wanted | None:
    """What a question why is about; None where it says nothing of it."""
    since, until, asset, venue = 0, ALL_TIME, None, None
    for part in parts:
        if part in world.venues:
            venue = part
        elif part[:4].isdigit():
            first, _, last = part.partition("..")
            since, until = midnight(first, there), midnight(last or first, there, days=1) - 1
        else:
            asset = part
    if not (moved or asset is not None or until != ALL_TIME or (venue is not None and len(parts) > 1)):
        return None  # a venue alone is the choice that put money there
    return Wanted(since, until, asset, venue, moved)


def midnight(day: str, there: tzinfo, days: int = 0) -> int:
    """Unix seconds of the start of an ISO date in a time zone, `days` later."""
    return int((datetime.fromisoformat(day) + timedelta(days=days)).replace(tzinfo=there).timestamp())
