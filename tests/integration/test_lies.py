"""What lies is named and refused, money comes out all the same, and docs/lies.md says what its user sees.

A real node stands behind all of it; where the endpoint lies, a proxy in front of the node does.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from agent.chain.fingerprint import EIP1967
from agent.chain.registry import Registry
from agent.compose import open_instance
from agent.config import Settings
from agent.doctor.finding import Verdict
from agent.errors import Refused
from agent.gate.alone import NOTE
from agent.money import Address
from agent.oversight import Oversight
from devnet import Node
from tests.integration.doctor_parts import examined, patient
from tests.integration.feed_parts import dated_feed, now
from tests.integration.lies_parts import as_the_page_says, asked, comes_home, upgrade
from tests.integration.place_parts import place_on
from tests.integration.profile_parts import opened_on
from tests.integration.runtime_parts import AAVE, USDC, Whole, deposit, leave_all, opened, status, withdraw
from tests.servers.faulty_node import FaultyNode

pytestmark = pytest.mark.integration

DAI_CORE = "aave-v3:core:DAI"
VAULT = "erc4626:stata-prime-USDC:USDC"
SEQUENCER = Address("0x00000000000000000000000000000000005E91CE")
DECIMALS_SLOT = 5  # of @aave/core-v3's MintableERC20, DAI on devnet


@pytest_asyncio.fixture
async def behind(devnet_node: Node, proxy: FaultyNode, tmp_path: Path) -> AsyncIterator[Whole]:
    """An instance whose endpoint is the proxy."""
    async with opened(tmp_path, devnet_node, proxy.url) as it:
        yield it


def oversight(whole: Whole, folder: Path) -> Oversight:
    return Oversight(whole.world, whole.instance.service, folder)


# -- the endpoint --


async def test_another_chains_id(devnet_node: Node, proxy: FaultyNode, tmp_path: Path) -> None:
    proxy.always("eth_chainId", "0x1")
    with pytest.raises(Refused) as caught:
        async with open_instance(place_on(devnet_node, tmp_path, proxy.url), Settings()):
            pass
    assert caught.value.rule == "another-chain"
    as_the_page_says("an endpoint of another chain", str(caught.value))


async def test_an_endpoint_that_stands_still(behind: Whole, proxy: FaultyNode) -> None:
    await behind.do(deposit("1000", venue=AAVE))
    head = int(behind.chain.call("eth_blockNumber"), 16)
    moment = now(behind.chain)
    world = behind.world
    world.gate = replace(world.gate, watched=replace(world.gate.watched, longest_head=300, now=lambda: moment + 290))
    behind.chain.call("evm_increaseTime", 600)
    behind.chain.call("evm_mine")
    assert status(await behind.ask(deposit("10", venue=AAVE))) == "ready"
    world.gate = replace(world.gate, watched=replace(world.gate.watched, now=lambda: moment + 600))
    assert status(await behind.ask(deposit("10", venue=AAVE))) == "ready"
    proxy.stuck_at = head
    said = await asked(behind, "deposit 10 usdc into aave core")
    as_the_page_says("an endpoint whose head stands still", said)
    found = await examined(replace(patient(behind.node, proxy.url), longest_head=300, now=lambda: moment + 600))
    assert [each.check for each in found if each.verdict is Verdict.WRONG] == ["head of"]
    assert status(await behind.ask(withdraw(None, venue=AAVE))) == "ready"
    proxy.stuck_at = None
    await comes_home(behind)


@pytest.mark.parametrize(
    ("lie", "answer"),
    [
        ("an endpoint that answers HTML", b"<html><body>Bad gateway</body></html>"),
        ("an endpoint that answers null", b"null"),
    ],
)
async def test_an_endpoint_that_answers_nonsense(behind: Whole, proxy: FaultyNode, lie: str, answer: bytes) -> None:
    proxy.instead = answer
    as_the_page_says(lie, await asked(behind, "deposit 10 usdc into aave core"))
    found = await examined(patient(behind.node, proxy.url))
    assert [each.check for each in found] == ["endpoint", "contracts of"]
    assert found[0].verdict is Verdict.WRONG
    proxy.instead = None
    assert status(await behind.ask(deposit("10", venue=AAVE))) == "ready"


async def test_an_endpoint_without_simulation(behind: Whole, proxy: FaultyNode) -> None:
    for venue in (AAVE, VAULT, "venus:core:USDC", "morpho-blue:WETH-86:USDC"):
        await behind.do(deposit("1000", venue=venue))
    proxy.lacking = {"eth_simulateV1"}
    as_the_page_says("an endpoint without eth_simulateV1", await asked(behind, "deposit 10 usdc into aave core"))
    for amount in ("250", None):
        part = await behind.ask(withdraw(amount, venue=VAULT))
        assert part.preview is not None
        assert NOTE in part.preview.notes
        assert status(await behind.confirm()) == "settled"
    held = behind.balance("USDC")
    await comes_home(behind)
    assert behind.balance("USDC") >= held + 3_000 * USDC - 3


async def test_an_exit_that_would_fail_is_told_without_simulation(behind: Whole, proxy: FaultyNode) -> None:
    await behind.do(deposit("1000", venue=AAVE))
    preview = await behind.ask(withdraw("500", venue=AAVE))
    assert status(preview) == "ready"
    proxy.lacking = {"eth_simulateV1"}
    behind.pause_aave()
    before = behind.nonce()
    reply = await behind.confirm()
    assert status(reply) == "void"
    assert "paused" in reply.text
    assert behind.nonce() == before


# -- contracts --


async def test_a_proxy_upgraded_between_doctor_and_deposit(whole: Whole, tmp_path: Path) -> None:
    await whole.do(deposit("1000", venue=AAVE))
    whole_patient = replace(patient(whole.node), recorded=whole.world.policy.codes)
    assert [each for each in await examined(whole_patient) if each.verdict is Verdict.WRONG] == []
    upgrade(whole.chain, whole.world, AAVE)
    as_the_page_says(
        "a proxy upgraded between doctor and deposit", await asked(whole, "deposit 10 usdc into aave core")
    )
    examination = await examined(replace(patient(whole.node), recorded=whole.world.policy.codes))
    (wrong,) = [each for each in examination if each.verdict is Verdict.WRONG]
    assert (wrong.check, "its implementation was" in wrong.found) == ("proxy", True)
    await oversight(whole, tmp_path).look()
    core = {key for key in whole.world.venues if key.startswith("aave-v3:core:")}
    assert set(whole.world.untrusted) == core
    said = (await whole.say("best yield for usdc?")).text
    assert not said.startswith(AAVE)
    assert f"{AAVE} is not offered" not in said  # the table says it, with its rate
    assert status(await whole.ask(deposit("10", venue=None))) == "ready"  # another venue takes it
    await comes_home(whole)


async def test_a_token_whose_decimals_changed(whole: Whole, tmp_path: Path) -> None:
    await whole.do(deposit("1000", "DAI", DAI_CORE))
    dai = whole.token("DAI").address
    whole.chain.call("anvil_setStorageAt", dai, hex(DECIMALS_SLOT), "0x" + (8).to_bytes(32, "big").hex())
    assert whole.number(dai, "decimals()") == 8
    as_the_page_says("a token whose decimals changed", await asked(whole, "deposit 10 dai into aave core"))
    told = await whole.say("best yield for dai?")
    assert told.table is not None
    assert all("8 decimals now" in cells[-1] for cells in told.table.rows)
    for words in ("swap 10 dai to usdc", "swap 10 usdc to dai"):
        assert "8 decimals now" in await asked(whole, words)
    assert status(await whole.ask(deposit("10", venue=AAVE))) == "ready"
    await oversight(whole, tmp_path).look()
    assert all(key.endswith(":DAI") for key in whole.world.untrusted)
    assert DAI_CORE in whole.world.untrusted
    held = whole.balance("DAI")
    await whole.do(leave_all())
    assert whole.balance("DAI") >= held + 1_000 * 10**18 - 1


async def test_a_feed_that_stopped(whole: Whole) -> None:
    await whole.do(deposit("1000", venue=AAVE))
    feed, moment = whole.world.registry.feeds["USDC"], now(whole.chain)
    dated_feed(whole.chain, feed, 10**8, started=moment - 4_000, updated=moment - 4_000)
    known(whole, heartbeats={"USDC": 3_600})
    as_the_page_says("a feed that stopped", await asked(whole, "deposit 10 usdc into aave core"))
    await comes_home(whole)


def known(whole: Whole, **more: object) -> None:
    """The chain file says more than devnet's does."""
    whole.world.registry = replace(whole.world.registry, **more)  # type: ignore[arg-type]
    whole.world.gate = replace(whole.world.gate, registry=whole.world.registry)


