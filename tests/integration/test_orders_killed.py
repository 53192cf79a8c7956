"""Days of orders in processes that are killed at named points: each due period is done once, or told as missed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import devnet

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]
FIRST = "01-24"
"""Ten days from here on have the last day of a month and a Sunday in them, in every year and everybody's zone."""


@pytest.mark.timeout(200)
def test_ten_days_of_orders() -> None:
    """The sessions fork, so they run in a process without the threads of this one."""
    devnet.setup()
    command = [sys.executable, "-m", "benchmarks.orders", "--days", "10", "--seed", "7", "--from", FIRST]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=190)
    figures = {each["name"]: each["value"] for each in map(json.loads, done.stdout.splitlines())}
    assert figures["orders_problems"] == 0, done.stderr
    for never in ("periods_done_twice", "periods_lost", "periods_before_they_were_due", "runs_not_told_once"):
        assert figures[f"orders_{never}"] == 0, done.stderr
    assert figures["orders_accounts_whose_money_differs"] == 0, done.stderr
    ends = sum(figures[f"orders_periods_{end}"] for end in ("done", "missed", "refused", "stopped"))
    assert ends == figures["orders_periods_due"] >= 25
    assert figures["orders_kills"] >= 3
