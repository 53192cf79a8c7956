"""Loans at real contracts: read exactly, watched, and paid back by their owner's words."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from agent.money import RAY, Address
from agent.plugin import Venue
from devnet import Node
from devnet.rpc import Rpc
from tests.integration.feed_parts import dated_feed, now
from tests.integration.runtime_parts import AAVE, ETH, MORPHO, USDC, Whole, opened, rule, status
from tests.integration.schedule_parts import Desk
from tests.integration.schedule_parts import opened as scheduled

pytestmark = pytest.mark.integration

VENUS = "venus:core:USDC"
VARIABLE = 2
BLUE = "(address loanToken,address collateralToken,address oracle,address irm,uint256 lltv)"


@pytest_asyncio.fixture
async def whole(devnet_node: Node, tmp_path: Path) -> AsyncIterator[Whole]:
    async with opened(tmp_path / "home", devnet_node) as it:
        yield it


def borrow_at_aave(whole: Whole, collateral: int = 2 * ETH, borrowed: int = 3_000 * USDC) -> Venue:
    """WETH stands against USDC, as somebody else's program would have done it."""
    venue, weth = whole.world.venues[AAVE], whole.token("WETH").address
    pool, account = venue.contract.address, whole.account
    whole.send(account, weth, "deposit()", value=collateral)
    whole.send(account, weth, "approve(address,uint256)", pool, collateral)
    whole.send(account, pool, "supply(address,uint256,address,uint16)", weth, collateral, account, 0)
    usdc = whole.token("USDC").address
    whole.send(account, pool, "borrow(address,uint256,uint256,uint16,address)", usdc, borrowed, VARIABLE, 0, account)
    return venue


