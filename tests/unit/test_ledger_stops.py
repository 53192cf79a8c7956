"""A ledger that has lost what stops money: it is noticed at once, what goes in stops, and what comes out goes on."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from agent.errors import Refused
from agent.execution.manager import Manager
from agent.execution.outcome import End
from agent.execution.stops import check_stops
from memory.ledger import FILE, Ledger
from memory.sqlite.look_through import DECIDING, damaged, damaged_in
from tests.unit.damage import spoil
from tests.unit.execution_parts import Workshop, workshop

pytestmark = pytest.mark.unit


async def reopened(folder: Path, it: Workshop) -> Ledger:
    return await Ledger.open(folder, it.clock, executes=True)


async def refused(ledger: Ledger, *, leaving: bool) -> str:
    try:
        await check_stops(ledger, leaving=leaving)
    except Refused as error:
        return error.message
    return ""


async def test_a_freeze_that_can_not_be_read_is_known_from_the_audit_log(tmp_path: Path) -> None:
    async with workshop(tmp_path) as it:
        await it.ledger.set_frozen(True)
        await it.ledger.close()
        spoil(tmp_path, "freeze")
        ledger = await reopened(tmp_path, it)
        try:
            assert ledger.lost == ("freeze",)
            assert ledger.trouble.endswith("; not every row can be read of: freeze")
            assert await ledger.frozen()
            assert ledger.unsure == ""
            for leaving in (True, False):
                assert "has frozen everything" in await refused(ledger, leaving=leaving)
        finally:
            await ledger.close()


async def test_a_freeze_that_was_lifted_is_lifted(tmp_path: Path) -> None:
    async with workshop(tmp_path) as it:
        await it.ledger.set_frozen(True)
        await it.ledger.set_frozen(False)
        await it.ledger.close()
        spoil(tmp_path, "freeze")
        ledger = await reopened(tmp_path, it)
        try:
            assert not await ledger.frozen()
            assert await refused(ledger, leaving=False) == ""
        finally:
            await ledger.close()


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        (("freeze", "audit"), "whether the operator has frozen everything any more"),
        (("users",), "whether you paused me any more"),
        (("freeze", "audit", "users"), "frozen everything and whether you paused me any more"),
    ],
)
async def test_what_nobody_can_tell_closes_what_goes_in(tmp_path: Path, tables: tuple[str, ...], said: str) -> None:
    """A deposit whose confirmation counted isn't carried out, and what only leaves isn't held up."""
    async with workshop(tmp_path) as it:
        made = await it.confirmed()
        await it.ledger.set_frozen(True)
        await it.ledger.close()
        spoil(tmp_path, *tables)
        ledger = await reopened(tmp_path, it)
        try:
            if "freeze" in tables:
                outcome = await Manager(it.chain, ledger, it.signer).run(made)
                assert outcome.end is End.VOID
                assert said in outcome.reason
            else:
                await ledger.set_frozen(False)
                assert said in await refused(ledger, leaving=False)
            assert it.signer.asked == []
            assert await refused(ledger, leaving=True) == ""
        finally:
            await ledger.close()


@pytest.mark.parametrize("table", DECIDING)
async def test_a_start_finds_what_has_gone_bad(tmp_path: Path, table: str) -> None:
    async with workshop(tmp_path) as it:
        await it.ledger.close()
        assert damaged_in(tmp_path / FILE) == []
        spoil(tmp_path, table)
        assert damaged_in(tmp_path / FILE) == [table]
        ledger = await reopened(tmp_path, it)
        try:
            assert "is damaged" in ledger.broken
            assert table in ledger.trouble
        finally:
            await ledger.close()


async def test_a_whole_ledger_is_used(tmp_path: Path) -> None:
    async with workshop(tmp_path) as it:
        await it.ledger.close()
        ledger = await reopened(tmp_path, it)
        try:
            assert (ledger.broken, ledger.trouble, ledger.lost, ledger.unsure) == ("", "", (), "")
        finally:
            await ledger.close()


def test_a_file_that_is_no_ledger(tmp_path: Path) -> None:
    assert damaged_in(tmp_path / FILE) == []  # there is none yet
    (tmp_path / FILE).write_bytes(b"no database at all, " * 1000)
    assert damaged_in(tmp_path / FILE) == [FILE]
    with sqlite3.connect(":memory:") as empty:
        assert damaged(empty, DECIDING) == []  # of an earlier version: what it lacks isn't damaged
