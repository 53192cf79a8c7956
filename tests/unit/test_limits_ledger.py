"""Limits in the ledger: tighter at once, looser after a wait; counted with the confirmation, freed with its end."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from agent.errors import Refused
from agent.money import Token
from agent.plans import Plan
from agent.policy.spending import Allowed, By, Cap, Charge, Kind, Period, Spending
from memory.ledger import Ledger
from memory.rows import AttemptStatus, PlanStatus, User
from memory.standing.news import NewsRow
from tests.unit.memory_parts import TOKEN, Clock, attempted, make_plan, opened, proposed, somebody

pytestmark = pytest.mark.unit

DAY = 86_400
USDC = Token(31337, "USDC", TOKEN, 6)
A_DAY, EVER, ONCE = "day/all/USDC", "lifetime/all/USDC", "transaction/all/USDC"


def spend(units: int, kind: Kind = Kind.DEPOSIT, step: int = 0, venue: str = "a:b:USDC") -> Spending:
    return Spending((Charge(step, kind, USDC, units, units * 100, venue=venue),))


async def confirm(ledger: Ledger, user: User, number: int, spending: Spending, now: int = 0) -> str:
    """'' where it counted, else the rule."""
    plan = make_plan(user, number)
    row = await proposed(ledger, plan)
    try:
        await ledger.confirm(plan.plan_id, user.id, row.digest, now or 1_800_000_000, spending)
    except Refused as error:
        assert (await must(ledger, plan)) is PlanStatus.PROPOSED
        return error.rule
    return ""


async def must(ledger: Ledger, plan: Plan) -> PlanStatus:
    row = await ledger.plan(plan.plan_id)
    assert row is not None
    return row.status


async def used(ledger: Ledger, user: User, period: Period, kind: Kind | None = None, unit: str = "USDC") -> int:
    cap = Cap(By.USER, period, kind, unit, 0)
    return (await ledger.used(user.id, [cap]))[cap]


async def test_what_is_tighter_holds_at_once_and_what_is_looser_waits(tmp_path: Path) -> None:
    clock = Clock()
    async with opened(tmp_path, clock) as ledger:
        ann = await somebody(ledger)
        first = await ledger.set_limit(ann.id, A_DAY, 500, DAY)
        assert (first.before, first.now, first.waiting) == (None, 500, None)
        looser = await ledger.set_limit(ann.id, A_DAY, 2_000, DAY, "here")
        assert looser.now == 500
        assert looser.waiting is not None
        assert (looser.waiting.value, looser.waiting.ripe_at) == (2_000, clock.now + DAY)
        assert await ledger.waiting_limits(ann.id) == [looser.waiting]
        assert await ledger.limit_of(ann.id, A_DAY) == 500
        clock.now += DAY - 1
        assert await ledger.limit_of(ann.id, A_DAY) == 500
        clock.now += 1
        assert await ledger.limit_of(ann.id, A_DAY) == 2_000
        assert await ledger.waiting_limits(ann.id) == []
        assert (await ledger.limits(ann.id)).caps == (Cap(By.USER, Period.DAY, None, "USDC", 2_000),)
        assert await ledger.verify_audit() == []


async def test_taking_a_limit_away_waits_too(tmp_path: Path) -> None:
    clock = Clock()
    async with opened(tmp_path, clock) as ledger:
        ann = await somebody(ledger)
        await ledger.set_limit(ann.id, A_DAY, 500, DAY)
        gone = await ledger.set_limit(ann.id, A_DAY, None, DAY)
        assert gone.now == 500
        assert gone.waiting is not None
        assert await ledger.limit_subjects(ann.id) == [A_DAY]
        clock.now += DAY
        assert (await ledger.limits(ann.id)).caps == ()
        assert await ledger.limit_subjects(ann.id) == []


async def test_a_list_loses_names_at_once_and_gains_them_later(tmp_path: Path) -> None:
    clock = Clock()
    async with opened(tmp_path, clock) as ledger:
        ann = await somebody(ledger)
        await ledger.set_limit(ann.id, "venues", frozenset({"a", "b"}), DAY)
        swapped = await ledger.set_limit(ann.id, "venues", frozenset({"b", "c"}), DAY)
        assert swapped.now == frozenset({"b"})
        assert (await ledger.limits(ann.id)).allowed == (Allowed(By.USER, "venues", frozenset({"b"})),)
        clock.now += DAY
        assert (await ledger.limits(ann.id)).allowed == (Allowed(By.USER, "venues", frozenset({"b", "c"})),)


async def test_a_change_that_waits_is_taken_back_or_replaced(tmp_path: Path) -> None:
    clock = Clock()
    async with opened(tmp_path, clock) as ledger:
        ann, bob = await somebody(ledger), await somebody(ledger, "bob")
        await ledger.set_limit(ann.id, A_DAY, 500, DAY)
        await ledger.set_limit(ann.id, EVER, 500, DAY)
        first = (await ledger.set_limit(ann.id, A_DAY, 900, DAY)).waiting
        second = (await ledger.set_limit(ann.id, EVER, 900, DAY)).waiting
        assert first is not None
        assert second is not None
        assert await ledger.withdraw_limits(bob.id) == []
        assert await ledger.withdraw_limits(bob.id, first.id) == []
        assert await ledger.withdraw_limits(ann.id, first.id) == [first]
        assert await ledger.limit(first.id) is None
        assert await ledger.limit(second.id) == second
        await ledger.set_limit(ann.id, EVER, 800, DAY)  # the newest wish is what waits
        assert [row.value for row in await ledger.waiting_limits(ann.id)] == [800]
        await ledger.set_limit(ann.id, EVER, 300, DAY)  # tighter again: nothing waits any more
        assert await ledger.waiting_limits(ann.id) == []
        clock.now += 2 * DAY
        assert (await ledger.limit_of(ann.id, A_DAY), await ledger.limit_of(ann.id, EVER)) == (500, 300)
        assert await ledger.verify_audit() == []


@pytest.mark.parametrize("back", [1, DAY, 30 * DAY])
async def test_a_clock_that_goes_back_takes_no_limit_away(tmp_path: Path, back: int) -> None:
    clock = Clock()
    async with opened(tmp_path, clock) as ledger:
        ann = await somebody(ledger)
        await ledger.set_limit(ann.id, A_DAY, 500, DAY)
        await ledger.set_limit(None, EVER, 700, DAY)
        looser = (await ledger.set_limit(ann.id, A_DAY, 900, DAY)).waiting
        clock.now -= back
        assert await ledger.limit_of(ann.id, A_DAY) == 500
        assert [cap.most for cap in (await ledger.limits(ann.id)).caps] == [500, 700]
        assert await ledger.waiting_limits(ann.id) == [looser]
        assert (await ledger.set_limit(ann.id, A_DAY, 800, DAY)).now == 500
        assert await ledger.limit_of(ann.id, A_DAY) == 500


async def test_without_a_delay_nothing_waits(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        ann = await somebody(ledger)
        await ledger.set_limit(ann.id, A_DAY, 500, 0)
        looser = await ledger.set_limit(ann.id, A_DAY, 900, 0)
        assert (looser.before, looser.now, looser.waiting) == (500, 900, None)
        assert await ledger.limit_of(ann.id, A_DAY) == 900


async def test_the_operators_limits_hold_for_everybody_and_are_nobodys_own(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        ann, bob = await somebody(ledger), await somebody(ledger, "bob")
        await ledger.set_limit(None, A_DAY, 500, DAY)
        await ledger.set_limit(ann.id, A_DAY, 100, DAY)
        of_operator = Cap(By.OPERATOR, Period.DAY, None, "USDC", 500)
        assert (await ledger.limits(bob.id)).caps == (of_operator,)
        assert (await ledger.limits(ann.id)).caps == (Cap(By.USER, Period.DAY, None, "USDC", 100), of_operator)
        assert await ledger.limit_of(bob.id, A_DAY) is None
        assert await ledger.limit_of(None, A_DAY) == 500


async def test_a_confirmation_counts_and_the_next_one_is_held_against_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        ann = await somebody(ledger)
        await ledger.set_limit(ann.id, A_DAY, 500, DAY)
        assert await confirm(ledger, ann, 1, spend(300)) == ""
        assert await confirm(ledger, ann, 2, spend(201)) == "day-cap"
        assert await confirm(ledger, ann, 3, spend(200)) == ""
        assert await confirm(ledger, ann, 4, Spending()) == ""  # an exit
        assert await used(ledger, ann, Period.DAY) == 500
        assert await used(ledger, ann, Period.TRANSACTION) == 0
        assert await ledger.verify_audit() == []


async def test_of_two_at_once_that_are_too_much_together_exactly_one_passes(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        ann = await somebody(ledger)
        await ledger.set_limit(ann.id, A_DAY, 500, DAY)
        plans = [make_plan(ann, number) for number in range(1, 21)]
        rows = [await proposed(ledger, plan, f"channel {plan.plan_id}") for plan in plans]
        tries = [ledger.confirm(row.plan_id, ann.id, row.digest, 1_800_000_000, spend(260)) for row in rows]
        done = await asyncio.gather(*tries, return_exceptions=True)
        refused = [each for each in done if isinstance(each, Refused)]
        assert len(refused) == 19
        assert {each.rule for each in refused} == {"day-cap"}
        assert await used(ledger, ann, Period.DAY) == 260


async def test_what_a_swap_gave_counts_among_deposits_and_not_twice_among_all(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        ann = await somebody(ledger)
        await ledger.set_limit(ann.id, "day/deposit/USD", 500, DAY)
        swapped = Spending(
            (Charge(1, Kind.SWAP, USDC, 3, 300), Charge(3, Kind.DEPOSIT, USDC, 3, 290, venue="a", again=True))
        )
        assert await confirm(ledger, ann, 1, swapped) == ""
        assert await used(ledger, ann, Period.DAY, None, "USD") == 300
        assert await used(ledger, ann, Period.DAY, Kind.DEPOSIT, "USD") == 290
        assert await confirm(ledger, ann, 2, swapped) == "day-cap"


async def test_a_day_is_the_last_24_hours_and_a_lifetime_all_of_them(tmp_path: Path) -> None:
    clock = Clock()
    async with opened(tmp_path, clock) as ledger:
        ann = await somebody(ledger)
        await ledger.set_limit(ann.id, A_DAY, 500, DAY)
        start = clock.now
        assert await confirm(ledger, ann, 1, spend(500), start) == ""
        clock.now = start + DAY - 1
        assert await used(ledger, ann, Period.DAY) == 500
        clock.now = start + DAY
        assert await used(ledger, ann, Period.DAY) == 0
        assert await used(ledger, ann, Period.LIFETIME) == 500
        await ledger.set_limit(ann.id, EVER, 800, DAY)
        assert await confirm(ledger, ann, 2, spend(301), start) == "day-cap"


async def test_a_lifetime_is_counted_over_days(tmp_path: Path) -> None:
    clock = Clock()
    async with opened(tmp_path, clock) as ledger:
        ann = await somebody(ledger)
        await ledger.set_limit(ann.id, EVER, 800, DAY)
        assert await confirm(ledger, ann, 1, spend(500)) == ""
        plan = make_plan(ann, 2, not_after=clock.now + 10 * DAY)
        row = await proposed(ledger, plan)
        with pytest.raises(Refused, match="in all") as refused:
            await ledger.confirm(plan.plan_id, ann.id, row.digest, clock.now + 5 * DAY, spend(301))
        assert refused.value.rule == "lifetime-cap"


async def test_kinds_units_and_people_are_counted_apart(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        ann, bob = await somebody(ledger), await somebody(ledger, "bob")
        await confirm(ledger, ann, 1, spend(10))
        await confirm(ledger, ann, 2, spend(20, Kind.TRANSFER))
        other = Charge(0, Kind.SWAP, Token(31337, "DAI", TOKEN, 18), 7, 5)
        await confirm(ledger, ann, 3, Spending((other,)))
        assert await used(ledger, ann, Period.DAY) == 30
        assert await used(ledger, ann, Period.DAY, Kind.TRANSFER) == 20
        assert await used(ledger, ann, Period.DAY, unit="DAI") == 7
        assert await used(ledger, ann, Period.DAY, unit="USD") == 10 * 100 + 20 * 100 + 5
        assert await used(ledger, ann, Period.DAY, Kind.DEPOSIT, "USD") == 1_000
        assert await used(ledger, bob, Period.LIFETIME) == 0


async def test_caps_that_stand_outside_of_the_ledger_count_with_the_rest(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        ann = await somebody(ledger)
        outside = Cap(By.SIGNER, Period.DAY, None, "USDC", 100)
        within = spend(60)
        assert await confirm(ledger, ann, 1, Spending(within.charges, (outside,))) == ""
        assert await confirm(ledger, ann, 2, Spending(within.charges, (outside,))) == "day-cap"


async def test_a_list_is_looked_at_with_the_confirmation(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        ann = await somebody(ledger)
        await ledger.set_limit(ann.id, "venues", frozenset({"a:b:USDC"}), DAY)
        assert await confirm(ledger, ann, 1, spend(1)) == ""
        assert await confirm(ledger, ann, 2, spend(1, venue="c:d:USDC")) == "allowed-venues"


@pytest.mark.parametrize(
    ("status", "mined", "left"),
    [
        (PlanStatus.VOID, None, 0),
        (PlanStatus.PARTIAL, None, 0),
        (PlanStatus.PARTIAL, AttemptStatus.MINED, 10),
        (PlanStatus.PARTIAL, AttemptStatus.SIGNED, 10),
        (PlanStatus.PARTIAL, AttemptStatus.BROADCAST, 10),
        (PlanStatus.PARTIAL, AttemptStatus.REVERTED, 0),
        (PlanStatus.PARTIAL, AttemptStatus.LOST, 0),
        (PlanStatus.SETTLED, AttemptStatus.MINED, 30),
    ],
)
async def test_what_didnt_move_is_free_again(
    tmp_path: Path, status: PlanStatus, mined: AttemptStatus | None, left: int
) -> None:
    async with opened(tmp_path) as ledger:
        ann = await somebody(ledger)
        plan = make_plan(ann)
        row = await proposed(ledger, plan)
        both = Spending((*spend(10, step=0).charges, *spend(20, step=1).charges))
        await ledger.confirm(plan.plan_id, ann.id, row.digest, 1_800_000_000, both)
        assert await used(ledger, ann, Period.LIFETIME) == 30
        if mined is not None:
            await attempted(ledger, plan, step=0)
            await ledger.mark_attempt("0xh0", mined)
        await ledger.settle(plan.plan_id, [], status)
        assert await used(ledger, ann, Period.LIFETIME) == left


async def told(ledger: Ledger, user: User | None = None) -> list[tuple[str, str]]:
    return [(row.about, row.event) for row in await ledger.news(None if user is None else user.id)]


async def test_a_loosening_is_news_now_and_when_it_is_ripe(tmp_path: Path) -> None:
    clock = Clock()
    async with opened(tmp_path, clock) as ledger:
        ann, bob = await somebody(ledger), await somebody(ledger, "bob")
        await ledger.set_limit(ann.id, A_DAY, 500, DAY, "here")
        assert await told(ledger) == []  # tighter: nothing to warn of
        waiting = (await ledger.set_limit(ann.id, A_DAY, 900, DAY, "here")).waiting
        assert waiting is not None
        (row,) = await ledger.news()
        assert row == NewsRow(row.id, ann.id, "limit", waiting.id, "asked", "here", clock.now)
        assert await told(ledger, bob) == []
        assert await told(ledger, ann) == [("limit", "asked")]
        await ledger.told_news(row.id)
        assert await told(ledger) == []
        clock.now += DAY
        assert await told(ledger, ann) == [("limit", "ripe")]


async def test_a_contact_is_news_too(tmp_path: Path) -> None:
    clock = Clock()
    async with opened(tmp_path, clock) as ledger:
        ann = await somebody(ledger)
        row = await ledger.add_contact(ann.id, "carol", TOKEN, clock.now + DAY, "here")
        assert [(each.about, each.ref, each.channel) for each in await ledger.news()] == [("contact", row.id, "here")]
        await ledger.add_contact(ann.id, "dave", TOKEN, clock.now)
        clock.now += DAY
        assert await told(ledger) == [("contact", "asked"), ("contact", "ripe"), ("contact", "asked")]
        assert await ledger.contact_row(row.id) == row
        gone = await ledger.remove_contact(ann.id, "carol")
        assert gone == row
        assert await ledger.contact_row(row.id) is None


async def test_a_redacted_message_is_nowhere_on_the_disk(tmp_path: Path) -> None:
    from memory.rows import Inbound
    from tests.unit.memory_parts import on_disk

    async with opened(tmp_path) as ledger:
        ann = await somebody(ledger)
        row = await ledger.accept(Inbound("terminal", "1", "here", ann.id, "314159 canary 265358"))
        assert row is not None
        await ledger.redact(row.id)
        assert not any(b"canary" in data for data in on_disk(tmp_path).values())
        (kept,) = await ledger.unfinished()
        assert kept.text == ""
