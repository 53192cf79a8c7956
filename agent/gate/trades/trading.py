"""From a swap that was asked for to moves: the route, the least that may come back, what refuses a bad price.

The limits are the policy's: code sets them, no model and no word of a chat.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from agent.chain.registry import Registry
from agent.chain.snapshot import Snapshot
from agent.errors import Refused
from agent.execution.costs import costs_at
from agent.gate.build import CLEANUP_GAS
from agent.gate.choices import RouteChoice
from agent.gate.desk import Desk, Resolved
from agent.gate.moves import Swap
from agent.gate.resolve import is_everything, units_of
from agent.gate.trades import measure, offered, sandwich, wrapping
from agent.gate.trades.measure import cost
from agent.gate.trades.slippage import slippage_of
from agent.gate.trades.words import parted, percent
from agent.gate.trades.wrapping import ENTRY_TRANSACTIONS, held_as, spendable
from agent.intents import All, AmountSpec
from agent.intents import Swap as SwapIntent
from agent.money import BASIS_POINTS, Amount, Token
from agent.plugin import Trader
from agent.routes import Route, Trade

EDGE_BPS = 200
"""How far a price may move in the user's favour before the plan is void, too: the next step's amount hangs on it."""
ORDER_EDGE_BPS = 1_000
"""The same of an order, which is filled minutes later, and at a better price gives what is better."""
MAX_IMPACT_BPS = 200
SAID_IMPACT_BPS = 50
"""From here on the preview says what the size costs."""
GAS_PROBE = 100_000
SWAP_GAS = 700_000
"""Gas limit of the dearest swap plan (approval, two hops, clean-up), kept where all of the native coin is swapped."""
SWAP_TRANSACTIONS = 3


def swap(desk: Desk, intent: SwapIntent, later_gas: int = 0, *, wrapped: bool = False) -> Resolved:
    """The swap with the best price. `wrapped`: what comes back stays wrapped, for a venue to take.

    Raises Refused: lists, native, amount, balance, liquidity, impact.
    """
    pays, gets = desk.registry.token(intent.asset), desk.registry.token(intent.to_asset)
    start, end = held_as(desk.registry, pays), held_as(desk.registry, gets)
    ends = pays, end if wrapped else gets
    if start == end:
        return Resolved((wrapping.swap(desk, intent),))
    for token in (start, end):
        if token.symbol in desk.doubted:
            raise Refused(
                "untrusted",
                f"{token.symbol} isn't what it is listed as: {desk.doubted[token.symbol]}.",
                "The operator corrects the chain file (`moneta doctor` tells), or takes it out.",
            )
    if intent.to_amount is not None:
        units = units_of(intent.to_amount, end, 2**256 - 1, "A pool")
        choice = _offered(desk, ends, (start, end), units, exact_out=True)
        _check_balance(desk, pays, choice.swap.most_in)
    else:
        whole = _spendable(desk, pays, intent.amount, later_gas)
        units = units_of(intent.amount or All(), pays, whole, "Your wallet")
        choice = _offered(desk, ends, (start, end), units, exact_out=False)
        more = _gas_limit(choice.swap.trade) - SWAP_GAS
        everything = intent.amount is not None and is_everything(intent.amount)
        if pays.is_native and more > 0 and everything:  # several parts take more of it
            whole = _spendable(desk, pays, intent.amount, later_gas, more)
            units = units_of(intent.amount or All(), pays, whole, "Your wallet")
            choice = _priced(desk, ends, (start, end), units, exact_out=False)
    moves = wrapping.into(choice.swap, gets) if ends[1].is_native else (choice.swap,)
    return Resolved(moves, (choice,), _notes(desk, choice))


def _gas_limit(trade: Trade) -> int:
    """What a plan of this trade may have as its gas limits together: see agent.gate.build."""
    return trade.gas * 2 + SWAP_TRANSACTIONS * CLEANUP_GAS


def _spendable(desk: Desk, pays: Token, amount: AmountSpec | None, later_gas: int, more: int = 0) -> int:
    transactions = SWAP_TRANSACTIONS + (ENTRY_TRANSACTIONS if later_gas else 0)
    return spendable(desk, pays, amount, SWAP_GAS + more + later_gas, transactions)


def _priced(
    desk: Desk, ends: tuple[Token, Token], traded: tuple[Token, Token], units: int, exact_out: bool
) -> RouteChoice:
    """The best trade net of gas, and the single routes beside it, the best first."""
    choice = _own(desk, ends, traded, units, exact_out)
    if (why := too_far(choice.swap.trade)) is not None:
        raise why
    return choice


def too_far(trade: Trade) -> Refused | None:
    """Why a trade moves the price too much, None where it doesn't."""
    if trade.impact_bps <= MAX_IMPACT_BPS:
        return None
    return Refused(
        "impact",
        f"That size would move the price by {percent(trade.impact_bps)} against you; "
        f"{percent(MAX_IMPACT_BPS)} is the limit.",
        "Swap less at a time.",
    )


