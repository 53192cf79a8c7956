"""What is seen of a chain at one block, and what is different from before that a person would want to know. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from agent.chain.registry import Registry
from agent.chain.snapshot import Snapshot
from agent.money import RAY, Address, Amount, Rate, Token, grouped, text_from_units
from agent.plugin import Block, Option, VenueState

LEAST_RATE_MOVE = RAY // 1_000
"""A tenth of a point a year; less isn't told."""
RATE_MOVE_PART = 20
"""Nor is less than a twentieth of the rate itself."""
LIQUIDITY_PART = 2
"""What could leave now is told anew where it has halved or doubled."""
PEG_POINTS = 50
"""A stablecoin's price is told where it is further than 0.5 % from a dollar (in hundredths of a per cent)."""
DUST = 10
"""Base units that a position may lose to rounding without having moved."""
PRICE = 10**8


@dataclass(frozen=True, slots=True)
class Seen:
    """One venue. `liquidity`: base units that could leave now; `room`: that still fit in, None without a cap.

    `why_not` says why it takes no deposit, '' where it does; `position` is the account's, 0 without one.
    """

    venue: str
    asset: Token
    rate: Rate
    liquidity: int
    room: int | None
    flags: tuple[str, ...]
    why_not: str
    position: int


@dataclass(frozen=True, slots=True)
class Sight:
    """`venues` in the order of their assets, the best first. `missing` says why something isn't used.

    `balances` are base units by symbol of `account`, the native coin among them; empty without one. `prices` of the
    stablecoins in USD with 8 decimals.
    """

    network: str
    chain_id: int
    block: Block
    venues: tuple[Seen, ...]
    missing: Mapping[str, str]
    account: Address | None
    balances: Mapping[str, Amount]
    prices: Mapping[str, int]

    def as_json(self) -> dict[str, Any]:
        """JSON data; base units and rates (fractions a year) as decimal text."""
        return {
            "chain_id": self.chain_id,
            "network": self.network,
            "block": self.block.number,
            "timestamp": self.block.timestamp,
            "account": self.account,
            "venues": [_venue_json(seen) for seen in self.venues],
            "balances": {symbol: str(amount.units) for symbol, amount in self.balances.items()},
            "missing": dict(self.missing),
        }


@dataclass(frozen=True, slots=True)
class Change:
    """`kind` is what moved, `subject` of what. `alert`: it concerns a position of the account that is watched."""

    kind: str
    subject: str
    text: str
    alert: bool = False

    def as_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "subject": self.subject, "text": self.text, "alert": self.alert}


Ranking = Callable[[Mapping[str, VenueState], Token, int], Sequence[Option]]


def sight(
    registry: Registry,
    snapshot: Snapshot,
    assets: Sequence[Token],
    rank: Ranking,
    missing: Mapping[str, str],
    account: Address | None,
) -> Sight:
    """The sight in a snapshot. `missing` is what discovery left out."""
    held = {symbol: Amount(units, registry.token(symbol)) for symbol, units in snapshot.balances.items()}
    held[registry.native.symbol] = Amount(snapshot.native, registry.native)
    return Sight(
        network=registry.network,
        chain_id=registry.chain_id,
        block=snapshot.block,
        venues=tuple(_seen(each, option, snapshot) for each in assets for option in rank(snapshot.venues, each, 0)),
        missing={**missing, **snapshot.missing},
        account=account,
        balances=held if account is not None else {},
        prices={symbol: snapshot.prices[symbol] for symbol in registry.usd_stable if symbol in snapshot.prices},
    )


def changes(before: Sight, now: Sight) -> list[Change]:
    """What is to be told. `before` is what was told last (see `remembered`), not merely what was seen last."""
    old = {seen.venue: seen for seen in before.venues}
    seconds = now.block.timestamp - before.block.timestamp
    found: list[Change] = []
    for seen in now.venues:
        was = old.get(seen.venue)
        if was is not None:
            found += _venue_changes(was, seen, seconds)
    return [*_missing_changes(before, now), *found, *_peg_changes(before, now), *_wallet_changes(before, now)]


def remembered(before: Sight, now: Sight) -> Sight:
    """What was told by `now`: a rate that creeps is told once it has come far enough from what was told last."""
    old = {seen.venue: seen for seen in before.venues}
    return replace(now, venues=tuple(_kept(old.get(seen.venue), seen) for seen in now.venues))


