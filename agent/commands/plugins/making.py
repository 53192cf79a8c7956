"""`moneta plugins new NAME`: a package that works, over ERC-4626 vaults, with its test and what to read."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

from agent import hooks, skeleton
from agent.commands.output import json_line, text_line
from agent.errors import Refused

NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*", re.ASCII)
MOST = 40
PARTS = {
    "pyproject.toml": "pyproject.toml.txt",
    "README.md": "README.md.txt",
    "{package}/__init__.py": "package/__init__.py.txt",
    "{package}/protocol.py": "package/protocol.py.txt",
    "{package}/venue.py": "package/venue.py.txt",
    "{package}/calls.json": "package/calls.json.txt",
    "tests/test_venue.py": "tests/test_venue.py.txt",
}


def new(name: str, as_json: bool) -> int:
    """Writes the folder `name`. Raises Refused where there is one, or the name isn't free."""
    _check(name)
    folder, package = Path(name), name.replace("-", "_")
    if folder.exists():
        raise Refused("folder", f"{folder} is there already.", "Name it otherwise, or move that away.")
    written = []
    for path, source in PARTS.items():
        file = folder / path.format(package=package)
        file.parent.mkdir(parents=True, exist_ok=True)
        text = files(skeleton).joinpath(source).read_text(encoding="utf-8")
        file.write_text(text.replace("{{name}}", name).replace("{{package}}", package), encoding="utf-8")
        written.append(str(file))
    if as_json:
        json_line({"event": "plugin", "name": name, "folder": str(folder.resolve()), "files": written})
    else:
        text_line("\n".join((*written, f"Look at {folder}/README.md; then: moneta plugins check {folder}")))
    return 0


def _check(name: str) -> None:
    if not NAME.fullmatch(name) or len(name) > MOST:
        raise Refused("name", f"{name[:MOST]!r} is no name.", "Small letters and digits, with - between: my-vaults.")
    plugins = hooks.load()
    taken = {each.name for group in plugins.hook.moneta_protocols() for each in group}
    taken |= {each.name for each in plugins.known} | {"moneta", "agent", "plugins", "memory", "devnet", "chains"}
    if name in taken:
        raise Refused("name", f"{name} is taken.", "Name it otherwise.")
