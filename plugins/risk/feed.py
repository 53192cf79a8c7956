"""A price that isn't there or isn't of now, and a venue that nobody could read for a while."""

from __future__ import annotations

from moneta import Effect, Signal
from plugins.risk.case import Case
from plugins.risk.peg import FRESH
from plugins.risk.words import span

NAME = "price"


def judge(case: Case) -> Signal | None:
    """Only where there was a price before: a past without one says nothing of the feed.

    It only tells: the gate's own rule `oracle` refuses what has no price in the block of its preview.
    """
    seen = case.seen
    known = seen.price >= 0
    if not known.any():
        return None
    newest = int(seen.at[known][-1])
    if newest >= seen.looked or seen.now - seen.looked > FRESH:
        return None  # it was there when somebody looked last, or nobody looked of late
    ago = span(seen.now - newest)
    words = f"{case.asset.symbol} has had no price for {ago}: it isn't entered until it has one again (oracle)"
    return case.signal(NAME, Effect.ALERT, words, {"without_price_seconds": seen.now - newest})
