"""What a person should be told about how their words were read: a slip that was mended, a place that isn't used."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agent.words.languages import LANGUAGES
from agent.words.reading.reader import read_turns
from agent.words.reading.readings import Kind
from agent.words.reading.trades import VERBS as TRADES
from agent.words.reading.typos import mistyped
from agent.words.vocabulary import Vocabulary

_AGGREGATORS = frozenset({"1inch", "kyberswap", "velora", "paraswap", "cowswap", "cow protocol", "odos", "matcha"})
READ_WHOLE = frozenset(
    {"alert", "amend", "claim", "forget", "hours", "limit", "link", "order", "remember", "repay", "revoke"}
)
"""Actions whose sentences have frames of their own: no word in them is taken for another."""


def remarks(texts: Sequence[str], vocabulary: Vocabulary, action: str = "") -> Iterator[str]:
    """A sentence each, for the turns of one user that an intent was read from, oldest first."""
    if action in READ_WHOLE:
        return
    for readings in filter(None, read_turns(texts, vocabulary)):
        for typed, word in mistyped(readings, LANGUAGES[readings[0].code], vocabulary):
            yield f"I read “{typed}” as “{word}”."
        trades = any(reading.kind is Kind.VERB and reading.text in TRADES for reading in readings)
        for reading in readings if trades else ():
            if reading.kind is Kind.TRADER and reading.text not in (*vocabulary.traders, "dex"):
                if reading.text in _AGGREGATORS:
                    yield f"Whether {reading.text} is asked goes by the settings, whether it is taken by the price."
                else:
                    yield f"I don't trade at {reading.text}: the preview says where."
