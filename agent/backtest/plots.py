"""Pictures of the lines, drawn by a child process so that matplotlib never weighs on this one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from agent.backtest.line import Line
from agent.errors import Unavailable

SECONDS = 120
ROOT = str(Path(__file__).parents[2])
KEPT_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "MPLCONFIGDIR")


def draw(lines: Sequence[Line], folder: Path) -> list[Path]:
    """The files that were drawn, one a universe. Raises Unavailable where none can be."""
    folder.mkdir(parents=True, exist_ok=True)
    environment = {key: os.environ[key] for key in KEPT_ENVIRONMENT if key in os.environ}
    request = {"folder": str(folder.resolve()), "lines": [asdict(each) for each in lines]}
    child = subprocess.run(
        [sys.executable, "-P", "-m", "agent.backtest.drawing"],
        input=json.dumps(request).encode(),
        capture_output=True,
        timeout=SECONDS,
        check=False,
        env=environment | {"MPLBACKEND": "Agg", "PYTHONPATH": ROOT},
    )
    if child.returncode != 0:
        reason = child.stderr.decode(errors="replace").strip().splitlines()
        raise Unavailable("plots", f"The pictures could not be drawn: {reason[-1] if reason else 'no reason given'}.")
    return [Path(name) for name in child.stdout.decode().splitlines()]
