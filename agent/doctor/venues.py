"""Every venue and exchange: whether its contracts name each other as the chain file does, and its state is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from agent.chain.registry import Registry
from agent.chain.snapshot import Snapshot
from agent.doctor.finding import Finding, judged, warned
from agent.money import Rate
from agent.plugin import Flag, Trader

EXPECTED = "contracts that name each other as the chain file does"
LEFT_OUT = "It is not offered. Compare the chain file with its source."
EXITS = "It is not offered; what is in it can leave."


def of(
    registry: Registry, snapshot: Snapshot, missing: Mapping[str, str], traders: Mapping[str, Trader]
) -> list[Finding]:
    """`missing` says what of the chain file isn't used; tokens have findings of their own."""
    gone = [key for key in missing if key not in registry.tokens]
    found = [_venue(key, snapshot) for key in sorted({*snapshot.venues, *snapshot.untrusted})]
    unread = [key for key in sorted(snapshot.missing) if ":" in key and key not in missing]
    return [
        *found,
        *(
            _no(key, snapshot.missing[key], "a state that can be read", "Try again; it isn't entered.")
            for key in unread
        ),
        *(_no(key, missing[key], EXPECTED, LEFT_OUT) for key in sorted(gone)),
        *_exchanges(snapshot, traders),
    ]


def _venue(key: str, snapshot: Snapshot) -> Finding:
    state = snapshot.venues.get(key)
    if key in snapshot.untrusted:
        return _no(key, snapshot.untrusted[key], EXPECTED, EXITS)
    flags = set() if state is None else state.flags - {Flag.UNTRUSTED}
    rate = Rate(0) if state is None else state.rate
    words = f"{rate} a year" + "".join(f", {flag}" for flag in sorted(flags))
    return warned(not flags, "venue", key, "open", words, "It isn't entered while that is so.")


def _no(key: str, why: str, expected: str, do: str) -> Finding:
    return judged(False, "venue", key, expected, why.rstrip("."), do)


def _exchanges(snapshot: Snapshot, traders: Mapping[str, Trader]) -> Iterable[Finding]:
    for name in sorted(traders):
        pools = len(snapshot.traders.get(name, ()))
        yield judged(True, "exchange", name, EXPECTED, f"{pools} pools of the factory")


def scan(snapshot: Snapshot) -> Finding:
    """What a look at everything takes."""
    calls = "one eth_call" if snapshot.requests == 1 else f"{snapshot.requests} eth_calls of one block"
    found = f"{len(snapshot.venues)} venues, {snapshot.reads} reads in {calls}"
    return judged(True, "scan of", "the chain file", "everything at one block", found)
