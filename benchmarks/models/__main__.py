"""`python -m benchmarks.models [--write]`: a JSON line a fault, then the figures. Exit 0 where all of them hold."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import sys
from pathlib import Path

from benchmarks.figure import Figure, shown
from benchmarks.models import prompts, recorded
from benchmarks.models.faults import FAULTS, HEALTHY, Fault
from benchmarks.models.run import HEALTHY_NAMES, Became, became
from benchmarks.models.server import serving
from benchmarks.models.table import page

PAGE = Path(__file__).parents[2] / "docs" / "model_faults.md"
MOST_CALLS = 4


async def _rows() -> list[tuple[Fault, Became, Became]]:
    behaviours = {fault.name: fault.behaviour for fault in FAULTS}
    behaviours |= {HEALTHY_NAMES[text]: behaviour for text, behaviour in HEALTHY.items()}
    rows = []
    async with serving(behaviours) as server:
        for fault in FAULTS:
            alone, second = [await became(server, fault, second=second) for second in (False, True)]
            rows.append((fault, alone, second))
            print(
                json.dumps({"fault": fault.name, "alone": _json(alone), "with_a_second": _json(second)}), flush=True
            )
    return rows


def _json(found: Became) -> dict[str, object]:
    return {
        "saw": found.saw[:200],
        "requests": found.calls,
        "nano_usd": found.nano,
        "wrong": found.wrong,
        "ms": found.ms,
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.models", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write docs/model_faults.md")
    write: bool = parser.parse_args().write
    logging.basicConfig(level=logging.ERROR)
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)  # whoever is hung up on says so
    rows = asyncio.run(_rows())
    if write:
        PAGE.write_text(page(rows), encoding="utf-8")
    both = [each for _, *found in rows for each in found]
    held = shown([
        Figure("model_faults_tried", len(rows), "faults"),
        Figure("model_faults_that_bound_something_else", sum(each.wrong for each in both), "messages", 0),
        Figure("model_faults_most_requests", max(each.calls for each in both), "requests a message", MOST_CALLS),
    ])  # fmt: skip
    held = shown(asyncio.run(prompts.figures())) and held
    return int(not (shown(recorded.figures()) and held))


if __name__ == "__main__":
    sys.exit(main())
