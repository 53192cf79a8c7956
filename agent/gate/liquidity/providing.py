"""From a wish to provide liquidity to its moves: the pool, the range, both amounts, the least in and out.

The limits are code's: if a price is bent between the preview and the transaction, the pool would take another mix of
the tokens than was shown, and the least of each stands against it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction

from agent.chain.positions import managers_of
from agent.chain.registry import Registry
from agent.chain.snapshot import Snapshot
from agent.errors import NeedsAnswer, Refused
from agent.execution.costs import costs_at
from agent.gate.choices import RangeChoice
from agent.gate.desk import Desk, Resolved
from agent.gate.liquidity.choice import RangeOption, best
from agent.gate.liquidity.lines import outlook_text
from agent.gate.liquidity.owned import all_of, chosen_one, closing, one_of
from agent.gate.liquidity.provided import Close, Gather, Provide, Two, moved
from agent.gate.liquidity.weighing import around, forecast_of, value1_of, weighed_widths
from agent.gate.liquidity.words import Pair, both, pair_of, price_text, worth
from agent.gate.moves import Wrap
from agent.gate.resolve import units_of
from agent.gate.trades.wrapping import held_as
from agent.intents import Close as CloseIntent
from agent.intents import Collect as CollectIntent
from agent.intents import Provide as ProvideIntent
from agent.intents import Range
from agent.money import Amount, Token
from agent.plugin import PositionManager
from agent.ranges import PoolGrowth

SLIPPAGE_BPS = 30
STABLE_SLIPPAGE_BPS = 5
"""How far the price may move against what was shown, as of swaps (agent.gate.trades.trading)."""
PROVIDE_GAS, PROVIDE_TRANSACTIONS = 1_600_000, 8
"""Gas limits of the dearest plan that opens a position: wrapping, two approvals, the position, both taken back."""
PERCENT = {"narrow": Fraction(5, 100), "wide": Fraction(20, 100)}
STABLE_PERCENT = {"narrow": Fraction(1, 1_000), "wide": Fraction(1, 100)}
"""To each side of the price; a pair of two dollar coins hardly leaves a tenth of a percent."""
WHICH_RANGE = (
    "Over which prices? Too little is known of that pool yet to choose them. Say it like `provide 1,000 USDC and ETH "
    "liquidity, range 2,500 to 3,500`, or with ±10 %, narrow range, wide range, full range."
)


def wished(desk: Desk, intent: ProvideIntent | CollectIntent | CloseIntent) -> Resolved:
    """What any of the three comes to."""
    match intent:
        case ProvideIntent():
            return provide(desk, intent)
        case CollectIntent():
            return collect(desk, intent)
        case CloseIntent():
            return close(desk, intent)


def provide(desk: Desk, intent: ProvideIntent) -> Resolved:
    """A position over the range that was said. Raises NeedsAnswer, Refused: lists, range, amount, balance."""
    named = [desk.registry.token(symbol) for symbol in (intent.asset, intent.to_asset)]
    tokens = [held_as(desk.registry, token) for token in named]
    coins = {token: coin for token, coin in zip(tokens, named, strict=True) if coin.is_native}
    whole = {token: _whole(desk, token, coins.get(token)) for token in tokens}
    if tokens[0] == tokens[1]:
        raise Refused("lists", f"{intent.asset} and {intent.to_asset} are one token.", "Name two tokens.")
    manager, pool, pair = _deepest(desk, tokens)
    amounts = {tokens[0]: intent.amount, tokens[1]: intent.to_amount}
    wanted = [
        None if (said := amounts[token]) is None else units_of(said, token, whole[token], "Your wallet")
        for token in (pair.token0, pair.token1)
    ]
    seen = desk.seen.get(pool.pool)
    weighed = weighed_widths(manager, pool, pair, seen, (wanted[0], wanted[1])) if intent.range is None else ()
    low, high = _ends(desk, manager, pool, pair, intent.range, weighed)
    liquidity, *most = manager.fitting(pool, low, high, (wanted[0], wanted[1]))
    check_some(manager, pool, pair, (low, high), liquidity)
    _check_wallet(whole, pair, (most[0], most[1]))
    least = least_of(manager, pool, (low, high), (most[0], most[1]), slippage_of(desk, pair))
    move = Provide(manager, pool, pair, low, high, liquidity, (most[0], most[1]), least)
    cents = worth(pair, *move.most, dict(desk.snapshot.prices))
    choices = (RangeChoice(pair.name, pair.base, cents, weighed[0], weighed),) if weighed else ()
    expected = forecast_of(manager, pool, (low, high), seen, value1_of(pool, move.most))
    wraps = _wraps(desk, coins, move)
    return Resolved((*wraps, move), choices, (*_notes(desk, intent, move, wanted), outlook_text(expected, cents)))


def collect(desk: Desk, intent: CollectIntent) -> Resolved:
    """The fees of one position, or of all. Raises Refused("balance") where none wait."""
    found = [one_of(desk, intent.position)] if intent.position is not None else list(all_of(desk))
    moves = tuple(Gather(*each) for each in found if each[1].fees0 or each[1].fees1)
    if not moves:
        which = f" for position {intent.position}" if intent.position is not None else ""
        raise Refused("balance", f"No fees wait{which}.", "`portfolio` shows what waits where.")
    return Resolved(moves)


def waiting_fees(
    snapshot: Snapshot, registry: Registry, managers: Mapping[str, PositionManager]
) -> tuple[Gather, ...]:
    """A move for each position for which fees wait."""
    found = ((each, pair_of(registry, each.token0, each.token1)) for each in snapshot.positions)
    return tuple(
        Gather(managers[each.manager], each, pair)
        for each, pair in found
        if pair is not None and each.manager in managers and (each.fees0 or each.fees1)
    )


def close(desk: Desk, intent: CloseIntent) -> Resolved:
    """All of one position. Raises NeedsAnswer where it isn't said which, Refused("balance") where there is none."""
    return Resolved((closing(*chosen_one(desk, intent.position, moving=False)),))


