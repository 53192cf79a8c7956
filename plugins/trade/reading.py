"""What a quoter's JSON says, field by field. Whatever isn't exactly of its kind is refused, and named."""

from __future__ import annotations

import re
from typing import Any

from moneta import MAX_UINT256, Address, Refused, Token, address

RULE = "quote-shape"
MOST_CALLDATA = 2**17
"""Bytes: routes over dozens of pools are some 20,000."""
COIN = "0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE"
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,77}", re.ASCII)
_HEX = re.compile(r"0x(?:[0-9a-fA-F]{2})*", re.ASCII)


def at(body: Any, *path: str) -> Any:
    """The value at a path of names, such as `tx`, `data`."""
    for name in path:
        if not isinstance(body, dict) or name not in body:
            raise unlike(f"it has no {'.'.join(path)}")
        body = body[name]
    return body


def said(body: Any, *path: str) -> bool:
    """Whether there is something at that path."""
    for name in path:
        if not isinstance(body, dict) or body.get(name) is None:
            return False
        body = body[name]
    return True


def number(body: Any, *path: str) -> int:
    """A whole number of 256 bits: decimal text, or an integer of JSON. A float is none, whatever its value."""
    value = at(body, *path)
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MAX_UINT256:
        raise unlike(f"its {'.'.join(path)} is no whole number of base units")
    return value


def quantity(body: Any, *path: str) -> int:
    """The same, or hexadecimal text as JSON-RPC has it."""
    value = at(body, *path)
    if isinstance(value, str) and re.fullmatch(r"0x[0-9a-fA-F]{1,64}", value, re.ASCII):
        return int(value, 16)
    return number(body, *path)


def place(body: Any, *path: str) -> Address:
    """An address; in any case of letters, but with a checksum only the right one."""
    value = at(body, *path)
    try:
        return address(value if isinstance(value, str) else "")
    except ValueError:
        raise unlike(f"its {'.'.join(path)} is no address") from None


def calldata(body: Any, *path: str) -> bytes:
    """Bytes as 0x-text."""
    value = at(body, *path)
    if not isinstance(value, str) or len(value) > 2 * MOST_CALLDATA or not _HEX.fullmatch(value):
        raise unlike(f"its {'.'.join(path)} is no calldata")
    return bytes.fromhex(value[2:])


def asset(token: Token) -> str:
    """How a service names a token: by its address; the native coin as ERC-7528 has it."""
    return COIN if token.address is None else token.address


def unlike(what: str) -> Refused:
    """Refused("quote-shape"), without the text itself, which is anybody's."""
    return Refused(RULE, f"The answer can't be read: {what}.", "Another quoter, or your own route, is taken.")
