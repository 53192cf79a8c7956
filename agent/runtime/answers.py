"""Messages that are nothing but an answer: a yes, a no, and that one knows of what was sent without us."""

from __future__ import annotations

import re
import unicodedata

from agent.words.answers import NO, YES

ACKNOWLEDGE = "acknowledge"
ANSWERS = YES | NO | {ACKNOWLEDGE}


def is_yes(text: str) -> bool:
    """Whether a message is a typed yes and nothing else."""
    return bare(text) in YES


def bare(text: str) -> str:
    """The text without what begins or ends a sentence, in small letters."""
    return re.sub(r"^[\s¡]+|[\s.!]+$", "", unicodedata.normalize("NFC", text)).casefold()
