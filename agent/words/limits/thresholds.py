"""'A code above 1000 USDC', 'no code for USDC': from which amount on the operator wants a one-time code."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.intents import Decimal
from agent.words.forms import composed, match
from agent.words.languages import forms_for
from agent.words.limits.allowances import DOLLARS, most_in
from agent.words.reading.text import clean
from agent.words.vocabulary import Vocabulary

_ASK = r"\s*(?:please,?\s+)?(?:(?:always\s+)?(?:ask|want|need|require)\s+(?:me\s+)?(?:for\s+)?)?"
_ABOVE = re.compile(
    rf"{_ASK}(?:a\s+|one\s+)?codes?\s+(?:is\s+(?:needed|wanted)\s+|are\s+needed\s+)?"
    r"(?:above|over|beyond|for\s+(?:anything\s+)?(?:above|over|more\s+than))\s+(?P<most>\S.*?)[\s.!]*",
    re.IGNORECASE | re.ASCII,
)
_NONE = re.compile(
    r"\s*(?:please,?\s+)?(?:ask\s+for\s+|want\s+)?no\s+(?:more\s+)?codes?\s+(?:for|of)\s+(?P<token>[\w.-]+)[\s.!]*",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Threshold:
    """Above `value` (decimal text in units of the token) a plan needs a code; None: it never does."""

    symbol: str
    value: Decimal | None


def threshold(text: str, vocabulary: Vocabulary) -> Threshold | None:
    """What a whole message says of codes, None where it says anything else."""
    said = clean(text).plain
    spoken, other = forms_for(text, vocabulary)
    none = _NONE.fullmatch(said) if other is None else match(composed(text), other.no_code)
    if none is not None:
        symbol = vocabulary.symbol(none["token"])
        return None if symbol is None else Threshold(symbol, None)
    above = _ABOVE.fullmatch(said) if other is None else match(composed(text), other.code_above)
    amount = None if above is None else most_in(above["most"], vocabulary, spoken)
    if amount is None or amount[1] in (None, DOLLARS):
        return None
    return Threshold(str(amount[1]), amount[0])
