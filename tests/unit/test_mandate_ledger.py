"""Mandates in the ledger: given once by their own user, one in force, ended for good; plans under them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent.errors import Refused
from agent.plans import Plan
from memory.ledger import Ledger
from memory.rows import Flow, FlowKind, PlanRow, PlanStatus, User
from memory.standing.mandates import MandateRow, UserSettings
from memory.standing.periods import Worth
from tests.unit.memory_parts import ACCOUNT, Clock, make_plan, opened, somebody

pytestmark = pytest.mark.unit

LIMITS: dict[str, Any] = {"assets": {"USDC": {"cap": "1", "most": "1"}}, "min_gain": "0"}


def told(user: str) -> UserSettings:
    return UserSettings(user, "here")


def mandate_plan(user: User, number: int = 1) -> Plan:
    intent = {"action": "mandate", "limits": LIMITS}
    return replace(make_plan(user, number), intent=intent, steps=(), expected=(), max_total_fee_wei=0)


async def shown(ledger: Ledger, plan: Plan, channel: str = "here") -> PlanRow:
    return await ledger.propose(plan, origins={}, preview={}, decisions=(), channel=channel)


async def given(ledger: Ledger, user: User, number: int = 1) -> MandateRow:
    row = await shown(ledger, mandate_plan(user, number))
    return await ledger.grant(row.plan_id, user.id, row.digest, row.not_after, told(user.id))


async def test_a_mandate_is_what_was_shown(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        user = await somebody(ledger)
        assert await ledger.mandate(user.id) is None
        row = await given(ledger, user)
        assert (row.user, row.channel, row.limits, row.revoked_at) == (user.id, "here", LIMITS, None)
        assert await ledger.mandate(user.id) == row
        assert await ledger.mandates() == [row]
        plan = await ledger.plan(row.plan_id)
        assert plan is not None
        assert plan.status is PlanStatus.SETTLED
        assert await ledger.verify_audit() == []


async def test_a_press_counts_once_in_time_by_its_user_for_its_digest(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        ann, bob = await somebody(ledger), await somebody(ledger, "bob")
        row = await shown(ledger, mandate_plan(ann))
        for user, digest, late, rule in (
            (bob.id, row.digest, 0, "owner"),
            (ann.id, "00", 0, "digest"),
            (ann.id, row.digest, 1, "expired"),
        ):
            with pytest.raises(Refused) as refused:
                await ledger.grant(row.plan_id, user, digest, row.not_after + late, told(user))
            assert refused.value.rule == rule
        await ledger.grant(row.plan_id, ann.id, row.digest, row.not_after, told(ann.id))
        with pytest.raises(Refused) as refused:
            await ledger.grant(row.plan_id, ann.id, row.digest, row.not_after, told(ann.id))
        assert refused.value.rule == "single-use"
        with pytest.raises(Refused):
            await ledger.grant("f" * 32, ann.id, row.digest, row.not_after, told(ann.id))
        assert len(await ledger.mandates()) == 1


async def test_a_new_mandate_takes_the_old_ones_place(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        user = await somebody(ledger)
        first, second = await given(ledger, user, 1), await given(ledger, user, 2)
        assert await ledger.mandates() == [second]
        assert first.id != second.id
        assert await ledger.revoke_mandate(user.id)
        assert not await ledger.revoke_mandate(user.id)
        assert await ledger.mandate(user.id) is None


async def under(ledger: Ledger, user: User, mandate: MandateRow, number: int = 9) -> PlanRow:
    return await shown(ledger, make_plan(user, number), f"mandate:{mandate.id}")


async def test_a_plan_is_confirmed_by_the_mandate_and_its_funds_are_reserved(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        user = await somebody(ledger)
        mandate = await given(ledger, user)
        row = await under(ledger, user, mandate)
        confirmed = await ledger.confirm_by_mandate(row.plan_id, mandate, row.digest, row.not_after)
        assert confirmed.status is PlanStatus.CONFIRMED
        assert confirmed.reason == f"mandate {mandate.id}"
        assert await ledger.reserved(ACCOUNT)
        with pytest.raises(Refused) as refused:
            await ledger.confirm_by_mandate(row.plan_id, mandate, row.digest, row.not_after)
        assert refused.value.rule == "single-use"


@pytest.mark.parametrize("barred", ["mandate", "freeze", "pause", "digest", "expired", "another channel"])
async def test_what_bars_a_plan_under_a_mandate(tmp_path: Path, barred: str) -> None:
    async with opened(tmp_path) as ledger:
        user = await somebody(ledger)
        mandate = await given(ledger, user)
        row = await under(ledger, user, mandate)
        digest, now = row.digest, row.not_after
        match barred:
            case "mandate":
                await ledger.revoke_mandate(user.id)
            case "freeze":
                await ledger.set_frozen(True)
            case "pause":
                await ledger.set_paused(user.id, True)
            case "digest":
                digest = "00"
            case "expired":
                now += 1
            case _:
                row = await shown(ledger, make_plan(user, 10), "here")
                digest = row.digest
        with pytest.raises(Refused) as refused:
            await ledger.confirm_by_mandate(row.plan_id, mandate, digest, now)
        assert refused.value.rule == ("mandate" if barred == "another channel" else barred)
        assert await ledger.reserved(ACCOUNT) == {}
        after = await ledger.plan(row.plan_id)
        assert after is not None
        assert after.status is PlanStatus.REFUSED


async def test_fees_under_a_mandate_are_summed_and_what_runs_counts_whole(tmp_path: Path) -> None:
    clock = Clock()
    async with opened(tmp_path, clock) as ledger:
        user = await somebody(ledger)
        mandate = await given(ledger, user)
        for number, fee in ((20, 7), (21, 5)):
            row = await under(ledger, user, mandate, number)
            await ledger.confirm_by_mandate(row.plan_id, mandate, row.digest, row.not_after)
            if number == 20:
                flow = Flow(f"0x{number}", None, "ETH", "native", ACCOUNT, -fee, FlowKind.FEE, 1, 1)
                await ledger.settle(row.plan_id, [flow], PlanStatus.SETTLED)
        running = make_plan(user).max_total_fee_wei
        assert await ledger.mandate_fees(user.id, 0) == 7 + running
        assert await ledger.mandate_fees(user.id, clock.now + 1) == running


async def test_settings_are_kept_per_user(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        user = await somebody(ledger)
        assert await ledger.settings(user.id) is None
        first = UserSettings(user.id, "telegram:1", summary_hour=9)
        await ledger.set_settings(first)
        second = replace(first, channel="discord:2", quiet_from=22, quiet_to=7, tz="Asia/Tokyo")
        await ledger.set_settings(second)
        assert await ledger.settings(user.id) == second
        assert await ledger.all_settings() == [second]


async def test_only_what_ended_and_was_not_told_is_to_be_told(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        user = await somebody(ledger)
        numbers = [
            await ledger.decide(
                user=user.id, kind=kind, rule="r", snapshot={}, alternatives=[], chosen="", plan_id=None
            )
            for kind in ("rebalance", "rebalance", "rebalance", "deposit")
        ]
        for number, outcome in zip(numbers, ("kept", "settled", None, "settled"), strict=True):
            if outcome:
                await ledger.set_outcome(number, outcome)
        assert [row.id for row in await ledger.untold(user.id, "rebalance")] == [numbers[1]]
        assert await ledger.users_untold("rebalance") == {user.id}
        assert await ledger.users_untold("rebalance-asked") == set()
        await ledger.claim("told", user.id, numbers[1])
        assert await ledger.untold(user.id, "rebalance") == []
        assert await ledger.users_untold("rebalance") == set()


async def test_series_are_kept_and_old_points_let_go(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        user = await somebody(ledger)
        for at in (10, 20, 30):
            await ledger.record_worth(user.id, Worth(at, 10**30, -at), keep_since=15)
        assert await ledger.worth(user.id, 0) == [Worth(20, 10**30, -20), Worth(30, 10**30, -30)]
