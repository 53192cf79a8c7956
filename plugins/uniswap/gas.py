"""What a swap costs in units of gas, as measured on devnet with the real contracts (benchmarks/trade/gas.py)."""

from __future__ import annotations

TRANSACTION = 30_000
"""The transaction itself, its data and the router's multicall."""
PART = 12_000
"""Each call within."""
TICK_HOP = 95_000
PAIR_HOP = 65_000
TICK_CROSSED = 22_000
