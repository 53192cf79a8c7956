"""Sandwich: what somebody who orders transactions around a trade could take of it, and whether that would pay.

The worst case needs no estimate: nobody can take more than what lies between what the trade gives now and what it
accepts at the least. What a sandwich would gain is computed on the pools' own state, fees and gas taken off.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from agent.chain.registry import Registry
from agent.chain.snapshot import Snapshot
from agent.gate.moves import Swap
from agent.gate.trades.words import percent
from agent.money import BASIS_POINTS, Amount, Token
from agent.plugin import Trader
from agent.routes import Attack, Trade
from agent.usd import PRICE_DECIMALS, dollars

LEAST_SLIPPAGE_BPS = 5
"""The narrowest limit that is set: below it what others trade in the same block would stop every second swap."""
TRANSACTION_GAS = 21_000
"""Of each of its two transactions, before it does anything (Ethereum yellow paper, appendix G: G_transaction)."""
HOP_GAS = 60_000
"""What a bot's own contract pays for a hop: less than any router needs for one. A tip isn't counted either, so that
what is said errs towards a sandwich that pays."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """`parts`: for each part of the trade the most that can be taken of it, base units of `token`.

    `worst_cents`: their sum, None without a price. `gain_cents`: what the best sandwich would gain now beyond gas, 0
    where none would, None where that can't be known; `loss` are the base units that it would take.
    """

    token: Token
    parts: tuple[int, ...]
    exact_out: bool
    worst_cents: int | None
    gain_cents: int | None
    loss: int

    @property
    def worst(self) -> int:
        return sum(self.parts)

    @property
    def pays(self) -> bool:
        return bool(self.gain_cents)


def exposure(registry: Registry, snapshot: Snapshot, trader: Trader, trade: Trade, limits: Sequence[int]) -> Exposure:
    """What this trade is open to with these limits. `limits` are those of its parts."""
    open_token = trade.tokens[0] if trade.exact_out else trade.tokens[1]
    parts = tuple(
        limit - part.units_in if trade.exact_out else part.units_out - limit
        for part, limit in zip(trade.parts, limits, strict=True)
    )
    worst_cents = _worst_cents(snapshot, trade, sum(parts))
    gas = _gas_price(registry, snapshot)
    if worst_cents is not None and gas is not None and worst_cents <= _cents(2 * (TRANSACTION_GAS + HOP_GAS), gas):
        return Exposure(open_token, parts, trade.exact_out, worst_cents, 0, 0)  # all of it pays for no sandwich
    found = trader.attacks(snapshot.traders.get(trade.trader, ()), trade, limits)
    gains = None if found is None or gas is None else _gains(snapshot, found, gas)
    if gains is None:
        return Exposure(open_token, parts, trade.exact_out, worst_cents, None, 0)
    gain, loss = _together(gains)
    return Exposure(open_token, parts, trade.exact_out, worst_cents, gain, loss)


def limits_of(trade: Trade, slippage_bps: int) -> tuple[int, ...]:
    """Of each part the least that comes back, or of an exact output the most that is given, rounded so that it is
    never looser than the slippage.
    """
    if trade.exact_out:
        return tuple(part.units_in * (BASIS_POINTS + slippage_bps) // BASIS_POINTS for part in trade.parts)
    return tuple(-(-part.units_out * (BASIS_POINTS - slippage_bps) // BASIS_POINTS) for part in trade.parts)


def slippage(registry: Registry, snapshot: Snapshot, trader: Trader, trade: Trade, usual: int) -> int:
    """The basis points of slippage at which no sandwich pays now, `usual` at the most; the least that is set where
    one pays even there. What can't be estimated stays as usual.
    """
    if not exposure(registry, snapshot, trader, trade, limits_of(trade, usual)).pays:
        return usual
    low, high = min(LEAST_SLIPPAGE_BPS, usual), usual
    if exposure(registry, snapshot, trader, trade, limits_of(trade, low)).pays:
        return low
    while high - low > 1:
        middle = (low + high) // 2
        pays = exposure(registry, snapshot, trader, trade, limits_of(trade, middle)).pays
        low, high = (low, middle) if pays else (middle, high)
    return low


def told(registry: Registry, snapshot: Snapshot, move: Swap, usual: int, hidden: bool) -> str:
    """One line for the preview. `usual` basis points are the policy's; `hidden`: it is sent privately."""
    trade, limit = move.trade, move.limit
    found = exposure(registry, snapshot, move.trader, trade, move.limits)
    whole = trade.units_in if trade.exact_out else trade.units_out
    narrower = limit != sum(limits_of(trade, usual))
    found = replace(found, token=move.pays if trade.exact_out else move.gets)  # the coin, where it is unwrapped
    return note(found, -(-abs(whole - limit) * BASIS_POINTS // max(whole, 1)) if narrower else None, hidden)


def note(found: Exposure, narrow_bps: int | None = None, hidden: bool = False) -> str:
    """The same of what was found. `narrow_bps`: its slippage, where it is less than usual."""
    usd = "" if found.worst_cents is None or not found.worst else f" ({dollars(found.worst_cents)})"
    most = f"{Amount(found.worst, found.token)}{usd}"
    narrow = "" if narrow_bps is None else f" So I hold it within {percent(narrow_bps)} of the quote."
    if hidden:
        return f"A sandwich could take at most {most} here; it is sent privately, so that nobody sees it coming."
    if found.gain_cents is None:
        return f"A sandwich could take at most {most} here; whether one would pay can't be told now."
    if not found.pays:
        return f"A sandwich could take at most {most} here; at present prices none would pay.{narrow}"
    gain = dollars(found.gain_cents)
    text = f"A sandwich could take at most {most} here; at present prices one would gain {gain}.{narrow}"
    return f"{text} A private endpoint would hide it; or swap less at a time."


def _gains(
    snapshot: Snapshot, found: Iterable[Attack], gas_price: tuple[int, int]
) -> list[tuple[int, Attack]] | None:
    """Each attack with its gain beyond gas, US cents, the largest first; None where one can't be valued."""
    gains = []
    for attack in found:
        price = snapshot.prices.get(attack.token.symbol)
        if price is None:
            return None
        gas = 2 * (TRANSACTION_GAS + HOP_GAS * len(attack.pools))
        gains.append((_value(attack.gain, attack.token, price) - _cents(gas, gas_price), attack))
    return sorted(gains, key=lambda each: -each[0])


def _together(gains: Iterable[tuple[int, Attack]]) -> tuple[int, int]:
    """What those gain together, and take, that share no pool: whoever does one of them can do the others, too."""
    gain = loss = 0
    used: set[str] = set()
    for cents, attack in gains:
        if cents > 0 and used.isdisjoint(attack.pools):
            gain, loss = gain + cents, loss + attack.loss
            used.update(attack.pools)
    return gain, loss


def _worst_cents(snapshot: Snapshot, trade: Trade, units: int) -> int | None:
    """By the side that makes it the larger of the two: what is taken of a part of the trade is as much of both."""
    given, got = trade.tokens
    whole = trade.units_in if trade.exact_out else trade.units_out
    values = [
        _value(-(-side * units // max(whole, 1)), token, snapshot.prices[token.symbol])
        for token, side in ((given, trade.units_in), (got, trade.units_out))
        if token.symbol in snapshot.prices
    ]
    return max(values, default=None)


def _gas_price(registry: Registry, snapshot: Snapshot) -> tuple[int, int] | None:
    """Wei that a gas costs, and the coin's USD price."""
    price = snapshot.prices.get(registry.native.symbol)
    return None if price is None else (snapshot.block.base_fee, price)


def _cents(gas: int, price: tuple[int, int]) -> int:
    wei, usd = price
    scale: int = 10 ** (18 + PRICE_DECIMALS)
    return gas * wei * usd * 100 // scale


def _value(units: int, token: Token, price: int) -> int:
    """US cents, rounded up."""
    scale: int = 10 ** (token.decimals + PRICE_DECIMALS)
    return -(-units * price * 100 // scale)
