"""`make bench-language`: a table by intent and a line a figure. `--examples` shows what wasn't right."""

from __future__ import annotations

import argparse
import json
import sys

from benchmarks.figure import shown
from benchmarks.language import conversations, figures, tables
from benchmarks.language.score import COUNTS


def main() -> int:
    """Exit code 0 when every figure holds what was promised."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.language")
    parser.add_argument("--examples", action="store_true", help="the sentences that were asked about or read wrongly")
    asked = parser.parse_args()
    for name, column, scores in (*tables(), ("conversations", "phrasebook", conversations.table())):
        for group, score in scores.items():
            counts = {count: getattr(score, count) for count in COUNTS}
            _line({"set": name, "mind": column, "group": group, "cases": score.cases, **counts})
            for outcome, text in dict.fromkeys(score.examples if asked.examples else ()):
                _line({outcome: text})
    return 0 if shown(figures(False)) else 1


def _line(data: object) -> None:
    sys.stdout.write(json.dumps(data, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    sys.exit(main())