async def test_a_loan_at_aave_is_read_shown_and_paid_back(whole: Whole) -> None:
    await whole.say("hello")
    venue = borrow_at_aave(whole)
    assert venue.lender is not None
    loan = (await whole.world.snapshot(whole.account)).loans[venue.lender.id]
    debt_token = venue.lender.debt_tokens[AAVE].address
    assert loan.debts == {AAVE: whole.number(debt_token, "balanceOf(address)", whole.account)}
    # 2 WETH at 3,000 dollars, 82.5 % of which may be owed
    assert loan.health is not None
    assert abs(loan.health - 6_000 * 825 * RAY // 1_000 // 3_000) < RAY // 10**4
    shown = await whole.say("portfolio")
    assert "owe $3,000" in shown.text, shown.text
    assert "health factor 1.6" in shown.text, shown.text
    preview = await whole.say("repay 1000 usdc at aave core")
    assert status(preview) == "ready", preview.text
    assert preview.preview is not None
    (note,) = preview.preview.notes
    assert note.startswith("Health factor at aave-v3:core: 1.6")
    assert " 2.47 afterwards" in note
    before = whole.balance("USDC")
    assert status(await whole.confirm()) == "settled"
    assert before - whole.balance("USDC") == 1_000 * USDC
    assert whole.allowance("USDC", venue.contract.address) == 0
    preview = await whole.say("repay everything")
    assert status(preview) == "ready", preview.text
    assert status(await whole.confirm()) == "settled"
    assert whole.number(debt_token, "balanceOf(address)", whole.account) == 0
    assert whole.allowance("USDC", venue.contract.address) == 0
    assert (await whole.world.snapshot(whole.account)).loans == {}
    assert rule(await whole.say("repay everything")) == "balance"


def borrow_at_venus(whole: Whole, collateral: int = 2 * ETH, borrowed: int = 3_000 * USDC) -> Venue:
    venue, weth = whole.world.venues[VENUS], whole.token("WETH").address
    vweth, account = whole.world.venues["venus:core:WETH"].contract.address, whole.account
    whole.send(account, weth, "deposit()", value=collateral)
    whole.send(account, weth, "approve(address,uint256)", vweth, collateral)
    whole.send(account, vweth, "mint(uint256)", collateral)
    pool = Address(whole.world.registry.protocols["venus"]["core"]["comptroller"])
    whole.send(account, pool, "enterMarkets(address[])", [vweth])
    whole.send(account, venue.contract.address, "borrow(uint256)", borrowed)
    return venue


async def test_a_loan_at_venus_is_read_and_paid_back_whole(whole: Whole) -> None:
    await whole.say("hello")
    venue = borrow_at_venus(whole)
    assert venue.lender is not None
    whole.chain.call("anvil_mine", hex(1_000))  # interest that nobody has written down
    loan = (await whole.world.snapshot(whole.account)).loans["venus:core"]
    now = whole.number(venue.contract.address, "borrowBalanceCurrent(address)", whole.account)
    stored = whole.number(venue.contract.address, "borrowBalanceStored(address)", whole.account)
    assert stored < loan.debts[VENUS] <= now + 1  # the call is one block later
    # 2 WETH at 3,000 dollars, 80 % of which may be owed
    assert loan.health is not None
    assert abs(loan.health - 6_000 * 80 * RAY // 100 // 3_000) < RAY // 10**3
    preview = await whole.say("pay back half of my loan")
    assert status(preview) == "ready", preview.text
    assert status(await whole.confirm()) == "settled"
    preview = await whole.say("repay all of my usdc loan")
    assert status(preview) == "ready", preview.text
    assert status(await whole.confirm()) == "settled"
    assert whole.number(venue.contract.address, "borrowBalanceCurrent(address)", whole.account) == 0
    assert whole.allowance("USDC", venue.contract.address) == 0
    assert (await whole.world.snapshot(whole.account)).loans == {}


def borrow_at_morpho(whole: Whole, collateral: int = 2 * ETH, borrowed: int = 3_000 * USDC) -> Venue:
    venue, weth = whole.world.venues[MORPHO], whole.token("WETH").address
    blue, account = venue.contract.address, whole.account
    market = whole.world.registry.protocols["morpho-blue"]["markets"]["WETH-86"]
    answer = str(whole.chain.call("eth_call", {"to": blue, "data": "0x2c3c9157" + market[2:]}, "latest"))
    words = [answer[2 + 64 * at : 66 + 64 * at] for at in range(5)]
    params = (*(f"0x{word[24:]}" for word in words[:4]), int(words[4], 16))
    whole.send(account, weth, "deposit()", value=collateral)
    whole.send(account, weth, "approve(address,uint256)", blue, collateral)
    whole.send(account, blue, f"supplyCollateral({BLUE},uint256,address,bytes)", params, collateral, account, b"")
    whole.send(
        account, blue, f"borrow({BLUE},uint256,uint256,address,address)", params, borrowed, 0, account, account
    )
    return venue


async def test_a_loan_at_morpho_is_read_and_paid_back_whole(whole: Whole) -> None:
    await whole.say("hello")
    borrow_at_morpho(whole)
    whole.chain.call("evm_increaseTime", 86_400)
    whole.chain.call("evm_mine")
    loan = (await whole.world.snapshot(whole.account)).loans["morpho-blue:WETH-86"]
    assert loan.pledged == {"WETH": 2 * ETH}
    assert loan.debts[MORPHO] > 3_000 * USDC
    # 2 WETH at 3,000 dollars, 86 % of which may be owed
    assert loan.health is not None
    assert abs(loan.health - 6_000 * 86 * RAY // 100 // 3_000) < RAY // 10**3
    shown = await whole.say("portfolio")
    assert shown.table is not None
    assert ("pledged at morpho-blue:WETH-86", "2", "$6,000.00", "", "") in shown.table.rows
    preview = await whole.say(f"repay 1000 usdc at {MORPHO}")
    assert status(preview) == "ready", preview.text
    assert status(await whole.confirm()) == "settled"
    preview = await whole.say("repay everything")
    assert status(preview) == "ready", preview.text
    assert preview.preview is not None
    assert "shares of your debt" in preview.preview.steps[1], preview.preview.steps
    assert status(await whole.confirm()) == "settled"
    assert whole.allowance("USDC", whole.world.venues[MORPHO].contract.address) == 0
    assert (await whole.world.snapshot(whole.account)).loans == {}


async def test_collateral_of_a_loan_stays_as_far_as_the_loan_needs_it(whole: Whole) -> None:
    await whole.say("hello")
    borrow_at_aave(whole)
    assert rule(await whole.say("withdraw 0.1 weth from aave core")) is None
    refused = await whole.say("withdraw 1 weth from aave core")
    assert rule(refused) == "health"
    assert "1.6" in refused.text, refused.text
    refused = await whole.say("withdraw 0.6 weth from aave core")
    assert rule(refused) == "health"
    assert "below 1.25" in refused.text, refused.text
    assert "Up to about 0.48 WETH would pass" in refused.text, refused.text
    assert status(await whole.say("deposit 500 usdc into morpho-blue:WETH-86:USDC")) == "ready"
    assert status(await whole.confirm()) == "settled"
    left = await whole.say("exit")
    assert status(left) == "ready", left.text
    assert left.preview is not None
    assert "aave" not in left.preview.headline
    assert any("stays there" in note for note in left.preview.notes)


def weth_costs(whole: Whole, dollars: int) -> None:
    place = whole.world.registry.feeds["WETH"]
    head = now(whole.chain)
    dated_feed(whole.chain, place, dollars * 10**8, started=head, updated=head)
    whole.chain.call("evm_mine")


async def test_each_level_of_a_loan_is_told_once_and_that_it_recovered(devnet_node: Node, tmp_path: Path) -> None:
    async with scheduled(tmp_path, devnet_node) as desk:
        with Rpc(devnet_node.rpc_url) as chain:
            whole = Whole(desk.instance, desk.user, devnet_node, chain)
            await desk.say("hello")
            borrow_at_aave(whole)
            told: list[str] = []
            for dollars, words in (
                (3_000, ""),
                (2_200, "its health factor is 1.2"),
                (2_180, ""),
                (1_950, "close to its liquidation: its health factor is 1.07"),
                (2_100, ""),
                (2_300, ""),
                (2_400, "has recovered: its health factor is 1.3"),
                (2_200, "below 1.25"),
            ):
                weth_costs(whole, dollars)
                for _ in range(2):
                    await desk.schedule.tick()
                rows = await desk.world.ledger._store.read(
                    lambda db: [row[0] for row in db.execute("SELECT body_json FROM outbox WHERE inbox_id IS NULL")]
                )
                told, before = [row for row in rows if "loan at aave-v3:core" in row.lower()], len(told)
                assert len(told) - before == (1 if words else 0), (dollars, told)
                assert words in (told or [""])[-1]
            await desk.say("repay everything")
            assert status(await desk.say("/confirm")) == "settled"
            await desk.schedule.tick()
            assert await desk.world.ledger.loans_known() == []


async def test_under_a_mandate_a_loan_is_paid_down_from_idle_money_only(devnet_node: Node, tmp_path: Path) -> None:
    async with scheduled(tmp_path, devnet_node) as desk:
        with Rpc(devnet_node.rpc_url) as chain:
            whole = Whole(desk.instance, desk.user, devnet_node, chain)
            await desk.say("hello")
            borrow_at_aave(whole)
            shown = await desk.say("keep my usdc well placed, repay when the health factor falls below 1.2")
            assert shown.table is not None
            rows = {row[0]: row[1:] for row in shown.table.rows}
            assert rows["pays a loan down"] == ("when its health factor is below 1.20, from idle money", "you")
            assert status(await desk.say("yes")) == "settled"
            weth_costs(whole, 2_200)  # 1.21: told, and nothing else
            await desk.schedule.tick()
            lender = "aave-v3:core"
            assert (await whole.world.snapshot(whole.account)).loans[lender].debts[AAVE] > 2_999 * USDC
            weth_costs(whole, 2_100)  # 1.155
            before = whole.balance("USDC")
            for _ in range(3):
                await desk.schedule.tick()
            loan = (await whole.world.snapshot(whole.account)).loans[lender]
            assert loan.health is not None
            assert 130 * RAY // 100 <= loan.health < 131 * RAY // 100  # so it has recovered
            assert before - whole.balance("USDC") == pytest.approx(3_000 * USDC * (1 - 1.155 / 1.305), rel=0.001)
            told = await said_unasked(desk, "Done under your mandate")
            assert len(told) == 1
            assert "pay back" in told[0]
            assert whole.allowance("USDC", whole.world.venues[AAVE].contract.address) == 0
            sink = "0x" + "9" * 40
            whole.send(
                whole.account, whole.token("USDC").address, "transfer(address,uint256)", sink, whole.balance("USDC")
            )
            await desk.say("acknowledge")
            weth_costs(whole, 1_800)
            desk.clock.now += 600
            for _ in range(2):
                await desk.schedule.tick()
            (told,) = [await said_unasked(desk, "pay your loan down")]
            assert len(told) == 1
            assert "nothing to repay with" in told[0]


async def said_unasked(desk: Desk, words: str) -> list[str]:
    rows = await desk.world.ledger._store.read(
        lambda db: [row[0] for row in db.execute("SELECT body_json FROM outbox WHERE inbox_id IS NULL")]
    )
    return [row for row in rows if words in row]
