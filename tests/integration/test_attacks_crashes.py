"""Attacks on the moments between two steps: a freeze, a stop, an end that nobody hears of, words said twice."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import Any

import pytest

from agent.chain.rpc_types import RpcError
from agent.errors import Unavailable
from devnet import Node
from memory.rows import PlanStatus
from tests.integration import runtime_parts, schedule_parts
from tests.integration.runtime_parts import status
from tests.integration.schedule_parts import HOUR, Desk

pytestmark = pytest.mark.integration

CORE, VENUS = "aave-v3:core:USDC", "venus:core:USDC"


async def mandated(desk: Desk) -> None:
    for text in ("deposit 40,000 usdc into aave core", "/confirm"):
        await desk.say(text)
    for text in ("keep my usdc well placed, at most 50,000 a venue", "yes"):
        await desk.say(text)


async def test_a_freeze_in_the_middle_of_a_plan_stops_it(tmp_path: Path, devnet_node: Node) -> None:
    async with runtime_parts.opened(tmp_path, devnet_node) as whole:
        await whole.say("deposit 100 usdc into aave core")
        sign = whole.world.signer.sign

        async def freezing(*args: Any) -> Any:
            await whole.world.ledger.set_frozen(True)
            return await sign(*args)

        whole.world.signer.sign = freezing  # type: ignore[method-assign, assignment]
        reply = await whole.confirm()
        assert status(reply) == "partial"
        assert "frozen" in reply.text
        assert not await whole.position(CORE)
        pool = whole.world.venues[CORE].contract.address
        assert whole.allowance("USDC", pool) == 0
        assert await whole.world.ledger.verify_audit() == []


async def test_what_the_schedule_finds_out_about_a_plan_of_the_user_is_told(
    tmp_path: Path, devnet_node: Node
) -> None:
    async with schedule_parts.opened(tmp_path, devnet_node) as desk:
        await mandated(desk)
        await desk.say("deposit 100 usdc into aave core")
        receipt = desk.world.rpc.receipt

        async def gone(_: str) -> Any:
            raise Unavailable("node", "The node can't be reached.")

        desk.world.rpc.receipt = gone  # type: ignore[method-assign, assignment]
        assert "nothing is sent twice" in (await desk.say("/confirm")).text
        desk.world.rpc.receipt = receipt  # type: ignore[method-assign]
        heard = len(desk.heard.rows)
        desk.clock.now += 6 * HOUR
        await desk.schedule.tick()
        assert await desk.world.ledger.unsettled() == []
        await desk.instance.service.courier.drain(60)
        texts = [row.body["text"] for row in desk.heard.rows[heard:]]
        assert any(text.startswith("Stopped:") for text in texts), texts


async def test_a_stop_between_saying_and_noting_says_nothing_twice(tmp_path: Path, devnet_node: Node) -> None:
    async with schedule_parts.opened(tmp_path, devnet_node) as desk:
        await mandated(desk)
        claim = desk.world.ledger.claim

        async def cut(kind: str, *rest: Any) -> Any:
            if kind == "told":
                raise asyncio.CancelledError
            return await claim(kind, *rest)

        desk.world.ledger.claim = cut  # type: ignore[method-assign, assignment]
        with contextlib.suppress(asyncio.CancelledError):
            await desk.schedule.tick()
        desk.world.ledger.claim = claim  # type: ignore[method-assign]
        await desk.schedule.tick()
        await desk.schedule.tick()
        await desk.instance.service.courier.drain(60)
        moved = [row for row in desk.heard.rows if "I moved" in row.body["text"]]
        assert len(moved) == 1


async def test_a_move_and_a_confirmation_at_once_use_each_nonce_once(tmp_path: Path, devnet_node: Node) -> None:
    async with schedule_parts.opened(tmp_path, devnet_node) as desk:
        await mandated(desk)
        await desk.say("deposit 100 usdc into venus")
        await asyncio.gather(desk.schedule.tick(), desk.say("/confirm"), desk.schedule.tick())
        account = await desk.world.account(desk.user)
        rows = await desk.world.ledger.plans_of(desk.user.id, 0, 2**40)
        attempts = [each for row in rows for each in await desk.world.ledger.attempts(row.plan_id)]
        assert sorted(each.nonce for each in attempts) == list(range(await desk.world.rpc.nonce(account)))
        assert {row.status for row in rows} <= {PlanStatus.SETTLED, PlanStatus.REFUSED, PlanStatus.VOID}
        assert await desk.world.ledger.verify_audit() == []


async def test_a_wallet_that_runs_out_of_gas_in_the_middle_says_what_is_left(
    tmp_path: Path, devnet_node: Node
) -> None:
    async with runtime_parts.opened(tmp_path, devnet_node) as whole:
        await whole.say("deposit 100 usdc into aave core")
        send, sent = whole.world.rpc.send_raw, 0

        async def poor(signed: bytes) -> str:
            nonlocal sent
            sent += 1
            if sent > 1:
                raise RpcError(-32000, "insufficient funds for gas * price + value")
            return await send(signed)

        whole.world.rpc.send_raw = poor  # type: ignore[method-assign]
        reply = await whole.confirm()
        assert status(reply) == "partial"
        assert "an allowance isn't taken back yet" in reply.text
        whole.world.rpc.send_raw = send  # type: ignore[method-assign]
        assert status(await whole.say("deposit 50 usdc into aave core")) == "ready"
        assert status(await whole.confirm()) == "settled"
        assert whole.allowance("USDC", whole.world.venues[CORE].contract.address) == 0
        assert await whole.world.ledger.verify_audit() == []


async def test_a_pause_says_what_is_on_its_way_already(tmp_path: Path, devnet_node: Node) -> None:
    async with runtime_parts.opened(tmp_path, devnet_node) as whole:
        await whole.say("deposit 100 usdc into aave core")
        sign, texts = whole.world.signer.sign, []

        async def meanwhile(*args: Any) -> Any:
            texts.append((await whole.say("pause", channel="elsewhere")).text)
            return await sign(*args)

        whole.world.signer.sign = meanwhile  # type: ignore[method-assign, assignment]
        assert status(await whole.confirm()) == "settled"
        assert "on its way already" in texts[0]
        assert "on its way already" not in (await whole.say("pause")).text


async def test_what_became_of_a_plan_is_not_told_to_a_group(tmp_path: Path, devnet_node: Node) -> None:
    async with runtime_parts.opened(tmp_path, devnet_node) as whole:
        await whole.confirmed(runtime_parts.deposit("100", venue=CORE))
        reply = await whole.say("hello", channel="group")
        assert "stopped before anything was sent" in reply.text
        assert reply.private
