"""A new folder's policy: exactly the contracts that discovery proved, the pinned tokens, and the first caps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from agent.chain import prices as feeds
from agent.chain.fingerprint import fingerprints
from agent.chain.multicall import read_all
from agent.chain.registry import Registry
from agent.chain.rewarders import rewarders_of
from agent.chain.rpc import Rpc
from agent.config import Settings
from agent.errors import Refused
from agent.hooks import Plugins
from agent.place import Place
from agent.plugin import Listed, Quoter, Trader, Venue
from agent.policy.policy import Policy, build
from agent.policy.typed_tables import Domain, permit_tables
from agent.usd import PRICE_DECIMALS

GWEI = 10**9


async def first_policy(
    place: Place,
    settings: Settings,
    registry: Registry,
    found: Sequence[Venue | Trader],
    plugins: Plugins,
    rpc: Rpc,
    quoters: Sequence[Quoter] = (),
) -> Policy:
    """Of what the built-in plug-ins `found`, with the fingerprints of the contracts and of what deposits give, as
    they are now. What other plug-ins found the operator lists one by one (`moneta policy list`).

    Raises Unavailable where the node can't be read.
    """
    if settings.chain and not settings.first_wait_hours:
        raise Refused(
            "settings",
            "first_wait_hours is 0, and this isn't a devnet: a looser limit would hold at once.",
            "Let it be 1 or more.",
        )
    groups = (*plugins.ours("moneta_protocols"), *plugins.ours("moneta_traders"))
    ours = {each.name for group in groups for each in group}
    found = [each for each in found if (each.id.split(":")[0] if isinstance(each, Venue) else each.name) in ours]
    quoting = {each.name for group in plugins.ours("moneta_quoters") for each in group}
    domains = {
        each.contract.address: Domain(table=each.domain[0], name=each.domain[1], version=each.domain[2])
        for each in quoters
        if each.domain is not None and each.name in quoting
    }
    routers = [contract for each in quoters if each.name in quoting for contract in each.contracts]
    caps = place.caps
    if caps is None:
        caps = first_caps(registry, await _prices(registry, rpc), settings.first_cap_usd)
    policy = build(
        chain_id=registry.chain_id,
        chain_name=registry.name,
        tokens=registry.tokens.values(),
        native=registry.native,
        wrapped=registry.coin,
        listed=[each.contract for each in found] + rewarding(found) + providing(found) + pulling(found) + routers,
        tables=[table for group in plugins.ours("moneta_call_tables") for table in group],
        typed_tables=[*permit_tables(), *(table for group in plugins.ours("moneta_typed_tables") for table in group)],
        domains=domains,
        caps=caps,
        max_fee_wei=settings.max_fee_gwei * GWEI,
        contact_delay_seconds=place.contact_delay_seconds,
        loosen_delay_seconds=settings.first_wait_hours * 3_600,
    )
    receipts = [each.receipt.address for each in found if isinstance(each, Venue) and each.receipt is not None]
    watched = [*policy.contracts, *(place for place in receipts if place is not None)]
    return replace(policy, codes=await fingerprints(rpc, registry, watched))


def rewarding(found: Sequence[Venue | Trader]) -> list[Listed]:
    """The contracts where rewards of these venues wait, each once."""
    venues = (each for each in found if isinstance(each, Venue))
    return list({each.contract.address: each.contract for each in rewarders_of(venues).values()}.values())


def providing(found: Sequence[Venue | Trader]) -> list[Listed]:
    """The contracts that keep liquidity positions of these exchanges."""
    return [each.manager.contract for each in found if isinstance(each, Trader) and each.manager is not None]


def pulling(found: Sequence[Venue | Trader]) -> list[Listed]:
    """The contracts that take tokens for these exchanges."""
    return [each.through for each in found if isinstance(each, Trader) and each.through is not None]


def first_caps(registry: Registry, prices: Mapping[str, int], usd: int) -> dict[str, int]:
    """Base units by symbol that are worth `usd` dollars at `prices` (USD with 8 decimals), rounded down.

    Without a price a token gets no cap, and so no entry: what it is worth isn't known.
    """
    tokens = {**registry.tokens, registry.native.symbol: registry.native}
    scale: int = 10**PRICE_DECIMALS
    return {
        symbol: usd * scale * 10**token.decimals // prices[symbol]
        for symbol, token in tokens.items()
        if prices.get(symbol, 0) > 0
    }


async def _prices(registry: Registry, rpc: Rpc) -> Mapping[str, int]:
    head, calls = await rpc.block(), feeds.reads(registry)
    places = [(call.target, call.data) for call in calls]
    answers = dict(zip(places, await read_all(rpc, registry, calls), strict=True))
    found, _ = feeds.prices(registry, lambda call: answers[call.target, call.data], head.timestamp)
    return found
