"""Text that came from outside, such as a name or a contract's own words, as letters only: nothing that a terminal
obeys, and nothing that reads otherwise than it is.
"""

from __future__ import annotations

import unicodedata

REPLACED = "�"
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # can show a text in another order
_OBEYED = frozenset({"Cc", "Cs", "Zl", "Zp"})  # controls, half letters, line and paragraph separators
_UNSEEN = frozenset("CZ")  # controls, formats, spaces


def harmless(text: str) -> str:
    """`text` with control characters, but for line ends, and turns of direction replaced by '�'."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(REPLACED if _obeyed(letter) else letter for letter in text)


def harmless_line(text: str) -> str:
    """The same on one line: a line end is written out."""
    return harmless(text.replace("\n", "\\n"))


def whole(text: str) -> str:
    """The text without halves of letters, which JSON can say and neither UTF-8 nor a database can hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def visible(text: str) -> bool:
    """Whether there is anything to be seen: platforms refuse a message or a button without it."""
    return any(unicodedata.category(letter)[0] not in _UNSEEN for letter in text)


def _obeyed(letter: str) -> bool:
    return letter in _TURNING or (letter != "\n" and unicodedata.category(letter) in _OBEYED)
