"""Text that came from outside, such as a contract's own words, as letters only: nothing that a terminal obeys."""

from __future__ import annotations

import unicodedata

_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # can show a text in another order


def harmless(text: str) -> str:
    """`text` with control characters, but for line ends, and turns of direction replaced by '�'."""
    return "".join("�" if _obeyed(letter) else letter for letter in text)


def _obeyed(letter: str) -> bool:
    return letter in _TURNING or (letter != "\n" and unicodedata.category(letter) == "Cc")