async def test_a_sequencer_that_is_down_or_just_back(whole: Whole) -> None:
    await whole.do(deposit("1000", venue=AAVE))
    moment = now(whole.chain)
    known(whole, sequencer_feed=SEQUENCER, sequencer_grace=3_600)
    words = "deposit 10 usdc into aave core"
    as_the_page_says("an uptime feed that isn't there", await asked(whole, words))
    dated_feed(whole.chain, SEQUENCER, 0, started=moment - 86_400, updated=moment)
    preview = await whole.ask(deposit("10", venue=AAVE))
    assert status(preview) == "ready"
    dated_feed(whole.chain, SEQUENCER, 1, started=moment - 60, updated=moment - 60)
    as_the_page_says("an L2 whose sequencer is down", await asked(whole, words))
    assert "Nothing goes in now: The sequencer of devnet is down" in (await whole.say("best yield for usdc?")).text
    assert "sequencer" in await asked(whole, "swap 10 usdc to dai")
    dated_feed(whole.chain, SEQUENCER, 0, started=moment - 1_200, updated=moment)
    as_the_page_says("an L2 whose sequencer is just back", await asked(whole, words))
    await comes_home(whole)


async def test_a_sequencer_that_goes_down_before_the_confirmation(whole: Whole) -> None:
    moment = now(whole.chain)
    known(whole, sequencer_feed=SEQUENCER, sequencer_grace=3_600)
    dated_feed(whole.chain, SEQUENCER, 0, started=moment - 86_400, updated=moment)
    await whole.ask(deposit("10", venue=AAVE))
    dated_feed(whole.chain, SEQUENCER, 1, started=moment, updated=moment)
    reply = await whole.confirm()
    assert status(reply) == "void"
    assert "is down" in reply.text
    assert whole.nonce() == 0