def closable(desk: Desk) -> list[Close]:
    """A move for each position that the account has."""
    return [closing(*each) for each in all_of(desk)]


def _deepest(desk: Desk, tokens: list[Token]) -> tuple[PositionManager, PoolGrowth, Pair]:
    """The pool of both tokens with the most liquidity at its price. Raises Refused("lists") where there is none."""
    wanted = {token.address for token in tokens}
    managers = managers_of(desk.traders)
    found = [
        (pool.liquidity, name, pool)
        for name, pools in desk.snapshot.pools.items()
        for pool in pools
        if name in managers and {pool.token0, pool.token1} == wanted and pool.sqrt_price
    ]
    if not found:
        names = " and ".join(token.symbol for token in tokens)
        raise Refused(
            "lists",
            f"I know no pool of {names} that takes liquidity.",
            "The operator can list one; name other tokens.",
        )
    _, name, pool = max(found, key=lambda each: each[0])
    pair = pair_of(desk.registry, pool.token0, pool.token1)
    if pair is None:
        raise AssertionError(f"a pool of {tokens} is of pinned tokens")
    return managers[name], pool, pair


def _ends(
    desk: Desk,
    manager: PositionManager,
    pool: PoolGrowth,
    pair: Pair,
    said: Range | None,
    weighed: tuple[RangeOption, ...],
) -> Two:
    """The ticks of the range that was said, or of the best of those that were weighed. Raises NeedsAnswer."""
    if said is not None:
        return ticks_of(desk, manager, pool, pair, said)
    if not weighed:
        raise NeedsAnswer(WHICH_RANGE)
    option = best(weighed)
    return option.low, option.high


def ticks_of(desk: Desk, manager: PositionManager, pool: PoolGrowth, pair: Pair, said: Range) -> Two:
    """The range in ticks of the pool. Raises Refused("range") for one that is none."""
    if said.kind == "full":
        return manager.ticks(pool, None, None)
    price = pair.price(pool.sqrt_price)
    if said.kind == "prices":
        low, high = Fraction(said.low or 0), Fraction(said.high or 0)
        if not 0 < low < high:
            raise Refused(
                "range", f"From {said.low} to {said.high} is no range of prices.", "Name the lower one first."
            )
        _check_way_round(pair, price, low, high)
        if not low <= price <= high and low <= 1 / price <= high and not _in_dollars(desk, pair):
            low, high = 1 / high, 1 / low  # said the other way round
    else:
        stable = {pair.token0.symbol, pair.token1.symbol} <= desk.registry.usd_stable
        known = STABLE_PERCENT if stable else PERCENT
        part = Fraction(said.value or 0) / 100 if said.kind == "percent" else known[said.kind]
        if not 0 < part < 1:
            raise Refused(
                "range", f"±{said.value} % is no range of prices.", "Say less than 100 %, or the full range."
            )
        return around(manager, pool, pair, price, part)
    ends = sorted((pair.sqrt_price(low), pair.sqrt_price(high)))
    return manager.ticks(pool, ends[0], ends[1])


