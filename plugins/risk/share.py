"""What a vault's share is worth: it only falls where somebody's debt is written off."""

from __future__ import annotations

from moneta import PARTS, Effect, Signal
from plugins.risk.case import Case
from plugins.risk.seen import DAY
from plugins.risk.words import span

NAME = "share-price"
NOISE = 10**6  # a millionth: rounding of a vault that is nearly empty is no loss
CLOSED, LEAVE = PARTS // 10_000, PARTS // 200


def judge(case: Case) -> Signal | None:
    known = case.seen.share > 0
    values, at = case.seen.share[known], case.seen.at[known]
    if len(values) < 2 or case.seen.now - int(at[-1]) > DAY:
        return None
    now, top = int(values[-1]), int(values.argmax())
    highest = int(values[top])
    lost = (highest - now) * PARTS // highest
    if lost < NOISE:
        return None
    effect = Effect.LEAVE if lost >= LEAVE else Effect.CLOSED if lost >= CLOSED else Effect.ALERT
    ago = span(case.seen.now - int(at[top]))
    words = f"a share is worth {_part(lost)} less than {ago} ago: a loss was written off"
    return case.signal(NAME, effect, words, {"lost_ppm": lost * 10**6 // PARTS})


def _part(lost: int) -> str:
    hundredths, rest = divmod(lost * 10**6 // PARTS, 100)
    return f"{hundredths // 100}.{hundredths % 100:02d}{rest:02d} %"
