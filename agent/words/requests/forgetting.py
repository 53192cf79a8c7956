"""`forget this conversation`, `forget me`, `forget note 3`: the whole message, or nothing. In three languages."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.words.patterns import Patterns
from agent.words.reading.text import clean

LONGEST_ABOUT = 200

_ENGLISH = (
    r"(?:please\s+)?/?(?:forget|erase|delete)\s+(?:"
    r"(?P<conversation>(?:this|our|the|my)\s+(?:conversation|chat)|what\s+(?:i|we)\s+said)"
    r"|(?P<everything>everything(?:\s+(?:about\s+me|you\s+know(?:\s+about\s+me)?|i\s+said))?|all(?:\s+about\s+me)|my\s+words)"
    r"|(?P<me>(?:about\s+)?me(?:\s+(?:completely|entirely|altogether|for\s+good))?|(?:all\s+(?:of\s+)?)?my\s+data)"
    r"|(?:note|memory)\s+(?:number\s+|#\s*)?(?P<note>[1-9]\d{0,8})"
    r"|(?P<that>that|the\s+last\s+(?:thing|message|note))"
    r"|(?:what\s+i\s+said\s+about|about|that)\s+(?P<about>(?!it\b|this\b|that\b|me\b|\w+ing\b)\S.*?)"
    r")\s*(?:please)?"
)
_SPANISH = (
    r"(?:por\s+favor\s+)?(?:olvida|borra)\s+(?:"
    r"(?P<conversation>(?:esta|nuestra|la)\s+(?:conversaci[oó]n|charla)|lo\s+que\s+(?:dije|dijimos|he\s+dicho))"
    r"|(?P<everything>todo(?:\s+(?:sobre|de)\s+m[ií]|\s+lo\s+que\s+(?:dije|sabes))?)"
    r"|(?P<me>todos\s+mis\s+datos|mis\s+datos)"
    r"|la\s+nota\s+(?:n[uú]mero\s+)?(?P<note>[1-9]\d{0,8})"
    r")(?:\s+por\s+favor)?|(?P<me2>olv[ií]dame)(?:\s+por\s+favor)?"
)
_GERMAN = (
    r"(?:bitte\s+)?(?:vergiss|vergessen\s+sie|l[oö]sch(?:e|en\s+sie)?)\s+(?:bitte\s+)?(?:"
    r"(?P<conversation>(?:dieses|unser|das)\s+gespr[aä]ch|diesen\s+chat|was\s+(?:ich\s+gesagt\s+habe|wir\s+gesagt\s+haben))"
    r"|(?P<everything>alles(?:\s+(?:[uü]ber|von)\s+mi(?:ch|r)|\s+was\s+(?:ich\s+gesagt\s+habe|du\s+wei(?:ß|ss)t))?)"
    r"|(?P<me>mich|(?:alle\s+)?meine\s+daten)"
    r"|(?:die\s+)?notiz\s+(?:nummer\s+)?(?P<note>[1-9]\d{0,8})"
    r")(?:\s+bitte)?"
)
_FORGET = Patterns(
    *(rf"[\s¡]*(?:{pattern})\s*[.!]*\s*" for pattern in (_ENGLISH, _SPANISH, _GERMAN)),
    flags=re.IGNORECASE | re.DOTALL,
)
_BARE = re.compile(
    r"\s*(?:please\s+|bitte\s+)?/?(?:forget|olvida|vergiss)\s*(?:please|bitte)?\s*[.!?]*\s*", re.IGNORECASE | re.ASCII
)
_ABOUT = "about "


@dataclass(frozen=True, slots=True)
class Forgetting:
    """What is to be forgotten, and the words that said it: `text[start:end]`.

    `scope` is 'conversation', 'everything', 'me', 'that', 'note 3', or 'about' with the words that follow it.
    """

    scope: str
    start: int
    end: int

    @property
    def about(self) -> str:
        """What it is about, where it is about something."""
        return about_of(self.scope)


def forgetting(text: str) -> Forgetting | None:
    """What a message wants forgotten, None where it says anything else."""
    said = clean(text)
    for pattern in _FORGET:
        found = pattern.fullmatch(said.plain)
        if found is not None:
            group, words = next((name, words) for name, words in found.groupdict().items() if words)
            return _of(group.rstrip("2"), words, *said.span(*found.span(group)))
    return None


def _of(group: str, words: str, start: int, end: int) -> Forgetting | None:
    if group == "note":
        return Forgetting(f"note {words}", start, end)
    if group != "about":
        return Forgetting(group, start, end)
    about = " ".join(words.split())
    return Forgetting(f"{_ABOUT}{about}", start, end) if len(about) <= LONGEST_ABOUT else None


def about_of(scope: str) -> str:
    """What a scope is about; '' where it is a whole."""
    return scope.removeprefix(_ABOUT) if scope.startswith(_ABOUT) else ""


def unsaid(text: str) -> bool:
    """Whether a message wants something forgotten and doesn't say what."""
    return _BARE.fullmatch(clean(text).plain) is not None
