"""What the tests of the doctor share: a node as it examines it."""

from __future__ import annotations

import time

from agent import hooks
from agent.chain.registry import Registry
from agent.chain.rpc import Rpc
from agent.doctor.examine import Patient, examine
from agent.doctor.finding import Finding, Verdict
from agent.opening import protocols_of, traders_of
from devnet import Node
from tests.integration.patience import PATIENCE_SECONDS


def patient(node: Node, *urls: str, longest_head: int = 0) -> Patient:
    plugins = hooks.load()
    return Patient(
        registry=Registry.load(node.chain_file),
        endpoints=[Rpc(url, PATIENCE_SECONDS) for url in urls or (node.rpc_url,)],
        protocols=protocols_of(plugins.hook),
        traders=traders_of(plugins.hook),
        now=lambda: int(time.time()),
        longest_head=longest_head,
        most_mean_bps=500,
    )


async def examined(of: Patient, longest: float = 60) -> list[Finding]:
    try:
        return [finding async for finding in examine(of, longest)]
    finally:
        for rpc in of.endpoints:
            await rpc.close()


def wrong(findings: list[Finding]) -> list[Finding]:
    return [each for each in findings if each.verdict is Verdict.WRONG]
