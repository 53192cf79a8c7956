"""`moneta demo --autopilot`: days pass, the real schedule acts, and the closing balances are the chain's."""

from __future__ import annotations

import re
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

from tests.e2e.program import END_SECONDS, MONETA, TURN, Program, check_turn, environment, run

DAYS, LOOKS = 2, 8
SETUP = ["put 40,000 usdc to work", "yes", "keep my usdc well placed", "yes", "no summary"]


def test_days_under_a_mandate_and_then_the_chat(tmp_path: Path) -> None:
    began = time.monotonic()
    with Program("demo", "--autopilot", f"{DAYS}d", cwd=tmp_path) as demo:
        turns = [demo._next() for _ in SETUP]
        assert all(check_turn(turn) for turn in turns if not turn["user"].startswith(("keep", "yes")))
        assert all(set(turn) == TURN for turn in turns)
        assert [turn["user"] for turn in turns] == SETUP
        assert [turn["verdict"]["status"] for turn in turns[1:4:2]] == ["settled", "settled"]
        events: list[dict[str, Any]] = []
        while not events or events[-1]["event"] != "closed":
            events.append(demo._next())
        end = events[-1]
        _check_events(events, turns)
        _check_chain(demo, end, began)
        demo.turns = len(SETUP)
        why = demo.say("why?")["reply"]
        assert "I left your USDC where it was" in why or "I chose to move" in why
        assert demo.say("what is my mandate?")["turn"] == len(SETUP) + 2


def _check_events(events: list[dict[str, Any]], turns: list[dict[str, Any]]) -> None:
    *passed, end = events
    days = [event for event in passed if event["event"] == "day"]
    moves = [event for event in passed if event["event"] == "move"]
    assert [day["day"] for day in days] == list(range(1, DAYS + 1))
    assert [day["looks"] for day in days] == list(range(LOOKS // DAYS, LOOKS + 1, LOOKS // DAYS))
    assert len(moves) == end["moves"] + end["refused"]
    assert all(move["text"] and move["txs"] for move in moves if move["outcome"] == "settled")
    assert (end["looks"], end["seconds"], end["interrupted"]) == (LOOKS, DAYS * 86_400, False)
    entered = turns[1]["txs"][-1]
    assert entered["status"] == "mined"
    for side in ("moneta", "held"):
        assert end[side]["gained"] == days[-1][side]["gained"]
        assert _together(end[side]) - _together(end["start"]) == int(end[side]["gained"]) > 0
        assert int(end["start"]["wei"]) - int(end[side]["wei"]) == int(end[side]["gas_wei"])
    assert end["held"]["positions"].keys() == end["start"]["positions"].keys()
    assert end["held"]["gas_wei"] == "0"
    assert (int(end["moneta"]["gas_wei"]) > 0) == bool(end["moves"])
    assert int(end["ahead_usd"]) == int(end["moneta"]["net_usd"]) - int(end["held"]["net_usd"])


def _check_chain(demo: Program, end: dict[str, Any], began: float) -> None:
    """The chain itself, asked past the program."""
    assert demo.units("USDC") == int(end["moneta"]["wallet"]["USDC"])
    assert demo.chain.native(demo.account) == int(end["moneta"]["wei"])
    head = demo.chain.call("eth_getBlockByNumber", "latest", False)
    passed = int(head["timestamp"], 16) - end["from"] - DAYS * 86_400
    assert 0 <= passed <= time.monotonic() - began + 1, "its clock goes on with ours"


def _together(side: dict[str, Any]) -> int:
    assert all(key.endswith(":USDC") for key in side["positions"])
    return sum(map(int, side["positions"].values())) + int(side["wallet"]["USDC"])


def test_ctrl_c_still_tells_what_came_out(tmp_path: Path) -> None:
    command = [*MONETA, "demo", "--autopilot", "365d"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment(), cwd=tmp_path, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("day 1:"):
                break
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=END_SECONDS)
    assert process.returncode == 130
    days = 1 + len(re.findall(r"^day \d+:", said, re.MULTILINE))  # on a busy machine another one may have passed
    assert re.search(rf"Stopped after {days} days?\b", said), said
    assert "with Moneta" in said
    assert "left in the wallet" in said


def test_what_it_can_not_be_told_is_said_before_anything_starts(tmp_path: Path) -> None:
    wrong = run("demo", "--autopilot", "soon", cwd=tmp_path)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "12h, 90d or 2w" in wrong.stderr
    alone = run("demo", "--seed", "3", cwd=tmp_path)
    assert (alone.returncode, alone.stdout) == (1, "")
    assert "--autopilot" in alone.stderr
