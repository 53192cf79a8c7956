"""Pictures: a child process draws them, for both themes, and never longer than it may."""

from __future__ import annotations

import io
import subprocess
import sys
from typing import Any

import pytest
from PIL import Image

from agent.errors import Unavailable
from agent.plots import Kind, Theme, plot

pytestmark = pytest.mark.integration

T, HOUR = 1_795_248_000, 3_600
RATES = {
    "series": [
        {
            "name": "aave-v3:core:USDC",
            "points": [[str(T + n * HOUR), str((40 + n % 7) * 10**24)] for n in range(100)],
        },
        {"name": "morpho-blue:WETH-86:USDC", "points": [[str(T), str(55 * 10**24)]]},
    ]
}
ALLOCATION = {
    "symbol": "USDC",
    "decimals": "6",
    "before": {"aave-v3:core:USDC": "40000000000"},
    "after": {"venus:core:USDC": "40000000000"},
}
WORTH = {"points": [[str(T + n * HOUR), str(10**13 + n * 10**9), str(10**13)] for n in range(100)]}
MANDATE = {
    "title": "Your mandate: USDC",
    "decimals": "6",
    "venues": [
        {"name": "aave-v3:core:USDC", "held": "40000000000", "cap": "50000000000"},
        {"name": "venus:core:USDC", "held": "0", "cap": None},
    ],
    "limits": [["most in one move", "50,000 USDC"], ["gas at the most", "$20.00 in 30 days"]],
    "quiet": ["22", "7"],
    "zone": "Europe/Vienna",
}
DATA: dict[Kind, dict[str, Any]] = {"rates": RATES, "allocation": ALLOCATION, "worth": WORTH, "mandate": MANDATE}
CORNERS: list[tuple[Kind, dict[str, Any]]] = [
    ("rates", {"series": [{"name": "one", "points": [[str(T), "0"]]}]}),
    ("rates", {"series": [{"name": "x" * 90, "points": [[str(T), str(10**29)], [str(T), "1"]]}] * 9}),
    ("allocation", {**ALLOCATION, "before": {}, "after": {f"venue-{n}:m:USDC": str(n) for n in range(12)}}),
    ("worth", {"points": [[str(T), "0", "0"]]}),
    ("mandate", {**MANDATE, "venues": [{"name": "x" * 90, "held": str(2**256), "cap": "0"}] * 9, "quiet": None}),
    ("mandate", {**MANDATE, "venues": [{"name": "a", "held": "0", "cap": None}], "limits": []}),
    ("worth", {"points": [[str(T), str(10**30), "-5"], [str(T + 86_400 * 400), "0", "0"]]}),
]


@pytest.mark.parametrize("kind", DATA)
@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_a_picture_is_a_png_for_a_phone(kind: Kind, theme: Theme) -> None:
    png = await plot(kind, DATA[kind], theme)
    with Image.open(io.BytesIO(png)) as picture:
        assert (picture.format, picture.size) == ("PNG", (1080, 720))
        corner = picture.convert("RGB").getpixel((2, 2))
        shades = picture.convert("L").getcolors()
    assert isinstance(corner, tuple)
    assert (sum(corner) > 600) == (theme == "light")
    assert shades is not None
    assert len(shades) > 50  # there is something on it, with smooth edges
    assert len(png) < 200_000


@pytest.mark.parametrize(("kind", "data"), CORNERS)
async def test_odd_data_is_drawn_too(kind: Kind, data: dict[str, Any]) -> None:
    assert (await plot(kind, data)).startswith(b"\x89PNG")


@pytest.mark.parametrize("data", [{}, {"points": []}, {"points": [["x", "1", "1"]]}])
async def test_data_that_is_none_is_said_to_be(data: dict[str, Any]) -> None:
    with pytest.raises(Unavailable, match="could not be drawn"):
        await plot("worth", data)


async def test_a_slow_picture_is_given_up() -> None:
    with pytest.raises(Unavailable, match="longer than"):
        await plot("worth", WORTH, seconds=0.05)


def test_this_process_never_loads_matplotlib() -> None:
    code = "import agent.plots, agent.schedule, agent.runtime.reports, sys; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
