"""The reasons of a ranking as short phrases, every number rounded down."""

from __future__ import annotations

from moneta import RAY, Amount, Flag, Rate, Token, Venue, VenueState

CLOSED = {
    Flag.PAUSED: "it is paused by its own guardians",
    Flag.FROZEN: "it is frozen: it takes no new deposits",
    Flag.UNRATED: "its rate can't be computed",
    Flag.ILLIQUID: "all of it is lent out: nothing could leave now",
    Flag.UNTRUSTED: "it isn't what it was checked to be",
}
WHOLE_TOKENS_FROM = 100  # amounts from here on are said without their decimals


def why_not(venue: Venue, state: VenueState, units: int) -> str:
    """Why `units` base units can't go in; '' where they can."""
    flag = next((flag for flag in CLOSED if flag in state.flags), None)
    if flag is not None:
        return CLOSED[flag]
    if state.room is not None and (state.room < units or state.room == 0):
        return f"its supply cap leaves room for {short(state.room, venue.asset)}"
    return ""


def reasons(venue: Venue, state: VenueState, after: Rate, units: int) -> tuple[str, ...]:
    """What speaks for and against the venue, the rate first."""
    return tuple(
        phrase
        for phrase in (
            _rates(state.rate, after, units),
            _share(state, units),
            f"{short(state.liquidity, venue.asset)} could leave now",
            _utilisation(state),
            _source(venue),
        )
        if phrase
    )


def short(units: int, asset: Token) -> str:
    """'1,234 USDC', '0.5 WETH': decimals only where they matter, rounded down."""
    scale = 10**asset.decimals
    return str(Amount(units // scale * scale if units >= WHOLE_TOKENS_FROM * scale else units, asset))


def _rates(now: Rate, after: Rate, units: int) -> str:
    return f"{now} a year, {after} with your deposit in it" if units else f"{now} a year"


def _share(state: VenueState, units: int) -> str:
    supplied = state.facts.get("supplied")
    if supplied is None or not units:
        return ""
    return f"your deposit would be {Rate(units * RAY // (supplied + units))} of the market"


def _utilisation(state: VenueState) -> str:
    supplied, borrowed = state.facts.get("supplied"), state.facts.get("borrowed")
    if not supplied or borrowed is None:
        return ""
    return f"{Rate(min(borrowed * RAY // supplied, RAY))} of it is lent out"


def _source(venue: Venue) -> str:
    return "" if venue.liquidity_source == venue.id else f"it shares the market of {venue.liquidity_source}"