def short(units: int, token: Token) -> str:
    """'1,234 USDC', '0.5 WETH': decimals only below 100, rounded down."""
    scale: int = 10**token.decimals
    return str(Amount(units // scale * scale if units >= 100 * scale else units, token))


def _seen(asset: Token, option: Option, snapshot: Snapshot) -> Seen:
    state = snapshot.venues.get(option.venue)
    if state is None:
        return Seen(option.venue, asset, Rate(0), 0, 0, (), option.why_not, 0)
    flags = tuple(sorted(str(flag) for flag in state.flags))
    return Seen(option.venue, asset, state.rate, state.liquidity, state.room, flags, option.why_not, state.position)


def _venue_json(seen: Seen) -> dict[str, Any]:
    return {
        "id": seen.venue,
        "asset": seen.asset.symbol,
        "rate": seen.rate.fraction,
        "could_leave": str(seen.liquidity),
        "room": None if seen.room is None else str(seen.room),
        "flags": list(seen.flags),
        "why_not": seen.why_not,
        "position": str(seen.position),
    }


def _venue_changes(was: Seen, seen: Seen, seconds: int) -> Iterator[Change]:
    held = f" {short(seen.position, seen.asset)} of the account lies there." if seen.position else ""
    alert = bool(held)
    if not _alike(seen.why_not, was.why_not):
        if not seen.why_not:
            yield Change("opened", seen.venue, f"{seen.venue} takes deposits again.{held}")
        else:
            yield Change("closed", seen.venue, f"{seen.venue} takes no deposit now: {seen.why_not}.{held}", alert)
    if _rate_moved(was, seen):
        text = f"{seen.venue} pays {seen.rate} a year now; it was {was.rate}.{held}"
        yield Change("rate", seen.venue, text, alert and seen.rate < was.rate)
    if seen.position > seen.liquidity and was.position <= was.liquidity:
        free, there = short(seen.liquidity, seen.asset), short(seen.position, seen.asset)
        yield Change(
            "stuck", seen.venue, f"{seen.venue}: only {free} of the account's {there} could leave now.", True
        )
    elif _liquidity_moved(was, seen):
        free, before = short(seen.liquidity, seen.asset), short(was.liquidity, seen.asset)
        text = f"{seen.venue}: {free} could leave now; it was {before}.{held}"
        yield Change("liquidity", seen.venue, text, alert and seen.liquidity < was.liquidity)
    grown = was.rate.income(was.position, max(seconds, 0)) * 2 + DUST
    if not -DUST <= seen.position - was.position <= grown:
        there, before = (str(Amount(units, seen.asset)) for units in (seen.position, was.position))
        yield Change("position", seen.venue, f"{seen.venue}: the account has {there} there; it was {before}.", True)


def _alike(reason: str, other: str) -> bool:
    """Whether two reasons differ in nothing but their figures: an age that rises is no news at every look."""
    return re.sub(r"[\d.,]+", "#", reason) == re.sub(r"[\d.,]+", "#", other)


def _rate_moved(was: Seen, seen: Seen) -> bool:
    return abs(seen.rate.ray - was.rate.ray) >= max(LEAST_RATE_MOVE, was.rate.ray // RATE_MOVE_PART)


def _liquidity_moved(was: Seen, seen: Seen) -> bool:
    low, high = sorted((was.liquidity, seen.liquidity))
    return low * LIQUIDITY_PART <= high and low != high


def _kept(was: Seen | None, seen: Seen) -> Seen:
    if was is None:
        return seen
    rate = seen.rate if _rate_moved(was, seen) else was.rate
    told = _liquidity_moved(was, seen) or any(each.position > each.liquidity for each in (was, seen))
    return replace(seen, rate=rate, liquidity=seen.liquidity if told else was.liquidity)


def _missing_changes(before: Sight, now: Sight) -> Iterator[Change]:
    held = {seen.venue for seen in before.venues if seen.position}
    for key, why in now.missing.items():
        if not _alike(before.missing.get(key, ""), why):
            yield Change("gone", key, f"{key} can't be used now: {why}.", key in held)
    for key in before.missing:
        if key not in now.missing:
            yield Change("back", key, f"{key} can be used again.")
    known = {seen.venue for seen in now.venues} | set(now.missing)
    for key in sorted({seen.venue for seen in before.venues} - known):
        yield Change("gone", key, f"{key} isn't among the venues any more.", key in held)
    for key in sorted({seen.venue for seen in now.venues} - {seen.venue for seen in before.venues}):
        if key not in before.missing:
            yield Change("new", key, f"{key} is among the venues now.")


def _peg_changes(before: Sight, now: Sight) -> Iterator[Change]:
    for symbol, price in sorted(now.prices.items()):
        off, was = _off_peg(price), _off_peg(before.prices.get(symbol, PRICE))
        if off != was:
            said = f"${grouped(text_from_units(price, 8))}"
            what = "is off its dollar" if off else "is at its dollar again"
            yield Change("price", symbol, f"{symbol} {what}: {said}.", off and _holds(now, symbol))


def _off_peg(price: int) -> bool:
    return abs(price - PRICE) * 10_000 > PEG_POINTS * PRICE


def _holds(now: Sight, symbol: str) -> bool:
    placed = any(seen.position for seen in now.venues if seen.asset.symbol == symbol)
    return placed or (symbol in now.balances and now.balances[symbol].units > 0)


def _wallet_changes(before: Sight, now: Sight) -> Iterator[Change]:
    for symbol, amount in now.balances.items():
        was = before.balances.get(symbol, amount)
        if amount.units != was.units:
            moved = Amount(abs(amount.units - was.units), amount.token)
            how = "came into" if amount.units > was.units else "left"
            yield Change("wallet", symbol, f"{moved} {how} the account's wallet; it holds {amount} now.", True)