# -- look-alikes --


def provider_names(whole: Whole, pool: str) -> None:
    provider = whole.world.registry.protocols["aave-v3"]["core"]["provider"]
    admin = whole.chain.call("eth_accounts")[0]
    identifier = "0x" + b"POOL".ljust(32, b"\0").hex()
    whole.send(admin, provider, "setAddress(bytes32 id,address newAddress)", identifier, pool)


async def test_a_provider_that_names_another_pool(whole: Whole, tmp_path: Path) -> None:
    await whole.do(deposit("1000", venue=AAVE))
    pool = whole.world.venues[AAVE].contract.address
    other = whole.world.venues["aave-v3:prime:USDC"].contract.address
    provider_names(whole, other)
    await oversight(whole, tmp_path).look()
    assert set(whole.world.untrusted) == {key for key in whole.world.venues if key.startswith("aave-v3:core:")}
    as_the_page_says("a provider that names another pool", await asked(whole, "deposit 10 usdc into aave core"))
    assert whole.world.venues[AAVE].contract.address == pool
    await comes_home(whole)
    provider_names(whole, pool)
    await oversight(whole, tmp_path).look()
    assert whole.world.untrusted == {}
    assert status(await whole.ask(deposit("10", venue=AAVE))) == "ready"


def chain_file(whole: Whole, folder: Path, old: str, new: str) -> Path:
    """Devnet's chain file with one thing otherwise."""
    text = whole.node.chain_file.read_text()
    assert old in text
    changed = folder / "chain.toml"
    changed.write_text(text.replace(old, new, 1))
    return changed


async def test_a_pool_that_the_chain_file_does_not_pin(whole: Whole) -> None:
    provider_names(whole, whole.world.venues["aave-v3:prime:USDC"].contract.address)
    found = await examined(patient(whole.node))
    wrong = {each.subject: each.found for each in found if each.verdict is Verdict.WRONG}
    assert set(wrong) == {"aave-v3:core:USDC", "aave-v3:core:DAI", "aave-v3:core:WETH"}
    as_the_page_says("a look-alike pool, by moneta doctor", wrong[AAVE])


async def test_a_vault_of_another_asset(whole: Whole, tmp_path: Path) -> None:
    file = chain_file(whole, tmp_path, 'asset = "USDC"', 'asset = "DAI"')
    async with opened(tmp_path / "other", replace(whole.node, chain_file=file)) as other:
        reply = await other.say("best yield for dai?")
        assert reply.table is not None
        assert "erc4626:stata-prime-USDC:DAI" not in other.world.venues
        doubt = other.world.missing["erc4626:stata-prime-USDC:DAI"]
        as_the_page_says("a vault of another asset", reply.text[reply.text.index("erc4626:stata-prime-USDC:DAI") :])
        assert "says that it holds USDC" in doubt


async def test_a_pool_that_is_not_the_factorys(whole: Whole, tmp_path: Path) -> None:
    """The pool's own code somewhere else: it says of itself what the real one does."""
    real = whole.world.registry.protocols["uniswap-v3"]["pools"][0]
    alike = "0x00000000000000000000000000000000000A11cE"
    whole.chain.call("anvil_setCode", alike, whole.chain.call("eth_getCode", real, "latest"))
    whole.chain.call("anvil_setStorageAt", alike, "0x0", whole.chain.call("eth_getStorageAt", real, "0x0", "latest"))
    assert whole.number(Address(alike), "fee()") == whole.number(real, "fee()")
    file = chain_file(whole, tmp_path, str(real), alike)
    found = await examined(replace(patient(whole.node), registry=Registry.load(file)))
    (wrong,) = [each for each in found if each.verdict is Verdict.WRONG]
    as_the_page_says("a look-alike of a Uniswap pool", f"{wrong.subject}: {wrong.found}")


