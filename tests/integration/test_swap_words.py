"""From a sentence to balances: what people say about swaps, through the whole runtime."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from agent.money import Amount
from agent.replies.reply import Reply, Status
from agent.runtime.turn import Runtime, Said
from devnet import Node
from tests.integration.swap_parts import AAVE, CHANNEL, DAI, ETH, USDC, Swapping, swapping

pytestmark = pytest.mark.integration


@pytest_asyncio.fixture
async def it(devnet_node: Node, tmp_path: Path) -> AsyncIterator[Swapping]:
    async with swapping(devnet_node, tmp_path) as whole:
        yield whole


async def say(it: Swapping, *texts: str) -> Reply:
    """The reply to the last of them."""
    runtime, reply = Runtime(it.world), Reply("")
    for text in texts:
        user = await it.world.ledger.user(it.user.id)
        assert user is not None
        reply = await runtime.turn(Said(user, CHANNEL, text))
    return reply


def status(reply: Reply) -> Status | None:
    return reply.verdict.status if reply.verdict else None


async def test_swap_half_my_eth_to_usdc_and_put_it_to_work(it: Swapping) -> None:
    half, before = await it.native() // 2, await it.balance("USDC")
    preview = await say(it, "swap half my eth to usdc and put it to work")
    assert status(preview) is Status.READY, preview.text
    assert "for at least" in preview.text
    assert "put what comes out of it into" in preview.text
    assert preview.plan is not None
    assert preview.plan["steps"][0]["value"] == str(half)
    assert [("'output'" in str(step["args"])) for step in preview.plan["steps"]] == [False, True, True]
    done = await say(it, "yes")
    assert status(done) is Status.SETTLED, done.text
    assert await it.balance("USDC") == before
    held = (await it.world.snapshot(it.account)).venues
    assert sum(state.position for state in held.values()) > 100_000 * USDC  # some 50 ETH at 3,000
    chosen = next(venue for venue, state in held.items() if state.position)
    assert chosen in (await say(it, "why?")).text


async def test_swap_1000_dai_to_usdc_and_deposit_it_into_aave_core(it: Swapping) -> None:
    before = await it.balance("DAI")
    assert status(await say(it, "swap 1000 dai to usdc and deposit it into aave core")) is Status.READY
    assert status(await say(it, "confirm")) is Status.SETTLED
    assert await it.balance("DAI") == before - 1_000 * DAI
    assert 995 * USDC < await it.position(AAVE) < 1_000 * USDC


async def test_what_a_swap_came_to_is_told_as_its_receipt_has_it(it: Swapping) -> None:
    usdc = await it.balance("USDC")
    dai = await it.balance("DAI")
    done = await say(it, "swap 100 usdc to dai", "yes")
    got = Amount(await it.balance("DAI") - dai, it.world.registry.token("DAI"))
    assert await it.balance("USDC") == usdc - 100 * USDC
    assert f"You gave 100 USDC and got {got}." in done.text
    assert "You gave" not in (await say(it, "wrap 1 eth", "yes")).text


async def test_what_came_is_sold_by_pointing_at_it_and_the_answer_knows_it_still(it: Swapping) -> None:
    dai = await it.balance("DAI")
    await say(it, "swap 100 usdc to dai", "yes")
    got = Amount(await it.balance("DAI") - dai, it.world.registry.token("DAI"))
    assert (await say(it, "sell half of it")).text == "For which token?"
    preview = await say(it, "usdc")
    assert f"swap {Amount(got.units // 2, got.token)} for at least" in preview.text
    assert (await say(it, "sell it")).text == "For which token?"
    assert f"swap {got} for at least" in (await say(it, "for usdc")).text


async def test_buying_an_exact_amount(it: Swapping) -> None:
    before = await it.native()
    preview = await say(it, "buy 0.5 eth with usdc")
    assert status(preview) is Status.READY, preview.text
    assert "for 0.5 ETH" in str(preview.as_json()["reply"])
    assert status(await say(it, "yes")) is Status.SETTLED
    assert 0 < before + ETH // 2 - await it.native() < ETH // 100  # gas


async def test_an_answer_completes_the_swap(it: Swapping) -> None:
    asked = await say(it, "sell 1 eth")
    assert (status(asked), asked.text) == (Status.ASKED, "For which token?")
    preview = await say(it, "dai")
    assert status(preview) is Status.READY, preview.text
    assert "swap 1 ETH for at least 2,9" in str(preview.as_json()["reply"])
    assert " DAI, to your account" in str(preview.as_json()["reply"])
    assert status(await say(it, "no")) is not Status.SETTLED
    assert await it.balance("WETH") == 0


async def test_paused_means_no_swap(it: Swapping) -> None:
    refused = await say(it, "pause", "swap 1 eth to usdc")
    assert refused.verdict is not None
    assert refused.verdict.rule == "pause"


async def test_too_much_for_the_pools_is_refused_by_its_impact(it: Swapping) -> None:
    refused = await say(it, "swap 9000000 usdc to weth")
    assert refused.verdict is not None
    assert refused.verdict.rule == "impact"
    assert "2.00 % is the limit" in refused.text
