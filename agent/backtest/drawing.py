"""The child process that draws: for each universe what every strategy earned, by size and period."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

COLOURS = ("#56b4e9", "#e69f00", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7", "#999999")
OWN, BOUND = "#000000", "#bbbbbb"
LEAST = -0.05
"""A loss beyond it is drawn at it: gas can take all."""

Row = dict[str, Any]


def main() -> int:
    request = json.load(sys.stdin)
    lines: list[Row] = request["lines"]
    for universe in dict.fromkeys(line["universe"] for line in lines):
        path = Path(request["folder"]) / f"{universe.replace('/', '-').replace('@', '-')}.png"
        _universe([line for line in lines if line["universe"] == universe], path)
        sys.stdout.write(f"{path}\n")
    return 0


def _universe(lines: Sequence[Row], path: Path) -> None:
    sizes = sorted({line["size"] for line in lines})
    figure = Figure(figsize=(12, 3.4 * len(sizes)), dpi=100, layout="constrained")
    figure.suptitle(f"{lines[0]['universe']}: net yearly return after all costs")
    axes = figure.subplots(len(sizes), 1, squeeze=False)[:, 0]
    for one, size in zip(axes, sizes, strict=True):
        _size(one, [line for line in lines if line["size"] == size])
        one.set_title(f"${size:,}", loc="left", fontsize=10)
    axes[0].legend(fontsize=8, ncols=5)
    figure.savefig(path, metadata={"Software": None})


def _size(axes: Axes, lines: Sequence[Row]) -> None:
    periods = list(dict.fromkeys(line["period"] for line in lines))
    names = list(dict.fromkeys(line["strategy"] for line in lines))
    for place, name in enumerate(names):
        found = {line["period"]: line for line in lines if line["strategy"] == name}
        offset = (place - len(names) / 2) * 0.8 / len(names)
        at = [number + offset for number, period in enumerate(periods) if period in found]
        values = [max(found[period]["net_apy"], LEAST) * 100 for period in periods if period in found]
        colour = {"moneta": OWN, "hindsight": BOUND}.get(name, COLOURS[place % len(COLOURS)])
        axes.bar(at, values, width=0.8 / len(names), color=colour, label=name)
    unseen = {line["period"] for line in lines if line["data"] == "unseen"}
    axes.set_xticks(range(len(periods)), [f"{each}*" if each in unseen else each for each in periods], fontsize=8)
    axes.set_ylabel("% a year")
    axes.set_xlabel("* not seen when Moneta's parameters were chosen", fontsize=7, loc="right")
    axes.grid(axis="y", alpha=0.3)


if __name__ == "__main__":
    sys.exit(main())
