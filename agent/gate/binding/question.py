"""Questions move nothing: their verb may be anything, but what they are about must be the user's."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.errors import Refused
from agent.intents import Explain, History, Intent, Yields
from agent.words.reading.dates import dated
from agent.words.reading.reader import read_turns
from agent.words.reading.readings import Kind, Reading
from agent.words.vocabulary import Vocabulary

RULE = "bind"
_DAYS = re.compile(r"(\d{4}-\d\d-\d\d)(?:\.\.(\d{4}-\d\d-\d\d))?")


def bind_question(intent: Intent, said: Sequence[str], vocabulary: Vocabulary) -> None:
    """Passes when the token, the days and what is to be explained are in the user's turns. Raises Refused("bind")."""
    readings = [reading for turn in read_turns(said, vocabulary) for reading in dated(turn)]
    match intent:
        case Yields(asset=asset) if asset is not None:
            _require(any(reading.kind is Kind.TOKEN and reading.text == asset for reading in readings), "asset")
        case History(since=since, until=until) if since is not None or until is not None:
            _bind_dates([day for day in (since, until) if day is not None], readings)
        case Explain(ref=ref) if ref is not None and not any(each.text == ref.casefold() for each in readings):
            for part in ref.split():
                _bind_part(part, readings)


def _bind_part(part: str, readings: Sequence[Reading]) -> None:
    """A token, a venue or days that a question why is about."""
    days = _DAYS.fullmatch(part)
    if days is not None:
        _bind_dates([day for day in days.groups() if day is not None], readings)
        return
    _require(any(each.text in (part, part.casefold()) or part in each.ids for each in readings), "ref")


def _bind_dates(days: Sequence[str], readings: Sequence[Reading]) -> None:
    """A day in figures must be one that was said; any other was computed from words for it."""
    spoken = [reading.text for reading in readings if reading.kind is Kind.DATE]
    relative = any(not _DAYS.fullmatch(text) for text in spoken) or any(r.kind is Kind.LAST for r in readings)
    for day in days:
        _require(day in spoken or relative, "date")


def _require(holds: bool, field: str) -> None:
    if not holds:
        raise Refused(RULE, f"The {field} isn't in your words.", "Say it yourself, in one sentence.")
