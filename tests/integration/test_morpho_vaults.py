"""A curated vault of Morpho: the real MetaMorpho over devnet's two markets, against its own contract."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
import pytest_asyncio
from eth_abi.abi import encode

from agent.chain.discover import discover
from agent.chain.multicall import ask
from agent.money import RAY, Address, Rate, address
from agent.past import NO_PAST, Effect
from agent.plugin import Chain, Flag, Venue, VenueState
from agent.policy.decode import decode
from agent.policy.policy import build
from devnet import Node
from devnet.profiles.parts import parts
from devnet.progress import silent
from plugins.morpho import views
from plugins.morpho.vaults import MorphoVaults
from plugins.risk.judge import signals
from tests.integration.chain_parts import Devnet, built_in_protocols, built_in_tables

ID = "morpho-vaults:test:USDC"
USDC = 10**6
DAY = 86_400
CAPS = {"WETH-86": 200_000 * USDC, "WETH-77": 500_000 * USDC}
FEE = 10**17  # a tenth of the interest, in wad
PARAMS = "(address,address,address,address,uint256)"
WAD = 10**18


@dataclass
class Vault:
    chain: Devnet
    at: Address
    venue: Venue

    async def state(self) -> VenueState:
        return (await self.chain.snapshot()).venues[ID]

    async def asks(self, signature: str, *args: Any) -> Any:
        return await self.chain.read(self.at, signature, "uint256", *args)


@pytest_asyncio.fixture
async def vault(devnet_node: Node) -> AsyncIterator[Vault]:
    """A new vault: a tenth of the interest is its fee, its money goes to the hot market first, then the calm one."""
    chain = await Devnet.opened(devnet_node)
    made = await deployed(chain)
    morpho = chain.registry.protocols["morpho-blue"]["morpho"]
    section = {"test": {"vault": made, "morpho": morpho, "asset": "USDC"}}
    known = replace(chain.registry, protocols={**chain.registry.protocols, "morpho-vaults": section})
    chain.registry, chain.venues = known, await discover(built_in_protocols(), known, chain.rpc)
    yield Vault(chain, made, chain.venues[ID])
    await chain.rpc.close()


async def deployed(chain: Devnet) -> Address:
    code = parts(silent).compiled("MetaMorpho").linked({})
    section = chain.registry.protocols["morpho-blue"]
    types = ["address", "address", "uint256", "address", "string", "string"]
    usdc = chain.registry.tokens["USDC"].address
    given = encode(types, [chain.admin, section["morpho"], DAY, usdc, "A test vault", "tUSDC"])
    creation = {"from": chain.admin, "data": code + given.hex(), "gas": hex(12_000_000)}
    receipt = await chain.rpc.request("eth_sendTransactionSync", creation)
    made = address(receipt["contractAddress"])
    params = {name: await params_of(chain, name) for name in CAPS}
    for name, cap in CAPS.items():
        await chain.call(made, f"submitCap({PARAMS},uint256)", params[name], cap, sender=chain.admin)
    await chain.pass_time(DAY + 60)
    for name in CAPS:
        await chain.call(made, f"acceptCap({PARAMS})", params[name], sender=chain.admin)
    queue = [bytes.fromhex(section["markets"][name][2:]) for name in CAPS]
    await chain.call(made, "setSupplyQueue(bytes32[])", queue, sender=chain.admin)
    await chain.call(made, "setFeeRecipient(address)", chain.admin, sender=chain.admin)
    await chain.call(made, "setFee(uint256)", FEE, sender=chain.admin)
    return made


async def params_of(chain: Devnet, market: str) -> tuple[Any, ...]:
    section = chain.registry.protocols["morpho-blue"]
    call = views.PARAMS.at(address(section["morpho"]), bytes.fromhex(section["markets"][market][2:]))
    return call.decode(await chain.rpc.call(call.target, call.data))


async def spread_rate(vault: Vault) -> Rate:
    """What its markets' own venues pay on what it has in each, less the fee, over all that it has."""
    morpho, interest = vault.chain.registry.protocols["morpho-blue"], 0
    found = await vault.chain.snapshot()
    for name in CAPS:
        market = found.venues[f"morpho-blue:{name}:USDC"]
        id_ = bytes.fromhex(morpho["markets"][name][2:])
        shares = await vault.chain.read(
            address(morpho["morpho"]), "position(bytes32,address)", "uint256", id_, vault.at
        )
        held = shares * (market.facts["supplied"] + 1) // (market.facts["supply_shares"] + 10**6)
        interest += held * market.rate.ray
    return Rate(interest * (WAD - FEE) // (await vault.asks("totalAssets()") * WAD))


async def test_it_is_found_and_asks_for_its_caps(vault: Vault) -> None:
    state = await vault.state()
    assert vault.venue.receipt is not None
    assert (vault.venue.receipt.symbol, vault.venue.asset.symbol) == ("tUSDC", "USDC")
    assert state.room == sum(CAPS.values()) == await vault.asks("maxDeposit(address)", vault.chain.user)
    assert (state.position, state.rate, state.flags) == (0, Rate(0), frozenset())


@pytest.mark.parametrize("tokens", [1, 1_000, 350_000])
async def test_the_rate_after_a_deposit_is_what_its_markets_then_pay(vault: Vault, tokens: int) -> None:
    chain, units = vault.chain, tokens * USDC
    await chain.fund(vault.venue.asset, units)
    await chain.approve(vault.venue, units)
    before = await chain.ahead()
    expected = vault.venue.rate_after(before.venues[ID], units)
    await chain.do(vault.venue.deposit(before.venues[ID], chain.user, units))
    after = await vault.state()
    assert expected.ray > RAY // 1_000
    assert abs(after.rate.ray - expected.ray) * units <= 2 * RAY  # rounding of two markets' base units
    assert abs((await spread_rate(vault)).ray - after.rate.ray) <= 1
    assert after.facts["supplied"] == await vault.asks("totalAssets()")
    assert after.room is not None
    assert 0 <= sum(CAPS.values()) - units - after.room <= len(CAPS)  # its caps are held against what is rounded up


async def test_what_it_holds_is_counted_to_the_unit_and_paid_out(vault: Vault) -> None:
    chain = vault.chain
    await chain.enter(vault.venue, 350_000 * USDC)
    await chain.pass_time(30 * DAY)
    before = (await chain.ahead()).venues[ID]
    assert before.position > 350_000 * USDC
    assert Flag.UNRATED not in before.flags
    expected = vault.venue.rate_after(before, -100_000 * USDC)
    held = await chain.balance(vault.venue.asset)
    await chain.do(vault.venue.withdraw(before, chain.user, 100_000 * USDC))
    assert await chain.balance(vault.venue.asset) - held == 100_000 * USDC
    assert abs((await vault.state()).rate.ray - expected.ray) < RAY // 10**9
    last = (await chain.ahead()).venues[ID]
    held = await chain.balance(vault.venue.asset)
    await chain.do(vault.venue.withdraw(last, chain.user, None))
    assert 0 <= await chain.balance(vault.venue.asset) - held - last.position <= 1
    assert (await vault.state()).shares == 0


async def test_a_market_taken_in_since_it_was_found_leaves_it_unrated(vault: Vault) -> None:
    """Its curator may add markets any day: money in one that isn't known must not go by another's rate."""
    chain = vault.chain
    await chain.enter(vault.venue, 300_000 * USDC)
    assert Flag.UNRATED not in (await vault.state()).flags
    known = vault.venue
    known._places = known._places[:1]  # type: ignore[attr-defined]  # as if the second had come later
    state = await vault.state()
    assert state.flags >= {Flag.UNRATED}
    assert state.rate == Rate(0)
    assert state.position > 0


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"morpho": "user"}, "lends to"),
        ({"vault": "morpho"}, "no MetaMorpho vault"),
        ({"asset": "DAI"}, "isn't DAI"),
    ],
)
async def test_a_vault_that_is_not_what_the_chain_file_says_is_not_found(
    vault: Vault, changed: dict[str, str], why: str
) -> None:
    registry = vault.chain.registry
    places = {"user": vault.chain.user, "morpho": registry.protocols["morpho-blue"]["morpho"], "DAI": "DAI"}
    good = registry.protocols["morpho-vaults"]["test"]
    wrong = {**good, **{key: places[value] for key, value in changed.items()}}
    seen = Chain(registry.chain_id, 12, registry.tokens, {"wrong": wrong, "good": good})
    found = await MorphoVaults().discover(seen, ask(vault.chain.rpc, registry))
    assert [venue.id for venue in found] == ["morpho-vaults:good:USDC"]
    assert why in seen.doubts["morpho-vaults:wrong"]


