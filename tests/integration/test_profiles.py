"""The chain files of real chains end to end, each on a local profile: devnet's contracts at the file's own addresses.

What that proves and what it doesn't: docs/chains.md.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import chains
from agent.chain.registry import Registry
from agent.intents import All, Deposit, Exact, Swap, Withdraw
from agent.replies.reply import Reply, as_text
from agent.routes import PoolState
from devnet import Node, fund
from devnet.__main__ import main as play_money
from devnet.calls import read
from devnet.profiles.left_out import left_out
from devnet.profiles.profile import Profile
from devnet.rpc import Rpc
from tests.e2e.program import until
from tests.integration.profile_parts import NAMES, TO_START_WITH, opened_on, pass_days
from tests.integration.runtime_parts import Whole, status, units

every_profile = pytest.mark.parametrize("profile_node", NAMES, indirect=True)
START = TO_START_WITH["USDC"]
DEPOSIT = 1_000 * 10**6

# The Pools as Aave publishes them (npm @aave-dao/aave-address-book 4.68.1, POOL of each market). Nothing here
# puts them there: a provider that stands at its real address makes them at theirs, where the chain file pins them.
POOLS = {
    ("ethereum", "core"): 0x87870BCA3F3FD6335C3F4CE8392D69350B4FA4E2,
    ("ethereum", "prime"): 0x4E033931AD43597D96D6BCC25C280717730B58B1,
    ("base", "core"): 0xA238DD80C259A72E81D7E4664A9801593F98D1C5,
    ("arbitrum", "core"): 0x794A61358D6845594F94DC1DB02A252B5B4814AD,
    ("optimism", "core"): 0x794A61358D6845594F94DC1DB02A252B5B4814AD,
}


@every_profile
async def test_discovery_finds_all_that_the_file_names(profile_node: Node, tmp_path: Path) -> None:
    profile = Profile.of(profile_node.chain_file.read_text())
    assert left_out(profile) == {}
    async with opened_on(profile_node, tmp_path) as it:
        assert set(it.world.venues) == set(_venues(profile))
        assert it.world.missing == {}
        assert it.chain.number("eth_chainId") == profile.chain_id
        listed = it.world.registry.protocols["uniswap-v3"]["pools"]
        snapshot = await it.world.snapshot(it.account)
        assert [pool.pool for pool in snapshot.traders["uniswap-v3"]] == listed
        of_v4 = it.world.registry.protocols["uniswap-v4"]["pools"]
        assert len({pool.pool for pool in snapshot.traders["uniswap-v4"]}) == len(of_v4)
        assert snapshot.missing == {}
        assert set(snapshot.prices) == {*it.world.registry.tokens, "ETH"}
        for market, section in it.world.registry.protocols["aave-v3"].items():
            pool = it.number(section["provider"], "getPool()")
            assert pool == POOLS[it.world.registry.name, market]


def _venues(profile: Profile) -> Iterator[str]:
    """The ids of all venues that a chain file names; a Morpho market's loan token is a fact of the chain."""
    for market, section in profile.protocol("aave-v3").items():
        yield from (f"aave-v3:{market}:{symbol}" for symbol in section["assets"])
    yield from (f"erc4626:{vault.name}:{vault.asset}" for vault in profile.vaults())
    yield from (f"morpho-vaults:{vault.name}:{vault.asset}" for vault in profile.curated())
    for name, params in profile.morpho_markets().items():
        yield f"morpho-blue:{name}:{profile.symbol_at(params[0])}"


@every_profile
async def test_first_light(profile_node: Node, tmp_path: Path) -> None:
    """From the yields to the last unit back, through the same runtime, gate, signer and manager as on devnet."""
    async with opened_on(profile_node, tmp_path) as it:
        before = it.native()
        best = await it.say("best yield for usdc?")
        venue = _best(best)
        assert best.text.startswith(venue)
        deposited = await _carried_out(it, "put 1,000 USDC to work")
        assert it.balance("USDC") == START - DEPOSIT
        assert (await it.row(deposited)).plan.chain_id == it.world.registry.chain_id
        assert venue in as_text(await it.say("how am I doing?"))
        pass_days(it.chain, 30)
        half = await _carried_out(it, "withdraw half my usdc")
        got = it.balance("USDC") - (START - DEPOSIT)
        assert DEPOSIT // 2 < got < DEPOSIT * 11 // 20
        expected = (await it.row(half)).plan.expected[0]
        assert expected.symbol == "USDC"
        assert expected.min <= got <= expected.max
        await _carried_out(it, "get me out of everything")
        interest = it.balance("USDC") - START
        assert 0 < interest < DEPOSIT // 20
        assert await it.position(venue) == 0
        assert not any(it.allowance("USDC", step.to) for step in (await it.row(deposited)).plan.steps)
        moved = await it.world.ledger.flows(it.account, 0, 2**40)
        assert sum(each.units for each in moved if each.symbol == "USDC") == interest
        fees = sum(each.units for each in moved if each.kind == "fee")
        assert before + fees == it.native()
        assert it.nonce() == len(await it.attempts()) == 4


