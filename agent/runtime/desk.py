"""The desk at which a wish becomes moves: one snapshot, and the lists, limits and horizon that hold for its user."""

from __future__ import annotations

from collections.abc import Mapping

from agent.chain.snapshot import Snapshot
from agent.gate.moves import Desk
from agent.gate.spread import Horizon, Spreader
from agent.gate.wanted import desk_at
from agent.money import Address, Token
from agent.policy.spending import USD, VENUES, Kind, Period, Standing
from agent.runtime.world import World

DAY = 86_400


def desk(world: World, snapshot: Snapshot, standing: Standing, contacts: Mapping[str, Address]) -> Desk:
    """With everything that the world has; what is left to code is chosen as `horizon_of` says."""
    rank = world.rank_at(snapshot, standing.listed(VENUES))
    spreader = Spreader(
        world.registry,
        world.venues,
        snapshot,
        rank,
        lambda candidates, terms: world.hooks.moneta_allocate(candidates=candidates, terms=terms),
        horizon_of(world, snapshot, standing),
    )
    return desk_at(world.registry, world.venues, world.traders, snapshot, rank, contacts, spreader.spread)


def horizon_of(world: World, snapshot: Snapshot, standing: Standing) -> Horizon:
    """The horizon of the settings, and the largest single deposit that the policy and everybody's limits allow."""
    assets = {venue.asset for venue in world.venues.values()}
    most = {asset.symbol: _most(world, asset, snapshot.prices.get(asset.symbol), standing) for asset in assets}
    return Horizon(world.settings.mandate_horizon_days * DAY, most)


def _most(world: World, asset: Token, price: int | None, standing: Standing) -> int:
    bounds = [world.policy.cap(asset) or 0]
    for cap in standing.limits.caps:
        if cap.period is Period.TRANSACTION and cap.kind in (None, Kind.DEPOSIT):
            if cap.unit == asset.symbol:
                bounds.append(cap.most)
            elif cap.unit == USD and price:
                bounds.append(cap.most * 10**asset.decimals // price)
    return min(bounds)
