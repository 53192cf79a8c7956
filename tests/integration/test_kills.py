"""A hundred processes killed at named points, each followed by a recovery: chain and ledger agree after every one."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import devnet

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]
CYCLES, SEED = 100, 2_026


@pytest.mark.timeout(400)
def test_a_hundred_kills() -> None:
    """The cycles fork, so they run in a process without the threads of this one."""
    devnet.setup()
    options = ["--cycles", str(CYCLES), "--workers", "1", "--seed", str(SEED)]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.kills", *options], cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    figures = {each["name"]: each["value"] for each in map(json.loads, done.stdout.splitlines())}
    assert figures["kill_cycles"] == CYCLES, done.stderr
    assert figures["kill_cycles_where_chain_and_ledger_disagree"] == 0, done.stderr
    assert figures["kills"] >= CYCLES * 3 // 4
    assert len([name for name in figures if name.startswith("kills_at_")]) >= 12
    for point in ("replacing", "replaced"):  # what isn't mined
        assert figures[f"kills_at_{point}"]