VENUES = {
    "ethereum": {
        "aave-v3:core:USDT",
        "aave-v3:prime:GHO",
        "morpho-blue:WBTC-86-USDC:USDC",
        "erc4626:stata-core-USDC:USDC",
        "erc4626:sUSDS:USDS",
        "erc4626:sDAI:DAI",
        "morpho-vaults:steakUSDC:USDC",
    },
    "base": {
        "morpho-vaults:mwUSDC:USDC",
        "aave-v3:core:USDbC",
        "morpho-blue:WETH-86:USDC",
        "erc4626:stata-core-GHO:GHO",
    },
    "arbitrum": {"aave-v3:core:USDT0", "aave-v3:core:USDC.e", "erc4626:stata-core-USDT0:USDT0"},
    "optimism": {"aave-v3:core:USDC.e", "aave-v3:core:DAI", "erc4626:stata-core-USDT:USDT"},
}
"""One of each kind, and the tokens that are easily taken for another."""


@every_profile
async def test_what_goes_into_a_venue_comes_out_again(profile_node: Node, tmp_path: Path) -> None:
    """And what is bought on Uniswap is there, at the pool's own price less its fee."""
    async with opened_on(profile_node, tmp_path) as it:
        for venue in sorted(VENUES[it.world.registry.name]):
            symbol = venue.rpartition(":")[2]
            fund(
                profile_node.rpc_url,
                it.account,
                {symbol: units("100", it.token(symbol))},
                chain_file=profile_node.chain_file,
            )
            held = it.balance(symbol)
            await it.do(Deposit(asset=symbol, amount=Exact(value="100"), venue=venue))
            assert it.balance(symbol) == held - units("100", it.token(symbol))
            await it.do(Withdraw(asset=symbol, amount=All(), venue=venue))
            assert -2 <= it.balance(symbol) - held < units("1", it.token(symbol)), "a unit each way at most"
        usdc, weth = it.balance("USDC"), it.balance("WETH")
        await it.do(Swap(asset="USDC", amount=Exact(value="9000"), to_asset="WETH", to_amount=None))
        assert it.balance("USDC") == usdc - 9_000 * 10**6
        assert 299 * 10**16 < it.balance("WETH") - weth < 3 * 10**18, "ether is 3,000 dollars"
        pools = (await it.world.snapshot(it.account)).traders["uniswap-v3"]
        assert all(pool.mean_sqrt_price is not None for pool in pools if isinstance(pool, PoolState)), (
            "a pool remembers half an hour past a swap"
        )


def _best(reply: Reply) -> str:
    return reply.text.split()[0]


async def _carried_out(it: Whole, sentence: str) -> Reply:
    nonce = it.nonce()
    preview = await it.say(sentence)
    assert status(preview) == "ready", preview.text
    assert it.nonce() == nonce, "a preview sends nothing"
    done = await it.confirm()
    assert status(done) == "settled", done.text
    return done


LATER = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"  # an account that is made once the chain is there


def test_one_to_practise_on(tmp_path: Path) -> None:
    """`python -m devnet profile`: blocks come by themselves, the account has its play money, Ctrl-C ends it."""
    account = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
    file = chains.path("base")
    command = [sys.executable, "-m", "devnet", "profile", str(file), "--fund", account]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            with Rpc(url) as rpc:
                usdc = str(Registry.load(str(file)).token("USDC").address)
                assert read(rpc, usdc, "balanceOf(address)", account) == [1_000 * 10**6]
                assert play_money(["fund", str(file), LATER, "--rpc", url]) == 0
                assert read(rpc, usdc, "balanceOf(address)", LATER) == [1_000 * 10**6]
                head = rpc.number("eth_blockNumber")
                until("a block by itself", lambda: rpc.number("eth_blockNumber") > head)
                assert int(rpc.block("safe")["number"], 16) >= head
            process.send_signal(signal.SIGINT)
            assert process.wait(30) == 0
        finally:
            process.kill()
