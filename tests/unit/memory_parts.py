"""What the tests of memory/ share: a clock, a plan, a ledger with somebody in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from agent.intents import Origin
from agent.money import Address, address
from agent.plans import Change, Plan, Step
from memory.ledger import Ledger
from memory.rows import PlanRow, User

ACCOUNT = address("0x" + "a1" * 20)
TOKEN = address("0x" + "b2" * 20)
VENUE = "aave-v3:core:USDC"
HUGE = 2**256 - 1


class Clock:
    """Unix seconds that move only when told to."""

    def __init__(self, now: int = 1_800_000_000) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


@asynccontextmanager
async def opened(folder: Path, clock: Clock | None = None) -> AsyncIterator[Ledger]:
    ledger = await Ledger.open(folder, clock or Clock())
    try:
        yield ledger
    finally:
        await ledger.close()


def on_disk(folder: Path) -> dict[str, bytes]:
    """Every file of the folder, by name."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


async def somebody(ledger: Ledger, name: str = "ann") -> User:
    return await ledger.ensure_user("terminal", name, name)


def make_plan(user: User, number: int = 1, *, spend: int = 1_000, not_after: int = 1_800_000_120) -> Plan:
    return Plan(
        plan_id=f"{number:032x}",
        chain_id=31337,
        account=ACCOUNT,
        user=user.id,
        intent={"action": "deposit", "asset": "USDC", "amount": {"kind": "exact", "value": "1000"}, "venue": None},
        steps=(Step(to=TOKEN, contract="USDC", function="", args=(), value=HUGE, gas=60_000),),
        max_total_fee_wei=HUGE,
        not_after=not_after,
        expected=(
            Change(token=TOKEN, symbol="USDC", decimals=6, holder=ACCOUNT, min=-spend, max=-spend),
            Change(token=VENUE, symbol="aUSDC", decimals=6, holder=ACCOUNT, min=spend - 1, max=spend),
        ),
    )


async def proposed(ledger: Ledger, plan: Plan, channel: str = "here") -> PlanRow:
    origins = {"amount": Origin(4, 9, "1,000")}
    return await ledger.propose(plan, origins=origins, preview={"rows": []}, decisions=(), channel=channel)


async def confirmed(ledger: Ledger, plan: Plan) -> PlanRow:
    row = await proposed(ledger, plan)
    return await ledger.confirm(plan.plan_id, plan.user, row.digest, plan.not_after)


async def attempted(
    ledger: Ledger, plan: Plan, *, step: int = 0, nonce: int = 0, hash: str = "0xh0", **more: Any
) -> None:
    account: Address = plan.account
    await ledger.record_attempt(
        plan_id=plan.plan_id,
        step=step,
        account=account,
        chain_id=plan.chain_id,
        nonce=nonce,
        hash=hash,
        raw=b"\x02\xf8",
        max_fee_wei=HUGE,
        **more,
    )
