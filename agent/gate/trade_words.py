"""A swap in one phrase: what is given, what at least comes back, what it costs beside the price."""

from __future__ import annotations

from agent.gate.order import Swap
from agent.money import Amount, Token, grouped, text_from_units

FEE_PLACES = 4  # pool fees are in hundredths of a basis point: 3,000 is 0.3 %
SHORT_PLACES = 4


def priced(move: Swap) -> str:
    """'swap 1 ETH for at least 2,985.1 USDC (about 2,994.08), price impact 0.10 %, pool fee 0.3 %'."""
    route = move.route
    if route.exact_out:
        most, wanted = Amount(move.limit, move.pays), Amount(route.units_out, move.gets)
        trade = f"swap at most {most} (about {about(route.units_in, move.pays)}) for {wanted}"
    else:
        given, least = Amount(route.units_in, move.pays), Amount(move.limit, move.gets)
        trade = f"swap {given} for at least {least} (about {about(route.units_out, move.gets)})"
    fee = text_from_units(route.fee, FEE_PLACES)
    return f"{trade}, price impact {percent(route.impact_bps)}, pool fee {fee} %"


def about(units: int, token: Token) -> str:
    """The amount in whole tokens, cut to four decimals; whole where that would leave nothing."""
    places = max(token.decimals - SHORT_PLACES, 0)
    short = units // 10**places * 10**places
    return grouped(text_from_units(short or units, token.decimals))


def percent(basis_points: int) -> str:
    """'0.10 %'."""
    return f"{basis_points // 100}.{basis_points % 100:02d} %"
