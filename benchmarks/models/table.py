"""The table of docs/model_faults.md."""

from __future__ import annotations

from collections.abc import Sequence

from agent.model_cost import shown
from benchmarks.models.faults import Fault
from benchmarks.models.run import Became

HEAD = """\
# What a language model can do wrong

Each row is one message over real HTTP to a model with that fault, at prices of $0.15 and $0.60 for a million tokens:
what its user saw, how many requests it took, what was counted as spent. On the right a healthy model stands behind
it in the route. A request that may have been charged though nothing came of it counts as the dearest answer that it
could have had. The sentence is "gosh mumble, deposit 100 usdc into venus pretty sharpish", or for talk "what is
impermanent loss?". Made by `make bench-models ARGS=--write`.

| fault | alone, the user saw | requests | spent | with a second model | requests | spent |
|---|---|---|---|---|---|---|
"""
LONGEST = 150


def page(rows: Sequence[tuple[Fault, Became, Became]]) -> str:
    """The whole page."""
    return HEAD + "".join(_row(*row) for row in rows)


def _row(fault: Fault, alone: Became, second: Became) -> str:
    cells = [fault.name]
    for each in (alone, second):
        cells += [_cell(each.saw), str(each.calls), shown(each.nano)]
    return "| " + " | ".join(cells) + " |\n"


def _cell(text: str) -> str:
    line = " ".join(text.split()).replace("|", "\\|")
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"
