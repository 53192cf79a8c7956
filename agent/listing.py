"""What of the chain an instance uses: what the operator's policy lists, as long as it is what was listed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

import structlog

from agent.chain.discover import Discovered
from agent.chain.registry import Registry
from agent.chain.rpc import Rpc
from agent.doctor import upgrades
from agent.errors import MonetaError
from agent.gate.only_seen import UNLISTED, OnlySeen, why_unlisted
from agent.plugin import Listed, Quoter, Trader
from agent.policy.older import WHY, mended_by, older
from agent.policy.policy import Policy

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Placed:
    """A contract that nobody listed yet, by the name that it is listed by."""

    name: str
    contract: Listed


def unlisted_of(policy: Policy, quoters: Mapping[str, Quoter]) -> dict[str, Placed]:
    """The contracts of quoters that nobody listed yet: `0x`, and `0x:2` for the second."""
    found: dict[str, Placed] = {}
    for name, quoter in quoters.items():
        for number, contract in enumerate(quoter.contracts, start=1):
            key = name if number == 1 else f"{name}:{number}"
            if why_unlisted(policy, contract):
                found[key] = Placed(key, contract)
    return found


def older_of(policy: Policy, shipped: Iterable[Iterable[dict[str, Any]]]) -> dict[str, Placed]:
    """The call tables that the policy pins as an earlier version shipped them; each is said at the start, with what
    mends it.
    """
    found = older(policy, (table for group in shipped for table in group))
    for name in found:
        log.warning(WHY, table=name, do=mended_by(name))
    return {name: Placed(name, contract) for name, contract in found.items()}


def keep_listed(
    policy: Policy, found: Discovered, traders: MutableMapping[str, Trader]
) -> dict[str, Trader | Placed]:
    """What the policy doesn't list isn't used. A venue that nobody listed yet is shown all the same; why anything
    else isn't there is said in `found.missing`. Returns the exchanges that nobody listed yet, and
    where liquidity of those that are listed is kept (`uniswap-v3:positions`).
    """
    for key in list(found):
        why = why_unlisted(policy, found[key].contract)
        if why == UNLISTED and key not in found.untrusted:
            found[key] = OnlySeen(found[key])
            found.untrusted[key] = why
        elif why:
            found.missing[key] = found.untrusted.pop(key, why)
            del found[key]
    for venue in found.values():
        if venue.rewarder is not None and (why := why_unlisted(policy, venue.rewarder.contract)):
            found.missing[f"rewards of {venue.rewarder.id}"] = why
            venue.rewarder = None
    unlisted: dict[str, Trader | Placed] = {}
    for name in list(traders):
        parts = _parts(name, traders[name])
        whys = {key: why for key, part in parts.items() if (why := why_unlisted(policy, part.contract))}
        if whys:
            found.missing[name] = whys.get(name) or next(iter(whys.values()))
            del traders[name]
            unlisted |= {key: parts[key] for key, why in whys.items() if why == UNLISTED}
    for name, trader in traders.items():
        if trader.manager is not None and (why := why_unlisted(policy, trader.manager.contract)):
            found.missing[f"positions of {name}"] = why
            key = f"{name}:positions"
            unlisted |= {key: Placed(key, trader.manager.contract)} if why == UNLISTED else {}
            trader.manager = None
    return unlisted


def _parts(name: str, trader: Trader) -> dict[str, Trader | Placed]:
    """What of an exchange must be listed: itself, and what takes tokens for it (`uniswap-v4:permit2`)."""
    own: dict[str, Trader | Placed] = {name: trader}
    if trader.through is not None:
        key = f"{name}:{trader.through.name.lower()}"
        own[key] = Placed(key, trader.through)
    return own


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
