"""Debt that nobody will pay and that no share price shows yet."""

from __future__ import annotations

from moneta import PARTS, Effect, Signal
from plugins.risk.case import Case
from plugins.risk.seen import supplied_of
from plugins.risk.words import amount

NAME = "bad-debt"
CLOSED, LEAVE = PARTS // 10_000, PARTS // 200


def judge(case: Case) -> Signal | None:
    """`lost`: MetaMorpho 1.1's own figure; `unbacked`: Aave's deficit (from 3.3) and what was minted unbacked."""
    supplied, facts = supplied_of(case.state), case.state.facts
    lost = facts.get("lost", 0) or facts.get("unbacked", 0)
    if supplied is None or lost <= 0:
        return None
    part = lost * PARTS // supplied
    if part < CLOSED:
        return None
    percent = f"{part * 10_000 // PARTS // 100}.{part * 10_000 // PARTS % 100:02d} %"
    words = f"{amount(lost, case.asset)} of what it counts as its own is owed by nobody any more: {percent} of all"
    effect = Effect.LEAVE if part >= LEAVE else Effect.CLOSED
    return case.signal(NAME, effect, words, {"lost_units": lost, "lost_ppm": part * 10**6 // PARTS})
