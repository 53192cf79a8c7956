"""Mandate: the limits that stand in the place of a confirmation. What isn't inside every one of them refuses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any

from agent.errors import Refused
from agent.gate.moves import Enter, Leave, Move, taken
from agent.hours import within
from agent.money import Amount, Token
from agent.past import Effect, Signal
from agent.plugin import Limits, Placement, Venue, VenueState
from agent.usd import cents, dollars

RULE = "mandate"
NATIVE_DECIMALS = 18
LATER = ("repay_below", "claim_rewards")
"""The fields that mandates have had since loans and rewards are known."""
FEES = ("collect_fees",)
"""The field that mandates have had since liquidity is provided."""
RANGES = ("keep_in_range",)
"""The field that mandates have had since positions are moved under them."""
ADDED = ("caps", "excluded", "depeg_usd", "illiquid_percent", "safety_exits", "quiet_hours")
"""The fields that mandates have had since there are rules for leaving."""
OWN = "mandate:"
"""What the names of the signals begin with that are a mandate's own rules (agent/gate/mandates/rules.py)."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Base units of one asset: the most in one venue, and in one move."""

    cap: int
    most: int


@dataclass(frozen=True, slots=True)
class Terms:
    """A mandate in numbers. Money in USD has 8 decimals. `defaults` are the fields that the user didn't say.

    `caps`: base units of the asset in venues that have a cap of their own. `excluded`: never entered, free to leave.
    `depeg`: the price of an asset below which it leaves its venues; `illiquid`: the part of what is deposited in a
    venue that could leave (in PARTS) below which what is there leaves; None: told, and nothing else. `safety`:
    whether what else speaks for leaving may move money. `quiet`: hours in which only exits for safety are made.
    `repay`: the health factor in ray below which a loan is paid down; `claims`: whether rewards are claimed, `fees`:
    whether those of liquidity positions are collected. `ranges`: base units by symbol that moving a position that the
    price left may take at once; of nothing: none is moved.
    """

    assets: Mapping[str, Bounds]
    venues: tuple[str, ...] | None
    min_gain: int
    gas_budget: int
    horizon_days: int
    defaults: tuple[str, ...] = ()
    caps: Mapping[str, int] = field(default_factory=dict)
    excluded: tuple[str, ...] = ()
    depeg: int | None = None
    illiquid: int | None = None
    safety: bool = False
    quiet: tuple[int, int] | None = None
    repay: int | None = None
    claims: bool = False
    fees: bool = False
    ranges: Mapping[str, int] = field(default_factory=dict)

    @property
    def seconds(self) -> int:
        return self.horizon_days * 86_400

    def cap_of(self, venue: Venue) -> int:
        """Base units that may be in a venue: its own cap, or that of each."""
        return self.caps.get(venue.id, self.assets[venue.asset.symbol].cap)

    def enters(self, venue: str) -> bool:
        """Whether a venue may be entered at all."""
        return (self.venues is None or venue in self.venues) and venue not in self.excluded

    def leaves(self, signal: Signal) -> bool:
        """Whether a sign to leave may move money: the mandate's own rules may, others where it says so."""
        return signal.effect is Effect.LEAVE and (self.safety or signal.name.startswith(OWN))

    def acts_at(self, now: int, tz: tzinfo) -> bool:
        """Whether a move that isn't for safety may be made at `now` (Unix seconds), in the user's time zone."""
        return self.quiet is None or not within(datetime.fromtimestamp(now, tz).hour, *self.quiet)

    def as_json(self) -> dict[str, Any]:
        """What the digest covers and the ledger keeps: integers as decimal text."""
        return {
            "assets": {key: {"cap": str(b.cap), "most": str(b.most)} for key, b in self.assets.items()},
            "venues": None if self.venues is None else list(self.venues),
            "min_gain": str(self.min_gain),
            "gas_budget": str(self.gas_budget),
            "horizon_days": str(self.horizon_days),
            "defaults": list(self.defaults),
            "caps": {venue: str(units) for venue, units in self.caps.items()},
            "excluded": list(self.excluded),
            "depeg": _text(self.depeg),
            "illiquid": _text(self.illiquid),
            "safety": self.safety,
            "quiet": None if self.quiet is None else [str(hour) for hour in self.quiet],
            "repay": _text(self.repay),
            "claims": self.claims,
            "fees": self.fees,
            "ranges": {symbol: str(units) for symbol, units in self.ranges.items()},
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Terms:
        """What `as_json` wrote, now or before there were rules for leaving."""
        quiet = data.get("quiet")
        unsaid = (
            *(() if "safety" in data else ADDED),
            *(() if "claims" in data else LATER),
            *(() if "fees" in data else FEES),
            *(() if "ranges" in data else RANGES),
        )
        return cls(
            assets={key: Bounds(int(b["cap"]), int(b["most"])) for key, b in data["assets"].items()},
            venues=None if data["venues"] is None else tuple(data["venues"]),
            min_gain=int(data["min_gain"]),
            gas_budget=int(data["gas_budget"]),
            horizon_days=int(data["horizon_days"]),
            defaults=(*data["defaults"], *unsaid),
            caps={venue: int(units) for venue, units in data.get("caps", {}).items()},
            excluded=tuple(data.get("excluded", ())),
            depeg=_number(data.get("depeg")),
            illiquid=_number(data.get("illiquid")),
            safety=data.get("safety") is True,
            quiet=None if quiet is None else (int(quiet[0]), int(quiet[1])),
            repay=_number(data.get("repay")),
            claims=data.get("claims") is True,
            fees=data.get("fees") is True,
            ranges={symbol: int(units) for symbol, units in data.get("ranges", {}).items()},
        )


def limits_for(terms: Terms, asset: Token, price: int, gas: int) -> Limits:
    """What the rule may use: `price` of the asset and `gas` of one move in USD with 8 decimals."""
    bounds = terms.assets[asset.symbol]
    return Limits(
        venues=None if terms.venues is None else frozenset(terms.venues),
        cap=bounds.cap,
        most=bounds.most,
        min_gain=terms.min_gain,
        gas=gas,
        price=price,
        seconds=terms.seconds,
        decimals=asset.decimals,
        caps=terms.caps,
    )


def wei_in_usd(wei: int, price: int) -> int:
    """USD with 8 decimals, rounded up: a cost is never said too small."""
    scale: int = 10**NATIVE_DECIMALS
    return -(-wei * price // scale)


def check(
    terms: Terms,
    moves: Sequence[Move],
    states: Mapping[str, VenueState],
    fee_wei: int,
    spent_wei: int,
    native_price: int | None,
    *,
    danger: Set[str] = frozenset(),
    asleep: bool = False,
) -> None:
    """Raises Refused("mandate") unless the moves are inside the mandate.

    `fee_wei` is the most that they may cost, `spent_wei` what moves of the last horizon have cost. `danger`: venues
    that a signal says to leave, which the mandate heeds (`Terms.leaves`): out of them any amount may go, into the
    wallet too, at any hour, for the whole gas budget whatever was spent of it. `asleep`: its quiet hours are now.
    """
    left: dict[str, int] = {}
    used = taken(moves)
    sources = {move.venue.id for move in moves if isinstance(move, Leave)}
    safe = bool(sources) and sources <= danger
    if asleep and not safe:
        _refuse_asleep(terms)
    for move in moves:
        if not isinstance(move, Enter | Leave):
            raise Refused(RULE, "A mandate moves money between venues and sends none.", "Say it yourself.")
        units = _most(move, states, move in used)
        out = isinstance(move, Leave) and move.venue.id in danger
        _check_move(terms, move, units, out)
        sign = 1 if isinstance(move, Leave) else -1
        left[move.venue.asset.symbol] = left.get(move.venue.asset.symbol, 0) + sign * units
        if left[move.venue.asset.symbol] < 0:
            raise Refused(
                RULE, f"A mandate enters {move.venue.id} only with what left another venue.", "Say it yourself."
            )
        if isinstance(move, Enter):
            _check_cap(terms, move, states[move.venue.id].position + units)
    _check_placed(moves, danger)
    if not (safe and native_price is None):  # a way out needs no price
        _check_gas(terms, fee_wei, 0 if safe else spent_wei, native_price)


def check_gain(terms: Terms, placement: Placement, gas: int) -> None:
    """Raises Refused("mandate") where the simulated gas (USD, 8 decimals) leaves too little of the gain.

    What leaves for safety needs none.
    """
    if any(shift.signal for shift in placement.shifts):
        return
    least = -(-terms.min_gain * placement.seconds // terms.seconds)  # of the time that it is counted over
    if placement.gain_usd <= least + placement.back_usd + placement.doubt_usd + gas:
        raise Refused(
            RULE,
            f"The move would gain {_shown(placement.gain_usd)} and its gas came out at {_shown(gas)}: not worth it.",
            "Say `rebalance now` to move it all the same, or give a lower minimum gain.",
        )


def _refuse_asleep(terms: Terms) -> None:
    start, end = terms.quiet or (0, 0)
    raise Refused(
        RULE,
        f"You wanted nothing moved from {start}:00 to {end}:00, and it is that time.",
        "I look again after it; say `rebalance now` to move it all the same.",
    )


def _check_move(terms: Terms, move: Enter | Leave, units: int, out: bool) -> None:
    asset = move.venue.asset
    if asset.symbol not in terms.assets:
        raise Refused(
            RULE, f"Your mandate isn't for {asset.symbol}.", "Give a mandate for it, or say `rebalance now`."
        )
    if terms.venues is not None and move.venue.id not in terms.venues:
        raise Refused(
            RULE, f"{move.venue.id} isn't in your mandate.", "Give a mandate with that venue, or say `rebalance now`."
        )
    if isinstance(move, Enter) and move.venue.id in terms.excluded:
        raise Refused(
            RULE,
            f"Your mandate never enters {move.venue.id}.",
            "Give a mandate that doesn't leave it out, or put money there yourself.",
        )
    most = terms.assets[asset.symbol].most
    if units <= 0 or (units > most and not out):
        raise Refused(
            RULE,
            f"A move of {Amount(units, asset)} is more than your {Amount(most, asset)}.",
            "Give a mandate with larger moves, or say `rebalance now`.",
        )


def _check_placed(moves: Sequence[Move], danger: Set[str]) -> None:
    """What leaves goes into another venue; into the wallet only out of danger."""
    entered = {move.venue.asset.symbol for move in moves if isinstance(move, Enter)}
    for move in moves:
        if isinstance(move, Leave) and move.venue.asset.symbol not in entered and move.venue.id not in danger:
            raise Refused(
                RULE,
                f"A mandate takes money out of {move.venue.id} into your wallet only for safety.",
                "Withdraw it yourself, or let the mandate leave: `leave when there is danger`.",
            )


def _most(move: Enter | Leave, states: Mapping[str, VenueState], used: bool) -> int:
    """Base units that a move may come to: of one that leaves its amount open, its upper bound counts."""
    if isinstance(move, Enter):
        return move.most_in
    if used:
        return move.most_out
    return states[move.venue.id].position if move.units is None else move.units


def _check_cap(terms: Terms, move: Enter, held: int) -> None:
    asset, cap = move.venue.asset, terms.cap_of(move.venue)
    if held > cap:
        whole, where = Amount(held, asset), "there" if move.venue.id in terms.caps else "a venue"
        raise Refused(
            RULE,
            f"{move.venue.id} would hold {whole}, more than your {Amount(cap, asset)} {where}.",
            "Give a mandate with a higher cap, or say `rebalance now`.",
        )


def _check_gas(terms: Terms, fee_wei: int, spent_wei: int, native_price: int | None) -> None:
    if native_price is None:
        raise Refused(
            RULE, "Gas has no price in dollars now, so your gas budget can't be held.", "I try again later."
        )
    cost = wei_in_usd(fee_wei + spent_wei, native_price)
    if cost > terms.gas_budget:
        raise Refused(
            RULE,
            f"With this, gas in {terms.horizon_days} days may come to {_shown(cost)}; "
            f"your budget is {_shown(terms.gas_budget)}.",
            "Give a mandate with a larger gas budget, or wait.",
        )


def _shown(usd: int) -> str:
    return dollars(cents(usd, 0, 1))


def _text(value: int | None) -> str | None:
    return None if value is None else str(value)


def _number(value: str | None) -> int | None:
    return None if value is None else int(value)
