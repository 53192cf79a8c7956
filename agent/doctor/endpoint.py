"""What an endpoint's facts mean: whether it is of this chain and at its head, and what it can't serve."""

from __future__ import annotations

from agent.chain.multicall import READS_PER_CALL
from agent.chain.registry import Registry
from agent.doctor.finding import Finding, judged, warned
from agent.doctor.probe import BATCHES, BURST, LOG_BLOCKS, Facts

SLOW_MILLISECONDS = 1_000
FORWARD_SECONDS = 60
"""A block that far ahead of this machine's clock: the clock is wrong, since nodes refuse such blocks."""
LEAST_DEPTH = 128
"""Blocks of state that a node without an archive keeps (geth's default); a plan is looked up a few blocks back."""
LEAST_BATCH = 50  # agent.chain.fingerprint asks 48 at once
ANOTHER = "Use another endpoint"


def of(name: str, facts: Facts, registry: Registry, now: int, longest_head: int) -> list[Finding]:
    """`now` in Unix seconds; `longest_head`: how old the head may be in seconds, 0 for any age."""
    if facts.head is None:
        return [judged(False, "endpoint", name, "an answer", facts.trouble, f"{ANOTHER}, or correct its URL.")]
    right = facts.chain_id == registry.chain_id
    identity = judged(
        right,
        "chain id of",
        name,
        f"{registry.chain_id} ({registry.network or registry.name})",
        str(facts.chain_id),
        "It is of another chain: correct its URL, or name its chain.",
    )
    if not right:
        return [identity]  # what else it says is of that other chain
    return [
        identity,
        _head(name, facts, now, longest_head),
        _simulation(name, facts),
        *_limits(name, facts),
        _depth(name, facts),
        warned(
            facts.milliseconds <= SLOW_MILLISECONDS,
            "speed of",
            name,
            f"an answer within {SLOW_MILLISECONDS} ms",
            f"{facts.milliseconds} ms" + (f", {facts.client}" if facts.client else ""),
            "Each reply waits for some of these; a nearer endpoint is quicker.",
        ),
    ]


def _head(name: str, facts: Facts, now: int, longest: int) -> Finding:
    if facts.head is None:
        raise ValueError("an endpoint without a head")
    age = now - facts.head.timestamp
    number = f"block {facts.head.number:,}"
    if not longest:
        return judged(True, "head of", name, "any age", number)
    if age < -FORWARD_SECONDS:
        ahead = f"{number}, {-age:,} seconds ahead of this machine's clock"
        return judged(False, "head of", name, "a block of now", ahead, "Set this machine's clock.")
    return judged(
        age <= longest,
        "head of",
        name,
        f"a block of the last {longest} seconds",
        f"{number}, {max(age, 0):,} seconds old",
        f"It stands still: nothing goes in until it moves. {ANOTHER}.",
    )


def _simulation(name: str, facts: Facts) -> Finding:
    return warned(
        not facts.simulation,
        "eth_simulateV1 of",
        name,
        "there",
        facts.simulation or "there",
        "Without it money can only be taken out. " + ANOTHER + ".",
    )


def _limits(name: str, facts: Facts) -> list[Finding]:
    large = judged(
        not facts.large_call,
        "size of a call of",
        name,
        f"{READS_PER_CALL} reads in one eth_call",
        facts.large_call or f"{READS_PER_CALL} reads in one eth_call",
        f"A snapshot can't be read there. {ANOTHER}.",
    )
    batch = judged(
        facts.batch >= LEAST_BATCH,
        "batch limit of",
        name,
        f"{LEAST_BATCH} requests in one batch",
        f"{facts.batch}" + (" or more" if facts.batch == BATCHES[-1] else ""),
        f"Contracts can't be looked at before money goes in, so none does. {ANOTHER}.",
    )
    burst = warned(
        facts.burst == 0,
        "rate limit of",
        name,
        f"{BURST} requests at once",
        f"{facts.burst} of {BURST} refused" if facts.burst else f"{BURST} requests at once",
        "At busy times some replies will be refused: name a second endpoint in `rpc_file`.",
    )
    logs = warned(
        not facts.logs,
        "logs of",
        name,
        f"{LOG_BLOCKS} blocks in one eth_getLogs",
        facts.logs or f"{LOG_BLOCKS} blocks in one eth_getLogs",
        "What arrives in an account can't be told there.",
    )
    return [large, batch, burst, logs]


def _depth(name: str, facts: Facts) -> Finding:
    head = facts.head.number if facts.head else 0
    return warned(
        facts.depth >= min(LEAST_DEPTH, head),
        "archive depth of",
        name,
        f"state of {LEAST_DEPTH} blocks ago",
        "to the first block" if facts.depth == head else f"state of {facts.depth:,} blocks ago or more",
        "`moneta audit verify` can't look back; the rest works.",
    )
