"""`moneta audit verify` against the chain: each changed, missing or unknown thing is named, by either part alone."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from agent.chain.rpc import Rpc
from agent.commands import audit
from agent.commands.audit import Part, against, check
from agent.execution import evidence
from agent.intents import Exact, Swap
from agent.place import Where
from devnet import Node
from memory.ledger import FILE, Ledger
from tests.integration.runtime_parts import AAVE, BOB, MORPHO, USDC, deposit, opened, transfer, withdraw

pytestmark = pytest.mark.integration

DEPOSIT, BACK = 1_000 * USDC, 250 * USDC


@dataclass(frozen=True)
class Lived:
    """A folder whose account has deposited, withdrawn, swapped and paid, and is closed again."""

    folder: Path
    node: Node
    account: str

    def copy(self, folder: Path, *statements: str) -> Path:
        """A copy of it, edited behind the ledger's back."""
        folder.mkdir()
        shutil.copy(self.folder / FILE, folder)
        database = sqlite3.connect(folder / FILE)
        for statement in statements:
            database.execute(statement)
        database.commit()
        database.close()
        return folder


@pytest.fixture(scope="module")
def lived(devnet_module: Node, tmp_path_factory: pytest.TempPathFactory) -> Lived:
    folder = tmp_path_factory.mktemp("lived") / "it"

    async def live() -> str:
        async with opened(folder, devnet_module) as whole:
            await whole.do(deposit("1000"))
            await whole.do(deposit("500", venue=AAVE))
            await whole.say(f"add {BOB} as bob")
            await whole.do(transfer("20"))
            await whole.say("advance 1 day")
            await whole.do(withdraw("250"))
            await whole.do(Swap(asset="USDC", amount=Exact(value="100"), to_asset="ETH", to_amount=None))
            return whole.account

    return Lived(folder, devnet_module, asyncio.run(live()))


async def looked(folder: Path, node: Node) -> tuple[list[str], Part]:
    """What the log says of itself, and what the chain says."""
    ledger, rpc = await Ledger.open(folder, lambda: 0), Rpc(node.rpc_url)
    try:
        return await ledger.verify_audit(), await against(ledger, rpc, node.chain_file)
    finally:
        await ledger.close()
        await rpc.close()


async def test_an_honest_ledger_equals_its_chain(lived: Lived, tmp_path: Path) -> None:
    log, chain = await looked(lived.copy(tmp_path / "it"), lived.node)
    assert (log, chain.problems, chain.unchecked) == ([], (), ())
    assert chain.evidence is not None
    assert len(chain.evidence.receipts) == 8  # with approvals: two and two and two; the payment; the withdrawal
    by_venue = {each.venue: each for each in chain.standings}
    assert set(by_venue) == {MORPHO, AAVE}
    assert (by_venue[MORPHO].chain.deposited, by_venue[MORPHO].chain.withdrawn) == (DEPOSIT, BACK)
    assert by_venue[MORPHO].ledger == by_venue[MORPHO].chain
    assert by_venue[MORPHO].earned > 0
    assert by_venue[MORPHO].earned == by_venue[MORPHO].position + BACK - DEPOSIT


