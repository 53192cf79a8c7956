"""Text that came from outside, such as a name or a contract's own words, as letters only: nothing that a terminal
obeys, and nothing that reads otherwise than it is.
"""

from __future__ import annotations

import re
import unicodedata

REPLACED = "�"
_OBEYED = re.compile(
    "[\\x00-\\x09\\x0b-\\x1f\\x7f-\\x9f"  # controls (Cc) but for line ends
    "\\u2028\\u2029\\ud800-\\udfff"  # line and paragraph separators (Zl, Zp), half letters (Cs)
    "\\u202a-\\u202e\\u2066-\\u2069]"  # turns of direction: they can show a text in another order
)
_UNSEEN = frozenset("CZ")  # controls, formats, spaces


def harmless(text: str) -> str:
    """`text` with control characters, but for line ends, and turns of direction replaced by '�'."""
    if text.isascii() and text.isprintable():
        return text
    return _OBEYED.sub(REPLACED, text)


def harmless_line(text: str) -> str:
    """The same on one line: a line end is written out."""
    return harmless(text.replace("\n", "\\n"))


def whole(text: str) -> str:
    """The text without halves of letters, which JSON can say and neither UTF-8 nor a database can hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def visible(text: str) -> bool:
    """Whether there is anything to be seen: platforms refuse a message or a button without it."""
    return any(unicodedata.category(letter)[0] not in _UNSEEN for letter in text)
