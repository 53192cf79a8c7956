"""'Chart my portfolio', 'show me a graph of the usdc rates': that a question wants its answer drawn."""

from __future__ import annotations

import re

from agent.words.forms import composed, match
from agent.words.languages import forms_for
from agent.words.reading.text import clean

_DRAWN = re.compile(
    r"\b(?:charts?|graphs?|plots?|pictures?|diagrams?|draw|plotted|over time|history)\b", re.IGNORECASE
)


def wants_picture(text: str) -> bool:
    """Whether the message speaks of a picture. It moves nothing: the question itself is read elsewhere."""
    _, other = forms_for(text)
    drawn = other is not None and match(composed(text).replace("\n", " "), other.drawn) is not None
    return drawn or _DRAWN.search(clean(text).plain) is not None
