"""`remember that my rent is due on the 5th`, `what do you remember about me?`, `export my data`.

Each is the whole message, or nothing; in three languages.

What is to be remembered is talk: it is kept in the user's own words, and nothing is ever done by it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from agent.words.patterns import Patterns
from agent.words.reading.text import clean

LONGEST = 500
"""Characters of one note."""
MEMORY, EXPORT = "memory", "export"
"""What `explain` is asked about."""

_REMEMBER = (
    # English
    r"(?:please\s+|can\s+you\s+|could\s+you\s+|can\s+you\s+please\s+)?/?(?:remember|note|keep\s+in\s+mind|"
    r"bear\s+in\s+mind|(?:make|take)\s+a\s+note|(?:do\s+not|don't|never)\s+forget|memori[sz]e)"
    r"(?:\s*:\s*|,?\s+that\s+|\s+(?=(?:my|our|i|i'm|i've|i'd|we|we're)\b))(?P<text>\S.*?)",
    # Spanish
    r"(?:por\s+favor,?\s+)?(?:recuerda|acu[eé]rdate\s+de|anota|apunta|ten\s+en\s+cuenta|no\s+olvides)"
    r"(?:\s*:\s*|\s+que\s+)(?P<text>\S.*?)",
    # German
    r"(?:bitte\s+)?(?:merke?\s+dir|merken\s+sie\s+sich|notiere?|notieren\s+sie|denke?\s+daran|vergiss\s+nicht)"
    r"(?:\s*:\s*|,?\s+dass\s+)(?P<text>\S.*?)",
)
_ASKS = (
    # English
    r"what\s+(?:do|did|can)\s+you\s+(?:remember|recall)(?:\s+(?:about|of)\s+(?:me|(?P<about>\S.*?)))?",
    r"what\s+do\s+you\s+know\s+(?:about|of)\s+me",
    r"what\s+have\s+you\s+(?:noted|remembered|kept)(?:\s+(?:about|of)\s+(?:me|(?P<about>\S.*?)))?",
    r"what\s+did\s+i\s+(?:ask|tell)\s+you\s+to\s+remember",
    r"(?:show|list|see)\s+(?:me\s+)?(?:all\s+)?(?:my|the|your)\s+(?:notes|memory|memories)|(?:my\s+)?notes|/?memory",
    # Spanish
    r"¿?\s*qu[eé]\s+(?:recuerdas|sabes)\s+(?:de|sobre)\s+m[ií]|¿?\s*qu[eé]\s+recuerdas",
    r"(?:muestra|mu[eé]strame|ense[nñ]a|ens[eé][nñ]ame)\s+mis\s+notas|mis\s+notas",
    # German
    r"was\s+wei(?:ß|ss)t\s+du\s+(?:[uü]ber|von)\s+mi(?:ch|r)|woran\s+erinnerst\s+du\s+dich",
    r"zeige?\s+(?:mir\s+)?meine\s+notizen|meine\s+notizen",
)
_EXPORT = (
    # English
    r"(?:please\s+)?/?export(?:\s+(?:all\s+)?(?:of\s+)?(?:my\s+(?:data|memory|history|conversations?|account)|"
    r"everything(?:\s+about\s+me)?))?",
    r"(?:please\s+)?(?:download|give\s+me|send\s+me|i\s+want)\s+(?:a\s+copy\s+of\s+)?(?:all\s+)?(?:of\s+)?my\s+data",
    # Spanish
    r"(?:exporta|exportar|descarga|dame|env[ií]ame)\s+(?:una\s+copia\s+de\s+)?(?:todos\s+)?mis\s+datos",
    # German
    r"(?:exportiere?|exportieren\s+sie|gib\s+mir|schicke?\s+mir)\s+(?:eine\s+kopie\s+(?:von\s+)?)?(?:alle\s+)?meine[nr]?"
    r"\s+daten",
)


def _whole(patterns: Iterable[str], ends: str) -> Patterns:
    return Patterns(*(rf"\s*(?:{each})\s*{ends}\s*" for each in patterns), flags=re.IGNORECASE | re.DOTALL)


_REMEMBERS, _ASKED, _EXPORTED = _whole(_REMEMBER, r"[.!]*"), _whole(_ASKS, r"[.!?]*"), _whole(_EXPORT, r"[.!]*")
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}(?![0-9a-fA-F])")
_LIKING = re.compile(
    r"\b(?:i|we)(?:\s+(?:really|would|do))?\s+(?:don't\s+|do\s+not\s+|never\s+)?(?:like|love|prefer|hate|dislike|want|"
    r"trust|mind|avoid)\b|\b(?:prefiero|me\s+gusta|no\s+me\s+gusta|odio|evito)\b|"
    r"\bich\s+(?:mag|hasse|bevorzuge|meide|vertraue)\b|\b(?:favou?rite|rather\s+not)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Remembering:
    """What is to be remembered: `text[start:end]`, as it was written."""

    text: str
    start: int
    end: int


def remembering(text: str) -> Remembering | None:
    """What a message wants remembered, None where it says anything else: a question, a contact with its address."""
    said = clean(text)
    for pattern in _REMEMBERS:
        found = pattern.fullmatch(said.plain)
        if found is None or found["text"].endswith("?") or _ADDRESS.search(said.plain):
            continue
        start, end = said.span(*found.span("text"))
        return Remembering(text[start:end], start, end) if end - start <= LONGEST else None
    return None


def kind_of(text: str) -> Literal["fact", "preference"]:
    """Whether a note says what somebody likes."""
    return "preference" if _LIKING.search(text) else "fact"


def asks_of_memory(text: str) -> str | None:
    """`memory` for a question about what is remembered, with what it is about behind it (`memory my rent`); `export`
    for a wish to have it all; None for anything else.
    """
    plain = clean(text).plain
    for pattern in _ASKED:
        found = pattern.fullmatch(plain)
        if found is not None:
            about = " ".join((found.groupdict().get("about") or "").split())
            return f"{MEMORY} {about}".rstrip() if len(about) <= LONGEST else None
    return EXPORT if any(pattern.fullmatch(plain) for pattern in _EXPORTED) else None
