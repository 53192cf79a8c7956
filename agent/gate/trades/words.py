"""A swap in one phrase: what is given, what at least comes back, what it costs beside the price."""

from __future__ import annotations

from agent.gate.moves import Swap
from agent.money import Amount, Token, grouped, text_from_units
from agent.routes import Trade

FEE_PLACES = 4  # pool fees are in hundredths of a basis point: 3,000 is 0.3 %
SHORT_PLACES = 4


def priced(move: Swap) -> str:
    """'swap 1 ETH for at least 2,985.1 USDC (about 2,994.08), price impact 0.10 %, pool fee 0.3 %'."""
    trade = move.trade
    if trade.exact_out:
        most, wanted = Amount(move.limit, move.pays), Amount(trade.units_out, move.gets)
        text = f"swap at most {most} (about {about(trade.units_in, move.pays)}) for {wanted}"
    else:
        given, least = Amount(trade.units_in, move.pays), Amount(move.limit, move.gets)
        text = f"swap {given} for at least {least} (about {about(trade.units_out, move.gets)})"
    if move.back is not None:
        return f"{text}, as {trade.trader} offers it"
    fee = text_from_units(trade.fee, FEE_PLACES)
    return f"{text}, price impact {percent(trade.impact_bps)}, pool fee {fee} %"


def parted(trade: Trade) -> str:
    """'In one transaction: 60.0 % by uniswap-v3:DAI-100-USDC, 40.0 % by …'; '' of a single route."""
    if len(trade.parts) < 2:
        return ""
    whole = trade.units_in
    shares = [part.units_in * 1_000 // whole for part in trade.parts]
    shares[0] += 1_000 - sum(shares)
    said = (f"{text_from_units(share, 1)} % by {part.name}" for share, part in zip(shares, trade.parts, strict=True))
    return f"In one transaction: {', '.join(said)}."


def about(units: int, token: Token) -> str:
    """The amount in whole tokens, cut to four decimals; whole where that would leave nothing."""
    places = max(token.decimals - SHORT_PLACES, 0)
    short = units // 10**places * 10**places
    return grouped(text_from_units(short or units, token.decimals))


def percent(basis_points: int) -> str:
    """'0.10 %'."""
    return f"{basis_points // 100}.{basis_points % 100:02d} %"
