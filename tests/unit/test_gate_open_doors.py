"""While the ledger can't be written: out or looking, nothing else."""

from __future__ import annotations

import pytest

from agent.gate.open_doors import check_ledger, note
from tests.unit.gate_parts import rule_of

pytestmark = pytest.mark.unit

OPEN = [
    "exit",
    "withdraw",
    "revoke",
    "claim",
    "yields",
    "portfolio",
    "explain",
    "history",
    "help",
    "chat",
    "cancel",
]
SHUT = ["deposit", "swap", "transfer", "contact", "mandate", "rebalance", "order", "link", "repay"]


@pytest.mark.parametrize("action", [*OPEN, *SHUT])
def test_a_ledger_that_is_kept_stops_nothing(action: str) -> None:
    assert rule_of(lambda: check_ledger("", action)) is None
    assert rule_of(lambda: check_ledger("", action, "m1")) is None


@pytest.mark.parametrize("action", OPEN)
def test_the_way_out_and_looking_stay_open(action: str) -> None:
    assert rule_of(lambda: check_ledger("disk full", action)) is None


@pytest.mark.parametrize("action", SHUT)
def test_the_rest_waits(action: str) -> None:
    assert rule_of(lambda: check_ledger("disk full", action)) == "ledger"


def test_to_cancel_something_is_a_promise_that_needs_the_ledger() -> None:
    assert rule_of(lambda: check_ledger("disk full", "cancel", "m1")) == "ledger"
    assert rule_of(lambda: check_ledger("disk full", "withdraw", "m1")) is None


def test_replies_say_so_meanwhile_and_only_then() -> None:
    assert note("") == ""
    assert "disk full" in note("disk full")
