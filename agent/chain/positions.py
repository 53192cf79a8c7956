"""Liquidity positions of accounts: what was seen before is read with all else, what is new in rounds.

An account's positions have numbers that only the manager knows, and where one lies follows from its number. So a
position that was never seen costs three eth_calls more at the same block, once; an account without positions none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from agent.abi import Call
from agent.chain.at_one_block import one, read_at_one_block
from agent.chain.lenders import reason
from agent.chain.multicall import Answer
from agent.chain.registry import Registry
from agent.chain.rpc import BlockTag, Rpc
from agent.errors import Unavailable
from agent.money import ZERO_ADDRESS, Address
from agent.plugin import Block, Held, PositionManager, Trader
from agent.ranges import Position

MOST = 100
"""Positions of an account that are read; anybody can send somebody a worthless one."""


def managers_of(traders: Mapping[str, Trader]) -> dict[str, PositionManager]:
    """Where liquidity is provided, by the exchange's name."""
    return {name: trader.manager for name, trader in traders.items() if trader.manager is not None}


@dataclass(frozen=True, slots=True)
class Known:
    """The calls of one account at one manager: how many it has, and all of those that were seen before."""

    count: Call
    held: tuple[Held, ...] = ()
    numbers: tuple[Call, ...] = ()


@dataclass
class Owned:
    """Positions by account, why some aren't there (`missing`), and the reads and requests that they took besides."""

    positions: dict[Address, tuple[Position, ...]] = field(default_factory=dict)
    missing: dict[Address, dict[str, str]] = field(default_factory=dict)
    reads: int = 0
    requests: int = 0


def known_of(manager: PositionManager, account: Address) -> Known | None:
    """What to ask of an account at first; None of nobody."""
    if account == ZERO_ADDRESS:
        return None
    held = manager.seen.get(account, ())
    numbers = tuple(manager.number(account, place) for place in range(len(held)))
    return Known(manager.count(account), held, numbers)


def calls_of(manager: PositionManager, known: Known) -> tuple[Call, ...]:
    """The same as calls, in any order: answers are looked up by call."""
    return (known.count, *known.numbers, *_facts(manager, known.held))


def _facts(manager: PositionManager, held: Sequence[Held]) -> tuple[Call, ...]:
    return tuple(call for each in held if each.listed for call in manager.reads(each))


@dataclass(frozen=True, slots=True)
class Rounds:
    """Asks more at the block of a snapshot, and counts what it takes."""

    rpc: Rpc
    registry: Registry
    tag: BlockTag
    block: Block
    owned: Owned = field(default_factory=Owned)

    async def ask(self, calls: Sequence[Call]) -> list[Answer]:
        """Raises Unavailable where the chain moved on since the snapshot."""
        if not calls:
            return []
        tag = self.tag if self.tag == "pending" else self.block.number
        answers, block, requests = await read_at_one_block(self.rpc, self.registry, calls, tag)
        if block != self.block:
            raise Unavailable("node", "The chain moved on while positions were read: ask again.")
        self.owned.reads += len(calls)
        self.owned.requests += requests
        return answers

    async def positions(
        self,
        managers: Mapping[str, PositionManager],
        wanted: Mapping[Address, Mapping[str, Known]],
        answer: Callable[[Call], Answer],
    ) -> Owned:
        """The positions of all accounts; `answer` has what was read of `calls_of` in the snapshot itself."""
        owned = self.owned
        for account, groups in wanted.items():
            for name, known in groups.items():
                try:
                    found, why = await self._of_account(managers[name], account, known, answer)
                except Exception as error:  # a plug-in's fault costs its own positions, nothing else
                    found, why = [], reason(error)
                owned.positions[account] = (*owned.positions.get(account, ()), *found)
                if why:
                    owned.missing.setdefault(account, {})[f"positions of {name}"] = why
        return owned

    async def _of_account(
        self, manager: PositionManager, account: Address, known: Known, answer: Callable[[Call], Answer]
    ) -> tuple[list[Position], str]:
        count = one(answer(known.count))
        if count is None:
            raise Unavailable("node", "how many there are can't be read")
        held, reading = known.held, answer
        same = [one(answer(call)) for call in known.numbers] == [each.id for each in held]
        if not same or min(count, MOST) != len(held):
            held = await self._looked_up(manager, account, min(count, MOST))
            calls = list(dict.fromkeys(_facts(manager, held)))
            reading = dict(zip(calls, await self.ask(calls), strict=True)).__getitem__
            manager.seen[account] = held
        listed = [each for each in held if each.listed]
        found = [manager.position(each, [reading(call) for call in manager.reads(each)]) for each in listed]
        return [each for each in found if not each.empty], _left_out(len(held) - len(listed), count - MOST)

    async def _looked_up(self, manager: PositionManager, account: Address, count: int) -> tuple[Held, ...]:
        """In two rounds: which there are, and where each lies."""
        ids = [one(answer) for answer in await self.ask([manager.number(account, place) for place in range(count)])]
        known = [each for each in ids if each is not None]
        places = await self.ask([manager.place(each) for each in known])
        return tuple(
            manager.held(each, place) for each, place in zip(known, places, strict=True) if place is not None
        )


def _left_out(strange: int, beyond: int) -> str:
    """Why some of an account's positions aren't shown, '' where all are."""
    reasons = []
    if strange:
        reasons.append(f"{strange} of tokens that I don't list")
    if beyond > 0:
        reasons.append(f"{beyond} beyond the first {MOST}")
    return f"not shown: {' and '.join(reasons)}" if reasons else ""
