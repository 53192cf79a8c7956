"""A page of the ledger that says what stops money goes bad: nothing goes in, and the operator is told."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from agent.commands.health import health
from agent.config import Settings
from agent.place import Where
from devnet import Node
from memory.sqlite import look_through
from tests.integration import runtime_parts, schedule_parts
from tests.integration.runtime_parts import AAVE, USDC, Whole, deposit, rule, status
from tests.unit.damage import spoil

pytestmark = pytest.mark.integration

CORE, VENUS = "aave-v3:core:USDC", "venus:core:USDC"


@pytest.mark.parametrize(("tables", "why"), [(("freeze",), "frozen"), (("freeze", "audit"), "ledger can't be kept")])
async def test_a_freeze_whose_page_goes_bad_still_bars_the_schedule(
    devnet_node: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tables: tuple[str, ...], why: str
) -> None:
    """It is found in the middle of a look, by the read that asks whether anything is frozen."""
    async with schedule_parts.opened(tmp_path, devnet_node) as desk:
        await desk.say("deposit 40,000 usdc into aave core")
        await desk.say("/confirm")
        await desk.say("keep my usdc well placed, at most 50,000 a venue")
        await desk.say("yes")
        await desk.world.ledger.set_frozen(True)
    spoil(tmp_path, *tables)
    monkeypatch.setattr(look_through, "check", lambda _: None)  # it was whole at the start
    async with schedule_parts.opened(tmp_path, devnet_node) as desk:
        assert desk.world.ledger.broken == ""
        await desk.schedule.tick()
        assert "damaged" in desk.world.ledger.broken
        (row,) = await desk.world.ledger.decisions_of(desk.user.id, "rebalance", 0)
        assert why in str(row.snapshot["why_not"])
        assert await desk.position(CORE)
        assert not await desk.position(VENUS)


async def test_the_operator_is_told_what_is_lost_and_people_get_out(
    devnet_node: Node, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(chain=str(devnet_node.chain_file), rpc_url=devnet_node.rpc_url)
    async with runtime_parts.opened(tmp_path, devnet_node) as whole:
        await whole.do(deposit("1000", venue=AAVE))
        assert ("ledger", "kept") in await stands(whole)
        assert await asyncio.to_thread(health, Where(tmp_path, settings), as_json=False) == 0
        assert capsys.readouterr().err == ""
    spoil(tmp_path, "freeze", "audit", "contacts")
    with capture_logs() as logs:
        async with runtime_parts.opened(tmp_path, devnet_node) as whole:
            (told,) = [each for each in logs if "ledger can't be kept" in each["event"]]
            assert told["log_level"] == "error"
            rows = {row[0]: row[1] for row in await stands(whole)}
            assert rows["frozen"] == "can't be read"
            for said in (told["why"], rows["ledger"]):
                assert "is damaged" in said
                assert all(name in said for name in ("freeze", "audit", "contacts"))
            assert await asyncio.to_thread(health, Where(tmp_path, settings), as_json=True) == 0
            answer = capsys.readouterr()
            assert json.loads(answer.out)["damaged"] == ["freeze", "contacts", "audit"]
            assert "put a copy back" in answer.err
            assert rule(await whole.say("deposit 10 usdc")) == "ledger"
            before = whole.balance("USDC")
            assert status(await whole.say("exit everything")) == "ready"
            assert status(await whole.say("confirm")) == "settled"
            assert whole.balance("USDC") >= before + 999 * USDC


async def stands(whole: Whole) -> tuple[tuple[str, ...], ...]:
    """What `/status` says to the operator."""
    reply = await whole.say("service status")
    assert reply.table is not None
    return reply.table.rows
