"""'Claim my rewards', 'collect the rewards at aave': a whole message, or nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.intents import Claim
from agent.words.reader import read
from agent.words.readings import Kind
from agent.words.text import clean
from agent.words.vocabulary import Vocabulary

LONGEST = 200
"""Characters: a longer message isn't looked through."""
_FRAME = re.compile(
    r"\s*/?(?:please,?\s+|can\s+you\s+|could\s+you\s+)?"
    r"(?:claim|collect|harvest)(?:\s+(?:all\s+)?(?:of\s+)?(?:my|the|your)?\s*(?:all\s+)?(?:rewards?|incentives?))"
    r"(?:\s+(?:at|from|of|in|on)\s+(?P<venue>\S.*?))?(?:,?\s+please)?[\s.!]*",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Rewards are to be claimed, and where isn't one place: `fitting` are the venues that may be meant."""

    words: str
    fitting: tuple[str, ...] = ()


def claiming(text: str, vocabulary: Vocabulary) -> Claim | Elsewhere | None:
    """The rewards that a message claims; None where it says anything else.

    Venues of one market earn at the same place: any of them stands for it.
    """
    said = clean(text).plain
    found = _FRAME.fullmatch(said) if len(said) <= LONGEST else None
    if found is None:
        return None
    if not found["venue"]:
        return Claim(venue=None)
    readings = [each for each in read(found["venue"], vocabulary) if each.kind is not Kind.FILLER]
    if len(readings) != 1 or readings[0].kind is not Kind.VENUE:
        return Elsewhere(found["venue"])
    ids = sorted(readings[0].ids)
    markets = {each.rpartition(":")[0] for each in ids}
    return Claim(venue=ids[0]) if len(markets) == 1 else Elsewhere(found["venue"], tuple(ids))
