"""Answers about the past, from rows of the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, tzinfo

from agent.replies.reply import Reply
from agent.usd import CENT, dollars
from agent.words.turns.deeds import Deed

_DID = {"deposit": "put money in", "withdraw": "took money out", "transfer": "sent money", "swap": "swapped"}


def when(at: int, there: tzinfo) -> str:
    """'Tuesday, 3 March 2026, 14:02 CET' of Unix seconds."""
    moment = datetime.fromtimestamp(at, there)
    return f"{moment:%A}, {moment.day} {moment:%B %Y, %H:%M} {moment.tzname() or 'UTC'}"


def last(deeds: Sequence[Deed], there: tzinfo) -> Reply:
    """The last time that something was done, with what it moved."""
    first = deeds[0]
    moved = " and ".join(f"{deed.value} {deed.asset}{_where(deed)}" for deed in deeds)
    what = "swapped and got" if first.action == "swap" else _DID[first.action]
    colon = "" if first.action == "swap" else ":"
    text = f"You last {what}{colon} {moved}, on {when(first.at, there)} (plan {first.plan[:8]})."
    return Reply(text, private=True)


def never(action: str) -> Reply:
    if action not in _DID:
        return Reply("I have moved nothing for you yet.", private=True)
    return Reply(f"Your history has no time that you {_DID[action]}.", private=True)


def nothing_decided() -> Reply:
    return Reply(
        "I find no decision about that in your history. Say `history` to see what was done, or `why?` for the last.",
        private=True,
    )


def with_count(reply: Reply, count: int) -> Reply:
    """The last decision of some days, where there were more."""
    if count < 2:
        return replace(reply, private=True)
    return replace(reply, text=f"{reply.text} It is the last of {count} decisions in that time.", private=True)


def earned(usd: int, since: int, until: int, there: tzinfo) -> Reply:
    """`usd` with 8 decimals: what was earned less gas, between two records."""
    amount = dollars(abs(usd) // CENT)
    how = f"you earned {amount}" if usd >= 0 else f"you lost {amount}"
    text = f"From {when(since, there)} to {when(until, there)} {how}, gas paid, against holding what you had."
    return Reply(text, private=True)


def _where(deed: Deed) -> str:
    way = {"deposit": " into ", "withdraw": " out of "}.get(deed.action)
    if way is not None and deed.venues:
        return way + " and ".join(deed.venues)
    return f" to {deed.recipient}" if deed.recipient else ""