CHANGES = {
    "attempts.status": (
        "UPDATE attempts SET status = 'reverted' WHERE id = 2",
        "is reverted, which the audit log doesn't say",
        "it succeeded on the chain, it is reverted by the ledger",
    ),
    "attempts.fee_wei": (
        "UPDATE attempts SET fee_wei = '1' WHERE id = 2",
        "has fee_wei 1, the audit log says ",
        "wei on the chain, 1 by the ledger",
    ),
    "attempts.gas_used": (
        "UPDATE attempts SET gas_used = 1 WHERE id = 2",
        "has gas_used 1",
        "gas on the chain, 1 by",
    ),
    "attempts.block": (
        "UPDATE attempts SET block_number = block_number - 1 WHERE id = 2",
        "has block_number",
        "of the chain, in block",
    ),
    "attempts.nonce": (
        "UPDATE attempts SET nonce = 99 WHERE id = 2",
        "has nonce 99, the audit log says 1",
        "on the chain it is number 1 of",
    ),
    "attempts.step": (
        "UPDATE attempts SET step = 2 WHERE id = 2",
        "has step 2, the audit log says 1",
        "what it does isn't step 3 of plan",
    ),
    "attempts.raw": (
        "UPDATE attempts SET raw = (SELECT raw FROM attempts WHERE id = 1) WHERE id = 2",
        "",
        "its bytes are those of another transaction",
    ),
    "attempts.lost": (
        "UPDATE attempts SET status = 'lost', block_number = NULL WHERE id = 2",
        "is lost, which the audit log doesn't say",
        "is lost by the ledger, and stands in block",
    ),
    "attempts.missing": (
        "DELETE FROM attempts WHERE id = 2",
        "stands in the audit log alone",
        ", and the ledger doesn't know it",
    ),
    "flows.units": (
        "UPDATE flows SET units = '-1' WHERE kind = 'deposit' AND venue LIKE 'morpho%'",
        "-1 USDC (deposit) of 0x",
        "flow of 0x",
    ),
    "flows.venue": (
        "UPDATE flows SET venue = 'aave-v3:core:USDC' WHERE kind = 'deposit' AND venue LIKE 'morpho%'",
        "aren't those that the audit log says",
        f"by the ledger venue {AAVE}, not {MORPHO}",
    ),
    "flows.missing": (
        "DELETE FROM flows WHERE kind = 'withdraw'",
        "isn't in the table",
        f"{BACK} USDC (withdraw at {MORPHO}): the ledger lacks it",
    ),
    "flows.alone": (
        "INSERT INTO flows (plan_id, hash, venue, symbol, token, holder, units, kind, at, block) SELECT plan_id, "
        "hash, venue, 'DAI', 'native', holder, '5', kind, at, block FROM flows WHERE id = 1",
        "5 DAI",
        "5 DAI (fee): the ledger alone has it",
    ),
    "flows.text": ("UPDATE flows SET units = 'many' WHERE id = 1", "many", "can't be read"),
    "plans.status": (
        "UPDATE plans SET status = 'running' WHERE rowid = 1",
        "is running, which the audit log doesn't say",
        "though its plan is running",
    ),
    "plans.body": (
        "UPDATE plans SET body = replace(body, '1000000000', '2000000000') WHERE rowid = 1",
        "its digest differs",
        "what it does isn't step 2 of plan",
    ),
    "plans.text": ("UPDATE plans SET body = '{' WHERE rowid = 1", "its digest differs", "can't be read"),
    "plans.missing": ("DELETE FROM plans WHERE rowid = 1", "stands in the audit log alone", "isn't in the ledger"),
    "audit.changed": ("UPDATE audit SET body_json = '{}' WHERE seq = 5", "audit row 5 (", ""),
    "audit.no-text": ("UPDATE audit SET body_json = 'no JSON' WHERE seq = 5", "audit row 5 (", ""),
    "audit.missing": ("DELETE FROM audit WHERE seq = 5", "audit row 5 is missing", ""),
    "chain_mark": (
        "UPDATE chain_mark SET last_block_hash = genesis_hash",
        "",
        "which the ledger has seen, isn't on this chain as it was",
    ),
    "chain_mark.genesis": ("UPDATE chain_mark SET genesis_hash = '0x00'", "", "this is another chain"),
}


@pytest.mark.parametrize("change", list(CHANGES))
async def test_one_changed_or_missing_row_is_named(lived: Lived, tmp_path: Path, change: str) -> None:
    """The chain alone finds what stands on it, so a log that was written anew with the row hides nothing."""
    statement, by_log, by_chain = CHANGES[change]
    log, chain = await looked(lived.copy(tmp_path / "it", statement), lived.node)
    assert bool(log) is bool(by_log), log
    assert bool(chain.problems) is bool(by_chain), chain.problems
    assert not by_log or any(by_log in problem for problem in log), log
    assert not by_chain or any(by_chain in problem for problem in chain.problems), chain.problems


async def test_profit_by_the_chain_beside_the_ledgers(lived: Lived, tmp_path: Path) -> None:
    """A flow that was made smaller would let the portfolio tell a profit that nobody made."""
    folder = lived.copy(
        tmp_path / "it", "UPDATE flows SET units = '-900000000' WHERE kind = 'deposit' AND venue LIKE 'morpho%'"
    )
    _, chain = await looked(folder, lived.node)
    problem = chain.problems[-1]
    assert problem.startswith(f"{MORPHO}, account {lived.account}: 1,000 USDC went in and 250 USDC came out")
    assert "900 USDC and 250 USDC by the ledger" in problem


