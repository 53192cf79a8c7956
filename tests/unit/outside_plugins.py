"""Plug-ins of somebody else, as modules in a folder with the entry points that would name them."""

from __future__ import annotations

import sys
import textwrap
from importlib.metadata import EntryPoint
from itertools import count
from pathlib import Path

from agent.config import Settings
from agent.hooks import ENTRY_POINTS, Plugin, Plugins, load
from agent.hooks.patience import Patience

_NUMBER = count()
QUICK = Patience(pure=1.0, imported=1.0, discovered=1.0, asked=1.0, told=1.0, worked=1.0)
"""For what never comes back; what does has time enough on a busy machine, too."""


def written(folder: Path, source: str, name: str = "theirs") -> EntryPoint:
    """A module of that source, each under a new name, and its entry point."""
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    module = f"theirs_{next(_NUMBER)}"
    (folder / f"{module}.py").write_text("import moneta\nfrom moneta import *\n" + textwrap.dedent(source))
    return EntryPoint(name, module, ENTRY_POINTS)


def loaded(
    folder: Path, *sources: str, patience: Patience | None = None, settings: Settings | None = None
) -> tuple[Plugins, list[Plugin]]:
    """All plug-ins, and those of the sources: `theirs`, `theirs1`, …"""
    points = [written(folder, each, f"theirs{number or ''}") for number, each in enumerate(sources)]
    plugins = load(settings, found=points, patience=patience)
    return plugins, [each for each in plugins.known if not each.built_in]


def why(folder: Path, source: str, patience: Patience | None = None) -> str:
    """Why a plug-in of that source isn't used; '' where it is."""
    return loaded(folder, source, patience=patience)[1][0].why
