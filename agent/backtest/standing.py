"""What a run has at an hour, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from agent.backtest.arrays import Floats


@dataclass(slots=True)
class Run:
    """What came of it. `equity`: units of account at each hour from the first to the last, gas paid."""

    equity: Floats
    moved: float = 0.0
    gas: float = 0.0
    fees: float = 0.0
    trapped: int = 0
    moves: int = 0
    decisions: list[tuple[int, tuple[float, ...]]] = field(default_factory=list)


@dataclass(slots=True)
class Standing:
    """Where all money is. `transit` arrives at (hour, pool, tokens); `taken` left (hour, spot, tokens); `owed` is gas
    in units of account that no wallet has paid yet.
    """

    positions: Floats
    wallets: Floats
    transit: list[tuple[int, int, float]] = field(default_factory=list)
    taken: list[tuple[int, int, float]] = field(default_factory=list)
    owed: float = 0.0
