"""Bound across turns: the request that the user's own turns come to is put together anew, from them and the ledger.

A mind's word counts for nothing here: neither what it took an earlier turn for, nor the row that it says it means.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agent.errors import NeedsAnswer, Refused
from agent.intents import Origin
from agent.words.reading.readings import Reading
from agent.words.turns.deeds import Record, Unresolved
from agent.words.turns.thread import fold, goes_on
from agent.words.vocabulary import Vocabulary

RULE = "bind"


def request_across(said: Sequence[str], vocabulary: Vocabulary, record: Record) -> list[Reading] | None:
    """The readings of the request that the last of the user's turns makes by going on with others; None where it
    stands alone. Raises NeedsAnswer where it points at nothing, or at more than one thing.
    """
    if not goes_on(said, vocabulary):
        return None
    try:
        thread = fold(said, vocabulary, record)
    except Unresolved as error:
        raise NeedsAnswer(error.question, error.missing) from error
    return list(thread.command) if thread.changed and thread.command and not thread.asks else None


def check_rows(origins: Mapping[str, Origin], request: Sequence[Reading]) -> None:
    """Passes when each row that a mind means is one that the user's words point at. Raises Refused("bind")."""
    rows = {reading.origin.row for reading in request}
    for field, origin in origins.items():
        if origin.row and origin.row not in rows:
            raise Refused(RULE, f"The {field} isn't what your words point at.", "Say it yourself, in one sentence.")
