"""Call tables that a policy pins as an earlier version shipped them: named, and replaced by the operator."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from agent.plugin import Listed
from agent.policy.policy import Policy

WHY = "the policy pins an earlier version of this call table"


def older(policy: Policy, shipped: Iterable[dict[str, Any]]) -> dict[str, Listed]:
    """By the table's name a contract that it decodes. One that two plug-ins ship differently is nobody's here."""
    bodies: dict[str, dict[str, Any] | None] = {}
    for body in shipped:
        name = str(body["table"])
        bodies[name] = body if bodies.setdefault(name, body) == body else None
    found: dict[str, Listed] = {}
    for contract in policy.contracts.values():
        own = bodies.get(contract.table)
        if own is not None and own != policy.bodies[contract.table]:
            found.setdefault(contract.table, contract)
    return found


def mended_by(name: str) -> str:
    """The command that shows what is new in it and, with the code hash, asks the signer for it."""
    return f"`moneta policy list {name}`"
