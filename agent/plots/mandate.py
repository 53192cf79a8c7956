"""A mandate drawn: what is in each venue against its cap, the limits in words, the hours of the day.

Data, integers as text: {"title", "decimals", "venues": [{"name", "held", "cap"}, …] (base units; cap null: never
entered), "limits": [[what, value], …], "quiet": [start, end] or null, "zone"}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from agent.plots.parts import LEFT, MIDDLE, RIGHT, SMALL, Theme, head, name_of, short

MOST_VENUES, MOST_LIMITS = 6, 6
FEW = 4  # venues that have room for larger letters
PITCH, BELOW = 0.086, 0.038  # of the picture's height: from limit to limit, from what it is to its value
STRIP = 0.16
"""Where the strip of hours stands, from below."""


def drawn(axes: Axes, data: Mapping[str, Any], look: Theme) -> None:
    """Raises ValueError, KeyError for data without a venue."""
    venues = data["venues"][:MOST_VENUES]
    if not venues:
        raise ValueError("nothing to draw")
    legend = [("held now", look.lines[0]), ("cap", look.faint)]
    if len(data["venues"]) > MOST_VENUES:
        legend.append((f"and {len(data['venues']) - MOST_VENUES} more venues", look.faint))
    head(axes, look, name_of(data["title"]), legend)
    _limits(axes, data["limits"][:MOST_LIMITS], look)
    _strip(axes, data["quiet"], name_of(data["zone"]), look)
    _bars(axes, venues, 10 ** int(data["decimals"]), look)
    axes.set_position((LEFT, 0.5, 1 - LEFT - RIGHT, 0.31))


def _bars(axes: Axes, venues: Sequence[Mapping[str, Any]], scale: int, look: Theme) -> None:
    """One row a venue: its cap as a frame, what is held as a bar in it."""
    caps = [0 if each["cap"] is None else int(each["cap"]) / scale for each in venues]
    held = [int(each["held"]) / scale for each in venues]
    widest = max(*caps, *held, 1e-9)
    for place, (venue, cap, now) in enumerate(zip(venues, caps, held, strict=True)):
        row, tall = len(venues) - 1 - place, 0.36 if len(venues) <= FEW else 0.28
        frame = Rectangle((0, row - 0.02 - tall), cap, tall, facecolor=look.grid, edgecolor=look.faint, linewidth=1.5)
        axes.add_patch(frame)
        axes.barh(row - 0.02 - tall / 2, now, height=tall, color=look.lines[1] if now > cap else look.lines[0])
        told = f"{short(now)} of {short(cap)}" if venue["cap"] is not None else f"{short(now)}, never entered"
        axes.text(0, row + 0.06, name_of(venue["name"]), color=look.text, fontsize=_size(venues), va="bottom")
        axes.text(widest, row + 0.06, told, color=look.faint, fontsize=_size(venues), va="bottom", ha="right")
    axes.set_xlim(0, widest * 1.002)
    axes.set_ylim(-0.5, max(len(venues), 2) - 0.5)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines["bottom"].set_visible(False)


def _size(venues: Sequence[Any]) -> int:
    return SMALL if len(venues) <= FEW else SMALL - 6


def _limits(axes: Axes, limits: Sequence[Sequence[str]], look: Theme) -> None:
    """What holds besides, in two columns."""
    figure = axes.figure
    for place, (what, value) in enumerate(limits):
        left = LEFT + (place % 2) * 0.47
        top = 0.455 - (place // 2) * PITCH
        figure.text(left, top, name_of(what), color=look.faint, fontsize=SMALL - 4, va="center")
        figure.text(left, top - BELOW, name_of(value), color=look.text, fontsize=SMALL - 1, va="center")


def _strip(axes: Axes, quiet: Sequence[str] | None, zone: str, look: Theme) -> None:
    """The day from 0 to 24: the hours without moves are shaded."""
    strip = axes.figure.add_axes((LEFT, STRIP - 0.055, 1 - LEFT - RIGHT, 0.05))
    strip.set_xlim(0, 24)
    strip.set_ylim(0, 1)
    strip.set_facecolor(look.lines[2])
    for start, end in _spans(quiet):
        strip.axvspan(start, end, color=look.grid)
    hours = (0, 6, 12, 18, 24)
    strip.set_xticks(hours, [str(hour) for hour in hours])
    strip.set_yticks([])
    strip.tick_params(colors=look.faint, labelsize=SMALL - 4, length=0)
    for side in strip.spines.values():
        side.set_visible(False)
    said = "acts at any hour" if not quiet else f"acts but from {quiet[0]}:00 to {quiet[1]}:00, for safety always"
    axes.figure.text(LEFT, STRIP + 0.025, f"{said} ({zone})", color=look.text, fontsize=MIDDLE - 5, va="center")


def _spans(quiet: Sequence[str] | None) -> list[tuple[int, int]]:
    if not quiet:
        return []
    start, end = int(quiet[0]), int(quiet[1])
    return [(start, end)] if start < end else [(start, 24), (0, end)]
