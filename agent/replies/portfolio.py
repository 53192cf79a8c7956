"""'How am I doing?': what the wallet holds, what is at work where, and what it has earned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from agent.chain.registry import Registry
from agent.chain.snapshot import Snapshot
from agent.gate import rewards
from agent.loans import health_text
from agent.money import RAY, Amount, Token, grouped, text_from_units
from agent.plugin import PositionManager, Venue
from agent.replies import ranges
from agent.replies.reply import Reply, Table
from agent.usd import CENT, cents, dollars


@dataclass(frozen=True, slots=True)
class Flow:
    """Base units that ever went into a venue and came back, as the ledger's receipts say."""

    deposited: int = 0
    withdrawn: int = 0


def earned(position: int, flow: Flow) -> int:
    """Base units gained at a venue: what stands there and what came back, less what went in."""
    return position + flow.withdrawn - flow.deposited


def portfolio(
    snapshot: Snapshot,
    registry: Registry,
    venues: Mapping[str, Venue],
    flows: Mapping[str, Flow] | None,
    managers: Mapping[str, PositionManager] = MappingProxyType({}),
) -> Reply:
    """`flows` by venue id; None while a plan isn't settled, whose flows nobody knows yet.

    Positions that the ledger never saw go in are shown without an earning.
    """
    rows, total, at_work, known = [], 0, 0, True
    for token, units in _wallet(snapshot, registry):
        value = _cents(units, token, snapshot)
        total, known = total + (value or 0), known and value is not None
        rows.append((f"wallet {token.symbol}", grouped(Amount(units, token).value), _shown(value), "", ""))
    for venue_id in sorted(venues):
        state, venue = snapshot.venues.get(venue_id), venues[venue_id]
        flow = (flows or {}).get(venue_id, Flow())
        position = state.position if state else 0
        if state is None or not (position or flow.deposited):
            continue
        value = _cents(position, venue.asset, snapshot)
        total, at_work = total + (value or 0), at_work + (value or 0)
        gain = Amount(earned(position, flow), venue.asset) if flow.deposited else None
        rate = str(state.rate) if position else ""
        unknown = "once settled" if flows is None else "not known"
        gained = f"{gain.value} {venue.asset.symbol}" if gain else unknown
        rows.append((venue_id, grouped(Amount(position, venue.asset).value), _shown(value), rate, gained))
    for each in ranges.told(snapshot, registry):
        value = None if None in (each.cents, each.fees) else (each.cents or 0) + (each.fees or 0)
        total, at_work, known = total + (value or 0), at_work + (value or 0), known and value is not None
        rows.append(ranges.row(each))
    owed_rows, pledged, owed, priced = _owed(snapshot, registry, venues)
    rows, known = [*rows, *owed_rows], known and priced
    text = f"You hold {dollars(total)} in all, {dollars(at_work)} of it at work."
    if any(loan.owes for loan in snapshot.loans.values()):
        text = (
            f"You hold {dollars(total + pledged)} in all, {dollars(at_work)} of it at work, and owe {dollars(owed)}: "
            f"{dollars(total + pledged - owed)} net."
        )
    if not snapshot.positions and not any(state.position for state in snapshot.venues.values()):
        text += " Nothing is at work now."
    if not known:
        text += " What has no price isn't counted."
    text += "".join(f"\n{each}" for each in loan_lines(snapshot))
    text += "".join(f"\n{each}" for each in rewards.lines(snapshot, registry))
    text += "".join(f"\n{each}" for each in ranges.lines(snapshot, registry, managers))
    for venue_id, reason in sorted(snapshot.missing.items()):
        text += f"\n{venue_id} can't be read now: {reason}."
    columns = ("where", "amount", "worth", "rate a year", "earned")
    return Reply(text, Table(columns, tuple(rows), frozenset({1, 2, 3, 4})))


def _owed(
    snapshot: Snapshot, registry: Registry, venues: Mapping[str, Venue]
) -> tuple[list[tuple[str, str, str, str, str]], int, int, bool]:
    """The rows of what is owed and of what is pledged for it alone; both in cents, and whether all has a price."""
    rows: list[tuple[str, str, str, str, str]] = []
    pledged, owed, known = 0, 0, True
    for key, loan in sorted(snapshot.loans.items()):
        for symbol, units in sorted(loan.pledged.items()):
            token = registry.tokens[symbol]
            value = _cents(units, token, snapshot)
            pledged, known = pledged + (value or 0), known and value is not None
            rows.append((f"pledged at {key}", grouped(Amount(units, token).value), _shown(value), "", ""))
        for venue_id, units in sorted(loan.debts.items()):
            asset = venues[venue_id].asset if venue_id in venues else None
            if asset is None:
                known = False
                continue
            value = _cents(units, asset, snapshot)
            owed, known = owed + (value or 0), known and value is not None
            shown = "no price" if value is None else dollars(-value)
            rows.append((f"owed at {venue_id}", f"-{grouped(Amount(units, asset).value)}", shown, "", ""))
    return rows, pledged, owed, known


def loan_lines(snapshot: Snapshot) -> list[str]:
    """A line a loan: its health factor, and what the protocol itself counts where it counts in dollars."""
    lines = []
    for key, loan in sorted(snapshot.loans.items()):
        if loan.unlisted:
            what = "an asset" if loan.unlisted == 1 else f"{loan.unlisted} assets"
            lines.append(f"At {key} you also use {what} that I don't list: I look at them only, and move nothing.")
        if not loan.owes:
            continue
        line = f"Loan at {key}: health factor {health_text(loan.health) if loan.health is not None else 'not known'}"
        if loan.collateral_usd is not None and loan.debt_usd is not None:
            owed, against = dollars(loan.debt_usd // CENT), dollars(loan.collateral_usd // CENT)
            line += f"; it counts {owed} owed against {against}"
        if loan.threshold is not None and loan.health is not None:
            percent = text_from_units(loan.threshold * 1_000 // RAY, 1)
            line += f", of which {percent} % may be owed before it is liquidated"
        lines.append(f"{line}.")
    return lines


def _wallet(snapshot: Snapshot, registry: Registry) -> list[tuple[Token, int]]:
    held = [(registry.tokens[symbol], units) for symbol, units in sorted(snapshot.balances.items()) if units]
    return [(registry.native, snapshot.native), *held]


def _cents(units: int, token: Token, snapshot: Snapshot) -> int | None:
    price = snapshot.prices.get(token.symbol)
    return None if price is None else cents(units, token.decimals, price)


def _shown(value: int | None) -> str:
    return "no price" if value is None else dollars(value)
