"""The phrases of a character: short words around an answer, never a part of it.

A phrase stands beside figures that code computed, so it may hold none itself, nor anything that could be taken for an
address, a link, a mention or a report.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

OCCASIONS = {
    "greeting": "the first words in a new channel",
    "small_talk": "the answer to a hello",
    "thanks": "the answer to a thank-you",
    "ready": "before a preview",
    "settled": "after the report of what was done",
    "refused": "before a refusal",
    "asked": "before a question",
    "digest": "before the daily summary",
}
MOST_CHARACTERS = 200

_FORBIDDEN = (
    (re.compile(r"\d"), "a figure"),
    (re.compile(r"[$€£¥%‰₿]|\bper ?cent\b", re.IGNORECASE), "a sign of money or rates"),
    (re.compile(r"[@`<>*_|~\[\]{}\\#]"), "a sign that chats read as markup or a mention"),
    (re.compile(r"://|\bwww\.|\b\w+\.(com|org|net|io|xyz|fi|app|me|gg)\b", re.IGNORECASE), "a link"),
    (re.compile(r"\b(done|confirmed|deposited|withdrawn|withdrew|transferred|sent)\b", re.IGNORECASE), "a report"),
)


def why_not(phrase: str) -> str | None:
    """What keeps a phrase from being used, None where nothing does."""
    if not phrase.strip():
        return "it is empty"
    if len(phrase) > MOST_CHARACTERS:
        return f"it is longer than {MOST_CHARACTERS} characters"
    if any(unicodedata.category(letter)[0] == "C" for letter in phrase):
        return "it has a line break or an invisible character"
    plain = unicodedata.normalize("NFKC", phrase)
    return next((f"it has {what}" for pattern, what in _FORBIDDEN if pattern.search(plain)), None)


def digests(posts: Iterable[str]) -> tuple[str, ...]:
    """The posts of a character that may stand before a daily summary: what holds for phrases holds for them."""
    return tuple(post.strip() for post in posts if why_not(post.strip()) is None)