def _in_dollars(desk: Desk, pair: Pair) -> bool:
    return bool({pair.token0.symbol, pair.token1.symbol} & desk.registry.usd_stable)


def _whole(desk: Desk, token: Token, coin: Token | None) -> int:
    """Base units that may go in: what the wallet holds, and of a native coin that was named what can be spared."""
    spare = 0
    if coin is not None:
        spare = max(desk.spare_native - costs_at(desk.snapshot).wei(PROVIDE_GAS, PROVIDE_TRANSACTIONS), 0)
    return desk.balance(token) + spare


def _wraps(desk: Desk, coins: Mapping[Token, Token], move: Provide) -> tuple[Wrap, ...]:
    """What of the native coin has to be wrapped first: no more than is missing."""
    needed = zip(move.tokens, move.most, strict=True)
    missing = [(token, units - desk.balance(token)) for token, units in needed if token in coins]
    return tuple(Wrap(coins[token], token, units) for token, units in missing if units > 0)


def _check_way_round(pair: Pair, price: Fraction, low: Fraction, high: Fraction) -> None:
    """Raises Refused("range") where the prices are those of the other token: 0.0003 to 0.0004 WETH a USDC."""
    if low <= price <= high or not 1 / high <= price <= 1 / low:
        return
    text, there = price_text(price), f"{price_text(1 / high)} to {price_text(1 / low)}"
    raise Refused(
        "range",
        f"A price is {pair.quote} a {pair.base} here, {text} now; that range looks like {pair.base} a {pair.quote}.",
        f"Say it as {there}.",
    )


def check_some(manager: PositionManager, pool: PoolGrowth, pair: Pair, ticks: Two, liquidity: int) -> None:
    """Raises Refused("range") where what was named doesn't go into that range at the present price."""
    if liquidity:
        return
    price = price_text(pair.price(pool.sqrt_price))
    _, units0, _ = manager.fitting(pool, *ticks, (10**30, None))
    raise Refused(
        "range",
        f"At {price} {pair.quote} a {pair.base} that range takes only "
        f"{(pair.token0 if units0 else pair.token1).symbol}, or the amount is too small for it.",
        "Name an amount of that token, or another range.",
    )


def _check_wallet(whole: Mapping[Token, int], pair: Pair, most: Two) -> None:
    """Raises Refused("balance") saying how much of which token is missing."""
    for token, units in ((pair.token0, most[0]), (pair.token1, most[1])):
        held = whole[token]
        if units > held:
            raise Refused(
                "balance",
                f"That takes {both(pair, *most)}; your wallet holds {Amount(held, token)}, so "
                f"{Amount(units - held, token)} are missing.",
                f"Get {Amount(units - held, token)} first, by a swap for example, or put in less.",
            )


def slippage_of(desk: Desk, pair: Pair) -> int:
    """How far the price may move against what was shown, in basis points."""
    stable = {pair.token0.symbol, pair.token1.symbol} <= desk.registry.usd_stable
    return STABLE_SLIPPAGE_BPS if stable else SLIPPAGE_BPS


def least_of(manager: PositionManager, pool: PoolGrowth, ticks: Two, most: Two, basis_points: int) -> Two:
    """The least of each token that goes in while the price stays within so many basis points; where the range is so
    narrow that this would bound neither, within less.
    """
    while basis_points:
        up = replace(pool, sqrt_price=moved(pool.sqrt_price, basis_points))
        down = replace(pool, sqrt_price=moved(pool.sqrt_price, -basis_points))
        least = (
            max(manager.fitting(up, *ticks, most)[1] - 1, 0),
            max(manager.fitting(down, *ticks, most)[2] - 1, 0),
        )
        if any(least) or not any(most):
            return least
        basis_points //= 2
    raise Refused("range", "That range is too narrow to be entered at a price that is sure.", "Name a wider one.")


def _notes(desk: Desk, intent: ProvideIntent, move: Provide, wanted: list[int | None]) -> Iterator[str]:
    for symbol in (intent.asset, intent.to_asset):
        if desk.registry.token(symbol).is_native:
            yield f"{symbol} goes in as {desk.registry.wrapped}, its wrapped form, one to one."
    for token, units, said in zip(move.tokens, move.most, wanted, strict=True):
        if said is not None and said - units > said // 100:
            yield f"Of your {Amount(said, token)}, {Amount(units, token)} go in: the range takes both in that ratio."
