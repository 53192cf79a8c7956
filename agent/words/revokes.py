"""'Revoke USDC from aave', 'take back my USDC allowance of uniswap': a whole message, or nothing.

What stands in a frame's slots is read by the reader, so a token or a venue means here what it means everywhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.intents import Revoke
from agent.words.reader import read
from agent.words.readings import Kind
from agent.words.text import clean
from agent.words.vocabulary import Vocabulary, asset_of

LONGEST = 200
"""Characters: a longer message isn't looked through."""
_VERB = r"(?:revoke|take\s+back|remove|withdraw|cancel|end)"
_WHAT = r"(?:allowance|approval|permission)"
_SPENDER = r"(?P<spender>\S.*?)"
_FROM = rf"(?:\s+(?:from|of|for|to)\s+{_SPENDER})?"
_BEGIN, _END = r"\s*/?(?:please,?\s+|can\s+you\s+|could\s+you\s+)?", r"(?:,?\s+please)?[\s.!]*"
_FRAMES = tuple(
    re.compile(_BEGIN + frame + _END, re.IGNORECASE | re.ASCII)
    for frame in (
        rf"revoke\s+(?:my\s+|the\s+)?(?P<asset>[\w.]+)(?:\s+{_WHAT})?{_FROM}",
        rf"{_VERB}\s+(?:my\s+|the\s+)?(?P<asset>[\w.]+)\s+{_WHAT}{_FROM}",
        rf"{_VERB}\s+(?:my\s+|the\s+)?{_WHAT}\s+of\s+(?P<asset>[\w.]+)(?:\s+(?:from|for|to)\s+{_SPENDER})?",
    )
)


@dataclass(frozen=True, slots=True)
class Unnamed:
    """An allowance is to be taken back, and who has it isn't clear: `fitting` are those that were meant, if any."""

    asset: str
    fitting: tuple[str, ...] = ()


def revocation(text: str, vocabulary: Vocabulary) -> Revoke | Unnamed | None:
    """The allowance that a message takes back; None where it says anything else."""
    said = clean(text).plain
    if len(said) > LONGEST:
        return None
    for found in filter(None, (frame.fullmatch(said) for frame in _FRAMES)):
        asset = vocabulary.symbol(found["asset"])
        if asset is None:
            continue
        fitting = _spenders(found["spender"] or "", asset, vocabulary)
        if fitting is None:
            continue
        return Revoke(asset=asset, spender=fitting[0]) if len(fitting) == 1 else Unnamed(asset, fitting)
    return None


def _spenders(slot: str, asset: str, vocabulary: Vocabulary) -> tuple[str, ...] | None:
    """Whom the words name: venues of that asset, or an exchange; () for no words, None for something else."""
    if not slot:
        return ()
    said = slot.casefold()
    named = [name for name in vocabulary.traders if said in (name, name.partition("-")[0], name.replace("-", " "))]
    if named:
        return tuple(named)
    readings = [each for each in read(slot, vocabulary) if each.kind is not Kind.FILLER]
    if len(readings) != 1 or readings[0].kind is not Kind.VENUE:
        return None
    return tuple(venue for venue in readings[0].ids if asset_of(venue) == asset)
