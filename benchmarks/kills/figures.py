"""Many cycles in a few workers, each with a node, a signer and a folder of its own."""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import devnet
from benchmarks.figure import Figure
from benchmarks.kills import cycle
from benchmarks.kills.warm import forked, prepare, signing
from devnet.rpc import Rpc

MINUTES = 30.0
FULL = 10_000


def figures(cycles: int, workers: int, seed: int) -> Iterator[Figure]:
    """The time is promised for 10,000 cycles; fewer are counted by their rate."""
    started = time.monotonic()
    reads, writes = os.pipe()
    pids = []
    for number in range(workers):
        share = range(number, cycles, workers)
        pids.append(forked(lambda share=share: _work(share, seed, writes)))  # type: ignore[misc]
    os.close(writes)
    killed: Counter[str] = Counter()
    unkilled = broken = done = 0
    with os.fdopen(reads) as heard:
        for line in heard:
            told = json.loads(line)
            done += 1
            killed.update(told["killed_at"])
            unkilled += not told["killed_at"]
            broken += bool(told["problems"])
            if told["problems"]:
                sys.stderr.write(line)
    for pid in pids:
        os.waitpid(pid, 0)
    minutes = (time.monotonic() - started) / 60
    yield Figure("kill_cycles", done, "cycles", cycles, at_least=True)
    yield Figure("kill_cycles_where_chain_and_ledger_disagree", broken, "cycles", 0)
    yield Figure("kill_cycles_that_ended_before_their_kill", unkilled, "cycles")
    yield Figure("kills", killed.total(), "kills")
    for name, count in sorted(killed.items()):
        yield Figure(f"kills_at_{name}", count, "kills")
    yield Figure("kill_minutes", minutes, "minutes", MINUTES if cycles == FULL else None)
    yield Figure("kill_minutes_of_10000", minutes * FULL / max(done, 1), "minutes", MINUTES)


def _work(share: range, seed: int, pipe: int) -> None:
    """One worker: its own devnet, and after each cycle the chain as it was."""
    with tempfile.TemporaryDirectory(prefix="moneta-kills-") as name, devnet.start(Path(name) / "node") as node:
        for told in cycles_on(node, Path(name), share, seed):
            os.write(pipe, (json.dumps(told.__dict__) + "\n").encode())


def cycles_on(node: devnet.Node, folder: Path, share: range, seed: int) -> Iterator[cycle.Told]:
    """The cycles of these numbers, each from the same state of node and ledger."""
    warm = asyncio.run(prepare(folder / "home", node))
    with signing(warm), Rpc(node.rpc_url) as chain:
        for number in share:
            mark, base_fee = (
                chain.call("evm_snapshot"),
                chain.call("eth_getBlockByNumber", "latest", False)["baseFeePerGas"],
            )
            yield cycle.run(warm, folder / "cycle", random.Random(f"{seed}:{number}"))  # noqa: S311
            chain.call("anvil_dropAllTransactions")
            chain.call("evm_revert", mark)
            chain.call("anvil_setNextBlockBaseFeePerGas", base_fee)  # which anvil doesn't take back
