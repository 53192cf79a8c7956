"""What the chain's own state forbids: prices that are old, off or wrong, tokens that cheat, contracts that changed.

Each stops what goes in, and lets what is in there out.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import pytest

from agent.chain.fingerprint import EIP1967, ZEPPELINOS, fingerprints
from agent.errors import Refused
from agent.intents import Exact, Intent, Swap
from agent.money import Address
from tests.integration.feed_parts import dated_feed
from tests.integration.runtime_parts import AAVE, MORPHO, USDC, Whole, deposit, leave_all, status, transfer
from tests.servers.solidity import runtime_codes

pytestmark = pytest.mark.integration

ANSWER_SLOT = "0x" + "00" * 32  # of @aave/core-v3's MockAggregator: its answer is its first and only variable
STRANGER = "0x90F79bf6EB2c4f870365E785982E1f101E93b906"


def swap(value: str, asset: str, to: str) -> Swap:
    return Swap(asset=asset, amount=Exact(value=value), to_asset=to, to_amount=None)


async def refused(whole: Whole, intent: Intent) -> Refused:
    before = whole.nonce()
    with pytest.raises(Refused) as caught:
        await whole.ask(intent)
    assert whole.nonce() == before
    assert caught.value.remedy
    return caught.value


async def leaves(whole: Whole) -> None:
    """All that is at work comes home."""
    await whole.do(leave_all())
    assert await whole.position(MORPHO) == 0


def say_price(whole: Whole, symbol: str, price: int) -> None:
    """`price` in USD with 8 decimals."""
    feed = whole.world.registry.feeds[symbol]
    whole.chain.call("anvil_setStorageAt", feed, ANSWER_SLOT, "0x" + price.to_bytes(32, "big").hex())


async def test_a_stable_coin_off_its_peg_is_not_entered_or_bought_but_left_and_sold(whole: Whole) -> None:
    await whole.do(deposit("1000"))
    say_price(whole, "USDC", 98_000_000)
    assert status(await whole.ask(deposit("10"))) == "ready"
    say_price(whole, "USDC", 97_999_999)
    caught = await refused(whole, deposit("10"))
    assert (caught.rule, "0.97999999 USD" in caught.message) == ("peg", True)
    assert (await refused(whole, swap("10", "DAI", "USDC"))).rule == "peg"
    assert status(await whole.ask(swap("10", "USDC", "DAI"))) == "ready"
    await leaves(whole)


async def test_a_peg_lost_between_preview_and_confirmation(whole: Whole) -> None:
    await whole.ask(deposit("1000"))
    say_price(whole, "USDC", 90_000_000)
    reply = await whole.confirm()
    assert status(reply) == "void"
    assert "off its peg" in reply.text
    assert whole.nonce() == 0


@pytest.mark.parametrize(
    ("symbol", "percent_of", "words"),
    [("USDC", 97, "off its peg"), ("WETH", 107, "apart"), ("USDC", 0, "no price for USDC"), ("WETH", 0, "no price")],
)
async def test_what_a_swap_buys_is_looked_at_again_when_it_is_confirmed(
    whole: Whole, symbol: str, percent_of: int, words: str
) -> None:
    """Its peg, its price and what the pools say of it, at the head: sold it may be still, bought no more."""
    price = (await whole.world.snapshot(whole.account)).prices[symbol]
    await whole.ask(swap("10", "DAI", symbol))
    say_price(whole, symbol, price * percent_of // 100)
    reply = await whole.confirm()
    assert status(reply) == "void", reply.text
    assert words in reply.text
    assert whole.nonce() == 0


async def test_pools_that_left_the_feed_between_preview_and_confirmation_of_an_entry(whole: Whole) -> None:
    price = (await whole.world.snapshot(whole.account)).prices["WETH"]
    await whole.do(swap("3000", "USDC", "WETH"))
    await whole.ask(deposit("0.5", "WETH", "aave-v3:core:WETH"))
    say_price(whole, "WETH", price * 93 // 100)
    reply = await whole.confirm()
    assert (status(reply), "apart" in reply.text) == ("void", True)


@pytest.mark.parametrize("price", [0, 2**256 - 1])
async def test_what_has_no_price_is_not_entered_swapped_or_sent(whole: Whole, price: int) -> None:
    """A feed that says nothing, or less than nothing."""
    await whole.do(deposit("1000"))
    say_price(whole, "USDC", price)
    for intent in (deposit("10"), swap("10", "USDC", "DAI"), swap("10", "DAI", "USDC")):
        assert (await refused(whole, intent)).rule == "oracle"
    await leaves(whole)


async def test_a_transfer_of_what_has_no_price(whole: Whole) -> None:
    await whole.world.ledger.add_contact(whole.user.id, "bob", Address(STRANGER), ripe_at=0)
    say_price(whole, "USDC", 0)
    assert (await refused(whole, transfer("5"))).rule == "oracle"


async def test_a_feed_and_the_pools_that_disagree(whole: Whole) -> None:
    price = (await whole.world.snapshot(whole.account)).prices["WETH"]
    say_price(whole, "WETH", price * 104 // 100)
    assert status(await whole.ask(swap("100", "USDC", "WETH"))) == "ready"
    say_price(whole, "WETH", price * 107 // 100)
    caught = await refused(whole, swap("100", "USDC", "WETH"))
    assert (caught.rule, "apart" in caught.message) == ("oracle", True)
    say_price(whole, "WETH", price)
    await whole.do(swap("3000", "USDC", "WETH"))
    say_price(whole, "WETH", price * 93 // 100)
    assert (await refused(whole, deposit("0.5", "WETH", "aave-v3:core:WETH"))).rule == "oracle"


async def test_a_feed_that_fell_silent(whole: Whole) -> None:
    """A feed with a date, which says when it answered last; the chain file says how often it must."""
    feed = whole.world.registry.feeds["USDC"]
    now = int(whole.chain.call("eth_getBlockByNumber", "latest", False)["timestamp"], 16)
    dated_feed(whole.chain, feed, 10**8, started=now - 3_000, updated=now - 3_000)
    whole.world.registry = replace(whole.world.registry, heartbeats=MappingProxyType({"USDC": 3_600}))
    whole.world.gate = replace(whole.world.gate, registry=whole.world.registry)
    assert (await whole.world.snapshot(whole.account)).prices["USDC"] == 10**8
    await whole.do(deposit("1000"))
    whole.chain.call("evm_increaseTime", 3_000)
    whole.chain.call("evm_mine")
    caught = await refused(whole, deposit("10"))
    assert (caught.rule, "3600 are promised" in caught.message) == ("oracle", True)
    await leaves(whole)


@pytest.mark.parametrize("name", ["TakesAFee", "CannotBeSold", "GrowsByItself"])
async def test_a_token_that_cheats_is_not_bought(whole: Whole, name: str) -> None:
    """DAI with other code behind it, as an upgrade would leave it; the records of what it was are put away first."""
    whole.world.gate = replace(whole.world.gate, policy=replace(whole.world.policy, codes={}))
    intent = swap("100", "USDC", "DAI")
    whole.chain.call("anvil_setCode", whole.token("DAI").address, runtime_codes()["Plain"])
    assert status(await whole.ask(intent)) == "ready"
    whole.chain.call("anvil_setCode", whole.token("DAI").address, runtime_codes()[name])
    caught = await refused(whole, intent)
    assert caught.rule == "token-safety"


def point(whole: Whole, proxy: Address | None, slot: str, to: str) -> None:
    whole.chain.call("anvil_setStorageAt", proxy, slot, "0x" + "00" * 12 + to.removeprefix("0x").lower())


def behind(whole: Whole, proxy: Address) -> Address:
    """The implementation that was recorded when the proxy was listed."""
    place = whole.world.policy.codes[proxy].implementation
    assert place is not None
    return place


async def test_a_new_implementation_behind_a_venue_stops_entries_and_no_exit(whole: Whole) -> None:
    await whole.do(deposit("500", venue=AAVE))
    pool = whole.world.venues[AAVE].contract.address
    copy = "0x00000000000000000000000000000000000c0de5"  # the same code somewhere else: nobody has looked at it
    whole.chain.call("anvil_setCode", copy, whole.chain.call("eth_getCode", behind(whole, pool), "latest"))
    point(whole, pool, EIP1967["implementation"], copy)
    caught = await refused(whole, deposit("500", venue=AAVE))
    assert (caught.rule, "implementation" in caught.message) == ("changed", True)
    assert status(await whole.ask(deposit("500"))) == "ready"  # another venue is none the worse for it
    await whole.do(leave_all())
    assert await whole.position(AAVE) == 0


async def test_an_upgrade_between_preview_and_confirmation(whole: Whole) -> None:
    await whole.ask(deposit("500", venue=AAVE))
    pool = whole.world.venues[AAVE].contract.address
    copy = "0x00000000000000000000000000000000000c0de5"
    whole.chain.call("anvil_setCode", copy, whole.chain.call("eth_getCode", behind(whole, pool), "latest"))
    point(whole, pool, EIP1967["implementation"], copy)
    reply = await whole.confirm()
    assert status(reply) == "void"
    assert "isn't what it was" in reply.text
    assert whole.nonce() == 0


async def test_a_token_whose_owner_changed_hands(whole: Whole) -> None:
    """USDC stands behind Circle's own proxy, with the older slots."""
    usdc = whole.token("USDC").address
    assert usdc is not None
    stored = str(whole.chain.call("eth_getStorageAt", usdc, ZEPPELINOS["implementation"], "latest"))
    assert behind(whole, usdc).lower() == "0x" + stored[-40:]
    admin = whole.chain.call("eth_accounts")[0]
    whole.send(admin, usdc, "transferOwnership(address)", STRANGER)
    caught = await refused(whole, deposit("500"))
    assert (caught.rule, "owner" in caught.message) == ("changed", True)