def _offered(
    desk: Desk, ends: tuple[Token, Token], traded: tuple[Token, Token], units: int, exact_out: bool
) -> RouteChoice:
    """The same with what others offer: taken where it costs less with its gas, and by its own call comes to no worse
    than what is our own bound, by our own pools and the price feeds.

    What is wanted in the native coin is offered in its wrapped form, and unwrapped afterwards.
    """
    wanted = ends[0], traded[1], units, exact_out
    offers = [each for each in desk.offers if (each.gives, each.gets, each.asked, each.exact_out) == wanted]
    if ends[1].is_native:
        offers = [replace(each, gas=each.gas + wrapping.UNWRAP_GAS) for each in offers]
    if not offers:
        return _priced(desk, ends, traded, units, exact_out)
    own = _own(desk, ends, traded, units, exact_out)
    why, gas = too_far(own.swap.trade), gas_price(desk.registry, desk.snapshot, traded[0 if exact_out else 1])
    rival = None if why else own.swap.trade
    ours = _measure(desk, traded, units, exact_out, rival)
    held = offered.weighed(offers, ours, rival, gas)
    chosen = offered.best(held, rival, gas)
    if chosen is None and why is not None:
        raise why
    if chosen is None:
        return replace(own, offers=held)
    if chosen.typed:
        asked = offered.asking(held, chosen, ours.bound, rival, gas)
        held, chosen = tuple(asked if each is chosen else each for each in held), asked
    taken, room = offered.Offered(chosen), ORDER_EDGE_BPS if chosen.typed else EDGE_BPS
    edge = chosen.told[0] * (BASIS_POINTS + (-room if exact_out else room)) // BASIS_POINTS
    back = own.swap.trader, own.swap.trade
    move = Swap(taken, taken.trade, ends[0], traded[1], (chosen.bound,), edge, back, taken.surplus)
    return RouteChoice(move, own.routes, held, own.swap.trade)