async def test_the_call_tables_read_its_steps(vault: Vault) -> None:
    chain, venue = vault.chain, vault.venue
    await chain.enter(venue, 1_000 * USDC)
    policy = build(
        chain_id=chain.registry.chain_id,
        chain_name=chain.registry.name,
        tokens=chain.registry.tokens.values(),
        native=chain.registry.native,
        listed=[venue.contract],
        tables=built_in_tables(),
        caps={},
        max_fee_wei=10**18,
    )
    state = await vault.state()
    for direction, (step,) in (
        ("enter", venue.deposit(state, chain.user, 5)),
        ("leave", venue.withdraw(state, chain.user, 5)),
        ("leave", venue.withdraw(state, chain.user, None)),
    ):
        effect = decode(policy, step.to, step.data, step.value)
        assert (effect.direction, effect.token, effect.recipient) == (direction, venue.asset, chain.user)


async def test_its_curve_is_what_its_markets_pay(vault: Vault) -> None:
    """Within a thousandth of the rate: straight lines between points that follow its queue and its caps."""
    await vault.chain.enter(vault.venue, 150_000 * USDC)
    state = await vault.state()
    curve = vault.venue.curve(state, 0)
    assert curve is not None
    assert curve.supplied - curve.borrowed in (state.liquidity, state.liquidity - 1)
    for deposit in (-100_000, -50_000, -7, 0, 7, 10_000, 49_999, 50_000, 60_000, 200_000, 550_000):
        said = vault.venue.rate_after(state, deposit * USDC)
        assert abs(curve.rate(deposit * USDC).ray - said.ray) <= said.ray // 1_000, deposit
    assert curve.rate(0).ray == pytest.approx(state.rate.ray, rel=1e-9)


