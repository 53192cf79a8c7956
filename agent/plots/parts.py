"""What all drawings share: sizes, colours, names, a title with its legend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties, findfont, get_font

INCHES = (10.8, 7.2)
DPI = 100
LONGEST_NAME = 48
LEFT, RIGHT = 0.05, 0.05
BIG, MIDDLE, SMALL = 30, 23, 20  # points at 100 dpi: 1080 pixels shown 360 wide leave a third of it


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours; `lines` are told apart by people who see red and green alike (Okabe and Ito)."""

    back: str
    text: str
    faint: str
    grid: str
    lines: tuple[str, ...]


THEMES = {
    "light": Theme("#ffffff", "#1b1f24", "#59626e", "#dfe3e8", ("#0072b2", "#d55e00", "#009e73", "#a05195")),
    "dark": Theme("#14171c", "#f2f4f7", "#a3adba", "#2b323c", ("#56b4e9", "#e69f00", "#3ddba5", "#d99bd0")),
}


def name_of(text: str) -> str:
    """A name from outside: one line of letters that the font has."""
    faces = [get_font(findfont(FontProperties(weight=weight))).get_charmap() for weight in ("normal", "bold")]
    letters = (each if each.isprintable() and all(ord(each) in face for face in faces) else "�" for each in text)
    name = "".join(letters)
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"


def short(units: float) -> str:
    return f"{units:,.0f}" if units >= 100 or units == 0 else f"{units:,.4g}"


def head(axes: Axes, look: Theme, title: str, legend: Sequence[tuple[str, str]]) -> None:
    """The title, and under it each line's name in its own colour: beside each other where they fit."""
    figure = axes.figure
    figure.text(LEFT, 0.93, title, color=look.text, fontsize=BIG, fontweight="bold", va="center")
    left, top, lines = LEFT, 0.865, 1
    for name, colour in legend:
        text = figure.text(left, top, name, color=colour, fontsize=MIDDLE, va="center", fontweight="bold")
        wide = text.get_window_extent().width / (INCHES[0] * DPI)
        if left > LEFT and left + wide > 1 - RIGHT:
            lines, left, top = lines + 1, LEFT, top - 0.05
            text.set_position((left, top))
        left += wide + 0.03
    bottom = 0.1
    axes.set_position((LEFT, bottom, 1 - LEFT - RIGHT, 0.79 - bottom - (lines - 1) * 0.05))