async def test_other_code_at_a_listed_address(whole: Whole) -> None:
    blue = whole.world.venues[MORPHO].contract.address
    code = str(whole.chain.call("eth_getCode", blue, "latest"))
    whole.chain.call("anvil_setCode", blue, code + "00")
    caught = await refused(whole, deposit("500"))
    assert (caught.rule, "code" in caught.message) == ("changed", True)


async def test_the_policy_of_a_new_folder_records_every_contract(whole: Whole) -> None:
    policy = whole.world.policy
    receipts = {venue.receipt.address for venue in whole.world.venues.values() if venue.receipt is not None}
    assert set(policy.codes) == {*policy.contracts, *receipts}
    assert await fingerprints(whole.world.rpc, whole.world.registry, policy.codes) == dict(policy.codes)
    proxies = {place for place, record in policy.codes.items() if record.implementation}
    assert {"USDC"} <= {policy.contracts[place].name for place in proxies if place in policy.contracts}
    assert len(proxies) >= 10  # two pools of Aave, their six aTokens, their vaults, USDC


async def test_a_dead_price_costs_no_exit_and_units_are_exact(whole: Whole) -> None:
    await whole.do(deposit("1000"))
    for symbol in ("USDC", "DAI", "WETH"):
        say_price(whole, symbol, 0)
    held = whole.balance("USDC")
    await leaves(whole)
    assert whole.balance("USDC") >= held + 1_000 * USDC - 1
