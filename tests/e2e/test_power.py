"""Power goes at the moment that a transaction leaves: what was synced by then tells all of it.

It shows the order of writes, syncs and sends of the real program; that a disk keeps what it said was synced is its
maker's promise, not ours.
"""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

import devnet
from memory.ledger import FILE, Ledger
from memory.rows import Attempt
from tests.e2e.power import Event, events, library, rebuild, sends, settings
from tests.e2e.program import Program, environment, rows

CONTROL = """
import socket, sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("PRAGMA journal_mode=WAL")
database.execute(f"PRAGMA synchronous={sys.argv[2]}")
here, there = socket.socketpair()
database.execute("CREATE TABLE notes (text TEXT)")
for number in range(20):
    database.execute("INSERT INTO notes VALUES (?)", (str(number),))
    here.send(b"MARK %d" % number)
"""


def attempt_in(folder: Path, tx_hash: str) -> tuple[Attempt | None, list[str]]:
    """The attempt by the ledger of the folder, and what is wrong with its audit log."""

    async def look() -> tuple[Attempt | None, list[str]]:
        ledger = await Ledger.open(folder, lambda: 0)
        try:
            return await ledger.attempt(tx_hash), await ledger.verify_audit()
        finally:
            await ledger.close()

    return asyncio.run(look())


def test_a_power_cut_at_each_broadcast_loses_no_attempt(tmp_path: Path) -> None:
    made, log, folder = library(tmp_path), tmp_path / "trace", tmp_path / "it"
    running = devnet.up(tmp_path / "chain")
    try:
        chain = {"MONETA_DEVNET": str(tmp_path / "chain")}
        folder.mkdir()
        with Program("chat", "--dir", str(folder), cwd=tmp_path, **chain, **settings(made, log, folder)) as talk:
            for words in ("put 1,000 USDC to work", "withdraw half my usdc"):
                talk.say(words)
                assert talk.say("/confirm")["verdict"]["status"] == "settled"
            nonce = talk.nonce()
        trace = events(log)
        left = list(sends(trace))
        assert [each["hash"] for each in rows(folder, "SELECT hash FROM attempts ORDER BY id")] == [
            h for _, h, _ in left
        ]
        assert nonce == len(left) == 3
        for number, (place, tx_hash, raw) in enumerate(left):
            for seed in (None, number, number + 100):
                kept = rebuilt(trace, place, seed, tmp_path / f"{number}-{seed}", folder)
                attempt, problems = attempt_in(kept, tx_hash)
                assert attempt is not None, f"transaction {number} left before it was on the disk ({seed})"
                assert (attempt.raw, attempt.status, attempt.nonce, problems) == (raw, "signed", number, [])
                signed = [json.loads(line) for line in (kept / "signer" / "signed.jsonl").read_text().splitlines()]
                assert tx_hash in {each["hash"] for each in signed}
        last = rebuilt(trace, left[-1][0], None, tmp_path / "last", folder)
        with Program("chat", "--dir", str(last), cwd=tmp_path, **chain) as talk:
            (told,) = talk.ready["recovered"]
            assert (told["verdict"]["status"], told["txs"][0]["hash"]) == ("settled", left[-1][1])
            assert talk.nonce() == nonce
        assert running.rpc_url == devnet.status(tmp_path / "chain").running.rpc_url  # type: ignore[union-attr]
        audit = subprocess.run(
            [sys.executable, "-m", "moneta", "audit", "verify", "--dir", str(last)],
            env=environment(**chain),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert audit.returncode == 0, audit.stdout
        assert "Ledger equals chain: 3 transactions" in audit.stdout
    finally:
        devnet.down(tmp_path / "chain")


def rebuilt(trace: list[Event], place: int, seed: int | None, target: Path, folder: Path) -> Path:
    return rebuild(trace, place, None if seed is None else random.Random(seed), target, folder)  # noqa: S311


@pytest.mark.parametrize(("mode", "kept"), [("FULL", True), ("NORMAL", False), ("OFF", False)])
def test_the_instrument_tells_a_write_that_was_not_synced(tmp_path: Path, mode: str, kept: bool) -> None:
    """With SQLite's weaker settings the same reconstruction lacks what was committed before the bytes left."""
    import sqlite3

    made, log, folder = library(tmp_path), tmp_path / "trace", tmp_path / "it"
    folder.mkdir()
    env = {**environment(), **settings(made, log, folder, mark="MARK")}
    subprocess.run([sys.executable, "-c", CONTROL, str(folder / FILE), mode], env=env, check=True, timeout=60)
    trace = events(log)
    places = [place for place, event in enumerate(trace) if event.kind == "x"]
    assert len(places) == 20
    target = rebuild(trace, places[-1], None, tmp_path / "kept", folder)
    if not (target / FILE).exists():
        assert not kept
        return
    database = sqlite3.connect(target / FILE)
    try:
        found = [row[0] for row in database.execute("SELECT text FROM notes")]
    except sqlite3.OperationalError:  # not even the table
        found = []
    finally:
        database.close()
    assert (found == [str(number) for number in range(20)]) is kept
