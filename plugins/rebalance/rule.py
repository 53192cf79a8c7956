"""The rule: of all moves of one position to one other venue, the one that gains most, if it gains enough.

A move's gain is the income of all positions in the asset over the horizon with the move, less that without it. Both
sides feel it: what leaves a market raises the rate of what stays there, what enters lowers the rate at the target;
venues over one market (`liquidity_source`) feel it together. Every number is an integer, rounded down.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from moneta import Flag, Limits, Placement, Rate, Shift, Token, Venue, VenueState

PARTS = 4
"""A position is weighed whole and in quarters: moving all of it may gain less, where it is large for the target."""

USD = 8  # decimals of dollars
CLOSED = {
    Flag.PAUSED: "it is paused by its own guardians",
    Flag.FROZEN: "it is frozen: it takes no new deposits",
    Flag.CAPPED: "its supply cap is reached",
    Flag.UNRATED: "its rate can't be computed",
    Flag.ILLIQUID: "all of it is lent out: nothing could leave now",
    Flag.UNTRUSTED: "it isn't what it was checked to be",
}

Holdings = Mapping[str, int]
"""Base units by venue: positions, or changes of them."""


def place(venues: Mapping[str, Venue], states: Mapping[str, VenueState], asset: Token, limits: Limits) -> Placement:
    """The best move of the asset's positions, or why there is none. `weighed` has each target once per source."""
    of_asset = {key: venues[key] for key in sorted(venues) if venues[key].asset == asset and key in states}
    held = [key for key in of_asset if states[key].position > 0]
    if not held:
        return Placement(None, (), f"no {asset.symbol} is at work")
    weighed = [
        _weighed(of_asset, states, source, target, limits)
        for source in held
        for target in of_asset
        if target != source
    ]
    ranked = tuple(sorted(weighed, key=_order))
    best = next((shift for shift in ranked if not shift.why_not), None)
    if best is None:
        return Placement(None, ranked, _why_none(ranked, asset, limits))
    return Placement(best, ranked)


def _order(shift: Shift) -> tuple[bool, int, str, str]:
    return (bool(shift.why_not), -shift.gain_usd, shift.target, shift.source)


def _why_none(ranked: Sequence[Shift], asset: Token, limits: Limits) -> str:
    """Why the best of them isn't done: the one that came nearest speaks for all."""
    if not ranked:
        return f"there is no other venue for {asset.symbol}"
    nearest = max(ranked, key=lambda shift: (shift.units > 0, shift.gain_usd))
    return f"{nearest.target}: {nearest.why_not}"


def _weighed(
    venues: Mapping[str, Venue], states: Mapping[str, VenueState], source: str, target: str, limits: Limits
) -> Shift:
    before, asset = states[source].rate, venues[source].asset
    most, barred = _most(states, source, target, asset, limits)
    if barred:
        return Shift(source, target, 0, False, before, states[target].rate, 0, 0, barred)
    shifts = [_shift(venues, states, source, target, units, limits) for units in _sizes(most)]
    best = max(shifts, key=lambda shift: (shift.gain_usd, shift.units))
    return _judged(best, limits)


def _sizes(most: int) -> Iterator[int]:
    yield from dict.fromkeys(units for part in range(PARTS, 0, -1) if (units := most * part // PARTS) > 0)


def _most(
    states: Mapping[str, VenueState], source: str, target: str, asset: Token, limits: Limits
) -> tuple[int, str]:
    """The most that may go from `source` to `target`, or why nothing may."""
    for venue in (source, target):
        if limits.venues is not None and venue not in limits.venues:
            return 0, f"{venue} isn't in the mandate"
    leaving, entering = states[source], states[target]
    flag = next((flag for flag in CLOSED if flag in entering.flags), None)
    if flag is not None:
        return 0, CLOSED[flag]
    if Flag.UNRATED in leaving.flags:
        return 0, f"the rate of {source} can't be computed, so neither can a gain"
    if Flag.PAUSED in leaving.flags or leaving.liquidity <= 0:
        return 0, f"nothing can leave {source} now"
    if entering.liquidity <= 0:
        return 0, CLOSED[Flag.ILLIQUID]
    bounds = {
        f"nothing can leave {source} now": min(leaving.position, leaving.liquidity),
        "its supply cap leaves no room": entering.room,
        "your cap for a venue is reached there": None if limits.cap is None else limits.cap - entering.position,
        "your largest move is nothing": limits.most,
    }
    known = {reason: bound for reason, bound in bounds.items() if bound is not None}
    reason, most = min(known.items(), key=lambda item: item[1])
    return (most, "") if most > 0 else (0, reason)


def _shift(
    venues: Mapping[str, Venue],
    states: Mapping[str, VenueState],
    source: str,
    target: str,
    units: int,
    limits: Limits,
) -> Shift:
    moved = {source: -units, target: units}
    gain = income(venues, states, moved, limits.seconds) - income(venues, states, {}, limits.seconds)
    worth: int = gain * limits.price // 10 ** venues[source].asset.decimals
    whole = units == states[source].position
    after = rate_with(venues, states, target, moved)
    return Shift(source, target, units, whole, states[source].rate, after, gain, worth)


def _judged(shift: Shift, limits: Limits) -> Shift:
    """Strictly more than gas and the minimum together; else the reason, in dollars."""
    if shift.gain_usd > limits.min_gain + limits.gas:
        return shift
    if shift.gain_usd <= 0:
        why = "a move there would gain nothing"
    else:
        days = limits.seconds // 86_400
        why = (
            f"a move there would gain {usd(shift.gain_usd)} in {days} days; "
            f"it must gain more than {usd(limits.min_gain)} and its gas, {usd(limits.gas)}"
        )
    return Shift(
        shift.source,
        shift.target,
        shift.units,
        shift.whole,
        shift.before,
        shift.after,
        shift.gain,
        shift.gain_usd,
        why,
    )


def income(venues: Mapping[str, Venue], states: Mapping[str, VenueState], moved: Holdings, seconds: int) -> int:
    """Base units that all positions earn in `seconds` once `moved` has been carried out."""
    return sum(
        rate_with(venues, states, key, moved).income(states[key].position + moved.get(key, 0), seconds)
        for key in venues
        if states[key].position + moved.get(key, 0) > 0
    )


def rate_with(venues: Mapping[str, Venue], states: Mapping[str, VenueState], venue: str, moved: Holdings) -> Rate:
    """A venue's rate once all that `moved` changes in its market is done."""
    market = venues[venue].liquidity_source
    change = sum(units for key, units in moved.items() if venues[key].liquidity_source == market)
    return venues[venue].rate_after(states[venue], change) if change else states[venue].rate


def usd(units: int) -> str:
    """'$1,234.56', rounded down."""
    cents = units // 10 ** (USD - 2)
    return f"${cents // 100:,}.{cents % 100:02d}"
