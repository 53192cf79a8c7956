"""SIGKILL between signing and receipt: at the next start the attempt is found, looked up, and sent no second time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import devnet
from tests.e2e.program import Chain, Program, descendants, gone, rows, run, until

DEPOSIT = 1_000 * 10**6


@dataclass
class Place:
    """A folder with its own devnet, which outlives each chat."""

    folder: Path
    chain: Chain

    def chat(self, **settings: str) -> Program:
        return Program("chat", "--dir", str(self.folder), cwd=self.folder, **settings)

    def hold(self) -> None:
        """From now on nothing is mined by itself."""
        self.chain.call("evm_setAutomine", False)

    def release(self) -> None:
        self.chain.call("evm_setAutomine", True)
        self.chain.call("evm_mine")

    def attempts(self) -> list[Any]:
        return rows(self.folder, "SELECT * FROM attempts ORDER BY id")

    def in_flight(self, talk: Program, number: int) -> str:
        """Waits until the `number`th attempt is written down and waits to be mined; its hash."""

        def found() -> str | None:
            written = self.attempts()
            waiting = self.chain.pending(talk.account)
            return waiting[0] if len(written) == number and waiting == [written[-1]["hash"]] else None

        return str(until(f"attempt {number} is in flight", found))


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """What `moneta devnet up --dir D` gives; down at the end."""
    running = devnet.up(tmp_path)
    try:
        yield Place(tmp_path, Chain(running.rpc_url))
    finally:
        devnet.down(tmp_path)


def killed_with(place: Place, attempt: int) -> tuple[str, int, str]:
    """A chat killed while its `attempt`th transaction waits: its hash, the USDC before, the spender."""
    talk = place.chat()
    start = talk.units("USDC")
    preview = talk.say("put 1,000 USDC to work")
    place.hold()
    talk.write("/confirm")
    for number in range(1, attempt):
        place.in_flight(talk, number)
        place.chain.call("evm_mine")
    tx_hash = place.in_flight(talk, attempt)
    children = descendants(talk.process.pid)
    assert any("agent.execution.signer" in words for words in children.values())
    talk.kill()
    for pid in children:
        until(f"{children[pid]} has ended with its parent", partial(gone, pid))
    return tx_hash, start, str(preview["plan"]["steps"][0]["args"][0])


@pytest.mark.parametrize("dropped", [False, True], ids=["mined", "dropped"])
def test_killed_with_the_approval_in_flight(place: Place, dropped: bool) -> None:
    """The approval is brought to its end, the rest isn't begun behind anybody's back, the allowance is taken back."""
    tx_hash, start, spender = killed_with(place, 1)
    _find_out(place, tx_hash, dropped)
    with place.chat() as talk:
        (told,) = talk.ready["recovered"]
        assert told["verdict"]["status"] == "partial"
        assert told["txs"][0]["hash"] == tx_hash
        assert talk.units("USDC") == start
        assert talk.chain.allowance(talk.token("USDC"), talk.account, spender) == 0
        _sent_once(place, talk, 2)
        _goes_on(place, talk, 2)


@pytest.mark.parametrize("dropped", [False, True], ids=["mined", "dropped"])
def test_killed_with_the_supply_in_flight(place: Place, dropped: bool) -> None:
    """Both were signed, so the plan settles, once."""
    tx_hash, start, _ = killed_with(place, 2)
    _find_out(place, tx_hash, dropped)
    with place.chat() as talk:
        (told,) = talk.ready["recovered"]
        assert told["verdict"] == {"status": "settled", "rule": None}
        assert [tx["hash"] for tx in told["txs"]] == [row["hash"] for row in place.attempts()]
        assert talk.units("USDC") == start - DEPOSIT
        _sent_once(place, talk, 2)
        assert talk.say("/confirm")["verdict"]["status"] == "refused"
        assert talk.say("yes")["verdict"]["status"] == "refused"
        _sent_once(place, talk, 2)
        _goes_on(place, talk, 2)


def test_restarted_while_still_unmined(place: Place) -> None:
    """Unknown is not failed: it is said, nothing new is signed meanwhile, and the end is told once it is known."""
    tx_hash, start, _ = killed_with(place, 2)
    with place.chat(MONETA_RECEIPT_SECONDS="1") as talk:
        assert tx_hash in talk.ready["recovered"][0]["reply"]
        talk.say("put 5 usdc to work")
        answer = talk.say("/confirm")
        assert answer["verdict"]["status"] == "refused"
        assert len(place.attempts()) == 2
        assert place.chain.pending(talk.account) == [tx_hash]
        place.release()
        assert talk.say("how am I doing?")["txs"][-1]["hash"] == tx_hash
        assert talk.units("USDC") == start - DEPOSIT
        _sent_once(place, talk, 2)
        _goes_on(place, talk, 2)
    audit = run("audit", "verify", "--dir", str(place.folder), "--json", cwd=place.folder)
    assert audit.returncode == 0, audit.stdout
    _, chain, *venues, end = (json.loads(line) for line in audit.stdout.splitlines())
    assert (chain["checked"], chain["transactions"]) == (True, 4)
    assert [venue["holds"] for venue in venues] == [True]
    assert (end["problems"], end["checked"]) == ([], ["log", "chain"])


def test_nothing_of_a_killed_demo_lives_on(tmp_path: Path) -> None:
    talk = Program("demo", cwd=tmp_path)
    children = descendants(talk.process.pid)
    assert any("/anvil " in words for words in children.values())
    assert any("agent.execution.signer" in words for words in children.values())
    talk.kill()
    for pid, words in children.items():
        until(f"{words} has ended with its parent", partial(gone, pid))


def test_the_commands_of_a_devnet_that_outlives_its_chats(tmp_path: Path) -> None:
    """up, status, two chats one after the other, none beside another, advance, down; its state is kept."""

    def moneta(*arguments: str, code: int = 0) -> dict[str, Any]:
        done = run(*arguments, "--dir", str(tmp_path), "--json", cwd=tmp_path)
        assert done.returncode == code, done.stderr
        found = json.loads(done.stdout) if done.stdout else {"stderr": done.stderr}
        assert isinstance(found, dict)
        return found

    assert "No devnet runs" in moneta("chat", code=1)["stderr"]
    assert moneta("devnet", "status", code=1)["running"] is False
    up = moneta("devnet", "up")
    try:
        assert moneta("devnet", "status")["rpc_url"] == up["rpc_url"]
        place = Place(tmp_path, Chain(up["rpc_url"]))
        with place.chat() as talk:
            assert "already runs" in moneta("chat", "--script", "-", code=1)["stderr"]
            talk.say("put 5 usdc to work")
            assert talk.say("/confirm")["verdict"]["status"] == "settled"
            assert moneta("portfolio")["intent"] == {"action": "portfolio"}, "who only looks works beside a chat"
            assert moneta("plan", "put 7 usdc to work")["verdict"] == {"status": "ready", "rule": None}
            account, left = talk.account, talk.units("USDC")
        assert moneta("devnet", "advance", "3600")["seconds"] == 3600
    finally:
        assert moneta("devnet", "down")["was_running"] is True
    running = devnet.up(tmp_path)
    try:
        with place.chat() as talk:
            assert talk.ready["rpc_url"] == running.rpc_url
            assert (talk.account, talk.units("USDC")) == (account, left)
            assert "recovered" not in talk.ready
    finally:
        devnet.down(tmp_path)


def _find_out(place: Place, tx_hash: str, dropped: bool) -> None:
    if dropped:
        assert place.chain.call("anvil_dropTransaction", tx_hash) == tx_hash
    place.release()
    receipt = place.chain.call("eth_getTransactionReceipt", tx_hash)
    assert (receipt is None) is dropped


def _sent_once(place: Place, talk: Program, count: int) -> None:
    """The account's nonce, by the chain, is the number of attempts, by the ledger; all of them are mined."""
    attempts = place.attempts()
    assert talk.nonce() == len(attempts) == count
    assert [row["nonce"] for row in attempts] == list(range(count))
    assert {row["status"] for row in attempts} == {"mined"}
    assert not talk.chain.pending(talk.account)


def _goes_on(place: Place, talk: Program, count: int) -> None:
    """The account is as good as before: the next plan runs."""
    talk.say("put 5 usdc to work")
    assert talk.say("/confirm")["verdict"] == {"status": "settled", "rule": None}
    _sent_once(place, talk, count + 2)