def _measure(
    desk: Desk, traded: tuple[Token, Token], units: int, exact_out: bool, own: Trade | None
) -> measure.Measure:
    """What an offer is held to: what the feeds say less the largest loss that a swap may have, and what the own trade
    gives less the slippage; beyond both, with as much more as prices may move for the better, nobody is believed.
    """
    slippage = slippage_of(desk.registry, *traded)
    fair = measure.fair_most if exact_out else measure.fair_least
    feeds = (fair(*traded, units, desk.snapshot.prices, loss) for loss in (MAX_IMPACT_BPS + slippage, -EDGE_BPS))
    bounds, edges = ([each] for each in feeds)
    if own is not None:
        better = BASIS_POINTS + (-EDGE_BPS if exact_out else EDGE_BPS)
        bounds.append(sum(sandwich.limits_of(own, slippage)))
        edges.append((own.units_in if exact_out else own.units_out) * better // BASIS_POINTS)
    return measure.measure(exact_out, bounds, edges)


def _own(
    desk: Desk, ends: tuple[Token, Token], traded: tuple[Token, Token], units: int, exact_out: bool
) -> RouteChoice:
    """By the pools that are known. Raises Refused("liquidity")."""
    gas = gas_price(desk.registry, desk.snapshot, traded[0] if exact_out else traded[1])
    routes: list[Route] = []
    trades: list[tuple[Trader, Trade]] = []
    for name, trader in desk.traders.items():
        pools = desk.snapshot.traders.get(name, ())
        alone = trader.quotes(pools, *traded, units, exact_out)
        routes += alone
        fit = [Trade((route,)) for route in alone if not route.why_not]
        single = min(fit, key=lambda each: cost(each, gas), default=None)
        best = trader.best(pools, *traded, units, exact_out, gas) or single
        trades += [(trader, best)] if best is not None else []
    routes.sort(key=lambda each: (bool(each.why_not), each.units_in, -each.units_out))
    if not trades:
        raise Refused(
            "liquidity",
            f"No pool that I know swaps {Amount(units, ends[1] if exact_out else ends[0])} "
            f"{'from' if exact_out else 'to'} {ends[0].symbol if exact_out else ends[1].symbol}.",
            "Ask for less, or for another token.",
        )
    trader, trade = min(trades, key=lambda each: cost(each[1], gas))
    return RouteChoice(_bounded(desk, trader, trade, ends), tuple(routes))


def gas_price(registry: Registry, snapshot: Snapshot, token: Token) -> Fraction:
    """Base units of `token` that a unit of gas costs now; 0 where a price is unknown."""
    native = registry.native
    price, coin = snapshot.prices.get(token.symbol), snapshot.prices.get(native.symbol)
    if not price or not coin:
        return Fraction(0)
    wei = costs_at(snapshot).present(GAS_PROBE)
    return Fraction(wei * coin * 10**token.decimals, GAS_PROBE * price * 10**native.decimals)


def _bounded(desk: Desk, trader: Trader, trade: Trade, ends: tuple[Token, Token]) -> Swap:
    """The swap with the policy's slippage as each part's limit, or less of it where a sandwich would pay."""
    slippage = sandwich.slippage(
        desk.registry, desk.snapshot, trader, trade, slippage_of(desk.registry, *trade.tokens)
    )
    limits = sandwich.limits_of(trade, slippage)
    if trade.exact_out:
        return Swap(trader, trade, *ends, limits, trade.units_in * (BASIS_POINTS - EDGE_BPS) // BASIS_POINTS)
    return Swap(trader, trade, *ends, limits, trade.units_out * (BASIS_POINTS + EDGE_BPS) // BASIS_POINTS)


def _check_balance(desk: Desk, pays: Token, units: int) -> None:
    whole = desk.balance(pays)
    if units > whole:
        raise Refused(
            "balance",
            f"That may take {Amount(units, pays)}; your wallet holds {Amount(whole, pays)}.",
            "Ask for less.",
        )


def _notes(desk: Desk, choice: RouteChoice) -> tuple[str, ...]:
    move, trade = choice.swap, choice.swap.trade
    through = ", ".join(token.symbol for token in trade.through)
    way = f"By way of {through}." if through and len(trade.parts) == 1 else ""
    taken = move.trader.tried if isinstance(move.trader, offered.Offered) else None
    if taken is not None and taken.typed:
        risk = offered.ordered(taken)
    else:
        usual = slippage_of(desk.registry, *trade.tokens)
        risk = sandwich.told(desk.registry, desk.snapshot, move, usual, desk.hidden)
    others = offered.told(choice.offers, choice.own or trade, taken)
    return tuple(note for note in (parted(trade), way, _impact(trade), others, risk) if note)


def _impact(trade: Trade) -> str:
    if trade.impact_bps < SAID_IMPACT_BPS:
        return ""
    return f"This size moves the price by {percent(trade.impact_bps)} against you; in smaller parts it costs less."
