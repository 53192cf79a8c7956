"""Which plug-ins a running instance has disabled, in a file of its folder: for `moneta plugins list` and `doctor`."""

from __future__ import annotations

import json
from pathlib import Path

from agent.hooks.loading import Plugins
from agent.hooks.plugin import Plugin
from agent.policy.files import write_private

FILE = "plugins.json"


def keep(plugins: Plugins, folder: Path) -> None:
    """Writes down what is disabled now, and what will be. Raises OSError where the folder can't be written."""

    def write(_: Plugin | None = None) -> None:
        body = {each.name: {"version": each.version, "why": each.why} for each in plugins.disabled()}
        write_private(folder / FILE, json.dumps(body, indent=1, sort_keys=True) + "\n")

    for each in plugins.known:
        each.heard = write
    if plugins.disabled() or (folder / FILE).exists():
        write()


def read(folder: Path) -> dict[tuple[str, str], str]:
    """Why the last run disabled a plug-in, by its name and version; nothing where that can't be read."""
    try:
        body = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return {(str(name), str(each["version"])): str(each["why"]) for name, each in body.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
