"""Where rewards wait: what is read of them, and what could be claimed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from agent.abi import Call
from agent.chain.lenders import reason
from agent.chain.multicall import Answer
from agent.money import Address
from agent.plugin import Rewarder, Venue


def rewarders_of(venues: Iterable[Venue]) -> dict[str, Rewarder]:
    """Where rewards of these venues wait, by id."""
    return {venue.rewarder.id: venue.rewarder for venue in venues if venue.rewarder is not None}


def reward_reads(
    rewarders: Mapping[str, Rewarder], account: Address, missing: dict[str, str]
) -> dict[str, tuple[Call, ...]]:
    """The calls of each rewarder; one that fails is left out, with its reason in `missing`."""
    groups: dict[str, tuple[Call, ...]] = {}
    for key, rewarder in rewarders.items():
        try:
            groups[key] = rewarder.reads(account)
        except Exception as error:  # a plug-in's fault costs its own rewards, nothing else
            missing[f"rewards of {key}"] = reason(error)
    return groups


def rewards_in(
    rewarders: Mapping[str, Rewarder], answers: Mapping[str, Sequence[Answer]], missing: dict[str, str]
) -> dict[str, dict[Address, int]]:
    """Base units that wait, by rewarder and the token's address; one where nothing waits isn't there."""
    found: dict[str, dict[Address, int]] = {}
    for key, own in answers.items():
        try:
            earned = {token: units for token, units in rewarders[key].earned(own).items() if units > 0}
        except Exception as error:  # as above
            missing[f"rewards of {key}"] = reason(error)
        else:
            found |= {key: earned} if earned else {}
    return found
