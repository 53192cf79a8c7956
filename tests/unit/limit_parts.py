"""A signer under limits of its own, with and without codes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from agent.execution.signer.totp import Totp, code_at
from agent.plans import Plan
from agent.policy.policy import Policy
from tests.unit.policy_parts import (
    deposit_steps,
    plan,
    policy,
)
from tests.unit.signer_parts import NOW, OWNER, Bench

DAY = 86_400
USDC = 10**6
SECRET = b"12345678901234567890"
LIMITED = policy(day_caps={"USDC": 10 * USDC}, lifetime_caps={"USDC": 25 * USDC}, contact_delay_seconds=0)


def stepped_up(folder: Path) -> Bench:
    """With a code for what is above 5 USDC."""
    made = opened(folder, policy(step_up={"USDC": 5 * USDC}, contact_delay_seconds=0))
    enroll(made)
    return made


def opened(folder: Path, with_policy: Policy) -> Bench:
    made = Bench(folder, policy=with_policy)
    made.unlock()
    return made


def deposit(number: int, units: int, now: int = NOW, **changes: Any) -> Plan:
    return plan(*deposit_steps(units, OWNER), account=OWNER, not_after=now + 120, plan_id=f"{number:032x}", **changes)


def signed(bench: Bench, whole: Plan, index: int, **more: Any) -> dict[str, Any]:
    answer = bench.sign(whole, index, nonce=more.pop("nonce", 100 + index), **more)
    assert "raw" in answer, answer
    return answer


def moved(bench: Bench) -> tuple[int, int]:
    found = bench.ask("moved", account=OWNER)["moved"]["USDC"]
    return int(found["day"]), int(found["all"])


def enroll(bench: Bench) -> None:
    Totp(bench.folder / "totp.json", bench.clock).enroll(SECRET, code_at(SECRET, bench.clock.now // 30 - 1))


def code(bench: Bench) -> str:
    bench.clock.now += 30
    return code_at(SECRET, bench.clock.now // 30)
