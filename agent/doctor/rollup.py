"""A rollup's sequencer, by its uptime feed: in the same words as the gate refuses with."""

from __future__ import annotations

from agent.chain.registry import Registry
from agent.chain.snapshot import Snapshot
from agent.doctor.finding import Finding, judged
from agent.errors import Refused
from agent.gate.rollup import check_sequencer


def of(registry: Registry, snapshot: Snapshot) -> list[Finding]:
    """One finding where the chain has a sequencer feed, else none."""
    if registry.sequencer_feed is None:
        return []
    expected = f"up for longer than {registry.sequencer_grace} seconds"
    try:
        check_sequencer(registry, snapshot)
    except Refused as error:
        return [judged(False, "sequencer of", registry.network, expected, error.message.rstrip("."), error.remedy)]
    back = 0 if snapshot.sequencer is None else snapshot.block.timestamp - snapshot.sequencer.since
    return [judged(True, "sequencer of", registry.network, expected, f"up for {back:,} seconds")]
