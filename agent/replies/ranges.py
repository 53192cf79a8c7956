"""Liquidity positions as they are told: what is in them, between which prices, what waits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from agent.chain.registry import Registry
from agent.chain.snapshot import Snapshot
from agent.gate.liquidity.choice import DAYS, width_text
from agent.gate.liquidity.move import Better
from agent.gate.liquidity.stopped import Stopped
from agent.gate.liquidity.words import Pair, both, fee_text, pair_of, price_text, worth
from agent.gate.trades.words import percent
from agent.plugin import PositionManager
from agent.ranges import Position
from agent.replies.reply import Offer, Reply, Table
from agent.usd import dollars
from memory.rows import DecisionRow


@dataclass(frozen=True, slots=True)
class Told:
    """A position with its pair; US cents of what is in it and of what waits beside it, None without a price."""

    position: Position
    pair: Pair
    cents: int | None
    fees: int | None


def told(snapshot: Snapshot, registry: Registry) -> Iterator[Told]:
    """The account's positions of pinned tokens."""
    for each in snapshot.positions:
        pair = pair_of(registry, each.token0, each.token1)
        if pair is not None:
            prices = dict(snapshot.prices)
            inside = worth(pair, each.units0, each.units1, prices)
            yield Told(each, pair, inside, worth(pair, each.fees0, each.fees1, prices))


def row(each: Told) -> tuple[str, str, str, str, str]:
    """A row of the portfolio's table."""
    position, pair = each.position, each.pair
    waiting = both(pair, position.fees0, position.fees1) if position.fees0 or position.fees1 else "0"
    return (
        f"{position.manager} position {position.id}",
        both(pair, position.units0, position.units1),
        "no price" if each.cents is None else dollars(each.cents),
        "in range" if position.in_range else "out of range",
        f"{waiting} of fees",
    )


def line(each: Told, ends: tuple[int, int]) -> str:
    """A sentence or two about a position; `ends` are the square roots of its range's prices."""
    position, pair = each.position, each.pair
    low, high = sorted(pair.price(end) for end in ends)
    where = f"from {price_text(low)} to {price_text(high)} {pair.quote} a {pair.base}"
    price = price_text(pair.price(position.sqrt_price))
    state = f"in range at {price}" if position.in_range else f"out of range at {price}, where it earns nothing"
    text = f"Position {position.id}: {pair.name} {fee_text(position.fee)}, {where}, {state}."
    if not (position.fees0 or position.fees1):
        return text
    value = "no price" if each.fees is None else dollars(each.fees)
    fees = both(pair, position.fees0, position.fees1)
    return f"{text} Fees of {fees} ({value}) wait: say `collect the fees of position {position.id}`."


def lines(snapshot: Snapshot, registry: Registry, managers: Mapping[str, PositionManager]) -> tuple[str, ...]:
    """A line a position."""
    return tuple(
        line(each, (manager.sqrt_price(each.position.low), manager.sqrt_price(each.position.high)))
        for each in told(snapshot, registry)
        if (manager := managers.get(each.position.manager)) is not None
    )


def chosen(row: DecisionRow, when: str) -> Reply:
    """Why a range was chosen: all widths that were weighed, with what each was forecast to bring."""
    picked = next(each for each in row.alternatives if each["width"] == row.chosen)
    text = f"On {when} I chose {row.chosen} for {row.snapshot['pair']}: {row.rule}."
    text += f" It was forecast to be in range {_percent(picked['in_range'])} of {DAYS} days."
    return Reply(text, _table(row), private=True)


def moved(row: DecisionRow, when: str) -> Reply:
    """Why a position was moved under a mandate, or wasn't."""
    facts, options = row.snapshot, {each["width"]: each for each in row.alternatives}
    which = f"position {facts['position']} ({facts['pair']})"
    if not row.chosen:
        text = f"On {when} I left {which} where it was: {facts['why_not']}."
        return Reply(text, _table(row), private=True)
    gain, cost = dollars(int(facts["gain"])), dollars(int(facts["cost"]))
    text = f"On {when} I chose to move {which} to {row.chosen}: {row.rule}."
    inside = _percent(options[row.chosen]["in_range"])
    text += (
        f" It was forecast to be in range {inside} of {DAYS} days, and to bring about {gain} more in them than left "
        f"alone, {cost} of gas and swaps taken off."
    )
    if row.outcome not in (None, "settled"):
        text += f" It ended as: {row.outcome}."
    return Reply(text, _table(row), private=True)


def _table(row: DecisionRow) -> Table:
    rows = tuple(
        (
            str(each["width"]),
            _percent(each["in_range"]),
            _percent(each["fees"]),
            _percent(each["loss"]),
            _percent(str(int(each["fees"]) - int(each["loss"]))),
        )
        for each in row.alternatives
    )
    return Table(("range", "in range", "fees", "loss against holding", "together"), rows, frozenset({1, 2, 3, 4}))


def _percent(millionths: str) -> str:
    """Of a part in millionths, in hundredths of a percent."""
    units = int(millionths) // 100
    return f"{'-' if units < 0 else ''}{percent(abs(units))}"


def stopped_move(found: Stopped, pair: Pair) -> tuple[str, tuple[Offer, ...]]:
    """What lies where after a move that stopped on its way, and how to go on."""
    number, left = found.position, both(pair, *found.left)
    go = Offer("Go on", "say", f"finish the move of position {number}")
    leave = Offer("Leave it", "say", f"leave the move of position {number}")
    if not found.begun:
        return f"Position {number} lies as it was: say `{go.words}` to move it all the same.", (go,)
    if found.waits:
        text = (
            f"What position {number} held waits there to be collected: say `{go.words}` to go on, or "
            f"`{leave.words}` to leave it there."
        )
        return text, (go, leave)
    text = (
        f"Of position {number}, {left} lie in your wallet: say `{go.words}` to put them to work again, or "
        f"`{leave.words}` to leave them there."
    )
    return text, (go, leave)


def left_alone(number: int) -> str:
    """Nobody goes on with the move of a position."""
    return f"I leave it: what came out of position {number} stays where it is now, and nobody goes on with that move."


def opened_anew(found: Better, why: str = "") -> Reply:
    """What moving a position is forecast to bring, for the user to say. `why`: what kept a mandate from it."""
    position, pair, width = found.position, found.pair, found.option.width
    more, cost = dollars(found.cents), dollars(found.cost)
    say = f"move position {position.id} to the full range"
    if width is not None:
        say = f"move position {position.id} to {width_text(width)}"
    text = (
        f"Position {position.id} ({pair.name}) is out of range and earns nothing. Opened anew over "
        f"{width_text(width)}, it is forecast to bring about {more} more in {DAYS} days than left alone, {cost} of "
        "gas and swaps taken off. That is no promise. "
    )
    if why:
        text += f"Your mandate didn't move it: {why}. "
    text += f"Say `{say}`, and I show it to you first."
    return Reply(text, offers=(Offer("Move it", "say", say),), private=True)
