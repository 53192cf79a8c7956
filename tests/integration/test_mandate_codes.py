"""A mandate above the step-up threshold: said when it is given, its code asked for once, its moves then made."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from agent.commands.policy import _shown
from agent.replies.reply import Reply
from devnet import Node
from tests.integration.code_parts import WRONG, App, kept
from tests.integration.runtime_parts import rule, status
from tests.integration.schedule_parts import HOUR, Desk, opened
from tests.integration.test_schedule_acts import CORE, MANDATE, VENUS, decisions, deposited

pytestmark = pytest.mark.integration

USDC = 10**6


@pytest_asyncio.fixture
async def desk(devnet_node: Node, tmp_path: Path) -> AsyncIterator[Desk]:
    """40,000 USDC at work where they earn less, and a threshold of 20,000 USDC."""
    async with opened(tmp_path, devnet_node) as made:
        await deposited(made)
        await made.world.signer.limits({"step_up": {"USDC": str(20_000 * USDC)}})
        yield made


def texts(desk: Desk) -> list[str]:
    return [str(row.body["text"]) for row in desk.heard.rows]


async def test_its_code_is_asked_for_once_and_its_moves_need_none(desk: Desk, tmp_path: Path) -> None:
    app = App.enrolled(tmp_path)
    shown = await desk.say(MANDATE)
    assert "It may move up to 50,000 USDC at once, which needs a code: I ask for one when you confirm" in shown.text
    asked = await desk.say("yes")
    assert (status(asked), rule(asked)) == ("asked", "step-up")
    assert (
        "A mandate that moves up to 50,000 USDC at once needs a code, once: that is above 20,000 USDC." in asked.text
    )
    wrong = await desk.say(WRONG)
    assert (status(wrong), "wrong" in wrong.text) == ("asked", True)
    assert "no mandate" in (await desk.say("what is my mandate?")).text
    assert (await desk.say("no")).text
    await desk.say(MANDATE)
    await desk.say("yes")
    given = app.code()
    done = await desk.say(given)
    assert status(done) == "settled", done.text
    assert kept(tmp_path, given) == []
    rows = [row for row in await _shown(desk.instance, desk.user) if "without a code each" in row["limit"]]
    assert [row["is"] for row in rows] == ["up to 50,000 USDC"]
    await desk.schedule.tick()
    (row,) = await decisions(desk)
    assert row.outcome == "settled"
    assert await desk.position(VENUS) > 20_000 * USDC
    assert (
        rule(await confirmed(desk, "deposit 30,000 usdc into aave core")) == "step-up"
    )  # what isn't it needs its own
    await desk.say("stop rebalancing")
    assert await desk.world.signer.mandated(await desk.world.account(desk.user)) == {}


async def confirmed(desk: Desk, words: str) -> Reply:
    await desk.say(words)
    return await desk.say("/confirm")


async def test_without_an_authenticator_it_is_refused_with_what_would_pass(desk: Desk) -> None:
    refused = await desk.say(MANDATE)
    assert (status(refused), rule(refused)) == ("refused", "step-up")
    assert "no authenticator is enrolled" in refused.text
    assert "`at most 20,000 USDC a move`" in refused.text
    small = await desk.say(f"{MANDATE}, at most 20,000 usdc a move, at least $0.01 gain")
    assert status(small) == "ready"
    assert "code" not in small.text
    assert status(await desk.say("yes")) == "settled"
    await desk.schedule.tick()
    (row,) = await decisions(desk)
    assert row.outcome == "settled", row.outcome
    assert 0 < await desk.position(row.chosen) <= 20_000 * USDC


async def test_a_threshold_that_came_later_is_told_at_each_look(desk: Desk, tmp_path: Path) -> None:
    """Never a silent nothing: what it would have moved, why not, and what to do."""
    App.enrolled(tmp_path)
    await desk.world.signer.limits({"step_up": {"USDC": str(18_000 * USDC)}})
    await desk.say(f"{MANDATE}, at most 18,000 usdc a move, at least $0.01 gain")
    assert status(await desk.say("yes")) == "settled"
    await desk.world.signer.limits({"step_up": {"USDC": str(100 * USDC)}})
    for looks in (1, 2):
        await desk.schedule.tick()
        assert len(await decisions(desk)) == looks
        told = next(text for text in texts(desk) if "I wanted to move" in text)
        desk.heard.rows.clear()
        assert "needs a code, as it is above 100 USDC, and your mandate was given without one" in told
        assert "Give the mandate again, and I ask for a code once" in told
        desk.clock.now += 6 * HOUR
    assert await desk.position(CORE) >= 40_000 * USDC - 1  # supplying rounds down by a unit at most
    assert await desk.world.ledger.unsettled() == []
