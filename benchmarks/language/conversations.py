"""Conversations: what the last turn comes to, with the user's own turns before it and what was done for them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from agent.errors import NeedsAnswer, Refused
from agent.gate.binding.bind import bind
from agent.intents import Understood, as_json
from agent.mind.context import Context, Own, Pending
from agent.mind.phrasebook import interpret, pending_after
from agent.runtime.following import bound_to
from agent.words.turns.deeds import Deed
from benchmarks.figure import Figure
from benchmarks.language.cases import HERE, OURS, Case
from benchmarks.language.score import NOW, Score, scored, totals

DAY = 86_400


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation; its last turn is the case's text. `group` is the kind of the last turn."""

    case: Case
    said: tuple[str, ...]
    deeds: tuple[Deed, ...]


def conversations() -> list[Talk]:
    """Those of conversations.jsonl. A deed is (days ago, action, asset, base units, decimals, venue or recipient)."""
    rows = map(json.loads, (HERE / "conversations.jsonl").read_text(encoding="utf-8").splitlines())
    return [_talk(row) for row in rows]


def _talk(row: Mapping[str, Any]) -> Talk:
    *said, text = row["said"]
    case = Case(row["kind"], text, row["intent"], OURS, row.get("looks", False))
    return Talk(case, tuple(said), tuple(_deeds(row.get("done", ()))))


def _deeds(rows: Any) -> Iterator[Deed]:
    for place, (days, action, asset, units, decimals, where) in enumerate(rows):
        at, sent = NOW - days * DAY, action == "transfer"
        venues = () if sent or not where else (where,)
        yield Deed(f"plan-{place}", at, action, asset, int(units), decimals, venues, None, where if sent else None)


def came(talk: Talk) -> Mapping[str, Any] | None:
    """What the last turn comes to as JSON data where the gate binds it to the user's own turns; None: it asks."""
    own: list[str] = []
    pending: Pending | None = None
    understood, context = Understood(None), Context()
    for text in (*talk.said, talk.case.text):
        turns = tuple(Own(text=each) for each in own)
        context = Context(own=turns, pending=pending, now=NOW, deeds=talk.deeds)
        understood = interpret(text, context, OURS)
        pending = pending_after(understood, text, context, OURS)
        own.append(text)
    if understood.intent is None:
        return None
    said, record = bound_to(understood, context, talk.case.text)
    try:
        bind(understood.intent, understood.origins, said, OURS, record)
    except (Refused, NeedsAnswer):
        return None
    return as_json(understood.intent)


def table() -> dict[str, Score]:
    """The scores by kind of turn."""
    talks = {id(talk.case): talk for talk in conversations()}
    return scored((talk.case for talk in talks.values()), lambda case: came(talks[id(case)]))


def figures() -> Iterator[Figure]:
    """How much of what goes on with something is right, and what is wrong with money in it."""
    scores = table()
    total = totals(scores)
    yield Figure("language_conversations_right", 100 * total.right / total.cases, f"% of {total.cases}")
    yield Figure("language_conversations_wrong", total.wrong, f"of {total.cases}", 0)
    yield Figure("language_conversations_wrong_money_fields", total.wrong_money, f"of {total.cases}", 0)
