"""`moneta devnet up|advance|status|down`: the chain as a process of its own."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import devnet
from agent.commands.output import json_line, text_line
from agent.errors import Unavailable


def up(folder: Path, as_json: bool) -> int:
    devnet.setup()
    running = devnet.up(folder)
    _tell(as_json, f"devnet is up at {running.rpc_url}, process {running.pid}", {"event": "up", **asdict(running)})
    return 0


def down(folder: Path, as_json: bool) -> int:
    was = devnet.down(folder)
    text = "devnet is down; its state is kept" if was else "no devnet was running there"
    _tell(as_json, text, {"event": "down", "was_running": was})
    return 0


def status(folder: Path, as_json: bool) -> int:
    """Exit 0 where one runs, 1 where none does."""
    found = devnet.status(folder)
    if found.running is None:
        _tell(as_json, f"no devnet runs in {folder}", {"event": "status", "running": False})
        return 1
    text = f"devnet runs at {found.running.rpc_url}, block {found.block}"
    facts = {"event": "status", "running": True, "block": found.block, "timestamp": found.timestamp}
    _tell(as_json, text, facts | asdict(found.running))
    return 0


def advance(folder: Path, seconds: int, as_json: bool) -> int:
    running = devnet.status(folder).running
    if running is None:
        raise Unavailable("node", f"No devnet runs in {folder}: start one with `moneta devnet up --dir {folder}`.")
    passed = devnet.advance(running.rpc_url, seconds, chain_file=folder / "chain.toml")
    text = (
        f"{passed.seconds} seconds, {passed.blocks} blocks; the scripted borrowers moved {len(passed.actions)} times"
    )
    _tell(as_json, text, {"event": "advance", "seconds": passed.seconds, "blocks": passed.blocks})
    return 0


def _tell(as_json: bool, text: str, facts: dict[str, object]) -> None:
    if as_json:
        json_line(facts)
    else:
        text_line(text)
