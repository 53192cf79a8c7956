"""A rollup's sequencer, by its uptime feed, and what it takes for L1: in the same words as the gate refuses with."""

from __future__ import annotations

from agent.chain.registry import Registry
from agent.chain.snapshot import Snapshot
from agent.doctor.finding import Finding, judged
from agent.errors import Refused
from agent.execution.costs import CALL_BYTES, Costs
from agent.gate.rollup import check_l1, check_sequencer


def of(registry: Registry, snapshot: Snapshot) -> list[Finding]:
    """One finding where the chain has a sequencer feed, one where it charges for L1; none on an L1."""
    return [*_sequencer(registry, snapshot), *_l1(registry, snapshot)]


def _l1(registry: Registry, snapshot: Snapshot) -> list[Finding]:
    if registry.l1_oracle is None:
        return []
    expected, costs = f"told by {registry.l1_oracle}", Costs(snapshot.block.base_fee, snapshot.l1)
    try:
        check_l1(snapshot)
    except Refused as error:
        return [judged(False, "fee for L1 on", registry.network, expected, error.message.rstrip("."), error.remedy)]
    wei, gas = costs.l1.wei(CALL_BYTES, 0), costs.l1.gas(CALL_BYTES, costs.base_fee)
    found = f"{wei} wei for a call of {CALL_BYTES} bytes" if wei else f"{gas} gas for a call of {CALL_BYTES} bytes"
    return [judged(True, "fee for L1 on", registry.network, expected, found)]


def _sequencer(registry: Registry, snapshot: Snapshot) -> list[Finding]:
    if registry.sequencer_feed is None:
        return []
    expected = f"up for longer than {registry.sequencer_grace} seconds"
    try:
        check_sequencer(registry, snapshot)
    except Refused as error:
        return [judged(False, "sequencer of", registry.network, expected, error.message.rstrip("."), error.remedy)]
    back = 0 if snapshot.sequencer is None else snapshot.block.timestamp - snapshot.sequencer.since
    return [judged(True, "sequencer of", registry.network, expected, f"up for {back:,} seconds")]
