"""Checks of what a plug-in returns: types, ranges, addresses, text that does nothing.

Each raises TypeError or ValueError.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from agent.harmless import REPLACED, harmless
from agent.money import MAX_UINT256, RAY, Address, Rate, Token, address

T = TypeVar("T")
MOST_RATE = 100 * RAY
"""10,000 % a year: beyond it nothing is a rate that somebody pays."""
NAME = re.compile(r"[a-z][a-z0-9]*(?:[-_.][a-z0-9]+)*", re.ASCII)
_DOT = re.compile(r"(?<=\w)\.(?=[^\W\d_]{2,})")
_COMMAND = re.compile(r"(?<!\S)/(?=\w)")
_SHORT = 60


def of_type(value: object, kind: type[T], what: str) -> T:
    """The value, if it is of that very type or one below it; a bool is no int."""
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise TypeError(f"{what} is {type(value).__name__}, not {kind.__name__}")
    return value


def listed(value: object, kind: type[T], what: str, most: int) -> list[T]:
    """A list or tuple of at most so many, all of that type."""
    if not isinstance(value, list | tuple):
        raise TypeError(f"{what} is {type(value).__name__}, not a list")
    if len(value) > most:
        raise ValueError(f"{what} has {len(value)} entries, at most {most} are taken")
    return [of_type(each, kind, f"one of {what}") for each in value]


def whole(value: object, what: str, least: int = 0, most: int = MAX_UINT256) -> int:
    """An integer within its range."""
    number = of_type(value, int, what)
    if not least <= number <= most:
        raise ValueError(f"{what} is {str(number)[:40]}, out of range")
    return number


def rate(value: object, what: str) -> Rate:
    """A rate from 0 to MOST_RATE."""
    whole(of_type(value, Rate, what).ray, what, 0, MOST_RATE)
    return Rate(int(value.ray))  # type: ignore[attr-defined]


def place(value: object, what: str) -> Address:
    """An address, with its checksum."""
    found = address(of_type(value, str, what))
    if found != value:
        raise ValueError(f"{what} {value} isn't written with its checksum (EIP-55)")
    return found


def name(value: object, what: str) -> str:
    """A short name of small letters, digits and single - _ . between them."""
    text = of_type(value, str, what)
    if len(text) > _SHORT or not NAME.fullmatch(text):
        raise ValueError(f"{what} {text[:_SHORT]!r} isn't a name of small letters, digits, -, _ and .")
    return str(text)


def mapping(value: object, what: str) -> Mapping[Any, Any]:
    """A mapping of whatever it holds."""
    if not isinstance(value, Mapping):
        raise TypeError(f"{what} is {type(value).__name__}, not a mapping")
    return value


def facts(value: object, what: str, most: int = 200) -> dict[str, int]:
    """Integers by name."""
    found = mapping(value, what)
    if len(found) > most:
        raise ValueError(f"{what} has {len(found)} entries, at most {most} are taken")
    kept = {str(of_type(key, str, what)): of_type(each, int, f"{what} {key}") for key, each in found.items()}
    if any(abs(each) > MAX_UINT256 for each in kept.values()):
        raise ValueError(f"{what} has a number beyond 256 bits")
    return kept


def pinned(value: object, tokens: Iterable[Token], what: str) -> Token:
    """One of the registry's own tokens: neither decimals nor an address come from a plug-in."""
    token = of_type(value, Token, what)
    found = next((each for each in tokens if each == token), None)
    if found is None:
        raise ValueError(f"{what} is no pinned token of this chain")
    return found


def plain(value: object, what: str, most: int) -> str:
    """Text as letters only: no control or invisible character, no mention, link or command that a platform would
    make of it; in at most so many letters.
    """
    text = harmless(of_type(value, str, what))
    kept = "".join(each for each in text if each == "\n" or unicodedata.category(each)[0] != "C")
    kept = kept.replace("@", "＠").replace("://", ": //")
    kept = _COMMAND.sub("∕", _DOT.sub("[.]", kept)).replace(REPLACED, "").strip()
    return kept if len(kept) <= most else kept[: most - 1].rstrip() + "…"


def line(value: object, what: str, most: int) -> str:
    """The same on one line."""
    return " ".join(plain(value, what, most).split())


def json_object(value: object, what: str) -> dict[str, Any]:
    """JSON data, an object; it is hashed and pinned, so it is nothing but data."""
    import rfc8785

    found = of_type(value, dict, what)
    if len(rfc8785.dumps(found)) > 200_000:
        raise ValueError(f"{what} has more than 200,000 bytes")
    return found
