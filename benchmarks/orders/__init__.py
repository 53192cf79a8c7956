"""A simulated year of orders on devnet, with gaps, restarts, kills and clocks that change: `make bench-orders`."""

from __future__ import annotations

from benchmarks.orders.figures import figures

__all__ = ["figures"]
