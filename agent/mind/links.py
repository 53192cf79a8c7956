"""The grammar of `link` and `link CODE`: the whole message, or nothing. A code has eight letters, no I and no O."""

from __future__ import annotations

import re

from agent.intents import Link, Origin, Understood
from agent.words.forms import match
from agent.words.languages import forms_for
from agent.words.reading.text import clean

_LINK = re.compile(
    r"\s*(?:please\s+)?/?(?P<action>link|connect)"
    r"(?:\s+(?:my|the|this|these)?\s*(?:accounts?|identit(?:y|ies)|telegram|discord|chats?))?"
    r"(?:\s+with)?(?:\s+(?:the\s+)?code)?"
    r"(?:\s+(?P<code>[a-hj-np-z]{8}))?\s*(?:please)?\s*[.!]*\s*",
    re.IGNORECASE | re.ASCII,
)


def read(text: str) -> Understood | None:
    """What a message says about linking, None where it says anything else."""
    said = clean(text)
    _, other = forms_for(text)
    found = _LINK.fullmatch(said.plain) or (match(said.plain, other.link) if other is not None else None)
    if found is None:
        return None
    code = found["code"]
    origins = {"action": _origin(text, said.span(*found.span("action")))}
    if code is not None:
        origins["code"] = _origin(text, said.span(*found.span("code")))
    return Understood(Link(code=code.upper() if code else None), origins)


def _origin(text: str, span: tuple[int, int]) -> Origin:
    return Origin(*span, text[slice(*span)])
