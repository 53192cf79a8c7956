"""A ledger that another program holds, or whose file has gone bad: nothing is lost, nothing happens twice.

A full or damaged disk under an exit is tests/integration/test_emergency.py's.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from agent.commands.audit import against
from agent.errors import Unavailable
from agent.execution.agreement import disagreements
from agent.execution.evidence import Evidence, gather
from agent.execution.points import Point, watched
from devnet import Node
from memory.journal.book import Book
from memory.ledger import FILE, Ledger
from memory.rows import PlanStatus
from tests.integration.runtime_parts import USDC, Whole, deposit, opened, status, withdraw

pytestmark = pytest.mark.integration

HOLDER = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=60)
database.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
database.execute("ROLLBACK")
"""
BUSY_MS = 100
DAMAGED = "is damaged: put a copy back that you know is whole"


class Holder:
    """Another process with the write lock: SQLITE_BUSY for everybody else until it lets go."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._process: subprocess.Popen[str] | None = None

    def hold(self) -> None:
        command = [sys.executable, "-c", HOLDER, str(self._path)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "held\n"

    def let_go(self) -> None:
        if self._process is not None:
            self._process.communicate("\n", timeout=60)
            self._process = None


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[Holder]:
    made = Holder(tmp_path / FILE)
    yield made
    made.let_go()


async def agree(whole: Whole) -> None:
    """Ledger and chain say the same, by the log and by the chain alone."""
    ledger = whole.world.ledger
    assert await ledger.verify_audit() == []
    part = await against(ledger, whole.world.rpc, whole.node.chain_file)
    assert (part.problems, part.unchecked) == ((), ())


@contextlib.asynccontextmanager
async def impatient(folder: Path, node: Node) -> AsyncIterator[Whole]:
    """An instance that waits a tenth of a second for a lock, in the place of five."""
    async with opened(folder, node) as whole:
        await whole.world.ledger._store.write(lambda db: db.execute(f"PRAGMA busy_timeout = {BUSY_MS}").fetchall())
        yield whole


@pytest.mark.parametrize("at", [Point.CONFIRMED, Point.SIGNED, Point.RECORDED, Point.BROADCAST, Point.SETTLING])
async def test_held_for_longer_than_it_waits(devnet_node: Node, tmp_path: Path, holder: Holder, at: Point) -> None:
    """From some point of a plan on nothing can be written; then it can again."""
    async with impatient(tmp_path, devnet_node) as whole:
        before, passed = whole.balance("USDC"), False

        def take(point: Point) -> None:
            nonlocal passed
            if point is at and not passed:
                passed = True
                holder.hold()

        preview = await whole.ask(deposit("1000"))
        with watched(take):
            said = await _text(whole, "confirm")
        assert passed
        assert "ledger.db has been held by another program for" in said
        assert "stop it, then try again" in said
        sent = whole.nonce()
        holder.let_go()
        await whole.instance.service.recover()
        row = await whole.row(preview)
        assert row.status in (PlanStatus.SETTLED, PlanStatus.PARTIAL, PlanStatus.VOID)
        in_it = before - whole.balance("USDC")
        assert in_it == (1_000 * USDC if row.status is PlanStatus.SETTLED else 0)
        assert whole.nonce() >= sent
        nonces = [each.nonce for each in await whole.attempts() if each.mined]
        assert nonces == list(range(whole.nonce()))  # each number of the account once, none by somebody else
        await whole.do(deposit("5"))
        await whole.do(withdraw(None))
        assert whole.balance("USDC") >= before - 2
        await agree(whole)


async def _text(whole: Whole, words: str) -> str:
    """What is said, or what the adapter is told where not even the reply can be written down."""
    try:
        return (await whole.say(words)).text
    except Unavailable as error:
        return str(error)


async def test_a_message_that_could_not_be_written_down_is_taken_when_it_comes_again(
    devnet_node: Node, tmp_path: Path, holder: Holder
) -> None:
    """The platform isn't told that it was taken, so it sends it again."""
    async with impatient(tmp_path, devnet_node) as whole:
        preview = await whole.ask(deposit("10"))
        holder.hold()
        assert "held by another program" in await _text(whole, "/confirm")
        assert (await whole.row(preview)).status is PlanStatus.PROPOSED
        holder.let_go()
        assert status(await whole.say("/confirm")) == "settled"
        assert whole.nonce() == 2
        await agree(whole)


