"""Why a leg isn't taken, in dollars."""

from __future__ import annotations

from moneta import Shift
from plugins.rebalance.weigh import net

USD = 8  # decimals of dollars


def too_little(shift: Shift, least: int) -> str:
    """Of a leg whose gain isn't more than its costs, its doubts and `least`, the mandate's minimum."""
    if shift.gain_usd <= 0:
        return "a move there would gain nothing"
    if net(shift) > least:
        return "it would gain enough in the end and nothing now: it is better done later"
    needs = [f"its gas and fees, {usd(shift.cost_usd)}"]
    if shift.back_usd:
        needs.append(f"those of the way back, {usd(shift.back_usd)}")
    if shift.doubt_usd:
        needs.append(f"what that may err by, {usd(shift.doubt_usd)}")
    if least:
        needs.append(f"your minimum for that time, {usd(least)}")
    said = needs[0] if len(needs) == 1 else f"{', '.join(needs[:-1])} and {needs[-1]}"
    gained = f"a move there would gain {usd(shift.gain_usd)} in {shift.seconds // 86_400} days"
    return f"{gained}; it must gain more than {said}, together"


def usd(units: int) -> str:
    """'$1,234.56', rounded down."""
    cents = units // 10 ** (USD - 2)
    return f"${cents // 100:,}.{cents % 100:02d}"
