"""What an owner is told of what isn't offered any more, and of what is again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agent.gate.only_seen import UNLISTED as UNLISTED
from agent.replies.reply import Reply

MOST_NAMED = 10


def arisen(network: str, troubles: Mapping[str, str]) -> Reply:
    """`troubles`: why something isn't offered, by venue, market, token or exchange."""
    lines = [f"{key}, because {why.rstrip('.')}." for key, why in troubles.items()]
    shown = "\n".join(lines[:MOST_NAMED])
    more = f"\nAnd {len(lines) - MOST_NAMED} more." if len(lines) > MOST_NAMED else ""
    return Reply(
        f"Not offered now on {network}:\n{shown}{more}\n"
        "What is in there can be taken out as always. `moneta doctor` tells the operator more.",
        private=True,
    )


def ended(network: str, keys: Sequence[str]) -> Reply:
    """`keys`: what is offered again."""
    more = f" and {len(keys) - MOST_NAMED} more" if len(keys) > MOST_NAMED else ""
    return Reply(
        f"Offered again on {network}, since nothing is wrong with it now: {', '.join(keys[:MOST_NAMED])}{more}.",
        private=True,
    )
