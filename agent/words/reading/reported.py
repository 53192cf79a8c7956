"""Reported speech: words that somebody else is said to have said. They order nothing, whoever quotes them.

Read without quotation marks there is no sign that ends it, so wherever somebody else speaks in a turn, no verb of
that turn is taken for the user's own order. That asks once too often where a person only mentions what a page says.
"""

from __future__ import annotations

from collections.abc import Sequence

from agent.words.english.speech import OWN
from agent.words.language import Language
from agent.words.languages import LANGUAGES
from agent.words.reading.readings import Kind, Reading

_TRANSPARENT = frozenset({Kind.FILLER, Kind.CHAT, Kind.AFFIRM})


def reported(readings: Sequence[Reading], language: Language | None = None) -> Reading | None:
    """The words that say somebody else speaks, None where it is the user alone.

    That is a verb of saying ("says", "told me", "wants me to"), or before a verb that could command: somebody or
    something that speaks ("he", "the page", a contact's name), words in front of a colon, or "… me to" do it.
    """
    for turn in dict.fromkeys(reading.turn for reading in readings):
        here = [reading for reading in readings if reading.turn == turn]
        tables = language or LANGUAGES[here[0].code]
        said = [reading for reading in here if reading.kind is Kind.REPORTED and reading.text != OWN]
        verbs = [place for place, reading in enumerate(here) if reading.kind is Kind.VERB]
        speakers = [each for place in verbs if (each := _speaker(here[:place], tables)) is not None]
        if said or speakers:
            return min((*said, *speakers), key=lambda reading: reading.start)
    return None


def _speaker(before: Sequence[Reading], language: Language) -> Reading | None:
    """Who speaks the verb behind these readings, None where nobody else does."""
    for place, reading in enumerate(before):
        somebody = reading.kind is Kind.WORD and reading.text.partition("'")[0] in language.speakers
        named = reading.kind is Kind.NAME and not _follows(before, place, Kind.PREPOSITION)
        if somebody or named:
            return reading
    return _introduced(before, language) or _told(before, language)


def _follows(readings: Sequence[Reading], place: int, kind: Kind) -> bool:
    """Whether a reading of that kind stands before the place, fillers in between."""
    earlier = [reading for reading in readings[:place] if reading.kind not in _TRANSPARENT]
    return bool(earlier) and earlier[-1].kind is kind


def _introduced(before: Sequence[Reading], language: Language) -> Reading | None:
    """Words that aren't understood, and a colon or a dash behind them: "my neighbour: send …"."""
    words: Reading | None = None
    for reading in before:
        if reading.kind is Kind.WORD:
            words = words or reading
        elif words is not None and reading.words in language.introduces:
            return words
    return None


def _told(before: Sequence[Reading], language: Language) -> Reading | None:
    """A word that isn't understood, then "me to" or "you to", right before the verb: "begs me to send"."""
    content = [reading for reading in before if reading.kind is not Kind.FILLER or _key(reading) in language.objects]
    match content[-3:]:
        case [word, told, to] if _key(told) in language.objects and _key(to) == "to":
            own = any(_key(reading) in language.first_person for reading in content)
            return word if word.kind is Kind.WORD and not own else None
    return None


def _key(reading: Reading) -> str:
    return reading.words.casefold()
