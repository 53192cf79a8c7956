"""One asset's money weighed: all that a mandate, the policy, the chain and the past say, handed to the rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

import pluggy

from agent.chain.registry import Registry
from agent.curves import Terms as Horizon
from agent.errors import Refused
from agent.execution.costs import costs_at
from agent.gate.candidates import Field, candidates, gas_in_units, source_most
from agent.gate.mandates.mandate import Terms, limits_for, wei_in_usd
from agent.gate.mandates.rules import dangers, heeded, own_signals
from agent.gate.oracle import check_peg
from agent.gate.weighed import Weighed, limits_json
from agent.money import Token
from agent.past import NO_PAST, Outlook
from agent.plugin import Limits, Placement, Venue
from agent.policy.policy import Policy
from agent.policy.spending import VENUES, Standing
from agent.replies import rebalanced
from agent.runtime.risks import Against

ENTER_GAS, LEAVE_GAS = 550_000, 350_000
"""Gas of a way in with its approval, and of a way out, that the rule counts before a move is simulated: together the
dearest on devnet takes about 700,000.
"""
ENTER_TRANSACTIONS, LEAVE_TRANSACTIONS = 2, 1

NOT_IN = "it isn't in your mandate"


@dataclass(frozen=True, slots=True)
class Judged:
    """What the rule said of one asset, and from what; `weighed` None where a price was missing."""

    asset: Token
    weighed: Weighed | None
    placement: Placement
    is_barred: bool = False

    @property
    def is_for_safety(self) -> bool:
        """Whether all that moves leaves because a signal says so."""
        return bool(self.placement.shifts) and all(shift.signal for shift in self.placement.shifts)

    def dangers(self, terms: Terms) -> frozenset[str]:
        """The venues that are left for safety under these terms."""
        return frozenset() if self.weighed is None else dangers(terms, self.weighed.signals)

    @property
    def enters(self) -> bool:
        """Whether anything of what moves goes into another venue."""
        return any(shift.target for shift in self.placement.shifts)

    def barred(self, why_not: str) -> Judged:
        """The same where nothing may be moved now: what was weighed stays told."""
        return replace(self, placement=replace(self.placement, shifts=(), why_not=why_not), is_barred=True)

    def as_json(self) -> dict[str, Any]:
        """What the decision keeps beside the snapshot."""
        return {
            "asset": self.asset.symbol,
            "limits": None if self.weighed is None else limits_json(self.weighed.limits),
            "weighed": None if self.weighed is None else self.weighed.as_json(),
            "why_not": self.placement.why_not,
            "barred": self.is_barred,
            "sums": rebalanced.sums(self.placement),
        }


class Around(Protocol):
    """What of an instance the rule is asked with; a `World` is one."""

    @property
    def registry(self) -> Registry: ...
    @property
    def venues(self) -> Mapping[str, Venue]: ...
    @property
    def hooks(self) -> pluggy.HookRelay: ...
    @property
    def policy(self) -> Policy: ...


def judged(
    world: Around, against: Against, asset: Token, terms: Terms, standing: Standing, closed: str = ""
) -> Judged:
    """The rule's answer for the asset's positions; nothing is taken from the wallet.

    Of the signals to leave only what the mandate lets act moves anything. Where a price is missing nothing is
    entered: what is in danger leaves into the wallet, which needs none. `closed`: why nothing may be entered besides.
    """
    snapshot = against.snapshot
    price = snapshot.prices.get(asset.symbol)
    native = snapshot.prices.get(world.registry.native.symbol)
    held = sum(state.position for key, state in snapshot.venues.items() if _is_of(world, key, asset))
    own = own_signals(terms, world.venues, snapshot.venues, snapshot.prices)
    signals = tuple(heeded(terms, [*own, *against.with_all(asset, held)]))
    exits, why_not = bool(dangers(terms, signals)), closed or _off_peg(world.registry, snapshot.prices, asset)
    if price is None or native is None:
        missing = asset.symbol if price is None else world.registry.native.symbol
        why_not = f"{missing} has no price now, so a gain can't be compared with its gas"
        if not exits:
            return Judged(asset, None, Placement((), (), why_not))
    gas = costs_at(snapshot)
    enter, leave = gas.wei(ENTER_GAS, ENTER_TRANSACTIONS), gas.wei(LEAVE_GAS, LEAVE_TRANSACTIONS)
    limits = _limits(world, asset, terms, price or 0, wei_in_usd(enter + leave, native or 0), standing)
    limits = replace(limits, exits=exits)
    known = frozenset(world.venues) if limits.venues is None else limits.venues
    field = Field(
        asset=asset,
        seconds=limits.seconds,
        entered=frozenset() if why_not else known - set(terms.excluded),
        not_entered=why_not or NOT_IN,
        left=limits.venues,
        caps={key: terms.cap_of(venue) for key, venue in world.venues.items() if venue.asset == asset},
        enter=gas_in_units(enter, native, price, asset) if native and price else 0,
        leave=gas_in_units(leave, native, price, asset) if native and price else 0,
        untrusted=snapshot.untrusted,
        exits=limits.exits,
    )
    weighed = Weighed(
        candidates(world.venues, snapshot.venues, field, signals),
        Horizon(0, limits.seconds, source_most=source_most(world.venues, snapshot.venues, field)),
        limits,
        _outlooks(world, against, asset, limits.seconds),
        signals,
    )
    placement: Placement | None = world.hooks.moneta_rebalance(
        candidates=weighed.candidates,
        terms=weighed.terms,
        limits=limits,
        outlooks=weighed.outlooks,
        signals=weighed.signals,
    )
    return Judged(asset, weighed, placement or Placement((), (), "no plug-in weighs moves"))


def _off_peg(registry: Registry, prices: Mapping[str, int], asset: Token) -> str:
    """Why the gate would let nothing in, '' where its price is right: what it would refuse isn't chosen."""
    try:
        check_peg(registry, prices, asset)
    except Refused as error:
        return error.message.rstrip(".")
    return ""


def _is_of(world: Around, key: str, asset: Token) -> bool:
    return key in world.venues and world.venues[key].asset == asset


def _outlooks(world: Around, against: Against, asset: Token, seconds: int) -> dict[str, Outlook]:
    """What each venue's rate may be expected to be; one that no plug-in expects anything of counts as it is now."""
    found: dict[str, Outlook] = {}
    for key, state in against.snapshot.venues.items():
        if _is_of(world, key, asset):
            past = against.pasts.get(key, NO_PAST)
            outlook = world.hooks.moneta_outlook(past=past, rate=state.rate, seconds=seconds)
            if outlook is not None:
                found[key] = outlook
    return found


def _limits(world: Around, asset: Token, terms: Terms, price: int, gas: int, standing: Standing) -> Limits:
    """The mandate's, within the policy's cap (no entry may be larger, so no leg is) and the user's own venues."""
    limits = limits_for(terms, asset, price, gas)
    most = [bound for bound in (limits.most, world.policy.cap(asset)) if bound is not None]
    limits = replace(limits, most=min(most, default=None))
    allowed = standing.listed(VENUES)
    if allowed is None:
        return limits
    known = frozenset(world.venues) if limits.venues is None else limits.venues
    return replace(limits, venues=known & allowed)
