"""Listed as what it was: a contract whose code, implementation or owner changed since then is not entered.

Exits go on: what is in there must be able to leave.
"""

from __future__ import annotations

from collections.abc import Iterable

from agent.chain.fingerprint import fingerprints
from agent.chain.registry import Registry
from agent.chain.rpc import Rpc
from agent.errors import Refused
from agent.gate.liquidity.provided import Provide
from agent.gate.moves import Enter, Move, PayBack, Swap
from agent.money import Address, Token
from agent.policy.policy import Policy


def touched(moves: Iterable[Move]) -> list[Address]:
    """The contracts that money would be put into or traded through, their tokens among them."""
    places: list[Address | None] = []
    for move in moves:
        match move:
            case Enter(venue=venue):
                receipt = venue.receipt.address if venue.receipt else None
                places += [venue.contract.address, venue.asset.address, receipt]
            case PayBack(venue=venue):
                places += [venue.contract.address, venue.asset.address]
            case Swap(trader=trader, trade=trade):
                tokens = (token for part in trade.parts for token in part.tokens)
                places += [trader.contract.address, trader.spender, *_places(tokens)]
            case Provide(manager=manager):
                places += [manager.contract.address, *_places(move.tokens)]
    return [place for place in dict.fromkeys(places) if place is not None]


def _places(tokens: Iterable[Token]) -> list[Address | None]:
    return [token.address for token in tokens]


async def check_unchanged(rpc: Rpc, registry: Registry, policy: Policy, places: Iterable[Address]) -> None:
    """Raises Refused("changed") where a contract isn't what the policy recorded when it was listed.

    A policy from before such records were kept has none; then nothing is compared.
    """
    recorded = [place for place in places if place in policy.codes]
    for place, now in (await fingerprints(rpc, registry, recorded)).items():
        change = policy.codes[place].changed(now)
        if change:
            known = policy.contracts.get(place)
            name = known.name if known else place
            raise Refused(
                "changed",
                f"{name} isn't what it was when it was listed: {change}.",
                f'The operator looks at it and lists it anew (`moneta policy relist "{name}"`). Money out works.',
            )
