"""The drawing, in the child process only: figures of 1080 by 720 that are read on a phone.

Data by kind, integers as text:
`rates`: {"series": [{"name", "points": [[unix seconds, ray], …]}, …]}
`allocation`: {"symbol", "decimals", "before": {venue: units}, "after": {venue: units}}
`mandate`: see agent.plots.mandate
`worth`: {"points": [[unix seconds, worth, held], …]}, USD with 8 decimals
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from agent.plots import mandate
from agent.plots.parts import DPI, INCHES, SMALL, THEMES, Theme, head, name_of, short

RAY_PERCENT = 10**25
USD = 10**8
DAY = 86_400


def draw(kind: str, data: Mapping[str, Any], theme: str) -> bytes:
    """The PNG. Raises ValueError for a kind that isn't drawn, or data without a point."""
    mpl.rcParams["text.parse_math"] = False  # a dollar sign is a dollar sign
    look = THEMES[theme]
    if kind not in DRAWINGS:
        raise ValueError(f"no drawing of {kind}")
    figure = Figure(figsize=INCHES, dpi=DPI, facecolor=look.back)
    axes = figure.add_subplot(facecolor=look.back)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(look.grid)
    axes.tick_params(colors=look.faint, labelsize=SMALL, length=0, pad=10)
    DRAWINGS[kind](axes, data, look)
    out = io.BytesIO()
    figure.savefig(out, format="png", facecolor=look.back, metadata={"Software": None})
    return out.getvalue()


def _rates(axes: Axes, data: Mapping[str, Any], look: Theme) -> None:
    series = data["series"][: len(look.lines)]
    drawn = []
    for colour, one in zip(look.lines, series, strict=False):
        moments = _moments(one["points"])
        rates = [int(ray) / RAY_PERCENT for _, ray in one["points"]]
        axes.plot(moments, rates, color=colour, linewidth=3.5, solid_capstyle="round")
        axes.plot(moments[-1:], rates[-1:], "o", color=colour, markersize=11)
        drawn.append((f"{name_of(one['name'])}  {rates[-1]:.2f} %", colour))
    _time(axes, [moment for one in series for moment in _moments(one["points"])])
    highest = max(int(ray) for one in series for _, ray in one["points"]) / RAY_PERCENT
    lowest = min(int(ray) for one in series for _, ray in one["points"]) / RAY_PERCENT
    _room(axes, lowest, highest, 0.1, floor=0)
    _scale(axes, look, "", " %")
    head(axes, look, "Rate a year", drawn)


def _allocation(axes: Axes, data: Mapping[str, Any], look: Theme) -> None:
    scale = 10 ** int(data["decimals"])
    venues = sorted({*data["before"], *data["after"]}, key=lambda key: (-int(data["after"].get(key, 0)), key))
    most = max(int(units) for side in ("before", "after") for units in data[side].values()) / scale
    rows = {"before": (0.12, look.faint), "after": (-0.17, look.lines[0])}
    for side, (offset, colour) in rows.items():
        for place, venue in enumerate(reversed(venues)):
            units = int(data[side].get(venue, 0)) / scale
            axes.barh(place + offset, units, height=0.25, color=colour)
            axes.text(
                units + most * 0.015, place + offset, short(units), color=look.text, fontsize=SMALL, va="center"
            )
    for place, venue in enumerate(reversed(venues)):
        axes.text(0, place + 0.29, name_of(venue), color=look.text, fontsize=SMALL, va="bottom", ha="left")
    axes.set_ylim(-0.5, max(len(venues), 2) - 0.1)
    axes.set_xlim(0, most * 1.22)
    axes.set_yticks([])
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    head(axes, look, f"Your {name_of(data['symbol'])}", [("before", look.faint), ("after", look.lines[0])])


def _worth(axes: Axes, data: Mapping[str, Any], look: Theme) -> None:
    moments = _moments(data["points"])
    worth = [int(value) / USD for _, value, _ in data["points"]]
    held = [int(value) / USD for _, _, value in data["points"]]
    axes.plot(moments, held, color=look.faint, linewidth=3, linestyle=(0, (4, 2)))
    axes.plot(moments, worth, color=look.lines[0], linewidth=4, solid_capstyle="round")
    axes.fill_between(moments, worth, held, color=look.lines[0], alpha=0.15, linewidth=0)
    axes.plot(moments[-1:], worth[-1:], "o", color=look.lines[0], markersize=11)
    _time(axes, moments)
    _room(axes, min(worth + held), max(worth + held), 0.05)
    _scale(axes, look, "$", "")
    more = worth[-1] - held[-1]
    told = f"with Moneta {'+' if more >= 0 else '−'}${abs(more):,.2f}"
    head(axes, look, f"Your tokens: ${worth[-1]:,.2f}", [(told, look.lines[0]), ("just held (dashed)", look.faint)])


DRAWINGS: dict[str, Callable[[Axes, Mapping[str, Any], Theme], None]] = {
    "rates": _rates,
    "allocation": _allocation,
    "worth": _worth,
    "mandate": mandate.drawn,
}


def _moments(points: Sequence[Sequence[Any]]) -> list[int]:
    """Unix seconds."""
    if not points:
        raise ValueError("nothing to draw")
    return [int(point[0]) for point in points]


def _time(axes: Axes, moments: Sequence[int]) -> None:
    """Four dates at the most: more would run into each other on a phone. The numbers need room on the left."""
    first, last = min(moments), max(moments)
    span = max(last - first, 60)
    axes.set_xlim(first - span * 0.2, last + span * 0.09)
    one_day = datetime.fromtimestamp(first, UTC).date() == datetime.fromtimestamp(last, UTC).date()
    form = "%H:%M UTC" if one_day else "%d %b %H:%M" if span <= 2 * DAY else "%d %b"
    gaps = 2 if form == "%d %b %H:%M" else 3
    marks = [first + (last - first) * part // gaps for part in range(gaps + 1)]
    texts = [datetime.fromtimestamp(mark, UTC).strftime(form) for mark in marks]
    kept = [place for place, text in enumerate(texts) if text not in texts[:place]]
    axes.set_xticks([marks[place] for place in kept], [texts[place] for place in kept])


def _room(axes: Axes, lowest: float, highest: float, least: float, floor: float | None = None) -> None:
    """Air above and below, `least` of it at the least, so that a flat line stands in the middle."""
    air = max((highest - lowest) * 0.12, least, abs(highest) * 1e-12)
    bottom = lowest - air
    axes.set_ylim(bottom if floor is None else max(bottom, floor), highest + air)


def _scale(axes: Axes, look: Theme, before: str, after: str) -> None:
    """Round numbers on the left, with as many decimals as tell them apart."""
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10]))
    marks = axes.yaxis.get_major_locator().tick_values(*axes.get_ylim())
    step = float(marks[1] - marks[0])
    digits = next((n for n in range(4) if abs(step * 10**n - round(step * 10**n)) < 1e-6 * 10**n), 4)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{before}{value:,.{digits}f}{after}"))
    axes.grid(axis="y", color=look.grid, linewidth=1.5)
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", pad=0)
    for label in axes.get_yticklabels():  # on their lines, inside: however long, they are never cut off
        label.set_horizontalalignment("left")
        label.set_verticalalignment("bottom")
