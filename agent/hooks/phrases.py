"""The phrases of actions, as messages are compared with them."""

from __future__ import annotations

PHRASE = 80
"""Letters of the longest one."""


def phrase(found: str) -> str:
    """A phrase as it is compared: small letters, one space between words."""
    text = " ".join(found.split()).casefold()
    if not 2 <= len(text) <= PHRASE or text.count("{words}") > 1 or text == "{words}" or text.startswith("/"):
        raise ValueError(
            f"the phrase {text[:PHRASE]!r} isn't 2 to {PHRASE} letters, with `{{words}}` once at the most"
        )
    return text
