"""A move of a position that stopped on its way: what of the position is free to go into the new one. Pure; integers.

Only what the position gave at the least counts, less what was swapped of it, plus the least that came back: the same
as the move itself would have put in. Whatever else lies in the wallet isn't the position's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agent.chain.snapshot import Snapshot
from agent.gate.liquidity.provided import Provide, Two
from agent.gate.liquidity.words import Pair
from agent.gate.moves import Move
from agent.intents import Range
from agent.money import Address
from agent.policy.effects import Effect
from agent.ranges import Position


@dataclass(frozen=True, slots=True)
class Stopped:
    """The move of `position`, by the plan that stopped. `range` null: as wide as `width` ticks around the price.

    `left`: base units of both `tokens` of the pool that it gave and that went into nothing; of those `spent` were
    taken out of the wallet since. `begun`: whether anything of the old one was taken out; `waits`: whether what was
    has to be collected yet. (Its number alone, not given back, is empty: nobody reads it.)
    """

    plan_id: str
    position: int
    manager: str
    pool: Address
    tokens: tuple[Address, Address]
    width: int
    range: Range | None
    left: Two
    spent: Two = (0, 0)
    begun: bool = True
    waits: bool = False

    def at(self, snapshot: Snapshot) -> Position | None:
        """What is left of the old one: its number, and what waits for it."""
        found = (each for each in snapshot.positions if (each.manager, each.id) == (self.manager, self.position))
        return next(found, None)

    def as_json(self) -> dict[str, Any]:
        """What is kept beside the snapshot of a decision; integers as decimal text."""
        return {
            "plan_id": self.plan_id,
            "position": str(self.position),
            "manager": self.manager,
            "pool": self.pool,
            "tokens": list(self.tokens),
            "width": str(self.width),
            "range": None if self.range is None else self.range.model_dump(mode="json"),
            "left": [str(units) for units in self.left],
            "spent": [str(units) for units in self.spent],
            "begun": self.begun,
            "waits": self.waits,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Stopped:
        """What `as_json` wrote."""
        return cls(
            plan_id=data["plan_id"],
            position=int(data["position"]),
            manager=data["manager"],
            pool=Address(data["pool"]),
            tokens=(Address(data["tokens"][0]), Address(data["tokens"][1])),
            width=int(data["width"]),
            range=None if data["range"] is None else Range.model_validate(data["range"]),
            left=_two(data["left"]),
            spent=_two(data["spent"]),
            begun=data["begun"] is True,
            waits=data["waits"] is True,
        )


def facts(found: Iterable[Stopped]) -> dict[str, Any]:
    """What stands beside a decision's snapshot; {} of nothing."""
    moves = [each.as_json() for each in found]
    return {"stopped": moves} if moves else {}


def stopped_in(data: Mapping[str, Any]) -> tuple[Stopped, ...]:
    """What `facts` wrote."""
    return tuple(Stopped.from_json(each) for each in data.get("stopped", ()))


def free_of(snapshot: Snapshot, pair: Pair, stopped: Stopped) -> Two:
    """What of it may go into the new one: no more than lies in the wallet now, or waits for the old one."""
    position = stopped.at(snapshot)
    waits = (0, 0) if position is None else (position.fees0, position.fees1)
    held = [snapshot.balances.get(token.symbol, 0) for token in (pair.token0, pair.token1)]
    first, second = (
        min(max(left - spent, 0), wait + have)
        for left, spent, wait, have in zip(stopped.left, stopped.spent, waits, held, strict=True)
    )
    return first, second


def kept_of(
    moves: Sequence[Move], effects: Sequence[Effect], given: Two, said: Range | None, position: int
) -> dict[str, Any]:
    """What the ledger keeps of a move beside its plan, as JSON data: `given` base units of both tokens that it goes
    from, `effects` those of the plan's steps.
    """
    opened = next(move for move in moves if isinstance(move, Provide))
    return {
        "position": str(position),
        "manager": opened.manager.name,
        "pool": opened.pool.pool,
        "tokens": [opened.pool.token0, opened.pool.token1],
        "width": str(opened.high - opened.low),
        "range": None if said is None else said.model_dump(mode="json"),
        "given": [str(units) for units in given],
        "out": [str(at) for at, each in enumerate(effects) if each.direction == "leave"],
        "swaps": [_swap(at, each) for at, each in enumerate(effects) if each.direction == "swap"],
        "entry": str(next(at for at, each in enumerate(effects) if each.direction == "enter")),
    }


def stopped_of(plan_id: str, kept: Mapping[str, Any], done: frozenset[int], spent: Mapping[str, int]) -> Stopped:
    """From what `kept_of` gave: `done` are the plan's steps that were mined, `spent` what later plans took of each
    token (address).
    """
    left = {Address(token): int(units) for token, units in zip(kept["tokens"], kept["given"], strict=True)}
    for swap in kept["swaps"]:
        if int(swap["step"]) in done:
            left[Address(swap["pays"])] -= int(swap["units"])
            left[Address(swap["gets"])] += int(swap["least"])
    first, second = (Address(token) for token in kept["tokens"])
    out = [int(at) for at in kept["out"]]
    return Stopped(
        plan_id=plan_id,
        position=int(kept["position"]),
        manager=kept["manager"],
        pool=Address(kept["pool"]),
        tokens=(first, second),
        width=int(kept["width"]),
        range=None if kept["range"] is None else Range.model_validate(kept["range"]),
        left=(max(left[first], 0), max(left[second], 0)),
        spent=(spent.get(first, 0), spent.get(second, 0)),
        begun=not out or out[0] in done,
        waits=len(out) > 1 and out[-2] not in done,  # the last of them only gives the number back
    )


def _swap(at: int, effect: Effect) -> dict[str, Any]:
    if effect.to is None or effect.token.address is None or effect.to.address is None:
        raise ValueError("a move swaps two tokens of a pool")
    return {
        "step": str(at),
        "pays": effect.token.address,
        "units": str(effect.units),
        "gets": effect.to.address,
        "least": str(effect.least),
    }


def _two(texts: Sequence[str]) -> Two:
    first, second = (int(units) for units in texts)
    return first, second
