"""Do chain and ledger agree, and did everything happen once? Asked of the node and of the files themselves."""

from __future__ import annotations

from collections import Counter
from typing import Any

from agent.abi import encode_call
from agent.plans import Plan, Role
from agent.runtime.world import World
from benchmarks.kills.warm import Warm
from devnet.rpc import Rpc
from memory.part import many
from memory.rows import AttemptKind, AttemptStatus, PlanStatus

ENDED = {"settled", "partial", "void", "expired", "cancelled", "refused", "proposed"}
"""A plan that was killed before its confirmation still waits for one."""


async def problems(warm: Warm, world: World) -> list[str]:
    """What isn't as it should be, a sentence each; nothing where all is well."""
    found = list(await world.ledger.verify_audit())
    plans = await world.ledger.plans_of(warm.user.id, 0, 2**40)
    attempts = [each for row in plans for each in await world.ledger.attempts(row.plan_id)]
    with Rpc(warm.node.rpc_url) as chain:
        mined = [each for each in attempts if each.status in (AttemptStatus.MINED, AttemptStatus.REVERTED)]
        nonce = chain.number("eth_getTransactionCount", warm.account, "latest")
        if nonce != len(mined):
            found.append(f"the chain counts {nonce} transactions, the ledger {len(mined)}")
        for each in mined:
            receipt = chain.call("eth_getTransactionReceipt", each.hash)
            if receipt is None or (int(receipt["status"], 16) == 1) != (each.status is AttemptStatus.MINED):
                found.append(f"attempt {each.hash} is {each.status} here and {receipt} there")
        for row in plans:
            found += _of_plan(chain, warm, row.plan, row.status, [a for a in mined if a.plan_id == row.plan_id])
    found += [f"attempt {each.hash} is still {each.status}" for each in attempts if each.open]
    twice = [
        key for key, count in Counter((e.plan_id, e.step) for e in mined if e.status == "mined").items() if count > 1
    ]
    found += [f"step {step} of plan {plan_id} was mined twice" for plan_id, step in twice]
    held = await world.ledger._store.read(
        lambda db: many(db, "SELECT plan_id FROM reservations WHERE released_at IS NULL")
    )
    return found + [f"the funds of plan {row['plan_id']} are still held" for row in held]


def _of_plan(chain: Rpc, warm: Warm, plan: Plan, status: PlanStatus, mined: list[Any]) -> list[str]:
    if status not in ENDED:
        return [f"plan {plan.plan_id} is still {status}"]
    found = []
    done = {each.step for each in mined if each.status is AttemptStatus.MINED and each.kind is AttemptKind.STEP}
    wanted = {index for index, step in enumerate(plan.steps) if step.role is not Role.CLEANUP}
    if status == "settled" and not wanted <= done:
        found.append(f"plan {plan.plan_id} is settled with only steps {sorted(done)} mined")
    if status in ("void", "proposed") and done:
        found.append(f"plan {plan.plan_id} is {status}, and steps {sorted(done)} are mined")
    for step in plan.steps:
        if step.role is Role.APPROVAL and done:
            left = _allowance(chain, warm, step.to, str(step.args[0]))
            if left:
                found.append(f"an allowance of {left} is left to {step.args[0]!r} by a plan that is {status}")
    return found


def _allowance(chain: Rpc, warm: Warm, token: str, spender: str) -> int:
    data = "0x" + encode_call("allowance(address owner,address spender)", (warm.account, spender)).hex()
    return int(str(chain.call("eth_call", {"to": token, "data": data}, "latest")), 16)
