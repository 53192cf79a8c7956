"""A figure: what was measured, against what was promised."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """`target` is the most that is allowed (exactly that for a count), None where nothing was promised; with
    `at_least` it is the least.
    """

    name: str
    value: float | None
    unit: str
    target: float | None = None
    at_least: bool = False

    @property
    def holds(self) -> bool | None:
        if self.target is None or self.value is None:
            return None
        return self.value >= self.target if self.at_least else self.value <= self.target

    def as_line(self) -> str:
        value = round(self.value, 3) if self.value is not None else None
        return json.dumps(
            {"name": self.name, "value": value, "unit": self.unit, "target": self.target, "holds": self.holds}
        )


def shown(figures: Iterable[Figure]) -> bool:
    """Prints each as it comes, a JSON line; whether all hold what was promised."""
    held = True
    for figure in figures:
        sys.stdout.write(figure.as_line() + "\n")
        sys.stdout.flush()
        held = held and figure.holds is not False
    return held
