"""Under a mandate fees are collected when they are worth their gas; a range that was left is moved, or spoken of."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from agent.commands.audit import against
from agent.execution.points import Point, watched
from agent.gate.mandates.ranging import KIND
from agent.ranges import Position
from agent.runtime.replaying import Known, replay
from devnet import Node
from devnet.rpc import Rpc
from memory.rows import DecisionRow, PlanRow, PlanStatus
from tests.integration.feed_parts import dated_feed
from tests.integration.range_parts import Ranges
from tests.integration.runtime_parts import ETH, USDC, status
from tests.integration.schedule_parts import Desk
from tests.integration.schedule_parts import opened as scheduled

pytestmark = pytest.mark.integration

KEEPS = "keep my usdc well placed and keep my positions in range"
HOURS = 7


@dataclass
class Stage:
    """An instance with a position and a mandate, and the world around it."""

    desk: Desk
    whole: Ranges

    async def provided(self, mandate: str, *others: str) -> Position:
        """20,000 dollars and as much ether at ±10 %, in a pool that was seen for two days; `others` are said too."""
        whole, desk = self.whole, self.desk
        whole.fund(whole.account, "WETH", 20 * ETH)
        whole.fund(whole.account, "USDC", 60_000 * USDC)
        for text in ("provide 20,000 USDC and WETH liquidity, ±10 %", *others):
            await desk.say(text)
            assert status(await desk.say("/confirm")) == "settled"
        shown = await desk.say(mandate)
        assert status(shown) == "ready", shown.text
        assert status(await desk.say("yes")) == "settled"
        for hour in range(26):
            whole.trade(3_000_000, buys_weth=hour % 2 == 0)
            whole.chain.call("evm_increaseTime", 2 * 3_600)
            whole.chain.call("evm_mine")
            await whole.world.observing.keep(await whole.world.snapshot(whole.account), now=whole.now())
        return (await self.positions())[0]

    async def leave(self, *, fed: bool = True) -> None:
        """The price leaves the range by trades of somebody else; with `fed` all pools and the feeds follow it."""
        self.whole.trade(5_000_000, buys_weth=True)
        if fed:
            self.whole.trade(713_000, buys_weth=True, fee=3_000)  # a seventh as deep
            price = await self.price()
            for symbol in ("WETH", "ETH"):
                feed = self.whole.world.registry.feeds[symbol]
                dated_feed(self.whole.chain, feed, price, started=self.whole.now(), updated=2**40)

    async def price(self) -> int:
        """USD with 8 decimals of a WETH, by the pool."""
        position = (await self.positions())[0]
        raw = position.sqrt_price**2 * 10**20 // 2**192  # USDC's base units for one of WETH's, where that is token 0
        if self.whole.pair[0] == self.whole.token("USDC").address:
            return 10**20 * 2**192 // position.sqrt_price**2
        return raw

    async def look(self) -> None:
        """The mandate's next period comes, twice looked at."""
        await self.desk.advance(HOURS * 3_600)
        for _ in range(2):
            await self.desk.schedule.tick()

    async def positions(self) -> tuple[Position, ...]:
        return (await self.whole.world.snapshot(self.whole.account)).positions

    async def told(self) -> list[str]:
        """What was said unasked."""
        return [
            str(row)
            for row in await self.whole.world.ledger._store.read(
                lambda db: [row[0] for row in db.execute("SELECT body_json FROM outbox WHERE inbox_id IS NULL")]
            )
        ]

    async def moves(self) -> list[PlanRow]:
        rows = await self.whole.world.ledger.plans_of(self.desk.user.id, 0, 2**40)
        return [row for row in rows if row.intent.get("action") == "reposition"]

    async def decisions(self) -> list[DecisionRow]:
        return await self.whole.world.ledger.decisions_of(self.desk.user.id, KIND, 0)

    async def agree(self) -> None:
        world = self.whole.world
        assert (await against(world.ledger, world.rpc, self.whole.node.chain_file)).problems == ()

    async def again(self, row: DecisionRow) -> None:
        """The decision comes out the same from what was stored with it."""
        world, plan = self.whole.world, None
        if row.plan_id is not None:
            found = await world.ledger.plan(row.plan_id)
            assert found is not None
            plan = found.plan
        made = replay(row, plan, Known(world.registry, world.venues, world.traders, world.hooks))
        assert made.differs == ()
        assert made.chosen == row.chosen
        assert plan is None or made.digest == plan.digest


@asynccontextmanager
async def staged(folder: Path, node: Node) -> AsyncIterator[Stage]:
    async with scheduled(folder, node) as desk:
        with Rpc(node.rpc_url) as chain:
            yield Stage(desk, Ranges(desk.instance, desk.user, node, chain))


