"""Steps in one sentence, on a real chain: out of a venue, swapped on the way, into another; all of it, no more."""

from __future__ import annotations

import pytest

from agent.replies.reply import Status
from tests.integration.swap_parts import AAVE, DAI, USDC, Swapping
from tests.integration.test_swap_words import it, say, status

pytestmark = pytest.mark.integration
__all__ = ["it"]
VENUS = "venus:core:USDC"


async def done(it: Swapping, *texts: str) -> None:
    for text in texts:
        previewed = await say(it, text)
        assert status(previewed) is Status.READY, previewed.text
        settled = await say(it, "yes")
        assert status(settled) is Status.SETTLED, settled.text


async def test_from_one_venue_into_another(it: Swapping) -> None:
    await done(it, "deposit 1000 usdc into aave core")
    wallet, before = await it.balance("USDC"), await it.position(AAVE)
    preview = await say(it, "move 400 usdc from aave core to venus")
    assert "take 400 USDC out of" in preview.text
    assert f"into {VENUS}" in preview.text
    assert status(await say(it, "yes")) is Status.SETTLED
    assert await it.balance("USDC") == wallet
    assert abs(await it.position(AAVE) - before + 400 * USDC) < USDC
    assert abs(await it.position(VENUS) - 400 * USDC) < USDC
    await done(it, "withdraw all my usdc from venus and put it in aave core")
    assert await it.balance("USDC") == wallet
    assert await it.position(VENUS) < USDC
    assert abs(await it.position(AAVE) - before) < USDC


async def test_out_swapped_and_put_to_work_again(it: Swapping) -> None:
    await done(it, "deposit 2000 dai into aave core")
    dai, usdc, position = await it.balance("DAI"), await it.balance("USDC"), await it.position(AAVE)
    await done(it, "withdraw 500 dai from aave core and swap it to usdc")
    assert await it.balance("DAI") == dai
    assert 495 * USDC < await it.balance("USDC") - usdc < 505 * USDC
    got = await it.balance("USDC")
    await done(it, "withdraw all my dai from aave core, swap it to usdc and put it in aave core")
    assert await it.position("aave-v3:core:DAI") == 0
    assert 0 <= await it.balance("DAI") - dai < DAI  # the interest of the last moments
    assert await it.balance("USDC") == got
    assert 1_485 * USDC < await it.position(AAVE) - position < 1_515 * USDC


async def test_a_slip_is_told_and_a_way_back_to_where_it_was_is_refused(it: Swapping) -> None:
    mended = await say(it, "depsoit 100 usdc into aave core")
    assert mended.text.startswith("I read “depsoit” as “deposit”. I can put 100 USDC into")
    assert status(await say(it, "yes")) is Status.SETTLED
    refused = await say(it, "withdraw 50 usdc from aave core and put it in aave core")
    assert refused.verdict is not None
    assert refused.verdict.rule == "same-venue"
