"""The desk at which a wish becomes moves: one snapshot, and the lists, limits and horizon that hold for its user."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from agent.chain.snapshot import Snapshot
from agent.curves import Allocation, Candidate, Terms
from agent.gate.desk import Desk
from agent.gate.spread import Horizon, Spreader
from agent.gate.wanted import desk_at
from agent.intents import Deposit, Intent
from agent.money import Address, Token
from agent.policy.spending import USD, VENUES, Kind, Period, Standing
from agent.runtime.world import World

DAY = 86_400


def desk(
    world: World, snapshot: Snapshot, standing: Standing, contacts: Mapping[str, Address], horizon: Horizon
) -> Desk:
    """With everything that the world has."""
    rank = world.rank_at(snapshot, standing.listed(VENUES))

    def allocate(candidates: Sequence[Candidate], terms: Terms) -> Allocation | None:
        found: Allocation | None = world.hooks.moneta_allocate(candidates=candidates, terms=terms)
        return found

    spread = Spreader(world.registry, world.venues, snapshot, rank, allocate, horizon).spread
    found = desk_at(world.registry, world.venues, world.traders, snapshot, rank, contacts, spread)
    return replace(found, doubted=world.missing, hidden=world.settings.private_rpc_file is not None)


def horizon_of(world: World, intent: Intent, snapshot: Snapshot, standing: Standing) -> Horizon:
    """The horizon of the settings, and the largest single deposit that the policy and everybody's limits allow."""
    seconds = world.settings.mandate_horizon_days * DAY
    if not isinstance(intent, Deposit) or intent.venue is not None:
        return Horizon(seconds)
    asset = world.registry.token(intent.asset)
    return Horizon(seconds, {asset.symbol: _most(world, asset, snapshot.prices.get(asset.symbol), standing)})


def _most(world: World, asset: Token, price: int | None, standing: Standing) -> int:
    bounds = [world.policy.cap(asset) or 0]
    for cap in standing.limits.caps:
        if cap.period is Period.TRANSACTION and cap.kind in (None, Kind.DEPOSIT):
            if cap.unit == asset.symbol:
                bounds.append(cap.most)
            elif cap.unit == USD and price:
                bounds.append(cap.most * 10**asset.decimals // price)
    return min(bounds)