async def test_a_mandate_collects_what_is_worth_it_and_proposes_a_new_range(
    devnet_node: Node, tmp_path: Path
) -> None:
    async with staged(tmp_path, devnet_node) as stage:
        before = await stage.provided("keep my usdc well placed, collect my fees when they are worth their gas")
        assert before.fees0 + before.fees1 > 0
        await stage.look()
        (position,) = await stage.positions()
        said = await stage.told()
        assert any("Done under your mandate: collect the fees of position" in text for text in said), said
        assert position.fees0 + position.fees1 == 0
        assert not any("out of range" in text for text in said)
        await stage.leave()
        await stage.look()
        await stage.look()
        said = [text for text in await stage.told() if "is out of range and earns nothing" in text]
        assert len(said) == 1, await stage.told()
        assert f"move position {position.id} to " in said[0]
        (left,) = await stage.positions()
        assert left.liquidity == position.liquidity
        assert await stage.moves() == []


async def test_a_position_that_the_price_left_is_moved_once_told_and_made_again(
    devnet_node: Node, tmp_path: Path
) -> None:
    async with staged(tmp_path, devnet_node) as stage:
        old = await stage.provided(KEEPS, "provide 3,000 USDC and WETH liquidity, ±5 %")
        shown = await stage.desk.say("what is my mandate?")
        assert shown.table is not None
        assert any(row[0] == "keeps positions in range" for row in shown.table.rows)
        await stage.look()
        assert await stage.moves() == []  # it is in range
        await stage.leave()
        before = stage.whole.balance("USDC"), stage.whole.balance("WETH")
        await stage.look()
        (made,) = await stage.moves()
        assert made.status is PlanStatus.SETTLED
        other, new = await stage.positions()
        assert not other.in_range  # one a day
        assert new.id > other.id > old.id
        assert new.in_range
        after = stage.whole.balance("USDC"), stage.whole.balance("WETH")
        assert all(now >= was for was, now in zip(before, after, strict=True))
        assert sum("Done under your mandate: close position" in text for text in await stage.told()) == 1
        (decision,) = await stage.decisions()
        assert decision.plan_id == made.plan_id
        await stage.again(decision)
        why = await stage.desk.say("why?")
        assert f"I chose to move position {old.id} (WETH/USDC) to {decision.chosen}" in why.text
        await stage.look()
        assert len(await stage.moves()) == 1
        await stage.desk.advance(24 * 3_600)  # by our clock; the signer goes by its own, on which it was a moment ago
        await stage.look()
        (_, again) = await stage.moves()
        assert again.status is PlanStatus.VOID
        assert "moved less than 24 hours ago" in str(again.reason)
        assert any("didn't move it: A position was moved less than 24" in text for text in await stage.told())
        assert len(await stage.positions()) == 2
        await stage.agree()


async def test_a_bent_price_and_a_small_mandate_move_nothing(devnet_node: Node, tmp_path: Path) -> None:
    async with staged(tmp_path, devnet_node) as stage:
        old = await stage.provided(f"{KEEPS}, at most 1,000 usdc a move")
        await stage.leave(fed=False)
        await stage.look()
        (small,) = await stage.decisions()
        assert "more than the $1,000.00 that your mandate moves at once" in small.snapshot["why_not"]
        assert (small.chosen, small.outcome) == ("", "kept")
        await stage.again(small)
        assert any("didn't move it: A position of" in text for text in await stage.told())
        why = await stage.desk.say("why?")
        assert f"I left position {old.id} (WETH/USDC) where it was" in why.text
        await stage.desk.say(KEEPS)
        await stage.desk.say("yes")
        await stage.look()
        bent = (await stage.decisions())[-1]
        assert bent.chosen
        assert "apart" in (bent.outcome or "")
        assert [each.id for each in await stage.positions()] == [old.id]
        assert await stage.moves() == []
        await stage.again(bent)


class Crash(BaseException):
    """The process ends here: nothing catches it."""


async def test_a_crash_on_the_way_is_told_and_nothing_is_done_twice(devnet_node: Node, tmp_path: Path) -> None:
    async with staged(tmp_path, devnet_node) as stage:
        await stage.provided(KEEPS)
        await stage.leave()
        passed = 0

        def fall(here: Point) -> None:
            nonlocal passed
            passed += here is Point.NOTED
            if here is Point.NOTED and passed == 3:  # all came out
                raise Crash

        with pytest.raises(Crash), watched(fall):
            await stage.look()
        for _ in range(2):
            await stage.look()
        (made,) = await stage.moves()
        assert made.status is PlanStatus.PARTIAL
        assert await stage.positions() == ()
        assert any("it stopped on the way" in text for text in await stage.told())
        router = stage.whole.world.traders["uniswap-v3"].contract.address
        for spender in (stage.whole.manager.contract.address, router):
            assert [stage.whole.allowance(symbol, spender) for symbol in ("USDC", "WETH")] == [0, 0]
        await stage.agree()
