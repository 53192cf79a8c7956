"""A ledger of yesterday finds what it doesn't know, and sends nothing twice."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from agent.errors import Unavailable
from agent.execution.outcome import End
from agent.execution.points import Point, watched
from memory.ledger import Ledger
from tests.unit.execution_parts import Workshop, workshop
from tests.unit.model_chain import GWEI
from tests.unit.policy_parts import CHAIN
from tests.unit.signer_parts import OWNER

pytestmark = pytest.mark.unit

UNITS = 5_000_000


@pytest_asyncio.fixture
async def it(tmp_path: Path) -> AsyncIterator[Workshop]:
    async with workshop(tmp_path) as made:
        yield made


async def restored(it: Workshop, folder: Path, copy: Path) -> None:
    """Puts the copy of the ledger back; the keystore, the signer's record and the chain have moved on."""
    await it.ledger.close()
    put_back(folder, copy)
    it.ledger = await Ledger.open(folder, it.clock)
    it.restart()


def put_back(folder: Path, copy: Path) -> None:
    for path in folder.glob("ledger.db*"):
        path.unlink()
    shutil.copy2(copy, folder / "ledger.db")


def copied(folder: Path, it: Workshop) -> Path:
    copy = folder / "yesterday.db"
    with sqlite3.connect(folder / "ledger.db") as source, sqlite3.connect(copy) as target:
        source.backup(target)
    return copy


async def test_a_ledger_of_yesterday_finds_what_it_does_not_know(it: Workshop, tmp_path: Path) -> None:
    await it.run()
    copy = copied(tmp_path, it)
    await it.run(6_000_000)
    await restored(it, tmp_path, copy)
    assert await it.recover() == []
    assert [each.nonce for each in await it.ledger.strangers(OWNER)] == [2, 3]
    assert await it.ledger.stranger_since(OWNER, it.chain.blocks[-1].timestamp)
    assert not await it.ledger.stranger_since(OWNER, it.chain.blocks[-1].timestamp + 1)
    asked = list(it.signer.asked)
    it.made += 5  # plan ids are random
    assert (await it.run(7_000_000)).end is End.VOID
    assert it.signer.asked == asked
    await it.ledger.acknowledge_strangers(OWNER, it.user.id)
    assert (await it.run(7_000_001)).end is End.SETTLED
    assert [each.nonce for each in await it.attempts()] == [0, 1, 4, 5]
    await it.ledger.close()


@pytest.mark.parametrize("point", [Point.RUNNING, Point.NOTED])
async def test_a_ledger_of_yesterday_knows_its_own_plans_steps(it: Workshop, tmp_path: Path, point: Point) -> None:
    """The copy was made in the middle of a plan that went on: its steps are found by what they do, not sent again."""
    copies: list[Path] = []
    made = await it.confirmed()

    def copy(at: Point) -> None:
        if at is point and not copies:
            copies.append(copied(tmp_path, it))

    with watched(copy):
        await it.manager.run(made)
    await restored(it, tmp_path, copies[0])
    await it.ledger.answer_from(OWNER, CHAIN, 0)
    (outcome,) = await it.recover()
    assert outcome.end is End.SETTLED
    assert it.chain.count() == 2
    assert await it.ledger.strangers(OWNER) == []
    assert [each.hash for each in await it.attempts()] == [tx.hash for tx in it.chain.txs]
    assert [each.raw for each in await it.attempts()] == [tx.raw for tx in it.chain.txs]
    assert await it.ledger.verify_audit() == []
    await it.ledger.close()


async def test_a_ledger_of_yesterday_and_a_replacement_that_it_forgot(it: Workshop, tmp_path: Path) -> None:
    it.chain.automine, it.chain.strict = False, False
    made = await it.confirmed()
    copies: list[Path] = []

    def copy(at: Point) -> None:
        if at is Point.BROADCAST and not copies:
            copies.append(copied(tmp_path, it))

    def rise() -> None:
        it.on_sleep = None
        it.chain.spike(3 * GWEI)

    it.on_sleep = rise
    with watched(copy):
        await it.manager.run(made)
    it.chain.mine()
    assert it.chain.count() == 1
    await restored(it, tmp_path, copies[0])
    it.chain.automine = True
    (outcome,) = await it.recover()
    assert outcome.end is End.PARTIAL
    first, second, back = await it.attempts()
    assert (first.status, second.status, second.replaces) == ("replaced", "mined", first.hash)
    assert (second.nonce, back.nonce) == (0, 1)
    assert await it.ledger.strangers(OWNER) == []
    await it.ledger.close()


async def test_catching_up_with_a_node_that_is_away(it: Workshop) -> None:
    it.chain.down = True
    with pytest.raises(Unavailable):
        await it.manager.catch_up(OWNER, CHAIN)
