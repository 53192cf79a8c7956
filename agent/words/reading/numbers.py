"""Amounts in figures and in words, exact to the last digit. Doubtful spellings are said to be doubtful."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

MAX_DIGITS = 78  # 2**256 has 78
DOUBTFUL_SCALES = frozenset({"mil", "billion", "billón", "billon"})
"""A million in English and a thousand in Spanish; a thousand times more in German and Spanish than in English."""

_PLAIN = re.compile(r"(?:0|[1-9][0-9]*)(?:\.[0-9]+)?|\.[0-9]+")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_GROUPED_OTHER = re.compile(r"[1-9][0-9]{0,2}(?:(?:_[0-9]{3})+|(?:'[0-9]{3})+)(?:\.[0-9]+)?")
_DOT_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}\.[0-9][0-9]0")

_PLAIN_COMMA = re.compile(r"(?:0|[1-9][0-9]*),[0-9]+")
_DOT_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+(?:,[0-9]+)?")
_OTHER_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:(?:_[0-9]{3})+|(?:'[0-9]{3})+)(?:[.,][0-9]+)?")
_COMMA_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+")


class Doubtful(ValueError):
    """A number that can be read in two ways or in none. The message says so to the user."""


def figures(text: str, decimal: str = ".", certain: bool = True) -> str:
    """Canonical decimal text of a number in figures: '1,000.50' is '1000.5'. Raises Doubtful.

    With the `decimal` mark ',' it is the other way round: '1.000,50' is '1000.5'. Where the language isn't `certain`,
    a number that can be read either way is doubtful.
    """
    reads = (_english, _continental) if decimal == "." else (_continental, _english)
    if certain or (decimal == "," and _COMMA_THOUSANDS.fullmatch(text)):  # 1,500 is doubtful there in any language
        return reads[0](text)
    read = {value for each in reads if (value := _or_none(each, text)) is not None}
    if not read:
        return reads[0](text)
    if len(read) > 1:
        raise Doubtful(f"`{text}` means another number in another language: write it without that mark.")
    return read.pop()


def _or_none(reads: Callable[[str], str], text: str) -> str | None:
    try:
        return reads(text)
    except Doubtful:
        return None


def _continental(text: str) -> str:
    """As Spanish and German write them: '1.000,50' is '1000.5'; '1,000' isn't read: English has it.

    A dot that can't part thousands parts decimals, as in '0.5' and '12.75'.
    """
    _check_digits(text)
    if _COMMA_THOUSANDS.fullmatch(text):
        raise Doubtful(f"`{text}` can be a thousand or a decimal: write it without the comma.")
    if _DOT_GROUPED.fullmatch(text):
        return canonical(text.replace(".", "").replace(",", "."))
    if _OTHER_GROUPED.fullmatch(text):
        return canonical(re.sub("[_']", "", text).replace(",", "."))
    if _PLAIN_COMMA.fullmatch(text) or _PLAIN.fullmatch(text):
        return canonical(text.replace(",", "."))
    raise Doubtful(f"I can't read `{text[:40]}` as a number: write it in figures, without marks.")


def _check_digits(text: str) -> None:
    digits = sum(character.isdigit() for character in text)
    if digits > MAX_DIGITS:
        raise Doubtful(f"That number has {digits} digits; an amount has at most {MAX_DIGITS}.")


def _english(text: str) -> str:
    _check_digits(text)
    if _DOT_THOUSANDS.fullmatch(text):
        raise Doubtful(f"“{text}” can be a thousand with a dot or a decimal: write it with a comma or without zeros.")
    if _PLAIN.fullmatch(text):
        return canonical(text)
    if _GROUPED.fullmatch(text) or _GROUPED_OTHER.fullmatch(text):
        return canonical(re.sub("[,_']", "", text))
    raise Doubtful(_why_not(text))


def _why_not(text: str) -> str:
    text = text if len(text) <= 40 else text[:39] + "…"
    if "," in text:
        return f"“{text}” reads like a mistyped thousand or a decimal comma: write 1000, 1,000 or 1.00."
    if text.startswith("0"):
        return f"“{text}” begins with a zero too many: write the number plainly."
    return f"I can't read “{text}” as a number: write it like 1000, 1,000 or 0.5."


def canonical(text: str) -> str:
    """Decimal text without needless zeros: '01.50' is '1.5', '.5' is '0.5'."""
    whole, _, fraction = text.partition(".")
    whole, fraction = whole.lstrip("0") or "0", fraction.rstrip("0")
    return f"{whole}.{fraction}" if fraction else whole


def shifted(value: str, places: int) -> str:
    """`value` times ten to the power of `places` (negative divides), exact."""
    whole, _, fraction = value.partition(".")
    point = len(whole) + places
    digits = whole + fraction
    if point <= 0:
        digits, point = "0" * (1 - point) + digits, 1
    digits = digits.ljust(point, "0")
    return canonical(f"{digits[:point]}.{digits[point:]}")


def product(value: str, factor: int) -> str:
    """`value` times an integer, exact."""
    whole, _, fraction = value.partition(".")
    return shifted(str(int(whole + fraction) * factor), -len(fraction))


def counted(words: Sequence[str], units: Mapping[str, int], scales: Mapping[str, int]) -> int | None:
    """The integer that number words say, None where they don't make one: 'two thousand five hundred' is 2500.

    `scales` maps a word to its power of ten. The larger must come first; every word counts exactly once.
    """
    total, group, ceiling = 0, 0, None
    room = 1000  # what a unit word may still add to the group must be below this
    for word in words:
        if word in units:
            value = units[word]
            if value == 0 or value >= room:
                return None
            group, room = group + value, _room_after(value)
        elif scales.get(word) == 2:
            if not 0 < group < 20 and not (total == 0 and group < 100 and group % 10):  # "twenty-five hundred"
                return None
            group, room = group * 100, 100
        else:
            power = scales[word]
            if group == 0 or (ceiling is not None and power >= ceiling):
                return None
            total, group, room, ceiling = total + group * 10**power, 0, 1000, power
    return total + group


def _room_after(value: int) -> int:
    """Twenty may be followed by one to nine; one to nineteen by no other unit word."""
    return 10 if value >= 20 else 0
