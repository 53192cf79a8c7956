"""`moneta plugins list`: every plug-in with its version, its hooks and its state, and why one is disabled."""

from __future__ import annotations

from pathlib import Path

from agent import hooks
from agent.commands.output import json_line, text_line
from agent.config import Settings
from agent.harmless import harmless_line
from agent.hooks import DISABLED, Plugin, ended
from agent.replies.reply import Table, table_text


def list_(folder: Path | None, as_json: bool) -> int:
    """Always 0: what is disabled is told, and stops nothing. With a folder also what its instance disabled."""
    known = found(Settings.of(folder), folder)
    for each in known if as_json else ():
        json_line(
            {
                "event": "plugin",
                "name": each.name,
                "version": each.version,
                "distribution": each.distribution,
                "hooks": list(each.hooks),
                "state": each.state,
                "why": each.why,
            }
        )
    if not as_json:
        rows = tuple(
            (each.name, each.version, each.distribution, each.state, each.why or ", ".join(map(_short, each.hooks)))
            for each in known
        )
        columns = ("plug-in", "version", "from", "state", "hooks, or why it is disabled")
        text_line("\n".join(map(harmless_line, table_text(Table(columns, rows)).splitlines())))
    return 0


def found(settings: Settings, folder: Path | None) -> list[Plugin]:
    """All of them; one that the folder's instance disabled in its last run is disabled here, too."""
    known = hooks.load(settings).known
    ended_there = {} if folder is None else ended.read(folder)
    for each in known:
        why = ended_there.get((each.name, each.version))
        if why and not each.why and not each.built_in:
            each.why = f"in the instance's last run: {why}"
    return known


def disabled(settings: Settings, folder: Path) -> list[Plugin]:
    """Those that aren't used."""
    return [each for each in found(settings, folder) if each.state == DISABLED]


def _short(hook: str) -> str:
    return hook.removeprefix("moneta_")
