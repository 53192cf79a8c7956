"""What changed of a running instance's contracts: who stands behind them, and which contract a venue is.

The gate looks at the contracts of each entry by itself; this looks at all, so that their people hear of it.
"""

from __future__ import annotations

from collections.abc import Mapping

from agent.chain.discover import Discovered
from agent.chain.fingerprint import fingerprints
from agent.chain.registry import Registry
from agent.chain.rpc import Rpc
from agent.money import Address
from agent.plugin import Venue
from agent.policy.fingerprint import Fingerprint
from agent.policy.policy import Policy


async def read(rpc: Rpc, registry: Registry, policy: Policy, venues: Mapping[str, Venue]) -> dict[str, str]:
    """Why a venue isn't what the policy recorded, by its id. Raises Unavailable where the node can't say."""
    watched = {place for venue in venues.values() for place in behind(venue)} & set(policy.codes)
    return changed(policy, venues, await fingerprints(rpc, registry, sorted(watched)))


def changed(policy: Policy, venues: Mapping[str, Venue], now: Mapping[Address, Fingerprint]) -> dict[str, str]:
    """The same from what the contracts are now."""
    found: dict[str, str] = {}
    for key, venue in venues.items():
        for what, place in behind(venue).items():
            change = policy.codes[what].changed(now[what]) if what in now and what in policy.codes else ""
            if change:
                found.setdefault(key, f"{place} isn't what it was when it was listed: {change}")
    return found


def behind(venue: Venue) -> dict[Address, str]:
    """The contracts that money in a venue relies on, each with what it is called."""
    places = {venue.contract.address: venue.contract.name}
    for name, token in ((f"its token {venue.asset.symbol}", venue.asset), ("its receipt", venue.receipt)):
        if token is not None and token.address is not None:
            places.setdefault(token.address, name)
    return places


def compared(running: Mapping[str, Venue], found: Discovered) -> dict[str, str]:
    """Why a venue that is in use isn't what discovery finds now, by its id."""
    doubts: dict[str, str] = {}
    for key, venue in running.items():
        again = found.get(key)
        if again is not None and set(behind(again)) != set(behind(venue)):
            was, now = venue.contract.address, again.contract.address
            doubts[key] = (
                f"its contract was {was} and is {now} now" if was != now else "its tokens are other ones now"
            )
        elif key in found.untrusted:
            doubts[key] = found.untrusted[key]
        elif again is None:
            doubts[key] = _gone(key, found)
    return doubts


def _gone(key: str, found: Discovered) -> str:
    """The reason that is nearest: the venue's own, its market's, its protocol's."""
    parts = key.split(":")
    names = [":".join(parts[:length]) for length in range(len(parts), 0, -1)]
    why = next((found.missing[name] for name in names if name in found.missing), "it isn't found any more")
    return why.rstrip(".")
