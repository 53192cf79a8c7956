"""The account's own liquidity positions: which there are, and what taking all of one out comes to."""

from __future__ import annotations

from collections.abc import Iterator

from agent.chain.positions import managers_of
from agent.errors import NeedsAnswer, Refused
from agent.gate.desk import Desk
from agent.gate.liquidity.provided import Close, Two, moved
from agent.gate.liquidity.words import Pair, fee_text, pair_of
from agent.plugin import PositionManager
from agent.ranges import PoolGrowth, Position

EXIT_SLIPPAGE_BPS = 100
"""How far the price may move on the way out, which has to work in a market that moves."""
EDGE_BPS = 200


def closing(manager: PositionManager, position: Position, pair: Pair, slippage_bps: int = EXIT_SLIPPAGE_BPS) -> Close:
    """The move that takes all of a position out, and the bounds of what comes while the price stays within the
    slippage.
    """
    pool = spot_of(position)

    def given(basis_points: int) -> Two:
        price = moved(position.sqrt_price, basis_points)
        return manager.given(pool, price, position.low, position.high, position.liquidity)

    up, down = given(slippage_bps), given(-slippage_bps)  # token 0 is sold on the way up
    far_up, far_down = given(EDGE_BPS), given(-EDGE_BPS)
    return Close(manager, position, pair, (up[0], down[1]), (far_down[0], far_up[1]))


def all_of(desk: Desk) -> Iterator[tuple[PositionManager, Position, Pair]]:
    managers = managers_of(desk.traders)
    for each in desk.snapshot.positions:
        pair = pair_of(desk.registry, each.token0, each.token1)
        if each.manager in managers and pair is not None:
            yield managers[each.manager], each, pair


def one_of(desk: Desk, named: str) -> tuple[PositionManager, Position, Pair]:
    """The account's own position of that number. Raises Refused("position")."""
    for found in all_of(desk):
        if str(found[1].id) == named:
            return found
    known = ", ".join(str(each.id) for _, each, _ in all_of(desk)) or "none"
    raise Refused("position", f"You have no position {named}.", f"Yours are: {known}.")


def chosen_one(desk: Desk, named: str | None, *, moving: bool) -> tuple[PositionManager, Position, Pair]:
    """The position of that number, or the only one, which is to be moved or closed.

    Raises NeedsAnswer where there are several, Refused: position, balance.
    """
    if named is not None:
        return one_of(desk, named)
    found = list(all_of(desk))
    if len(found) > 1:
        names = ", ".join(f"{each.id} ({pair.name} {fee_text(each.fee)})" for _, each, pair in found)
        number = found[0][1].id
        if moving:
            raise NeedsAnswer(f"Which position: {names}? Say it like `move position {number} back into range`.")
        raise NeedsAnswer(f"Which position: {names}? Say it like `close position {number}`.")
    if not found:
        raise Refused("balance", "You have no liquidity position that I know.", "Look at `portfolio`.")
    return found[0]


def spot_of(position: Position) -> PoolGrowth:
    """What of its pool a position knows: enough to say what liquidity gives."""
    return PoolGrowth(
        position.pool, position.token0, position.token1, position.fee, 1, position.sqrt_price, position.tick, 0, 0, 0
    )
