"""A venue whose contract the operator's policy doesn't list: it is shown, and nothing goes in until they list it."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import replace
from typing import Any, cast

from agent.abi import Call
from agent.curves import Curve
from agent.errors import Refused
from agent.money import Address, Rate
from agent.plans import Step
from agent.plugin import Block, Listed, Venue, VenueState
from agent.policy.policy import Policy

UNLISTED = "the operator's policy doesn't list it"
"""Why a venue isn't used that nobody meant to use: no news."""


class OnlySeen(Venue):
    """The venue `inner` without anything of anybody's in it: what it tells of positions counts for nothing, so it
    stands in no exit's way and in no portfolio.
    """

    def __init__(self, inner: Venue) -> None:
        self.inner = inner
        self.id, self.name, self.asset = inner.id, inner.name, inner.asset
        self.liquidity_source, self.contract, self.receipt = inner.liquidity_source, inner.contract, inner.receipt
        self.entry_gas, self.exit_gas = inner.entry_gas, inner.exit_gas

    def reads(self, account: Address) -> tuple[Call, ...]:
        return self.inner.reads(account)

    def state(self, answers: Sequence[tuple[Any, ...] | None], block: Block) -> VenueState:
        return replace(self.inner.state(answers, block), position=0, shares=0)

    def rate_after(self, state: VenueState, deposit: int) -> Rate:
        return self.inner.rate_after(state, deposit)

    def curve(self, state: VenueState, seconds: int) -> Curve | None:
        return None

    def deposit(self, state: VenueState, account: Address, units: int) -> tuple[Step, ...]:
        raise refused(self)

    def withdraw(self, state: VenueState, account: Address, units: int | None) -> tuple[Step, ...]:
        raise refused(self)


def refused(venue: Venue) -> Refused:
    """Refused("unlisted"), with what would make it pass."""
    return Refused(
        "unlisted",
        f"{venue.id} isn't entered: its contract {venue.contract.address} is not on the signer's list.",
        f"The operator looks at it and lists it by its code hash: `moneta policy list {venue.id}`.",
    )


def why_unlisted(policy: Policy, contract: Listed) -> str:
    """'' for a contract that the policy lists as it is; UNLISTED for one that nobody listed."""
    known = policy.contracts.get(contract.address)
    if known is None:
        was = next((each.address for each in policy.contracts.values() if each.name == contract.name), None)
        return UNLISTED if was is None else f"its contract is {contract.address}, and {was} was listed"
    if None not in (known.asset, contract.asset) and known.asset != contract.asset:
        return f"its contract holds {contract.asset}, and it was listed with {known.asset}"
    return "" if set(contract.markets) <= set(known.markets) else UNLISTED


def only_seen(venues: Mapping[str, Venue]) -> dict[str, str]:
    """Those of the venues that are only shown, with the reason, by id."""
    return {key: UNLISTED for key, venue in venues.items() if isinstance(venue, OnlySeen)}


def take_up(venues: Mapping[str, Venue], untrusted: MutableMapping[str, str], policy: Policy) -> None:
    """Uses the venues that were only shown and that the policy lists by now."""
    held = cast(dict[str, Venue], venues)  # what discovery found; the others only look at it
    for key, venue in list(held.items()):
        if isinstance(venue, OnlySeen) and not why_unlisted(policy, venue.contract):
            held[key] = venue.inner
            untrusted.pop(key, None)
