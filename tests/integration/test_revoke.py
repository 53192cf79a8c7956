"""An allowance that a stopped plan left for good is told with what to say, and that takes it back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from agent.commands.audit import against
from agent.execution.points import Point, watched
from agent.replies.reply import Reply
from devnet import Node
from memory.rows import PlanStatus
from tests.integration.runtime_parts import AAVE, BOB, USDC, Whole, deposit, opened, rule, status
from tests.servers.faulty_node import FaultyNode

pytestmark = pytest.mark.integration

SEND = "eth_sendRawTransaction"


@pytest_asyncio.fixture
async def proxy(devnet_node: Node) -> AsyncIterator[FaultyNode]:
    async with FaultyNode(devnet_node.rpc_url) as it:
        yield it


@pytest_asyncio.fixture
async def whole(devnet_node: Node, proxy: FaultyNode, tmp_path: Path) -> AsyncIterator[Whole]:
    async with opened(tmp_path / "home", devnet_node, proxy.url) as it:
        yield it


async def left_over(whole: Whole, proxy: FaultyNode) -> Reply:
    """A deposit that reverts behind its approval, whose clean-up no node takes, and then the number is gone."""
    noted = 0

    def trouble(at: Point) -> None:
        nonlocal noted
        noted += at is Point.NOTED
        if at is Point.NOTED and noted == 1:
            whole.pause_aave()
        elif at is Point.NOTED and noted == 2:
            proxy.answer(SEND, -32000, "max fee per gas less than block base fee")

    await whole.say("hello")
    await whole.ask(deposit("1000", venue=AAVE))
    with watched(trouble):
        stopped = await whole.confirm()
    assert status(stopped) == "partial"
    assert "an allowance isn't taken back yet" in stopped.text
    whole.pause_aave(False)
    whole.send(whole.account, whole.token("USDC").address, "transfer(address,uint256)", BOB, 1)
    return stopped


async def said_on_its_own(whole: Whole) -> list[str]:
    """What was posted to the user besides replies to what they said."""
    rows = await whole.world.ledger._store.read(
        lambda db: [row[0] for row in db.execute("SELECT body_json FROM outbox WHERE inbox_id IS NULL")]
    )
    return [row for row in rows if "An allowance is left over" in row]


async def test_what_is_left_over_is_told_once_and_taken_back(whole: Whole, proxy: FaultyNode) -> None:
    spender = whole.world.venues[AAVE].contract.address
    await left_over(whole, proxy)
    assert whole.allowance("USDC", spender) == 1000 * USDC
    for _ in range(3):
        await whole.say("portfolio")
    (told,) = await said_on_its_own(whole)
    for words in ("1,000 USDC", spender, "revoke USDC from aave-v3:core:USDC", "used since"):
        assert words in told
    assert await whole.world.ledger.owed(whole.account) == []
    assert rule(await whole.say("deposit 5 usdc into aave core")) is None  # a preview: entries wait for `acknowledge`
    preview = await whole.say("revoke USDC from aave-v3:core:USDC")
    assert status(preview) == "ready", preview.text
    assert "take back what aave-v3:core:USDC may spend of your USDC" in preview.text
    assert preview.preview is not None
    assert preview.preview.changes == ()
    assert any("was not sent by me" in note for note in preview.preview.notes)
    before = whole.balance("USDC")
    done = await whole.say("yes")
    assert status(done) == "settled", done.text
    assert whole.allowance("USDC", spender) == 0
    assert whole.balance("USDC") == before
    assert await whole.status(preview) is PlanStatus.SETTLED
    history = (await whole.say("history")).table
    assert history is not None
    assert any(
        "take back what aave-v3:core:USDC may spend of your USDC" in cell for row in history.rows for cell in row
    )
    assert "you asked for this and confirmed it: take back what" in (await whole.say("why?")).text
    assert rule(await whole.say("revoke usdc from aave core")) == "allowance"
    assert await whole.world.ledger.verify_audit() == []
    assert (await against(whole.world.ledger, whole.world.rpc, whole.node.chain_file)).problems == ()


async def test_an_allowance_that_is_gone_meanwhile_is_not_told(whole: Whole, proxy: FaultyNode) -> None:
    await left_over(whole, proxy)
    spender = whole.world.venues[AAVE].contract.address
    whole.send(whole.account, whole.token("USDC").address, "approve(address,uint256)", spender, 0)
    await whole.say("portfolio")
    assert await said_on_its_own(whole) == []
    assert await whole.world.ledger.given_up() == []


async def test_a_node_that_is_away_puts_off_what_is_told(whole: Whole, proxy: FaultyNode) -> None:
    await left_over(whole, proxy)
    await whole.instance.service.runtime.recovering.of(whole.user)
    (given,) = await whole.world.ledger.given_up(whole.user.id)
    proxy.down = True
    await whole.instance.service.news.tell()
    assert await whole.world.ledger.given_up() == [given]
    proxy.down = False
    await whole.instance.service.news.tell()
    assert await whole.world.ledger.given_up() == []
    assert len(await said_on_its_own(whole)) == 1


async def test_under_a_pause_and_from_an_exchange(whole: Whole) -> None:
    trader = next(iter(whole.world.traders.values()))
    token = whole.token("USDC")
    whole.send(whole.account, token.address, "approve(address,uint256)", trader.contract.address, 7)
    await whole.say("acknowledge")
    await whole.say("pause")
    preview = await whole.say("take back my usdc allowance of uniswap")
    assert preview.intent == {"action": "revoke", "asset": "USDC", "spender": trader.name}
    assert status(await whole.say("yes")) == "settled"
    assert whole.allowance("USDC", trader.contract.address) == 0


async def test_nothing_to_take_back(whole: Whole) -> None:
    for spender in (AAVE, *whole.world.traders):
        reply = await whole.say(f"revoke USDC from {spender}")
        assert rule(reply) == "allowance"
    for words in ("revoke PEPE from aave", "revoke USDC", "revoke USDC from bob", "revoke"):
        assert "Say it like `revoke USDC from" in (await whole.say(words)).text, words
    assert whole.nonce() == 0
