"""The watch against a real node: what admins and other people do is told, and that the node fails."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio

from agent.chain.fingerprint import EIP1967
from agent.chain.registry import Registry
from agent.commands import looks as watching
from agent.commands.looks import looks
from agent.config import Settings
from agent.errors import MonetaError, Refused
from agent.money import Address
from agent.opening import open_market
from agent.place import Endpoint
from agent.replies.sight import Change, Sight
from agent.runtime.market import Market
from devnet import Node
from devnet.rpc import Rpc
from tests.integration.chain_parts import VENUES, Devnet
from tests.integration.patience import ended, patiently, until
from tests.integration.test_venues_flags import configure
from tests.servers.faulty_node import FaultyNode

pytestmark = pytest.mark.integration

AAVE = "aave-v3:core:USDC"
MORPHO = "morpho-blue:WETH-86:USDC"
USDC = 10**6


@pytest_asyncio.fixture
async def chain(devnet_node: Node) -> AsyncIterator[Devnet]:
    opened = await Devnet.opened(devnet_node)
    yield opened
    await opened.rpc.close()


class Watch:
    """Takes one look after another."""

    def __init__(self, market: Market, account: Address | None) -> None:
        self.market = market
        self.stop = asyncio.Event()
        self._looks = looks(market, account, 0.01, self.stop)

    async def look(self) -> tuple[Sight, Sequence[Change]]:
        seen = await anext(self._looks)
        assert not isinstance(seen, MonetaError), seen
        return seen

    async def trouble(self) -> MonetaError:
        seen = await anext(self._looks)
        assert isinstance(seen, MonetaError)
        return seen


@asynccontextmanager
async def watch(
    node: Node, url: str = "", account: Address | None = None, settings: Settings | None = None
) -> AsyncIterator[Watch]:
    async with open_market(Endpoint(url or node.rpc_url, node.chain_file), settings or Settings()) as market:
        it = Watch(market, account)
        yield it
        it.stop.set()


def texts(changes: Sequence[Change]) -> list[str]:
    return [change.text for change in changes]


async def test_all_venues_are_seen_and_a_quiet_chain_is_quiet(devnet_node: Node) -> None:
    async with watch(devnet_node) as it:
        sight, none = await it.look()
        assert {seen.venue for seen in sight.venues} == set(VENUES)
        assert (sight.network, sight.account, dict(sight.balances), none) == ("devnet", None, {}, ())
        assert (await it.look())[1] == []


async def test_a_pause_a_cap_and_a_deposit_are_told(devnet_node: Node, chain: Devnet) -> None:
    async with watch(devnet_node) as it:
        await it.look()
        venue = chain.venues[AAVE]
        await configure(chain, venue, "setReservePause(address asset,bool paused)", True)
        _, changes = await it.look()
        assert texts(changes) == [f"{AAVE} takes no deposit now: it is paused by its own guardians."]
        await configure(chain, venue, "setReservePause(address asset,bool paused)", False)
        assert texts((await it.look())[1]) == [f"{AAVE} takes deposits again."]
        await configure(chain, venue, "setSupplyCap(address asset,uint256 newSupplyCap)", 1)
        (closed,) = (await it.look())[1]
        assert closed.text == f"{AAVE} takes no deposit now: its supply cap leaves room for 0 USDC."
        await chain.enter(chain.venues[MORPHO], 400_000 * USDC)
        kinds = {(change.kind, change.subject) for change in (await it.look())[1]}
        assert kinds == {("rate", MORPHO), ("liquidity", MORPHO)}


async def test_an_accounts_positions_are_told_as_alerts(devnet_node: Node, chain: Devnet) -> None:
    await chain.enter(chain.venues[AAVE], 5_000 * USDC)
    async with watch(devnet_node, account=chain.user) as it:
        sight, _ = await it.look()
        held = {seen.venue: seen.position for seen in sight.venues if seen.position}
        assert set(held) == {AAVE}
        assert 5_000 * USDC - 10 <= held[AAVE] <= 5_001 * USDC
        await chain.pass_time(3_600)
        assert not [change for change in (await it.look())[1] if change.kind == "position"]  # interest
        state = (await chain.snapshot()).venues[AAVE]
        await chain.do(chain.venues[AAVE].withdraw(state, chain.user, 2_000 * USDC))
        changes = {change.kind: change for change in (await it.look())[1] if change.subject in (AAVE, "USDC")}
        assert set(changes) == {"position", "wallet"}
        assert all(change.alert for change in changes.values())
        assert changes["wallet"].text.startswith("2,000 USDC came into the account's wallet")
        await configure(chain, chain.venues[AAVE], "setReservePause(address asset,bool paused)", True)
        (closed,) = [change for change in (await it.look())[1] if change.kind == "closed"]
        assert closed.alert
        assert "of the account lies there" in closed.text


async def test_a_node_that_fails_is_told_and_the_watch_goes_on(devnet_node: Node, proxy: FaultyNode) -> None:
    async with watch(devnet_node, proxy.url) as it:
        await it.look()
        proxy.down = True
        assert "node" in str(await it.trouble()).lower()
        proxy.down = False
        assert (await it.look())[1] == []


async def test_a_chain_that_stands_still_is_told(devnet_node: Node) -> None:
    real = Settings(chain=str(devnet_node.chain_file))  # of a devnet of its own nobody expects that it goes on
    async with watch(devnet_node, settings=real) as it:
        sight, _ = await it.look()
        assert "seconds old: it stands still" in sight.missing["the chain's head"]
        assert (await it.look())[1] == []  # its age is another at every look, and no news


@pytest.mark.parametrize("profile_node", ["base"], indirect=True)
async def test_a_sequencer_that_is_down_is_told(profile_node: Node) -> None:
    async with watch(profile_node) as it:
        sight, _ = await it.look()
        assert dict(sight.missing) == {}
        feed = Registry.load(profile_node.chain_file).sequencer_feed
        with Rpc(profile_node.rpc_url) as node:
            node.call("anvil_setCode", feed, "0x")
        (change,) = (await it.look())[1]
        assert change.text.startswith("the sequencer can't be used now: Whether the sequencer of Base is up can't be")


async def test_told_to_stop_it_waits_for_no_node(devnet_node: Node, proxy: FaultyNode) -> None:
    async with watch(devnet_node, proxy.url) as it:
        await it.look()
        proxy.hanging = True
        await patiently(it.market.rpc)
        looking = asyncio.ensure_future(it.look())
        await until(lambda: proxy.held)
        it.stop.set()
        with pytest.raises(StopAsyncIteration):
            await ended(looking)


async def test_a_node_of_another_chain_is_refused(devnet_node: Node, proxy: FaultyNode) -> None:
    proxy.always("eth_chainId", "0x1")
    with pytest.raises(Refused, match="The node serves chain 1; devnet is chain 31337") as refused:
        async with watch(devnet_node, proxy.url):
            pass
    assert refused.value.rule == "another-chain"


async def test_a_venue_that_is_no_longer_what_it_was_is_left_out_with_its_reason(
    devnet_node: Node, chain: Devnet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "FIND_SECONDS", 0)  # the venues are proved anew at every look
    async with watch(devnet_node) as it:
        await it.look()
        dai = chain.registry.token("DAI").address
        await chain.rpc.request("anvil_setCode", dai, "0x00")
        sight, changes = await it.look()
        assert "DAI" in sight.missing
        assert not [seen for seen in sight.venues if seen.asset.symbol == "DAI"]
        told = {change.subject for change in changes if change.kind == "gone"}
        assert {"DAI", "aave-v3:core:DAI", "venus:core:DAI"} <= told


async def test_a_proxy_that_was_upgraded_while_it_watched_is_told(
    devnet_node: Node, chain: Devnet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "FIND_SECONDS", 0)
    pool = chain.venues[AAVE].contract.address
    slot = EIP1967["implementation"]
    async with watch(devnet_node) as it:
        sight, _ = await it.look()
        assert not [seen for seen in sight.venues if "isn't what it was" in seen.why_not]
        old = await chain.rpc.request("eth_getStorageAt", pool, slot, "latest")
        copy = "0x" + "c0" * 20
        code = await chain.rpc.request("eth_getCode", "0x" + old[-40:], "latest")
        await chain.rpc.request("anvil_setCode", copy, code)
        await chain.rpc.request("anvil_setStorageAt", pool, slot, "0x" + copy[2:].rjust(64, "0"))
        _, changes = await it.look()
        closed = {change.subject: change.text for change in changes if change.kind == "closed"}
        assert set(closed) == {venue for venue in VENUES if venue.startswith("aave-v3:core:")}
        assert "isn't what it was when this watch began: its implementation was 0x" in closed[AAVE]
        assert (await it.look())[1] == []
