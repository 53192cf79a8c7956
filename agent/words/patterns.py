"""Patterns that are compiled when they are first looked at: a start needs none, a message few."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import overload


class Patterns(Sequence[re.Pattern[str]]):
    """Several patterns in their order, as their sources until then."""

    def __init__(self, *sources: str, flags: int = re.IGNORECASE) -> None:
        self._sources = sources
        self._flags = flags

    @cached_property
    def _compiled(self) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(each, self._flags) for each in self._sources)

    @overload
    def __getitem__(self, place: int) -> re.Pattern[str]: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[re.Pattern[str]]: ...
    def __getitem__(self, place: int | slice) -> re.Pattern[str] | Sequence[re.Pattern[str]]:
        return self._compiled[place]

    def __iter__(self) -> Iterator[re.Pattern[str]]:
        return iter(self._compiled)

    def __len__(self) -> int:
        return len(self._sources)


def may(hint: re.Pattern[str], said: str) -> bool:
    """Whether the patterns of a hint can match a text. It is in small ASCII letters; other texts always may, as
    ignoring the case of a letter such as ı or ſ makes an ASCII one of it.
    """
    return not said.isascii() or hint.search(said.lower()) is not None