async def against(vault: Vault) -> dict[str, tuple[Effect, str]]:
    """What speaks against the vault by what it says of itself."""
    seen = await vault.chain.snapshot()
    found = signals(vault.venue, seen.venues[ID], NO_PAST, 0, seen.block.timestamp)
    return {each.name: (each.effect, each.words) for each in found}


async def test_what_its_people_announce_is_told_while_it_waits(vault: Vault) -> None:
    """The real vault's own timelock: what may hold later stands in its getters until then."""
    chain, admin = vault.chain, vault.chain.admin
    await chain.enter(vault.venue, 350_000 * USDC)
    assert set(await against(vault)) == {"liquidity"}  # all of it is one's own
    hot, calm = [await params_of(chain, name) for name in CAPS]
    await chain.call(vault.at, "submitTimelock(uint256)", 2 * DAY, sender=admin)  # a longer one holds at once
    await chain.call(vault.at, "submitGuardian(address)", admin, sender=admin)  # and so does the first guardian
    await chain.call(vault.at, "setCurator(address)", chain.user, sender=admin)
    facts = (await vault.state()).facts
    assert (facts["timelock"], facts["guardian"], facts["owner"]) == (2 * DAY, int(admin, 16), int(admin, 16))
    assert facts["curator"] == int(chain.user, 16)
    assert set(await against(vault)) == {"liquidity"}

    await chain.call(vault.at, "submitTimelock(uint256)", DAY, sender=admin)
    await chain.call(vault.at, "submitGuardian(address)", chain.user, sender=admin)
    await chain.call(vault.at, f"submitCap({PARAMS},uint256)", hot, 900_000 * USDC, sender=admin)
    await chain.call(vault.at, f"submitCap({PARAMS},uint256)", calm, 0, sender=admin)
    await chain.call(vault.at, f"submitMarketRemoval({PARAMS})", calm, sender=admin)
    found = await against(vault)
    effects = {name: effect for name, (effect, _) in found.items()}
    assert effects == {
        "market-removed": Effect.LEAVE,
        "timelock": Effect.CLOSED,
        "guardian": Effect.ALERT,
        "cap-raised": Effect.ALERT,
        "liquidity": Effect.LESS,
    }
    assert found["timelock"][1].startswith("what its curator changes is to wait 24 hours instead of 2 days, from 20")
    assert f"its guardian is to be {chain.user.lower()}" in found["guardian"][1]
    assert "lend 900,000 USDC to its market 1 instead of 200,000 USDC" in found["cap-raised"][1]
    held = (
        "(149,999|150,000)"  # a base unit below what was lent, by the market's rounding, until interest makes it up
    )
    assert re.search(f"its market 2 may be cut off with the {held} USDC in it, from 20", found["market-removed"][1])
