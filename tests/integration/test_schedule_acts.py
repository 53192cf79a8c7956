"""What the schedule may do and when: only under a mandate, never paused or frozen, told in waking hours."""

from __future__ import annotations

import asyncio
import io
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from agent.config import Settings
from agent.errors import Unavailable
from agent.replies.reply import Status
from agent.schedule import Schedule, run_schedule
from devnet import Node
from memory.rows import DecisionRow
from tests.integration.patience import ended, eventually, until
from tests.integration.schedule_parts import HOUR, Clock, Desk, night, opened

pytestmark = pytest.mark.integration

CORE, VENUS = "aave-v3:core:USDC", "venus:core:USDC"
MANDATE = "keep my usdc well placed, at most 50,000 a venue"


async def deposited(desk: Desk) -> None:
    await desk.say("deposit 40,000 usdc into aave core")
    done = await desk.say("/confirm")
    assert done.verdict is not None
    assert done.verdict.status is Status.SETTLED


async def ready(desk: Desk) -> None:
    await deposited(desk)
    await desk.say(MANDATE)
    await desk.say("yes")


async def decisions(desk: Desk) -> list[DecisionRow]:
    return await desk.world.ledger.decisions_of(desk.user.id, "rebalance", 0)


async def test_without_a_mandate_nothing_is_looked_at(devnet_node: Node, tmp_path: Path) -> None:
    async with opened(tmp_path, devnet_node) as desk:
        await deposited(desk)
        await desk.say(MANDATE)  # shown, but not given
        await desk.schedule.tick()
        assert await decisions(desk) == []
        await desk.say("no")
        assert (await desk.say("yes")).verdict is not None
        await desk.schedule.tick()
        assert await decisions(desk) == []
        assert "no mandate" in (await desk.say("what is my mandate?")).text


async def test_a_mandate_that_has_ended_moves_nothing_more(devnet_node: Node, tmp_path: Path) -> None:
    async with opened(tmp_path, devnet_node) as desk:
        await ready(desk)
        assert (await desk.say("what is my mandate?")).table is not None
        assert "ended" in (await desk.say("stop rebalancing")).text
        await desk.schedule.tick()
        assert await decisions(desk) == []
        assert await desk.position(CORE)


@pytest.mark.parametrize("how", ["pause", "freeze", "revoked while it looks"])
async def test_what_bars_an_entry_bars_a_move(devnet_node: Node, tmp_path: Path, how: str) -> None:
    async with opened(tmp_path, devnet_node) as desk:
        await ready(desk)
        ledger = desk.world.ledger
        if how == "pause":
            await desk.say("pause")
        elif how == "freeze":
            await ledger.set_frozen(True)
        else:
            propose = desk.world.ledger.propose

            async def revoking(*args: Any, **fields: Any) -> Any:
                row = await propose(*args, **fields)
                await ledger.revoke_mandate(desk.user.id)
                return row

            ledger.propose = revoking  # type: ignore[method-assign]
        await desk.schedule.tick()
        (row,) = await decisions(desk)
        reason = str(row.snapshot["why_not"]) or str(row.outcome)
        assert {"pause": "you paused me", "freeze": "frozen", "revoked while it looks": "revoked"}[how] in reason
        assert await desk.position(CORE)
        assert not await desk.position(VENUS)


async def test_a_gas_budget_of_nothing_moves_nothing_and_says_so(devnet_node: Node, tmp_path: Path) -> None:
    async with opened(tmp_path, devnet_node) as desk:
        await deposited(desk)
        await desk.say("keep my usdc well placed, at most $0.01 gas")
        await desk.say("yes")
        await desk.schedule.tick()
        (row,) = await decisions(desk)
        assert "your budget is $0.01" in str(row.outcome)
        assert await desk.position(CORE)
        assert "didn't" in desk.heard.rows[0].body["text"]


async def test_two_instances_of_the_schedule_run_a_period_once(devnet_node: Node, tmp_path: Path) -> None:
    async with opened(tmp_path, devnet_node) as desk:
        await ready(desk)
        others = [Schedule(desk.world, desk.instance.service) for _ in range(4)]
        await asyncio.gather(*(each.tick() for each in others))
        assert len(await decisions(desk)) == 1


