"""A limit's price holds for what is really given and got, fees and all: code puts it into the swap's own bound.

Both prices are Chainlink's of the snapshot. A dollar stable counts as a dollar, or as its feed says where that is
the stricter of the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from agent.chain.registry import Registry
from agent.errors import Refused
from agent.gate.moves import Swap
from agent.gate.orders.terms import Terms
from agent.gate.trades.offered import Offered
from agent.money import Amount, Token
from agent.usd import PRICE_DECIMALS

RULE = "limit-price"
PAR: int = 10**PRICE_DECIMALS


def bound_of(terms: Terms, move: Swap, prices: Mapping[str, int], registry: Registry) -> int | None:
    """In base units the least that may come back at the order's price, or of an exact output the most that may be
    given; None for an order without such a price. Raises Refused("oracle") where the other token has no price.
    """
    if terms.kind != "limit":
        return None
    pays, gets = move.pays, move.gets
    given = terms.price if terms.priced == terms.pays else _strict(pays, prices, registry, given=True)
    got = terms.price if terms.priced == terms.gets else _strict(gets, prices, registry, given=False)
    if move.trade.exact_out:
        worth: int = move.trade.units_out * got * 10**pays.decimals
        return worth // int(given * 10**gets.decimals)
    sold: int = move.trade.units_in * given * 10**gets.decimals
    return -(-sold // int(got * 10**pays.decimals))


def held_to(move: Swap, bound: int) -> Swap:
    """The swap with a bound of its own on each part, where that is stricter than the policy's slippage.

    An offer from outside is taken as it was made: its own call must hold to the price. Raises Refused("limit-price")
    where the pools' price is worse now, or what the offer's call may come to is.
    """
    trade = move.trade
    if isinstance(move.trader, Offered):
        if move.limit > bound if trade.exact_out else move.limit < bound:
            open_side = move.pays if trade.exact_out else move.gets
            raise _loose(Amount(move.limit, open_side), Amount(bound, open_side))
        return move
    if trade.exact_out:
        if trade.units_in > bound:
            raise _worse(Amount(trade.units_in, move.pays), Amount(bound, move.pays))
        shares = [bound * part.units_in // max(trade.units_in, 1) for part in trade.parts]
        return replace(move, limits=tuple(map(min, move.limits, shares)))
    if trade.units_out < bound:
        raise _worse(Amount(trade.units_out, move.gets), Amount(bound, move.gets))
    shares = [-(-bound * part.units_out // max(trade.units_out, 1)) for part in trade.parts]
    return replace(move, limits=tuple(map(max, move.limits, shares)))


def _strict(token: Token, prices: Mapping[str, int], registry: Registry, *, given: bool) -> int:
    price = prices.get(token.symbol)
    if not price:
        raise Refused("oracle", f"There is no price for {token.symbol} now.", "I try again when its feed answers.")
    if token.symbol not in registry.usd_stable:
        return price
    return max(price, PAR) if given else min(price, PAR)


def _loose(limit: Amount, wanted: Amount) -> Refused:
    return Refused(
        RULE,
        f"by its call it may come to {limit}, and your price says {wanted}",
        "Another offer, or the own route, is taken.",
    )


def _worse(now: Amount, wanted: Amount) -> Refused:
    return Refused(
        RULE,
        f"With the pools' fees it is {now} now, worse than the {wanted} of your price.",
        "I try again as long as the price is there.",
    )
