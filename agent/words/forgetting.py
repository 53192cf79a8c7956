"""`forget this conversation`, `forget everything about me`: the whole message, or nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from agent.words.text import clean

_FORGET = re.compile(
    r"\s*(?:please\s+)?/?forget\s+(?:"
    r"(?P<conversation>(?:this|our|the|my)\s+(?:conversation|chat)|what\s+(?:i|we)\s+said)"
    r"|(?P<everything>everything(?:\s+(?:about\s+me|you\s+know(?:\s+about\s+me)?|i\s+said))?|all(?:\s+about\s+me)|me|my\s+words)"
    r")\s*(?:please)?\s*[.!]*\s*",
    re.IGNORECASE | re.ASCII,
)
_BARE = re.compile(r"\s*(?:please\s+)?/?forget\s*(?:please)?\s*[.!?]*\s*", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Forgetting:
    """What is to be forgotten, and the words that said it: `text[start:end]`."""

    scope: Literal["conversation", "everything"]
    start: int
    end: int


def forgetting(text: str) -> Forgetting | None:
    """What a message wants forgotten, None where it says anything else."""
    said = clean(text)
    found = _FORGET.fullmatch(said.plain)
    if found is None:
        return None
    group = "everything" if found["everything"] else "conversation"
    return Forgetting("everything" if found["everything"] else "conversation", *said.span(*found.span(group)))


def unsaid(text: str) -> bool:
    """Whether a message wants something forgotten and doesn't say what."""
    return _BARE.fullmatch(clean(text).plain) is not None
