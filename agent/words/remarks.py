"""What a person should be told about how their words were read: a slip that was mended, a place that isn't used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from agent.words.english import ENGLISH
from agent.words.language import Language
from agent.words.reader import read
from agent.words.readings import Kind
from agent.words.trades import VERBS as TRADES
from agent.words.typos import mistyped
from agent.words.vocabulary import Vocabulary


def remarks(texts: Iterable[str], vocabulary: Vocabulary, language: Language = ENGLISH) -> Iterator[str]:
    """A sentence each, for the turns that an intent was read from."""
    for text in texts:
        readings = read(text, vocabulary, 0, language)
        for typed, word in mistyped(readings, language, vocabulary):
            yield f"I read “{typed}” as “{word}”."
        trades = any(reading.kind is Kind.VERB and reading.text in TRADES for reading in readings)
        for reading in readings if trades else ():
            if reading.kind is Kind.TRADER and reading.text not in (*vocabulary.traders, "dex"):
                yield f"I don't trade at {reading.text}: the preview says where."
