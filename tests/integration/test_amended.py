"""An order and a position are corrected before they are confirmed: the new preview stands, the old one is void."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from agent.errors import Refused
from devnet import Node
from memory.rows import PlanStatus
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
    assert status(await whole.say("no, 50", "elsewhere")) != "ready"
    assert status(await whole.say("make it tuesday", "elsewhere")) != "ready"
    assert status(await whole.say("no, thanks")) != "ready"
    assert status(await whole.say("50 what?")) != "ready"
    assert status(await whole.say("no, cancel it")) != "ready"
    assert status(await whole.say("make it tuesday")) != "ready"
