"""From any intent that makes a plan to its moves, at the desk of one account. Pure: replay comes to the same."""

from __future__ import annotations

from collections.abc import Mapping

from agent.chain.registry import Registry
from agent.chain.snapshot import Snapshot
from agent.execution.costs import costs_at
from agent.gate import loans, reserve, rewards
from agent.gate.desk import Desk, Rank, Resolved, SpreadOf, unspread
from agent.gate.liquidity import providing
from agent.gate.liquidity.finishing import finish
from agent.gate.liquidity.repositioning import reposition
from agent.gate.sequences import sequence
from agent.gate.trades import trading
from agent.gate.trades.offers import Tried
from agent.intents import (
    Claim,
    Close,
    Collect,
    Deposit,
    Exit,
    Finish,
    Intent,
    Provide,
    Repay,
    Reposition,
    Revoke,
    Sequence,
    Swap,
    Transfer,
    Withdraw,
)
from agent.money import Address
from agent.plugin import Trader, Venue

TRANSFER_GAS = 50_000


def desk_at(
    registry: Registry,
    venues: Mapping[str, Venue],
    traders: Mapping[str, Trader],
    snapshot: Snapshot,
    rank: Rank,
    contacts: Mapping[str, Address],
    spread: SpreadOf = unspread,
    offers: tuple[Tried, ...] = (),
) -> Desk:
    """The desk at a snapshot with its block's own base fee."""
    costs = costs_at(snapshot)
    held = sum(1 for state in snapshot.venues.values() if state.position) + len(snapshot.positions)
    kept = reserve.reserve_wei(held, costs) + 2 * costs.wei(TRANSFER_GAS)
    return Desk(
        registry=registry,
        venues=venues,
        snapshot=snapshot,
        rank=rank,
        contacts=contacts,
        traders=traders,
        spread=spread,
        offers=offers,
        spare_native=max(snapshot.native - kept, 0),
    )


def moves_of(intent: Intent, desk: Desk) -> Resolved:
    """What the intent comes to. Raises NeedsAnswer, Refused, and TypeError for an intent that makes no plan."""
    match intent:
        case Deposit():
            return desk.deposit(intent)
        case Withdraw():
            return desk.withdraw(intent)
        case Transfer():
            return desk.transfer(intent)
        case Swap():
            return trading.swap(desk, intent)
        case Sequence():
            return sequence(desk, intent)
        case Repay():
            return loans.repay(desk, intent)
        case Claim():
            return rewards.claim(desk, intent)
        case Revoke():
            return desk.revoke(intent)
        case Exit():
            return desk.exit(providing.closable(desk))
        case _:
            return _others(intent, desk)


def _others(intent: Intent, desk: Desk) -> Resolved:
    if isinstance(intent, Provide | Collect | Close):
        return providing.wished(desk, intent)
    if isinstance(intent, Reposition):
        return reposition(desk, intent)
    if isinstance(intent, Finish):
        return finish(desk, intent)
    raise TypeError(f"{intent.action} makes no plan")
