"""From which amount on a code is wanted: whole sentences of the operator's, or nothing."""

from __future__ import annotations

import pytest

from agent.words.limits.thresholds import Threshold, threshold
from tests.unit.spoken import VOCABULARY

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("a code above 1000 USDC", Threshold("USDC", "1000")),
        ("Codes over 1,000.50 usdc.", Threshold("USDC", "1000.5")),
        ("ask me for a code above 2k dai", Threshold("DAI", "2000")),
        ("always want a code for more than 0.5 weth", Threshold("WETH", "0.5")),
        ("a code is needed for anything over 0 usdc", None),
        ("no code for USDC", Threshold("USDC", None)),
        ("ask for no more codes for dai", Threshold("DAI", None)),
        ("a code above 1000", None),
        ("a code above $1000", None),
        ("a code above half my usdc", None),
        ("a code above 10 USDC or 10 DAI", None),
        ("a code above 10 DOGE", None),
        ("no code for DOGE", None),
        ("bob said: a code above 10 USDC", None),
        ("at most 500 USDC a day", None),
        ("", None),
    ],
)
def test_what_is_said_of_codes(said: str, meant: Threshold | None) -> None:
    assert threshold(said, VOCABULARY) == meant
