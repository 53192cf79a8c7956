"""What speaks against a venue, each signal with its words and its numbers (docs/risk.md)."""

from moneta import Past, Signal, Venue, VenueState, hookimpl


@hookimpl
def moneta_signals(venue: Venue, state: VenueState, past: Past, units: int, now: int) -> list[Signal]:
    from plugins.risk.judge import signals  # numpy: late

    return signals(venue, state, past, units, now)
