"""Head: on a node that stands still, nothing goes in; what it shows of rates and prices is of another time."""

from __future__ import annotations

from agent.errors import Refused
from agent.plugin import Block


def check_head(block: Block, now: int, longest: int) -> None:
    """Raises Refused("stale-head") for a newest block more than `longest` seconds old; 0 asks for nothing.

    `now`: Unix seconds. A clock that is behind the chain's is no reason to refuse.
    """
    age = now - block.timestamp
    if longest and age > longest:
        raise Refused(
            "stale-head",
            f"The newest block that the node tells, {block.number:,}, is {age:,} seconds old: it stands still, "
            "or this machine's clock is wrong.",
            f"Try again when it has one of the last {longest:,} seconds; taking money out works.",
        )
