"""The months themselves: a look of the real schedule, then time passes, on both chains; and so on."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from agent.commands.autopilot.balances import Balances, Yardstick
from agent.commands.autopilot.closing import Closing
from agent.commands.autopilot.ears import Ears
from agent.commands.autopilot.screens import Day, Move, Screen
from agent.commands.autopilot.stage import Held, Stage, pass_until
from agent.compose import Instance
from agent.replies import rebalanced
from agent.schedule import REBALANCE, Schedule
from memory.rows import DecisionRow, User

DAY = 86_400


@dataclass
class Journey:
    """One run of it: `every` seconds a look, `seconds` in all."""

    stage: Stage
    instance: Instance
    held: Held
    user: User
    yardstick: Yardstick
    screen: Screen
    ears: Ears
    seconds: int
    seed: int
    looks: int = 0
    moves: int = 0
    refused: int = 0
    _known: int = field(default=0, init=False)
    _shown: set[str] = field(default_factory=set, init=False)
    _schedule: Schedule = field(init=False)

    def __post_init__(self) -> None:
        self._schedule = Schedule(self.instance.world, self.instance.service, pictures=False)

    @property
    def every(self) -> int:
        """Seconds between two looks."""
        return self.instance.world.settings.rebalance_every_hours * 3_600

    async def run(self, stop: asyncio.Event) -> Closing:
        """Until its end, or until `stop` after the look under way. Raises Unavailable where a node fails."""
        start = await self._mine()
        began = self.stage.clock()
        at = began
        while at < began + self.seconds and not stop.is_set():
            until = min(at + self.every, began + self.seconds)
            await self._step(until)
            day_over = (until - began) // DAY > (at - began) // DAY
            at = until
            if day_over or at == began + self.seconds:
                await self._day(start, at - began)
            else:
                self.screen.passed(at - began)
        mine, held = await self._both()
        return Closing(
            yardstick=self.yardstick,
            seed=self.seed,
            seconds=at - began,
            start=start,
            moneta=self.yardstick.outcome(start, mine),
            held=self.yardstick.outcome(start, held),
            looks=self.looks,
            moves=self.moves,
            refused=self.refused,
            interrupted=at < began + self.seconds,
        )

    async def _step(self, until: int) -> None:
        """One look, and the time after it; the copy's time passes meanwhile."""
        beside = asyncio.create_task(pass_until(self.held.passing, until))
        try:
            await self._schedule.tick()
            await self._tell()
            await pass_until(self.stage.passing, until)
            self._pass_on()
            self.stage.clock.set(until)
        finally:
            await beside

    async def _tell(self) -> None:
        """Counts what the schedule decided, and shows it unless that was to leave all where it is."""
        ledger = self.instance.world.ledger
        for row in await ledger.decisions_of(self.user.id, REBALANCE, self.stage.clock() - self.every):
            if row.id <= self._known:
                continue
            self._known = row.id
            self.looks += 1  # each look at the one asset leaves one decision
            if row.outcome == rebalanced.KEPT:
                continue
            self.moves += row.outcome == "settled"
            self.refused += row.outcome != "settled"
            move = await self._move(row)
            self._shown.add(move.text)
            self.screen.moved(move)

    def _pass_on(self) -> None:
        """Shows what else the instance told: signals, above all. Moves are shown from their decisions."""
        for text in self.ears.heard():
            if text not in self._shown:
                self.screen.told(self.stage.clock(), text)

    async def _move(self, row: DecisionRow) -> Move:
        asset = self.instance.world.registry.token(str(row.snapshot["asset"]))
        return Move(
            at=row.at,
            decision=row.id,
            outcome=row.outcome or "",
            text=rebalanced.told(row, asset).text,
            txs=await self._txs(row.plan_id),
        )

    async def _txs(self, plan_id: str | None) -> Sequence[dict[str, Any]]:
        attempts = [] if plan_id is None else await self.instance.world.ledger.attempts(plan_id)
        return [
            {"hash": each.hash, "status": str(each.status), "block": each.block_number, "gas_used": each.gas_used}
            for each in attempts
        ]

    async def _day(self, start: Balances, seconds: int) -> None:
        mine, held = await self._both()
        moneta, beside = (self.yardstick.outcome(start, each) for each in (mine, held))
        self.screen.day(Day(seconds, mine, moneta, beside, self.looks, self.moves, self.refused))

    async def _both(self) -> tuple[Balances, Balances]:
        account = await self.instance.world.account(self.user)
        mine, held = await asyncio.gather(self._mine(), self.held.market.snapshot(account))
        return mine, Balances.of(held)

    async def _mine(self) -> Balances:
        return Balances.of(await self.instance.world.snapshot(await self.instance.world.account(self.user)))
