"""Reads constants out of the books' sources: Solidity libraries, object literals of JavaScript and TypeScript.

Nothing of a book is run. What isn't found is an error: a book that was written otherwise must not go unnoticed.
"""

from __future__ import annotations

import re

from agent.money import Address, address

_SOLIDITY = re.compile(
    r"constant (\w+)\s*=\s*(?:\w+\(\s*)?(0x[0-9a-fA-F]{40}|\d+)\s*\)?\s*;",
)
_OPEN, _CLOSE = "{", "}"


class Unread(Exception):
    """A book doesn't say what was looked for, or not the way it did."""


def solidity(text: str, library: str) -> dict[str, str]:
    """The address and number constants of one library, as they are written."""
    found = re.search(rf"library {library} {{(.*?)\n}}", text, re.DOTALL)
    if found is None:
        raise Unread(f"there is no library {library}")
    return dict(_SOLIDITY.findall(found.group(1)))


def block(text: str, opening: str) -> str:
    """What stands between the braces that follow `opening`, which must be there exactly once."""
    if text.count(opening) != 1:
        raise Unread(f"{opening!r} is there {text.count(opening)} times")
    start = text.index(_OPEN, text.index(opening)) + 1
    depth = 1
    for place in range(start, len(text)):
        depth += (text[place] == _OPEN) - (text[place] == _CLOSE)
        if not depth:
            return text[start:place]
    raise Unread(f"{opening!r} isn't closed")


def value(text: str, key: str, pattern: str) -> str:
    """The first value of `key` in an object literal: what `pattern`'s one group matches behind the colon."""
    found = re.search(rf"\b{re.escape(key)}:\s*{pattern}", text)
    if found is None:
        raise Unread(f"there is no {key}")
    return found.group(1)


def place(text: str, key: str) -> Address:
    """The address that `key` has in an object literal, EIP-55."""
    return checked(value(text, key, r"['\"](0x[0-9a-fA-F]{40})['\"]"))


def checked(written: str) -> Address:
    """The address, EIP-55. Raises Unread where its own capitals contradict it."""
    try:
        return address(written)
    except ValueError as error:
        raise Unread(str(error)) from error
