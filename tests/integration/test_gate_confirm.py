"""Between preview and confirmation the world may move: inside the bounds the plan runs, outside it is void."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.chain.snapshot import Snapshot
from agent.intents import All, Deposit, Exact
from agent.money import Address
from memory.rows import PlanStatus
from tests.integration.runtime_parts import (
    AAVE,
    BOB,
    ETH,
    MORPHO,
    USDC,
    Whole,
    deposit,
    leave_all,
    rule,
    status,
    transfer,
    withdraw,
)

pytestmark = pytest.mark.integration


def empty(whole: Whole, units: int) -> None:
    """Somebody with the same key takes tokens away."""
    token = whole.token("USDC").address
    whole.send(whole.account, token, "transfer(address,uint256)", BOB, units)


async def test_the_wallet_is_emptied_in_between(whole: Whole) -> None:
    preview = await whole.say("put 1,000 USDC to work")
    empty(whole, whole.balance("USDC") - 5)
    before = whole.nonce()
    assert rule(await whole.say("confirm")) == "external-use"  # it was done with the account's own key
    assert "you know of it" in (await whole.say("acknowledge")).text
    reply = await whole.say("/confirm")
    assert (status(reply), rule(reply)) == ("void", "expected")
    assert "Nothing was sent" in reply.text
    assert "less than 1,000 USDC" in reply.text
    assert await whole.status(preview) is PlanStatus.VOID
    assert (whole.nonce(), await whole.attempts()) == (before, [])
    assert rule(await whole.say("confirm")) == "nothing-pending"


async def test_a_month_passes_in_between(whole: Whole) -> None:
    """All that the position now holds is more than was confirmed: a new preview, which then runs."""
    await whole.do(deposit("100000"))
    old = await whole.ask(leave_all())
    whole.chain.call("anvil_mine", "0x2", hex(30 * 86_400))
    reply = await whole.say("/confirm")
    assert (status(reply), rule(reply)) == ("void", "expected")
    assert await whole.status(old) is PlanStatus.VOID
    assert await whole.position(MORPHO) > 100_000 * USDC
    assert whole.nonce() == 2
    assert reply.preview is not None
    assert await whole.status(reply) is PlanStatus.PROPOSED
    assert reply.plan != old.plan
    assert status(await whole.say("yes")) == "settled"
    assert await whole.position(MORPHO) == 0
    assert whole.balance("USDC") > 10_000_000 * USDC


async def test_a_minute_passes_and_the_plan_still_holds(whole: Whole) -> None:
    await whole.do(deposit("100000"))
    await whole.ask(leave_all())
    whole.chain.call("anvil_mine", "0x5", hex(12))
    assert status(await whole.confirm()) == "settled"


async def test_the_venue_is_paused_in_between_and_another_is_offered(whole: Whole) -> None:
    both = (AAVE, "aave-v3:prime:USDC")
    whole.world.venues = {key: whole.world.venues[key] for key in both}
    first = await whole.row(await whole.ask(Deposit(asset="USDC", amount=Exact(value="1000"), venue=None)))
    chosen = first.plan.steps[-1].venue
    whole.pause_aave(market=chosen.split(":")[1])
    reply = await whole.confirm()
    assert status(reply) == "void"
    second = await whole.row(reply)
    assert {chosen, second.plan.steps[-1].venue} == set(both)
    assert whole.nonce() == 0
    assert status(await whole.confirm()) == "settled"
    assert await whole.position(chosen) == 0


async def test_the_gas_money_is_gone_in_between(whole: Whole) -> None:
    await whole.ask(deposit("1000"))
    whole.chain.call("anvil_setBalance", whole.account, "0x1")
    reply = await whole.confirm()
    assert status(reply) == "void"
    assert "gas" in reply.text
    assert await whole.attempts() == []


async def test_the_native_coin_of_a_transfer_is_gone_in_between(whole: Whole) -> None:
    await whole.say(f"add {BOB} as bob")
    await whole.ask(transfer("50", "ETH"))
    whole.chain.call("anvil_setBalance", whole.account, hex(10 * ETH))
    reply = await whole.confirm()
    assert (status(reply), rule(reply)) == ("void", "expected")
    assert await whole.attempts() == []


async def test_a_node_that_tells_contracts_no_base_fee(whole: Whole, monkeypatch: pytest.MonkeyPatch) -> None:
    """geth has a base fee of zero inside of eth_call: what a plan may cost comes from the block's header."""
    whole.chain.call("anvil_setNextBlockBaseFeePerGas", hex(5 * 10**9))
    whole.chain.call("evm_mine")
    real = whole.world.snapshot

    async def like_geth(account: Address) -> Snapshot:
        seen = await real(account)
        return replace(seen, block=replace(seen.block, base_fee=0))

    monkeypatch.setattr(whole.world, "snapshot", like_geth)
    await whole.do(deposit("1000"))


async def test_frozen_in_between(whole: Whole) -> None:
    """The operator's freeze stops exits, too, and what was previewed before it."""
    await whole.do(deposit("1000"))
    preview = await whole.ask(leave_all())
    await whole.world.ledger.set_frozen(True)
    assert rule(await whole.confirm()) == "freeze"
    assert rule(await whole.say("get me out of everything")) == "freeze"
    assert await whole.status(preview) is PlanStatus.PROPOSED
    await whole.world.ledger.set_frozen(False)
    assert status(await whole.confirm()) == "settled"


async def test_expired(whole: Whole) -> None:
    now = whole.world.now()
    whole.world.now = lambda: now  # however long the preview takes
    preview = await whole.say("put 1,000 USDC to work")
    assert preview.preview is not None
    end = preview.preview.expires
    assert end - now == whole.world.settings.plan_seconds
    whole.world.now = lambda: end + 1
    for word in ("confirm", "/confirm"):
        reply = await whole.say(word)
        assert (status(reply), rule(reply)) == ("refused", "expired"), word
    assert await whole.status(preview) is PlanStatus.EXPIRED
    assert await whole.attempts() == []


async def test_the_last_second_counts(whole: Whole) -> None:
    preview = await whole.say("put 1,000 USDC to work")
    assert preview.preview is not None
    end = preview.preview.expires
    whole.world.now = lambda: end
    assert status(await whole.say("confirm")) == "settled"


async def test_everything_of_the_wallet_is_exactly_everything(whole: Whole) -> None:
    await whole.ask(Deposit(asset="USDC", amount=All(), venue=AAVE))
    empty(whole, 1)
    assert status(await whole.confirm()) == "void"
    assert whole.balance("USDC") == 10_000_000 * USDC - 1
    assert status(await whole.confirm()) == "settled"  # the new preview, of one unit less
    assert whole.balance("USDC") == 0
    await whole.do(withdraw(None, venue=AAVE))
