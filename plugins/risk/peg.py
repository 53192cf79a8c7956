"""A dollar coin that isn't worth a dollar. Which coins are held to be dollars follows from their own past."""

from __future__ import annotations

import numpy as np

from moneta import Effect, Signal
from plugins.risk.case import Case
from plugins.risk.seen import HOUR, Column
from plugins.risk.words import span, usd

NAME = "peg"
ONE = 10**8
PEGGED = 3 * ONE // 100
"""A coin whose price stood within 3 % of a dollar in the middle of its past is held to be worth one."""
ALERT, CLOSED, LEAVE = 995 * ONE // 1000, 99 * ONE // 100, 98 * ONE // 100
ABOVE = 102 * ONE // 100
FALL, FALL_IN = ONE // 100, 6 * HOUR
FRESH = 3 * HOUR
FEWEST = 3


def judge(case: Case) -> Signal | None:
    price = latest(case)
    if price is None or not pegged(case.seen.price):
        return None
    effect = level(price)
    before = case.seen.then(case.seen.price, FALL_IN)
    fell = 0 if before is None else before.value - price
    if effect is Effect.CLOSED and fell >= FALL:
        effect = Effect.LEAVE  # below 0.99 and falling fast: the next hours decide
    if effect is None:
        return None
    words = f"{case.asset.symbol} stands at {usd(price)}"
    if before is not None and fell >= FALL // 10:
        words += f", {usd(fell)} less than {span(before.seconds)} ago"
    return case.signal(NAME, effect, words, {"price_usd_e8": price, "fell_usd_e8": fell})


def level(price: int) -> Effect | None:
    """What a price alone says; a dollar that costs more than one is told, and nothing more."""
    for effect, below in ((Effect.LEAVE, LEAVE), (Effect.CLOSED, CLOSED), (Effect.ALERT, ALERT)):
        if price < below:
            return effect
    return Effect.ALERT if price > ABOVE else None


def pegged(prices: Column) -> bool:
    known = prices[prices >= 0]
    if len(known) < FEWEST:
        return False
    middle = int(np.partition(known, len(known) // 2)[len(known) // 2])
    return abs(middle - ONE) <= PEGGED


def latest(case: Case) -> int | None:
    """The newest price of the last hours."""
    recent = case.seen.price[case.seen.at > case.seen.now - FRESH]
    known = recent[recent >= 0]
    return int(known[-1]) if len(known) else None
