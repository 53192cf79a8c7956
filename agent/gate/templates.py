"""Steps whose amount is left open: built for two amounts, and what differs between the two is the amount's place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from agent.errors import Refused
from agent.gate.moves import Leave, Swap
from agent.plans import Argument, Output, Role, Step


def output_of(source: Swap | Leave, steps: Sequence[Step]) -> Output:
    """What the swap or the withdrawal among `steps` gives, within the bounds of its order."""
    if isinstance(source, Swap):
        token, place = source.gets, source.trader.name
    else:
        token, place = source.venue.asset, source.venue.id
    if token.address is None or (isinstance(source, Swap) and source.trade.exact_out):
        raise ValueError("only an exact input into a token leaves its output open")
    at = [i for i, step in enumerate(steps) if step.venue == place and step.role is Role.ACTION]
    return Output(at[-1], token.address, source.least_out, source.most_out)


def opened(build: Callable[[int], tuple[Step, ...]], output: Output) -> tuple[Step, ...]:
    """The steps that `build` makes of base units, with `output` wherever the units stand.

    Raises Refused("lists") where an argument is computed from the units: that can't be filled in later.
    """
    low, high = output.min, max(output.max, output.min + 1)  # far apart: a quotient of neighbours may be the same

    def merged(one: Argument, other: Argument) -> Argument:
        if isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other):
            return tuple(merged(*pair) for pair in zip(one, other, strict=True))
        if one == other:
            return one
        if (one, other) == (low, high):
            return output
        raise Refused(
            "lists",
            "That venue's call depends on the amount in a way that can't be left open.",
            "Swap first, then deposit what came of it.",
        )

    steps = []
    for one, other in zip(build(low), build(high), strict=True):
        if replace(one, args=()) != replace(other, args=()):
            raise Refused(
                "lists", "That venue's steps depend on the amount.", "Swap first, then deposit what came of it."
            )
        steps.append(replace(one, args=tuple(merged(*pair) for pair in zip(one.args, other.args, strict=True))))
    return tuple(steps)
