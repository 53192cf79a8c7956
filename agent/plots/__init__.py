"""Pictures: PNGs drawn by a short-lived child process, so that matplotlib never weighs on this one.

The data goes in as JSON with integers as text; only the drawing itself makes floats of them.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from agent.errors import Unavailable

Kind = Literal["rates", "allocation", "worth", "mandate"]
Theme = Literal["light", "dark"]

SECONDS = 20
ROOT = str(Path(__file__).parents[2])
KEPT_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "MPLCONFIGDIR")
"""What the child may know of this process: no setting, no name of a secret's file."""


async def plot(kind: Kind, data: Mapping[str, Any], theme: Theme = "dark", seconds: float = SECONDS) -> bytes:
    """A PNG of 1080 by 720. `data`: see agent.plots.draw. Raises Unavailable("plots") where none can be drawn."""
    request = json.dumps({"kind": kind, "theme": theme, "data": dict(data)}).encode()
    environment = {key: os.environ[key] for key in KEPT_ENVIRONMENT if key in os.environ}
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-m",
        "agent.plots",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment | {"MPLBACKEND": "Agg", "PYTHONPATH": ROOT},
    )
    try:
        async with asyncio.timeout(seconds):
            png, complaint = await child.communicate(request)
    except TimeoutError:
        raise Unavailable("plots", f"The picture took longer than {seconds:g} s.") from None
    finally:
        if child.returncode is None:  # too slow, or we were cancelled: it doesn't outlive its caller
            child.kill()
            await child.wait()
    if child.returncode != 0:
        reason = complaint.decode(errors="replace").strip().splitlines()
        raise Unavailable("plots", f"The picture could not be drawn: {reason[-1] if reason else 'no reason given'}.")
    return png
