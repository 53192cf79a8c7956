"""`moneta plugins check PACKAGE_OR_PATH`: looks at a plug-in in a process of its own; 0 only where it is usable."""

from __future__ import annotations

import json
import subprocess
import sys

from agent.commands.output import json_line, text_line
from agent.harmless import harmless_line

SECONDS = 120.0
WRONG = "wrong"


def check(target: str, as_json: bool) -> int:
    """Prints each finding. What the plug-in does while it is looked at it does in the other process."""
    findings = _examined(target)
    usable = bool(findings) and all(each["verdict"] != WRONG for each in findings)
    for each in findings:
        if as_json:
            json_line({"event": "check", **each})
        else:
            text_line(harmless_line(f"{each['verdict']:<5}  {each['check']}: {each['found']}"))
    if as_json:
        json_line({"event": "summary", "usable": usable})
    else:
        text_line("usable" if usable else "not usable")
    return 0 if usable else 1


def _examined(target: str) -> list[dict[str, str]]:
    command = [sys.executable, "-m", "agent.hooks.probe", target]
    try:
        done = subprocess.run(  # noqa: S603  (this interpreter, our own module, no shell)
            command, capture_output=True, text=True, errors="replace", timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return [_wrong(f"it took longer than {SECONDS:g} s")]
    found = [each for line in done.stdout.splitlines() if (each := _finding(line)) is not None]
    if done.returncode not in (0, 1) or not found or (done.returncode and WRONG not in {e["verdict"] for e in found}):
        last = (done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"])[-1]
        found.append(_wrong(f"it ended before it was looked at: {last}"))
    return found


def _finding(line: str) -> dict[str, str] | None:
    """None for what the plug-in itself printed."""
    try:
        body = json.loads(line)
        return {key: str(body[key]) for key in ("verdict", "check", "found")}
    except (ValueError, KeyError, TypeError):
        return None


def _wrong(why: str) -> dict[str, str]:
    return {"verdict": WRONG, "check": "usable", "found": why}
