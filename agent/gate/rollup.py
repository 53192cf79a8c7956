"""Rollup: while the sequencer is down, or back for less than its grace period, nothing goes in, nor while it isn't
known what L1 takes. Exits go on.
"""

from __future__ import annotations

from agent.chain import l1_costs
from agent.chain.registry import Registry
from agent.chain.snapshot import Snapshot
from agent.errors import Refused

RULE = "sequencer"
EXITS_WORK = "taking money out works"


def check_sequencer(registry: Registry, snapshot: Snapshot) -> None:
    """Raises Refused("sequencer") on a chain whose sequencer is down, just back, or can't be asked about."""
    if registry.sequencer_feed is None:
        return
    seen, name = snapshot.sequencer, registry.network
    if seen is None:
        raise Refused(
            RULE,
            f"Whether the sequencer of {name} is up can't be read, so no price there counts.",
            f"Try again when its uptime feed answers; {EXITS_WORK}.",
        )
    if not seen.up:
        raise Refused(
            RULE,
            f"The sequencer of {name} is down, by its uptime feed: prices there stand still.",
            f"Try again {_minutes(registry.sequencer_grace)} after it is back; {EXITS_WORK}.",
        )
    back = max(snapshot.block.timestamp - seen.since, 0)
    if back <= registry.sequencer_grace:  # as Chainlink's own example has it: at the limit it isn't over yet
        raise Refused(
            RULE,
            f"The sequencer of {name} is back for {_minutes(back)} only: prices there are still catching up.",
            f"Try again in {_minutes(registry.sequencer_grace - back + 60)}; {EXITS_WORK}.",
        )


def check_l1(snapshot: Snapshot) -> None:
    """Raises Refused("l1-fee") where the oracle of what L1 takes can't be read: no plan could name its most."""
    unknown = snapshot.missing.get(l1_costs.MISSING)
    if unknown is not None:
        raise Refused(l1_costs.MISSING, unknown, f"Try again when it does; {EXITS_WORK}.")


def notes(snapshot: Snapshot) -> tuple[str, ...]:
    """What the preview of an exit says then."""
    unknown = snapshot.missing.get(l1_costs.MISSING)
    return () if unknown is None else (f"{unknown} It comes on top of the most that is named here.",)


def _minutes(seconds: int) -> str:
    minutes = seconds // 60
    return "1 minute" if minutes == 1 else f"{minutes} minutes"
