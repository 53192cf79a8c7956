"""A liquidity position in a phrase: what goes in between which prices, what comes out."""

from __future__ import annotations

from fractions import Fraction

from agent.gate.liquidity.choice import DAYS
from agent.gate.liquidity.provided import Close, Gather, Provide
from agent.gate.liquidity.words import Pair, both, fee_text, price_text
from agent.gate.trades.words import percent
from agent.plugin import PositionManager
from agent.ranges import RangeOutlook
from agent.usd import dollars

_MILLION = 1_000_000
_NEAR_ZERO = Fraction(1, 10**15)


def headline(move: Provide | Gather | Close) -> str:
    """'provide 0.33 WETH and 1,000 USDC as liquidity from 2,500 to 3,500 USDC a WETH, pool fee 0.05 %'."""
    match move:
        case Provide(pair=pair, pool=pool):
            where = between(move.manager, pair, move.low, move.high)
            return f"provide {both(pair, *move.most)} as liquidity {where}, pool fee {fee_text(pool.fee)}"
        case Gather(pair=pair, position=position):
            fees = both(pair, position.fees0, position.fees1)
            return f"collect the fees of position {position.id}: {fees}"
        case Close(pair=pair, position=position):
            inside = both(pair, position.units0 + position.fees0, position.units1 + position.fees1)
            return f"close position {position.id}, which gives about {inside}, its fees among it"


def between(manager: PositionManager, pair: Pair, low: int, high: int) -> str:
    """'from 2,500 to 3,500 USDC a WETH'; of a range without ends that it is the full one."""
    ends = sorted(pair.price(manager.sqrt_price(tick)) for tick in (low, high))
    if ends[0] < _NEAR_ZERO and ends[1] > 1 / _NEAR_ZERO:
        return "over the full range of prices"
    return f"from {price_text(ends[0])} to {price_text(ends[1])} {pair.quote} a {pair.base}"


def outlook_text(found: RangeOutlook | None, cents: int | None) -> str:
    """What a range may be expected to bring, as plainly as it is known: its time in range, its fees, its loss."""
    if found is None:
        return "Too little was seen of this pool yet to say what its fees and its loss against holding may come to."
    share, parts = found.in_range * 100 // _MILLION, (found.fees, found.loss, abs(found.net))
    if cents is None:
        fees, loss, net = (percent(part // 100) for part in parts)
    else:
        fees, loss, net = (dollars(cents * part // _MILLION) for part in parts)
    if found.net > 0:
        return (
            f"If it goes on as in the last days: in range about {share} % of {DAYS} days; fees about {fees}, loss "
            f"against holding about {loss}: about {net} more than holding, gas apart. That is no promise."
        )
    return (
        f"If it goes on as in the last days: in range about {share} % of {DAYS} days; fees about {fees}, loss "
        f"against holding about {loss}: about {net} less than holding, gas apart. That is no promise."
    )