# -- the same at a start --


async def test_what_changed_while_it_was_off_is_not_offered_at_the_next_start(
    devnet_node: Node, tmp_path: Path
) -> None:
    async with opened(tmp_path, devnet_node) as first:
        await first.do(deposit("1000", venue=AAVE))
        upgrade(first.chain, first.world, AAVE)
    async with opened(tmp_path, devnet_node) as again:
        assert set(again.world.untrusted) == {key for key in again.world.venues if key.startswith("aave-v3:core:")}
        reply = await again.say("best yield for usdc?")
        assert reply.table is not None
        (cells,) = [cells for cells in reply.table.rows if cells[0] == AAVE]
        assert cells[-1].startswith("not offered, because Aave v3 core Pool isn't what it was when it was listed")
        await comes_home(again)


async def test_a_pool_moved_while_it_was_off_can_only_be_left_at_the_next_start(
    devnet_node: Node, tmp_path: Path
) -> None:
    async with opened(tmp_path, devnet_node) as first:
        await first.do(deposit("1000", venue=AAVE))
        pool = first.world.venues[AAVE].contract.address
        provider_names(first, moved(first, pool))
    async with opened(tmp_path, devnet_node) as again:
        assert again.world.venues[AAVE].contract.address == pool
        assert "names the pool" in await asked(again, "deposit 10 usdc into aave core")
        await comes_home(again)


async def test_a_pool_that_no_file_pins_is_named_at_the_next_start(devnet_node: Node, tmp_path: Path) -> None:
    """It lists nothing here, or isn't what the policy lists: either way it isn't entered."""
    text = devnet_node.chain_file.read_text()
    unpinned = tmp_path / "unpinned.toml"
    unpinned.write_text("".join(line for line in text.splitlines(True) if not line.startswith("pool = ")))
    node = replace(devnet_node, chain_file=unpinned)
    async with opened(tmp_path, node) as first:
        pool = first.world.venues[AAVE].contract.address
        provider_names(first, moved(first, pool))
    async with opened(tmp_path, node) as again:
        assert AAVE not in again.world.venues
        said = (await again.say("best yield for usdc?")).text
        assert f"{AAVE} is not offered, because the core market doesn't list USDC." in said


def moved(whole: Whole, pool: Address) -> str:
    """A proxy like it at another address, with the same implementation and none of its money."""
    copy, slot = "0x00000000000000000000000000000000000c0de6", EIP1967["implementation"]
    whole.chain.call("anvil_setCode", copy, whole.chain.call("eth_getCode", pool, "latest"))
    whole.chain.call("anvil_setStorageAt", copy, slot, whole.chain.call("eth_getStorageAt", pool, slot, "latest"))
    return copy


# -- on a real chain's own profile --


@pytest.mark.parametrize("profile_node", ["base"], indirect=True)
async def test_bases_sequencer_and_a_look_alike_of_its_pool(profile_node: Node, tmp_path: Path) -> None:
    """The chain file's own addresses: its uptime feed, the pool that it pins."""
    async with opened_on(profile_node, tmp_path) as it:
        await it.do(deposit("100", venue=AAVE))
        feed = it.world.registry.sequencer_feed
        assert feed is not None
        moment = now(it.chain)
        code, slots = it.chain.call("eth_getCode", feed, "latest"), range(5)
        kept = [it.chain.call("eth_getStorageAt", feed, hex(slot), "latest") for slot in slots]
        dated_feed(it.chain, feed, 1, started=moment, updated=moment)
        assert "The sequencer of Base is down" in await asked(it, "deposit 10 usdc into aave core")
        it.chain.call("anvil_setCode", feed, code)
        for slot, value in zip(slots, kept, strict=True):
            it.chain.call("anvil_setStorageAt", feed, hex(slot), value)
        assert status(await it.ask(deposit("10", venue=AAVE))) == "ready"
        file = tmp_path / "base.toml"
        pool, alike = it.world.venues[AAVE].contract.address, "0x00000000000000000000000000000000000A11cE"
        file.write_text(profile_node.chain_file.read_text().replace(f'pool = "{pool}"', f'pool = "{alike}"'))
        found = await examined(replace(patient(profile_node), registry=Registry.load(file)))
        wrong = {each.subject: each.found for each in found if each.verdict is Verdict.WRONG}
        assert wrong["protocols.aave-v3.core.pool"] == "none"
        assert "There is no Aave v3 Pool" in wrong["aave-v3:core"]
        await it.do(leave_all())
