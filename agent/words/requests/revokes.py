"""'Revoke USDC from aave', 'take back my USDC allowance of uniswap': a whole message, or nothing.

What stands in a frame's slots is read by the reader, so a token or a venue means here what it means everywhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.intents import Revoke
from agent.words.forms import matches
from agent.words.languages import Heard, forms_for
from agent.words.patterns import Patterns
from agent.words.reading.courtesy import whole
from agent.words.reading.reader import read
from agent.words.reading.readings import Kind
from agent.words.vocabulary import Vocabulary, asset_of

LONGEST = 200
"""Characters: a longer message isn't looked through."""
_VERB = r"(?:revoke|take\s+back|remove|withdraw|cancel|end|kill|drop|delete|reset|disable)"
_WHAT = r"(?:(?:spending\s+)?(?:allowances?|approvals?|permissions?)|authori[sz]ation|access)"
_SPEND = r"(?:spend(?:ing)?|us(?:e|ing)|access(?:ing)?|tak(?:e|ing)|touch(?:ing)?|mov(?:e|ing))"
_SPENDER = r"(?P<spender>\S.*?)"
_FROM = rf"(?:\s+(?:from|of|for|to)\s+{_SPENDER})?"
_MY, _ASSET = r"(?:my\s+|the\s+|any\s+of\s+my\s+|all\s+my\s+)?", r"(?P<asset>[\w.]+)(?:\s+tokens?)?"
_ON = rf"(?:\s+(?:for|to|of|on|over|in))(?:\s+{_SPEND})?\s+{_MY}{_ASSET}"
_FRAMES = Patterns(
    *(
        r"\s*/?" + frame + r"[\s.!]*"
        for frame in (
            rf"(?:revoke|unapprove)\s+{_MY}{_ASSET}(?:\s+{_WHAT})?{_FROM}",
            rf"{_VERB}\s+{_MY}{_ASSET}\s+{_WHAT}{_FROM}",
            rf"{_VERB}\s+{_MY}{_WHAT}\s+of\s+{_ASSET}(?:\s+(?:from|for|to)\s+{_SPENDER})?",
            rf"{_VERB}\s+(?:the\s+)?{_SPENDER}(?:'s?)?\s+{_WHAT}{_ON}",
            rf"{_VERB}\s+(?:the\s+)?{_SPENDER}'s?\s+{_ASSET}\s+{_WHAT}",
            rf"{_VERB}\s+{_MY}{_WHAT}\s+(?:for|of|from)\s+{_SPENDER}{_ON}",
            rf"(?:stop|keep)\s+{_SPENDER}\s+from\s+{_SPEND}\s+{_MY}{_ASSET}",
        )
    ),
    flags=re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Unnamed:
    """An allowance is to be taken back, and who has it isn't clear: `fitting` are those that were meant, if any."""

    asset: str
    fitting: tuple[str, ...] = ()


def revocation(text: str, vocabulary: Vocabulary) -> Revoke | Unnamed | None:
    """The allowance that a message takes back; None where it says anything else."""
    spoken, other = forms_for(text, vocabulary)
    said = whole(text, spoken.language)
    if len(said) > LONGEST:
        return None
    frames = (frame.fullmatch(said) for frame in _FRAMES) if other is None else matches(other.revoke, said)
    for found in filter(None, frames):
        asset = vocabulary.symbol(found["asset"])
        if asset is None:
            continue
        fitting = _spenders(found["spender"] or "", asset, vocabulary, spoken)
        if fitting is None:
            continue
        return Revoke(asset=asset, spender=fitting[0]) if len(fitting) == 1 else Unnamed(asset, fitting)
    return None


def _spenders(slot: str, asset: str, vocabulary: Vocabulary, spoken: Heard) -> tuple[str, ...] | None:
    """Whom the words name: venues of that asset, or an exchange; () for no words, None for something else."""
    if not slot:
        return ()
    readings = [each for each in read(slot, vocabulary, language=spoken) if each.kind is not Kind.FILLER]
    if [each.kind for each in readings] == [Kind.TRADER] and readings[0].text in vocabulary.traders:
        return (readings[0].text,)
    if len(readings) != 1 or readings[0].kind is not Kind.VENUE:
        return None
    return tuple(venue for venue in readings[0].ids if asset_of(venue) == asset)
