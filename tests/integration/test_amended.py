"""An order and a position are corrected before they are confirmed: the new preview stands, the old one is void."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from agent.errors import Refused
from devnet import Node
from memory.rows import PlanRow, PlanStatus
from tests.integration.range_parts import Ranges, providing
from tests.integration.runtime_parts import status

pytestmark = pytest.mark.integration


@pytest_asyncio.fixture
async def whole(devnet_node: Node, tmp_path: Path) -> AsyncIterator[Ranges]:
    async with providing(tmp_path / "home", devnet_node) as it:
        yield it


async def test_a_corrected_preview_is_another_one_and_the_old_one_cant_be_confirmed(whole: Ranges) -> None:
    ledger, now = whole.world.ledger, whole.world.now
    shown = [await whole.say("100 usdc into weth every monday at 9")]
    for change in ("no, 50", "make it tuesday", "at 10 instead", "for 6 months"):
        shown.append(await whole.say(change))
        assert status(shown[-1]) == "ready", shown[-1].text
    plans = [(await whole.row(each)) for each in shown]
    assert len({each.digest for each in plans}) == len(plans)
    assert [await whole.status(each) for each in shown[:-1]] == [PlanStatus.CANCELLED] * 4
    for old in plans[:-1]:
        with pytest.raises(Refused):
            await ledger.grant_order(old.plan_id, whole.user.id, old.digest, now())
    asked = await whole.say("no, 12")
    assert asked.text.startswith("Which of these: `the amount 12 USDC`")
    assert await ledger.orders() == []
    assert status(await whole.say("the amount 12 usdc")) == "ready"
    assert (await whole.say("yes")).text.startswith("Done: order 1 is set.")
    [order] = await ledger.orders()
    assert order.terms["trade"]["amount"] == {"kind": "exact", "value": "12"}
    assert (order.terms["times"]["weekdays"], order.terms["times"]["hour"]) == (["2"], "10")
    assert (await whole.say("no, 13")).text.startswith("That is done already.")

    first = await whole.say("provide 1,000 usdc and weth liquidity, range 2,500 to 3,500")
    assert status(first) == "ready", first.text
    second = await whole.say("no, 500")
    third = await whole.say("range 2,400 to 3,600")
    assert [status(each) for each in (second, third)] == ["ready", "ready"], third.text
    assert [await whole.status(each) for each in (first, second)] == [PlanStatus.CANCELLED] * 2
    assert third.intent is not None
    assert third.intent["amount"] == {"kind": "exact", "value": "500"}
    assert (await whole.say("wider")).text.startswith("How wide?")
    assert status(await whole.say("±10 %")) == "ready"
    before = whole.balance("USDC")
    assert status(await whole.say("yes")) == "settled"
    assert 0 < before - whole.balance("USDC") <= 500 * 10**6
    assert (await whole.say("no, 400")).text.startswith("That is done already.")


async def test_what_somebody_else_or_another_channel_said_is_not_corrected(whole: Ranges) -> None:
    await whole.say("100 usdc into weth every monday at 9")
    await whole.say("until march")
    assert "nothing-pending" in (await whole.say("yes")).text  # a yes that confirmed nothing
    assert status(await whole.say("no, 50")) == "ready"
    assert status(await whole.say("no, 50", "elsewhere")) != "ready"
    assert status(await whole.say("make it tuesday", "elsewhere")) != "ready"
    assert status(await whole.say("no, thanks")) != "ready"
    assert status(await whole.say("50 what?")) != "ready"
    assert status(await whole.say("no, cancel it")) != "ready"
    assert status(await whole.say("make it tuesday")) != "ready"


async def test_an_order_that_stands_is_replaced_when_the_change_is_confirmed(whole: Ranges) -> None:
    ledger = whole.world.ledger
    await whole.say("100 usdc into weth every monday at 9, 10 times")
    await whole.say("yes")
    await whole.say("sell my weth for usdc if it falls below 2,000 for 30 days")
    await whole.say("yes")
    monday, stop = await ledger.orders()

    shown = await whole.say("move my monday buy to tuesday")
    assert "It takes the place of order 1, which stands until you confirm" in shown.text
    assert [each.id for each in await ledger.orders()] == [monday.id, stop.id]
    text = (await whole.say("yes")).text
    assert text.startswith("Done: order 3 is set.")
    assert "Order 1 has ended with it." in text
    assert [each.number for each in await ledger.orders()] == [2, 3]
    ended, tuesday = await ledger.order(monday.id), (await ledger.orders())[-1]
    assert ended is not None
    assert (ended.why_ended, tuesday.terms["times"]["weekdays"], tuesday.terms["runs"]) == ("cancelled", ["2"], "10")
    assert tuesday.terms["trade"] == monday.terms["trade"]

    assert status(await whole.say("make my stop loss 1,900")) == "ready"
    assert (await whole.say("yes")).text.startswith("Done: order 4 is set.")
    lower = (await ledger.orders())[-1]
    assert lower.terms == {**stop.terms, "price": str(1_900 * 10**8)}

    assert (await whole.say("change order 3 to 12")).text.startswith("Which of these: `the amount 12 USDC`")
    assert "no such order" in (await whole.say("change order 1 to 50 usdc")).text
    assert (await whole.say("change order 3 to something nice")).text.startswith("I don't understand")
    assert (await whole.say("change order 3 to below 2,000")).text.startswith("An order goes by the clock")
    assert [each.number for each in await ledger.orders()] == [3, 4]


def ledger_in(folder: Path) -> Path:
    [found] = folder.rglob("ledger.db")
    return found


async def test_a_change_holds_only_for_the_order_as_it_was_shown_and_is_whole_or_nothing(
    whole: Ranges, tmp_path: Path
) -> None:
    ledger, now = whole.world.ledger, whole.world.now
    await whole.say("100 usdc into weth every 6 hours")
    await whole.say("yes")
    [order] = await ledger.orders()

    async def refused(row: PlanRow) -> str:
        with pytest.raises(Refused) as why:
            await ledger.grant_order(row.plan_id, whole.user.id, row.digest, now())
        assert [each.id for each in await ledger.orders()] == [order.id]
        return str(why.value)

    shown = await whole.row(await whole.say("change order 1 to 50 usdc"))
    run = await ledger.claim_run(order.id, now())
    assert run is not None
    assert "was run since" in await refused(shown)
    shown = await whole.row(await whole.say("change order 1 to 50 usdc"))
    assert "is being run" in await refused(shown)
    await ledger.end_run(run.id, "missed")
    shown = await whole.row(await whole.say("change order 1 to 50 usdc"))

    with contextlib.closing(sqlite3.connect(ledger_in(tmp_path))) as file:
        file.execute(
            "CREATE TRIGGER stopped BEFORE UPDATE OF replaced_by ON orders BEGIN SELECT RAISE(ABORT, 'here'); END"
        )
        file.commit()
        with pytest.raises(Exception, match="here"):
            await ledger.grant_order(shown.plan_id, whole.user.id, shown.digest, now())
        assert [each.id for each in await ledger.orders()] == [order.id]
        assert await whole.world.ledger.plan(shown.plan_id) is not None
        file.execute("DROP TRIGGER stopped")
        file.commit()
    new = await ledger.grant_order(shown.plan_id, whole.user.id, shown.digest, now())
    assert [each.id for each in await ledger.orders()] == [new.id]
    assert new.terms["trade"]["amount"] == {"kind": "exact", "value": "50"}
    assert new.terms["until"] == order.terms["until"]
    assert new.terms["times"] == order.terms["times"]
