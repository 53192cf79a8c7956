"""`python -m benchmarks.backtest`: the backtest's figures alone. Exit 0 where each holds what was promised."""

from __future__ import annotations

import sys

from benchmarks.backtest import figures

if __name__ == "__main__":
    failed = False
    for figure in figures(quick=False):
        sys.stdout.write(figure.as_line() + "\n")
        sys.stdout.flush()
        failed = failed or figure.holds is False
    sys.exit(int(failed))
