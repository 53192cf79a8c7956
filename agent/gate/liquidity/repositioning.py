"""A position moved to other prices in one plan: closed, what the new range needs swapped, opened anew.

Nothing of the wallet goes in. The new position takes no more of either token than the old one gives at the least,
less what is swapped, plus the least that comes back of it: all amounts stand before the first transaction, and the
signer can hold the plan to it (agent.policy.mandated). What the old one gives beyond that, its fees among it, stays
in the wallet.
"""

from __future__ import annotations

from collections.abc import Iterator

from agent.errors import Refused
from agent.gate.desk import Desk, Resolved
from agent.gate.liquidity.filling import Filled, filled
from agent.gate.liquidity.lines import between, outlook_text
from agent.gate.liquidity.owned import chosen_one, closing
from agent.gate.liquidity.provided import Close, Provide, Two
from agent.gate.liquidity.providing import (
    check_some,
    least_of,
    slippage_of,
    ticks_of,
)
from agent.gate.liquidity.weighing import forecast_of, value1_of
from agent.gate.liquidity.words import Pair, both, price_text, worth
from agent.intents import Reposition
from agent.plugin import PositionManager
from agent.ranges import PoolGrowth, Position, RangeOutlook


def reposition(desk: Desk, intent: Reposition) -> Resolved:
    """Raises NeedsAnswer where it isn't said which; Refused: position, balance, lists, range, and those of a swap."""
    manager, position, pair = chosen_one(desk, intent.position, moving=True)
    if not position.liquidity:
        raise Refused(
            "balance",
            f"Nothing is left in position {position.id} but its number and what waits for it.",
            f"Say `close position {position.id}`.",
        )
    pool = _pool(desk, position)
    if intent.range is None:
        ticks = _same_width(manager, pool, position)
    else:
        ticks = ticks_of(desk, manager, pool, pair, intent.range)
    if ticks == (position.low, position.high):
        raise Refused(
            "range",
            f"Position {position.id} lies at just these prices already.",
            "Name other prices, or leave it as it is.",
        )
    slippage = slippage_of(desk, pair)
    close = closing(manager, position, pair, slippage)
    fill = filled(desk, manager, position, pair, pool, ticks, close.least)
    check_some(manager, fill.pool, pair, ticks, fill.liquidity)
    least = least_of(manager, fill.pool, ticks, fill.most, slippage)
    opened = Provide(manager, pool, pair, *ticks, fill.liquidity, fill.most, least)
    swapped = fill.swapped
    moves = (close, *(swapped.moves if swapped else ()), opened)
    notes = (*(swapped.notes if swapped else ()), *_notes(desk, close, opened, fill))
    return Resolved(moves, swapped.choices if swapped else (), notes)


def _pool(desk: Desk, position: Position) -> PoolGrowth:
    """The position's pool, as one that takes liquidity. Raises Refused("lists")."""
    for pool in desk.snapshot.pools.get(position.manager, ()):
        if pool.pool == position.pool and pool.sqrt_price:
            return pool
    raise Refused(
        "lists",
        f"The pool of position {position.id} isn't one that I put liquidity into.",
        f"The operator can list it; `close position {position.id}` works all the same.",
    )


def _same_width(manager: PositionManager, pool: PoolGrowth, position: Position) -> Two:
    """As many ticks as it spans now, evenly around the present price. Raises Refused("range") for the full range."""
    if (position.low, position.high) == manager.ticks(pool, None, None):
        raise Refused(
            "range",
            f"Position {position.id} covers every price: it is never out of range.",
            f"Name a narrower one, as in `move position {position.id} to ±10 %`.",
        )
    return around(manager, pool, position.high - position.low)


def around(manager: PositionManager, pool: PoolGrowth, width: int) -> Two:
    """The range of so many ticks, evenly around the present price."""
    low = (pool.tick - width // 2 + pool.spacing // 2) // pool.spacing * pool.spacing
    lowest, highest = manager.ticks(pool, None, None)
    return max(low, lowest), min(low + width, highest)


def _notes(desk: Desk, close: Close, opened: Provide, fill: Filled) -> Iterator[str]:
    manager, pair, position = close.manager, close.pair, close.position
    old = between(manager, pair, position.low, position.high)
    new = between(manager, pair, opened.low, opened.high)
    yield f"Position {position.id} lies {old} now; the new one lies {new}."
    yield f"At the least {both(pair, *close.least)} come out, and {both(pair, *opened.least)} go in."
    if position.fees0 or position.fees1:
        yield f"Its fees, {both(pair, position.fees0, position.fees1)}, come to your wallet."
    if any(left := left_over(fill)):
        yield f"What the new range doesn't take, about {both(pair, *left)}, comes to your wallet, too."
    yield from foreseen(desk, opened, fill)


def foreseen(desk: Desk, opened: Provide, fill: Filled) -> Iterator[str]:
    """What the new position will earn, as far as it is known."""
    pair = opened.pair
    if not opened.low <= fill.pool.tick < opened.high:
        price = price_text(pair.price(fill.pool.sqrt_price))
        yield f"At {price} {pair.quote} a {pair.base} the new one earns nothing: the price has to come into it first."
    yield outlook_text(*_outlook(desk, pair, opened, fill))


def left_over(fill: Filled) -> Two:
    """What of the least that comes out the new range doesn't take, where it is more than a rounding."""
    left = tuple(have - take for have, take in zip(fill.free, fill.most, strict=True))
    small = value1_of(fill.pool, (left[0], left[1])) * 10_000 < value1_of(fill.pool, fill.free)
    return (0, 0) if small else (left[0], left[1])


def _outlook(desk: Desk, pair: Pair, opened: Provide, fill: Filled) -> tuple[RangeOutlook | None, int | None]:
    """What the new range may be expected to bring, and the cents that go into it."""
    seen, value1 = desk.seen.get(fill.pool.pool), value1_of(fill.pool, opened.most)
    found = forecast_of(opened.manager, fill.pool, (opened.low, opened.high), seen, value1)
    return found, worth(pair, *opened.most, dict(desk.snapshot.prices))