async def test_in_quiet_hours_it_acts_and_tells_later(devnet_node: Node, tmp_path: Path) -> None:
    async with opened(tmp_path, devnet_node, clock=Clock(night())) as desk:
        evening = desk.clock.now
        await ready(desk)
        assert "from 22:00 to 7:00" in (await desk.say("quiet from 22 to 7")).text
        assert "8:00" in (await desk.say("summary at 8")).text
        await desk.schedule.tick()
        assert await desk.position(VENUS)
        assert desk.heard.rows == []
        desk.clock.now = evening + 8 * HOUR  # 07:30
        await desk.schedule.tick()
        moves = len(desk.heard.rows)
        assert {row.body["text"][:7] for row in desk.heard.rows} == {"I moved"}
        desk.clock.now = evening + 9 * HOUR
        await desk.schedule.tick()
        await desk.schedule.tick()
        assert [row.body["text"][:9] for row in desk.heard.rows[moves:]] == ["Your day."]


async def test_a_chain_that_is_down_leaves_a_decision_and_the_next_period_goes_on(
    devnet_node: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path, devnet_node) as desk:
        await ready(desk)

        async def down(*_: Any) -> Any:
            raise Unavailable("node", "The node can't be reached.")

        with monkeypatch.context() as patch:
            patch.setattr(type(desk.world.rpc), "call", down)
            await desk.schedule.tick()
        (row,) = await decisions(desk)
        assert "can't be reached" in str(row.outcome)
        desk.clock.now += 6 * HOUR
        await desk.schedule.tick()
        assert (await decisions(desk))[1].outcome == "settled"


async def test_rebalance_now_is_shown_first(devnet_node: Node, tmp_path: Path) -> None:
    async with opened(tmp_path, devnet_node) as desk:
        assert (await desk.say("rebalance")).verdict is not None  # nothing is at work: refused
        await deposited(desk)
        asked = await desk.say("rebalance my usdc")
        assert asked.verdict is not None
        assert asked.verdict.status is Status.READY
        assert await desk.position(CORE)
        done = await desk.say("yes")
        assert done.verdict is not None
        assert done.verdict.status is Status.SETTLED
        assert await desk.position(VENUS) >= 40_000 * 10**6 - 2
        assert "I chose to move" in (await desk.say("why?")).text


async def test_what_is_asked_for_is_bound_by_no_default_cap(devnet_node: Node, tmp_path: Path) -> None:
    async with opened(tmp_path, devnet_node) as desk:
        await desk.say("deposit 120,000 usdc into morpho weth-77")
        await desk.say("/confirm")
        asked = await desk.say("rebalance my usdc")
        assert asked.preview is not None
        assert re.search(r"about (120,000|119,999\.9+) USDC", asked.preview.headline)  # Morpho rounds down


async def test_the_scheduler_looks_at_once_never_twice_at_a_time_and_stops(devnet_node: Node, tmp_path: Path) -> None:
    settings = Settings(schedule_tick_seconds=1)
    async with opened(tmp_path, devnet_node, settings) as desk:
        await ready(desk)
        running, most, goes_on = 0, 0, asyncio.Event()
        account = desk.world.account

        async def slow(user: Any) -> Any:
            nonlocal running, most
            running += 1
            most = max(most, running)
            await goes_on.wait()
            running -= 1
            return await account(user)

        desk.world.account = slow  # type: ignore[method-assign]
        stop = asyncio.Event()
        task = asyncio.create_task(run_schedule(desk.world, desk.instance.service, stop))
        await until(lambda: running)
        await asyncio.sleep(2.5)  # the next looks would be due
        goes_on.set()
        await eventually(lambda: desk.world.ledger.claims("rebalance", desk.user.id))
        goes_on.clear()
        await until(lambda: running)
        stop.set()
        await ended(task)  # though nobody lets this look go on
        assert most == 1
        assert len(await desk.world.ledger.claims("rebalance", desk.user.id)) == 1


async def test_pictures_are_drawn_on_request_in_the_colours_that_were_asked_for(
    devnet_node: Node, tmp_path: Path
) -> None:
    async with opened(tmp_path, devnet_node) as desk:
        await deposited(desk)
        for asked in ("chart my portfolio", "show me a chart of the usdc rates"):
            first = await desk.say(asked)
            assert first.pictures == ()
            assert "needs two moments" in first.text
        assert (await desk.say("portfolio")).pictures == ()
        await desk.advance(24 * HOUR)
        (worth,) = (await desk.say("chart my portfolio")).pictures
        (rates,) = (await desk.say("usdc rate history")).pictures
        assert (worth.name, rates.name) == ("worth.png", "rates.png")
        assert "light" in (await desk.say("light pictures")).text
        (light,) = (await desk.say("chart my portfolio")).pictures
        dark, bright = (Image.open(io.BytesIO(each.png)).convert("L").tobytes()[0] for each in (worth, light))
        assert dark < 64 < 192 < bright
        assert (await desk.say("portfolio")).pictures == ()