async def test_held_for_less_than_it_waits_is_nobodys_business(
    devnet_node: Node, tmp_path: Path, holder: Holder
) -> None:
    async with opened(tmp_path, devnet_node) as whole:
        await whole.ask(deposit("10"))
        holder.hold()
        asyncio.get_running_loop().call_later(0.2, holder.let_go)
        assert status(await whole.say("/confirm")) == "settled"
        await agree(whole)


async def money(whole: Ledger, chain: Evidence) -> tuple[Book, list[str]]:
    """What the ledger says of money, and all that either check says against it."""
    book = await whole.book()
    return book, [*await whole.verify_audit(), *disagreements(book, chain)]


def told(book: Book) -> object:
    """What counts of it: amounts, fates, and what was agreed to."""
    attempts = [
        (a.plan_id, a.step, a.account, a.nonce, a.hash, a.raw, a.status, a.block_number, a.fee_wei)
        for a in book.attempts
    ]
    return dict(book.plans), attempts, dict(book.flows)


async def test_whatever_goes_bad_in_the_file_is_noticed_or_touches_no_money(
    devnet_node: Node, tmp_path: Path
) -> None:
    """Each page once overwritten, and bytes of the rows changed one at a time, which SQLite itself can't see."""
    live = tmp_path / "live"
    async with opened(live, devnet_node) as whole:
        await whole.do(deposit("1000"))
        await whole.do(withdraw("250"))
        registry = whole.world.registry
        pinned = [token.address for token in registry.tokens.values() if token.address is not None]
        chain = await gather(whole.world.rpc, await whole.world.ledger.book(), pinned)
    content = (live / FILE).read_bytes()
    size = int.from_bytes(content[16:18], "big")  # the database header's page size (sqlite.org/fileformat2.html)
    ledger = await Ledger.open(live, lambda: 0)
    honest, problems = await money(ledger, chain)
    await ledger.close()
    assert problems == []
    dice = random.Random(20_261_121)  # noqa: S311
    pages = dice.sample(range(1, len(content) // size), 30)
    spoilt = [(page * size, bytes(dice.randbytes(size))) for page in pages]
    rows = sorted(_places(content, honest))
    spoilt += [(place, bytes([content[place] ^ 1])) for place in dice.sample(rows, 40)]
    noticed = 0
    for number, (place, new) in enumerate(spoilt):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / FILE).write_bytes(content[:place] + new + content[place + len(new) :])
        noticed += await _noticed(folder, chain, told(honest))
        shutil.rmtree(folder)
    assert noticed > len(spoilt) // 2


def _places(content: bytes, book: Book) -> set[int]:
    """Where in the file the texts of plans, attempts and flows stand."""
    found: set[int] = set()
    for attempt in book.attempts:
        for text in (attempt.hash, attempt.raw.hex(), str(attempt.fee_wei)):
            place = content.find(text.encode())
            found |= set(range(place, place + len(text))) if place >= 0 else set()
    for plan_id in book.plans:
        place = content.find(b'{"account"', content.find(plan_id.encode()))
        found |= set(range(place, place + 200)) if place >= 0 else set()
    return found


async def _noticed(folder: Path, chain: Evidence, before: object) -> bool:
    """Whether it is; where it isn't, nothing that counts has changed."""
    try:
        ledger = await Ledger.open(folder, lambda: 0)
        try:
            book, problems = await money(ledger, chain)
        finally:
            await ledger.close()
    except Unavailable as error:
        return DAMAGED in str(error)
    assert problems or told(book) == before
    return bool(problems)
