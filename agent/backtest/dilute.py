"""What suppliers really get once one's own deposit is in the market beside what was recorded."""

from __future__ import annotations

import numpy as np

from agent.backtest.arrays import Floats


def diluted(
    lend: Floats,
    borrow: Floats,
    supplied: Floats,
    usage: Floats,
    base: Floats,
    slope: Floats,
    kink: Floats,
    own: Floats | float,
    response: float = 0.0,
) -> Floats:
    """The supply rate with `own` tokens more in the market. Shapes broadcast; without amounts nothing is known of it.

    The recorded point is kept: only the change of utilisation, and of the borrow rate along its curve, is applied to
    the recorded supply rate, `lend' = lend · borrow'/borrow · usage'/usage`. `response`: how much of one's deposit
    new borrowing takes up (`agent.curves.Curve.usage`).
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        part = supplied / (supplied + own)  # of the utilisation that stays
        part = part * (1 + response * own / supplied)
        now = np.minimum(usage, 1.0)
        then = now * part
        at_kink = np.minimum(base + slope * kink, borrow)
        steeply = at_kink + (borrow - at_kink) * (then - kink) / (now - kink)
        gently = np.where(
            now <= kink,
            base + (borrow - base) * part,  # the low leg goes through the recorded point
            base + (at_kink - base) * then / kink,
        )
        paid = np.where((now > kink) & (then > kink), steeply, gently)
        found = lend * part * np.where(borrow > 0, np.clip(paid / borrow, 0.0, 1.0), 1.0)
    return np.where(np.isfinite(found), found, lend)
