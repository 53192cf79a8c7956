"""A liquidity position in a phrase: what goes in between which prices, what comes out."""

from __future__ import annotations

from agent.gate.provided import Close, Gather, Provide
from agent.gate.range_words import Pair, both, fee_text, price_text
from agent.plugin import PositionManager


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
    if ends[0] < FAR_LOW and ends[1] > FAR_HIGH:
        return "over the full range of prices"
    return f"from {price_text(ends[0])} to {price_text(ends[1])} {pair.quote} a {pair.base}"


FAR_LOW, FAR_HIGH = 10**-15, 10**15
