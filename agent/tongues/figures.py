"""Figures for people, in one place: English writes 1,000.50 where Spanish and German write 1.000,50.

The reader of sentences (agent/words) reads them the same way, so an amount that was shown may be said back.
"""

from __future__ import annotations

import re

from agent.tongues.catalogue import LANGUAGES

FIGURE = re.compile(
    r"(?<![\w.,:/#-])(?P<sign>[-+]?)(?P<dollar>\$?)(?P<whole>\d{1,3}(?:,\d{3})+|\d+)(?:\.(?P<part>\d+))?"
    r"(?![\w:/]|-\w|[.,]\d)"
)
"""A figure of its own, as agent.money and agent.usd write one: no part of a name, a date, a time, a version."""
COMMAND = re.compile(r"(`[^`]*`)")
_SWAPPED = str.maketrans({",": ".", ".": ","})


def figures(text: str, language: str) -> str:
    """The text with its figures written for the language. Commands between backticks stay to the letter."""
    if language not in LANGUAGES:
        return text
    return "".join(part if part.startswith("`") else FIGURE.sub(_written, part) for part in COMMAND.split(text))


def digits(text: str) -> list[str]:
    """All runs of digits in order of size: what a translation may neither add, lose nor change."""
    return sorted(re.findall(r"\d+", text, re.ASCII))


def _written(found: re.Match[str]) -> str:
    sign, dollar, figure = found["sign"], found["dollar"], found.group().lstrip("+-$")
    return f"{sign}{figure.translate(_SWAPPED)}{' $' if dollar else ''}"