async def test_a_plan_that_was_taken_out_with_all_that_speaks_of_it(lived: Lived, tmp_path: Path) -> None:
    """Even its rows of the log: the account's count of transactions and its Transfer logs tell of it."""
    tables = ("attempts", "flows", "reservations", "charges", "buttons", "cleanups", "plans")
    chosen = "SELECT plan_id FROM flows WHERE kind = 'withdraw'"
    folder = lived.copy(
        tmp_path / "it",
        f"CREATE TEMP TABLE gone AS {chosen}",
        *(f"DELETE FROM {table} WHERE plan_id IN (SELECT plan_id FROM gone)" for table in tables),  # noqa: S608
    )
    _, chain = await looked(folder, lived.node)
    assert len(chain.problems) == 2, chain.problems
    unknown, profit = chain.problems
    assert unknown.endswith("is on the chain, and the ledger doesn't know it")
    assert f"number 5 of {lived.account}" in unknown
    assert "250 USDC came out by the chain, 1,000 USDC and 0 USDC by the ledger" in profit


async def test_what_left_the_account_without_us_is_named(devnet_node: Node, tmp_path: Path) -> None:
    """By its own key elsewhere, and by somebody whom it had allowed; what anybody sends to it is their own affair."""
    async with opened(tmp_path, devnet_node) as whole:
        await whole.do(deposit("10"))
        number = whole.nonce()
        usdc = whole.token("USDC").address
        whole.send(whole.account, usdc, "approve(address,uint256)", BOB, 7)
        whole.send(BOB, usdc, "transferFrom(address,address,uint256)", whole.account, BOB, 7)
        whole.send(BOB, usdc, "transferFrom(address,address,uint256)", whole.account, BOB, 0)
        whole.send(BOB, usdc, "transfer(address,uint256)", whole.account, 3)
        ledger = whole.world.ledger
        part = await against(ledger, whole.world.rpc, devnet_node.chain_file)
        approved, taken = part.problems
        assert f"(number {number} of {whole.account}, block" in approved
        assert f"of {BOB} (block" in taken
        assert f"took 7 base units of {usdc} from {whole.account}" in taken
        await whole.instance.service.recover()  # from then on the ledger knows what its own account has sent
        part = await against(ledger, whole.world.rpc, devnet_node.chain_file)
        assert part.problems == (taken,)


async def test_what_waits_by_the_ledger_and_is_mined(devnet_node: Node, tmp_path: Path) -> None:
    async with opened(tmp_path, devnet_node) as whole:
        await whole.do(deposit("10"))
    database = sqlite3.connect(tmp_path / FILE)
    database.execute("UPDATE attempts SET status = 'signed' WHERE id = 2")
    database.commit()
    database.close()
    _, chain = await looked(tmp_path, devnet_node)
    assert any("waits by the ledger, and stands in block" in each for each in chain.problems)
    assert any(each.endswith("start Moneta, which looks it up") for each in chain.problems)


async def test_a_ledger_that_moves_on_meanwhile_is_read_again(
    devnet_node: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is carried out while it is compared is no fault of either."""
    monkeypatch.setattr(audit, "PAUSE_SECONDS", 0)
    async with opened(tmp_path, devnet_node) as whole:
        await whole.do(deposit("10"))
        real, looks = evidence.gather, 0

        async def gather(*arguments: object) -> object:
            nonlocal looks
            looks += 1
            if looks == 1:
                await whole.do(deposit("5"))
            return await real(*arguments)  # type: ignore[arg-type]

        monkeypatch.setattr("agent.commands.audit.gather", gather)
        part = await against(whole.world.ledger, whole.world.rpc, devnet_node.chain_file)
        assert (part.problems, looks) == ((), 2)


async def test_without_a_chain_the_log_is_checked_alone(lived: Lived, tmp_path: Path) -> None:
    log, chain = await check(Where.of(lived.copy(tmp_path / "it")))
    assert (log.problems, chain.problems, chain.evidence) == ((), (), None)
    assert "No devnet runs in" in chain.why_not


def test_what_is_printed(lived: Lived, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = Where.of(lived.copy(tmp_path / "a"))
    edited = Where.of(lived.copy(tmp_path / "b", "UPDATE plans SET status = 'void'"))

    def lines(run: Callable[[], int], code: int) -> list[str]:
        assert run() == code
        return capsys.readouterr().out.splitlines()

    first, second = lines(lambda: audit.verify(whole, False), 0)
    assert first == "The audit log is whole: every row follows from the one before it."
    assert second.startswith("The chain was not checked: No devnet runs in")
    log, chain, end = (json.loads(line) for line in lines(lambda: audit.verify(edited, True), 1))
    assert (log["part"], log["checked"], log["holds"]) == ("log", True, False)
    assert (chain["part"], chain["checked"], chain["holds"]) == ("chain", False, True)
    assert end == {"problems": log["problems"], "holds": False, "checked": ["log"]}
    assert lines(lambda: audit.verify(Where.of(tmp_path / "none"), False), 1) == [
        f"there is no ledger in {tmp_path / 'none'}"
    ]
