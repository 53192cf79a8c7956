"""Rewards: what a wish to claim comes to, and what it brings beside what it costs. Pure.

A claim is of exactly what waits in the snapshot: rewards only grow, so that much is there, and the rest waits on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from agent.chain.registry import Registry
from agent.chain.rewarders import rewarders_of
from agent.chain.snapshot import Snapshot
from agent.errors import Refused
from agent.gate.desk import Desk, Resolved
from agent.gate.moves import Collect, Move
from agent.intents import Claim
from agent.money import Amount
from agent.plans import Plan
from agent.plugin import Rewarder
from agent.usd import cents, dollars


def claim(desk: Desk, intent: Claim) -> Resolved:
    """Claims what waits where the named venue earns, or everywhere. Raises Refused("balance") where nothing does."""
    named = desk.venues.values() if intent.venue is None else [desk.venues[intent.venue]]
    moves, others = waiting(desk.snapshot, desk.registry, rewarders_of(named))
    if not moves:
        where = f" at {intent.venue}" if intent.venue else ""
        raise Refused(
            "balance",
            " ".join((f"No rewards that I can claim wait{where}.", *others)),
            "`portfolio` shows what waits where; docs/loans.md says whose rewards I can claim.",
        )
    return Resolved(moves, (), others)


def waiting(
    snapshot: Snapshot, registry: Registry, rewarders: Mapping[str, Rewarder]
) -> tuple[tuple[Collect, ...], tuple[str, ...]]:
    """A move for each token of the registry that waits, and a sentence for each other one."""
    tokens = {token.address: token for token in registry.tokens.values()}
    moves, others = [], []
    for key, earned in sorted(snapshot.rewards.items()):
        for place, units in sorted(earned.items()):
            token = tokens.get(place)
            if key not in rewarders:
                continue
            if token is None:
                others.append(f"{key} also pays {units} base units of {place}, which isn't a listed token.")
            else:
                moves.append(Collect(rewarders[key], token, units))
    return tuple(moves), tuple(others)


def worth(moves: Iterable[Collect], prices: Mapping[str, int]) -> int | None:
    """US cents of what is claimed, rounded down; None where a token has no price."""
    values = [
        cents(move.units, move.token.decimals, prices[move.token.symbol]) if move.token.symbol in prices else None
        for move in moves
    ]
    return None if None in values else sum(value for value in values if value is not None)


def notes(moves: Iterable[Move], plan: Plan, snapshot: Snapshot, registry: Registry) -> tuple[str, ...]:
    """What claims bring beside what they may cost, in dollars; '' of a plan that claims nothing."""
    claims = [move for move in moves if isinstance(move, Collect)]
    if not claims:
        return ()
    value, native = worth(claims, snapshot.prices), registry.native
    price = snapshot.prices.get(native.symbol)
    if value is None or price is None:
        return ("What that is worth beside its gas isn't known: there is no price for it.",)
    cost = -(-plan.max_total_fee_wei * price * 100 // 10 ** (native.decimals + 8))
    if value < cost:
        return (f"That brings {dollars(value)} and may cost up to {dollars(cost)} of gas: it pays to wait.",)
    return (f"That brings {dollars(value)}, and its gas costs {dollars(cost)} at the most.",)


def lines(snapshot: Snapshot, registry: Registry) -> tuple[str, ...]:
    """What waits, a line each, for a person to read."""
    tokens = {token.address: token for token in registry.tokens.values()}
    found = []
    for key, earned in sorted(snapshot.rewards.items()):
        for place, units in sorted(earned.items()):
            token = tokens.get(place)
            if token is None:
                found.append(f"Rewards at {key}: {units} base units of {place}, which isn't a listed token.")
                continue
            amount, price = Amount(units, token), snapshot.prices.get(token.symbol)
            shown = "no price" if price is None else dollars(cents(units, token.decimals, price))
            found.append(f"Rewards wait at {key}: {amount} ({shown}). Say `claim my rewards`.")
    return tuple(found)
