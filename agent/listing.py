"""What of the chain an instance uses: what the operator's policy lists, as long as it is what was listed."""

from __future__ import annotations

from collections.abc import MutableMapping

import structlog

from agent.chain.discover import Discovered
from agent.chain.registry import Registry
from agent.chain.rpc import Rpc
from agent.doctor import upgrades
from agent.errors import MonetaError
from agent.plugin import Listed, Trader
from agent.policy.policy import Policy
from agent.replies.trouble import UNLISTED

log = structlog.get_logger()


def keep_listed(policy: Policy, found: Discovered, traders: MutableMapping[str, Trader]) -> None:
    """What the policy doesn't list isn't used, and `found.missing` says why."""
    for key in list(found):
        why = why_unlisted(policy, found[key].contract)
        if why:
            found.missing[key] = found.untrusted.pop(key, why)
            del found[key]
    for venue in found.values():
        if venue.rewarder is not None and (why := why_unlisted(policy, venue.rewarder.contract)):
            found.missing[f"rewards of {venue.rewarder.id}"] = why
            venue.rewarder = None
    for name in list(traders):
        why = why_unlisted(policy, traders[name].contract)
        if why:
            found.missing[name] = why
            del traders[name]


def why_unlisted(policy: Policy, contract: Listed) -> str:
    """'' for a contract that the policy lists as it is; UNLISTED for one that nobody listed."""
    known = policy.contracts.get(contract.address)
    if known is None:
        was = next((each.address for each in policy.contracts.values() if each.name == contract.name), None)
        return UNLISTED if was is None else f"its contract is {contract.address}, and {was} was listed"
    if None not in (known.asset, contract.asset) and known.asset != contract.asset:
        return f"its contract holds {contract.asset}, and it was listed with {known.asset}"
    return "" if set(contract.markets) <= set(known.markets) else UNLISTED


async def doubt_changed(rpc: Rpc, registry: Registry, policy: Policy, found: Discovered) -> None:
    """A venue whose contracts changed since they were listed may only be left, and `found.untrusted` says why.

    A node that can't say costs nothing here: each entry asks it again and is refused.
    """
    try:
        changed = await upgrades.read(rpc, registry, policy, found)
    except MonetaError as error:
        log.warning("the contracts could not be looked at", error=str(error))
        return
    found.untrusted.update({key: why for key, why in changed.items() if key not in found.untrusted})
