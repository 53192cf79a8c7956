"""What a swap costs in units of gas: least squares over some hundred trades that ran through SwapRouter02 on devnet,
rounded. `make bench-trade` prints how far an estimate is from the gas that is used. Pools that have seen little trade
cost more at each tick than those that have seen much: their slots are written for the first time.
"""

from __future__ import annotations

TRANSACTION = 60_000
"""The transaction itself, its data, the router's multicall, the first transfers."""
PART = 15_000
"""Each call within."""
TICK_HOP = 65_000
PAIR_HOP = 90_000
TICK_CROSSED = 45_000
TRANSACTION_V4 = 120_000
"""The same by the universal router, and Permit2's own approval beside it, which a trade of coin does without."""
TICK_HOP_V4 = 50_000
