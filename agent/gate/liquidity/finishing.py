"""A move of a position that stopped on its way, gone on with: what is left of it goes into the new range.

Prices have moved since, so its range and its swap are made anew. Nothing goes in but what came out of the position,
and of that no more than is still there (agent.gate.liquidity.stopped).
"""

from __future__ import annotations

from collections.abc import Iterator

from agent.chain.positions import managers_of
from agent.errors import NeedsAnswer, Refused
from agent.gate.desk import Desk, Resolved
from agent.gate.liquidity.filling import Filled, filled
from agent.gate.liquidity.lines import between
from agent.gate.liquidity.owned import closing
from agent.gate.liquidity.provided import Close, Provide, Two
from agent.gate.liquidity.providing import check_some, least_of, slippage_of, ticks_of
from agent.gate.liquidity.repositioning import around, foreseen, left_over, reposition
from agent.gate.liquidity.stopped import Stopped, free_of
from agent.gate.liquidity.weighing import value1_of
from agent.gate.liquidity.words import Pair, both, pair_of
from agent.intents import Finish, Reposition
from agent.ranges import PoolGrowth

DUST = 100
"""Less than that part of what was left isn't worth a position."""


def finish(desk: Desk, intent: Finish) -> Resolved:
    """Raises NeedsAnswer where it isn't said which; Refused: position, balance, lists, range, and those of a swap."""
    stopped = chosen(desk.stopped, intent.position)
    manager, position = managers_of(desk.traders).get(stopped.manager), stopped.at(desk.snapshot)
    if position is not None and position.liquidity:  # it hadn't begun
        return reposition(desk, Reposition(position=str(position.id), range=stopped.range))
    pool, pair = _pool(desk, stopped)
    if manager is None or (position is None and stopped.waits):
        raise Refused(
            "position",
            f"Position {stopped.position} isn't yours any more, or can't be read now.",
            "Look at `portfolio`: what came out of it is yours to say of.",
        )
    free = free_of(desk.snapshot, pair, stopped)
    _check_some_left(pool, pair, stopped, free)
    ticks = around(manager, pool, stopped.width)
    if stopped.range is not None:
        ticks = ticks_of(desk, manager, pool, pair, stopped.range)
    slippage = slippage_of(desk, pair)
    fill = filled(desk, manager, position, pair, pool, ticks, free)
    check_some(manager, fill.pool, pair, ticks, fill.liquidity)
    least = least_of(manager, fill.pool, ticks, fill.most, slippage)
    opened = Provide(manager, pool, pair, *ticks, fill.liquidity, fill.most, least)
    taken = () if position is None else (closing(manager, position, pair, slippage),)
    swapped = fill.swapped
    moves = (*taken, *(swapped.moves if swapped else ()), opened)
    notes = (*(swapped.notes if swapped else ()), *_notes(desk, stopped, taken, opened, fill, free))
    return Resolved(moves, swapped.choices if swapped else (), notes)


def chosen(stopped: tuple[Stopped, ...], named: str | None) -> Stopped:
    """The stopped move of the position of that number, or the only one. Raises NeedsAnswer, Refused("position")."""
    found = [each for each in stopped if named in (None, str(each.position))]
    if len(found) > 1:
        names, number = " or ".join(str(each.position) for each in found), found[0].position
        raise NeedsAnswer(f"The move of which position: {names}? Say it like `finish the move of position {number}`.")
    if not found:
        where = "`portfolio` shows what lies where; `move position 12 back into range` moves one."
        if named is None:
            raise Refused("position", "No move of a liquidity position of yours stopped on its way.", where)
        raise Refused("position", f"No move of position {named} stopped on its way.", where)
    return found[0]


def _pool(desk: Desk, stopped: Stopped) -> tuple[PoolGrowth, Pair]:
    """Raises Refused("lists") where it takes no liquidity any more."""
    for pool in desk.snapshot.pools.get(stopped.manager, ()):
        pair = pair_of(desk.registry, pool.token0, pool.token1)
        if pool.pool == stopped.pool and pool.sqrt_price and pair is not None:
            return pool, pair
    raise Refused(
        "lists",
        f"The pool of position {stopped.position} isn't one that I put liquidity into.",
        "The operator can list it; what came out of the position is yours to say of.",
    )


def _check_some_left(pool: PoolGrowth, pair: Pair, stopped: Stopped, free: Two) -> None:
    """Raises Refused("balance") where what came out went elsewhere since."""
    if value1_of(pool, free) * DUST > value1_of(pool, stopped.left):
        return
    raise Refused(
        "balance",
        f"Nothing is left in your wallet of {both(pair, *stopped.left)} that position {stopped.position} gave.",
        "Say what you want anew, as in `provide 1,000 USDC and ETH liquidity, range 2,500 to 3,500`.",
    )


def _notes(
    desk: Desk, stopped: Stopped, taken: tuple[Close, ...], opened: Provide, fill: Filled, free: Two
) -> Iterator[str]:
    manager, pair = opened.manager, opened.pair
    new = between(manager, pair, opened.low, opened.high)
    yield f"The new position lies {new}."
    number, units = stopped.position, both(pair, *free)
    if stopped.waits:
        yield f"{units} of position {number} wait to be collected; nothing of your wallet goes in."
    else:
        yield f"{units} of position {number} lie in your wallet; nothing else of it goes in."
    if any(have * DUST < left * (DUST - 1) for have, left in zip(free, stopped.left, strict=True)):
        yield f"They were {both(pair, *stopped.left)} when the move stopped: the rest was used since."
    yield f"At the least {both(pair, *opened.least)} go in."
    if any(over := left_over(fill)):
        yield f"What the new range doesn't take, about {both(pair, *over)}, stays in your wallet."
    yield from foreseen(desk, opened, fill)
