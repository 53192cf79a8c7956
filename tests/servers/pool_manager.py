"""What v4's own PoolManager does: a contract that opens a pool, fills it, asks for swaps, and reverts all of it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agent.money import Address
from plugins.uniswap.ticks import MAX_TICK, Q96, sqrt_ratio_at
from plugins.uniswap.trader import words_around
from plugins.uniswap.v4.keys import PoolKey
from plugins.uniswap.v4.slots import Pool
from tests.servers.solidity import compiled

SOURCE = """
pragma solidity 0.8.19;

struct Key { address currency0; address currency1; uint24 fee; int24 tickSpacing; address hooks; }
struct Position { int24 low; int24 high; int256 liquidity; bytes32 salt; }
struct Swap { bool zeroForOne; int256 amount; uint160 limit; }
struct Question {
  Key key; uint160 price; uint24 protocolFee; Position[] positions; Swap[] swaps; bytes32[] slots;
}

interface Manager {
  function unlock(bytes calldata data) external returns (bytes memory);
  function initialize(Key memory key, uint160 price) external returns (int24);
  function setProtocolFee(Key memory key, uint24 fee) external;
  function modifyLiquidity(Key memory key, Position memory position, bytes calldata data)
    external returns (int256, int256);
  function swap(Key memory key, Swap memory swap, bytes calldata data) external returns (int256);
  function extsload(bytes32[] calldata slots) external view returns (bytes32[] memory);
}

contract Asker {
  function ask(Manager manager, Question calldata question) external returns (bytes memory) {
    try manager.unlock(abi.encode(manager, question)) { revert("it answers by a revert"); }
    catch (bytes memory answer) { return answer; }
  }

  function unlockCallback(bytes calldata data) external returns (bytes memory) {
    (Manager manager, Question memory asked) = abi.decode(data, (Manager, Question));
    if (asked.price != 0) manager.initialize(asked.key, asked.price);
    if (asked.protocolFee != 0) manager.setProtocolFee(asked.key, asked.protocolFee);
    for (uint256 i = 0; i < asked.positions.length; i++) {
      manager.modifyLiquidity(asked.key, asked.positions[i], "");
    }
    int256[] memory deltas = new int256[](asked.swaps.length);
    for (uint256 i = 0; i < asked.swaps.length; i++) {
      try this.once(manager, asked.key, asked.swaps[i]) {} catch (bytes memory delta) {
        if (delta.length == 32) deltas[i] = abi.decode(delta, (int256));
      }
    }
    bytes memory answer = abi.encode(manager.extsload(asked.slots), deltas);
    assembly { revert(add(answer, 32), mload(answer)) }
  }

  function once(Manager manager, Key memory key, Swap memory swap) external {
    int256 delta = manager.swap(key, swap, "");
    assembly { mstore(0, delta) revert(0, 32) }
  }
}
"""
ASK = (
    "ask(address manager,((address,address,uint24,int24,address) key,uint160 price,uint24 fee,"
    "(int24,int24,int256,bytes32)[] positions,(bool,int256,uint160)[] swaps,bytes32[] slots) question)"
)
LOWEST, HIGHEST = sqrt_ratio_at(-MAX_TICK) + 1, sqrt_ratio_at(MAX_TICK) - 1
SPACINGS = (1, 2, 10, 60, 200)


def code() -> str:
    """The creation code of the contract that asks, 0x-text."""
    return compiled(SOURCE, "bytecode")["Asker"]


@dataclass(frozen=True)
class Asked:
    """A pool that doesn't exist yet, and swaps of it: direction, units, whether those are what comes out."""

    pool: Pool
    price: int
    protocol: int
    positions: tuple[tuple[int, int, int], ...]
    swaps: tuple[tuple[bool, int, bool], ...]

    @property
    def question(self) -> tuple[Any, ...]:
        key = self.pool.key
        return (
            (key.currency0, key.currency1, key.fee, key.spacing, key.hooks),
            self.price,
            self.protocol,
            [(low, high, liquidity, b"\0" * 32) for low, high, liquidity in self.positions],
            [(down, units if out else -units, self._limit(down)) for down, units, out in self.swaps],
            list(self.pool.slots),
        )

    def _limit(self, down: bool) -> int:
        """The end of what is read, beyond which a swap would go through thousands of empty words."""
        end = self.pool.known[0 if down else 1]
        return (
            max(sqrt_ratio_at(max(end, -MAX_TICK)), LOWEST)
            if down
            else min(sqrt_ratio_at(min(end, MAX_TICK)), HIGHEST)
        )


def open_side(down: bool, units: int, exact_out: bool, delta: int) -> int | None:
    """What wasn't said, from the manager's packed delta; None where it reverted or couldn't give all of it."""
    halves = [_signed(delta >> 128 & (1 << 128) - 1), _signed(delta & (1 << 128) - 1)]
    given, got = (-halves[0], halves[1]) if down else (-halves[1], halves[0])
    said, found = (got, given) if exact_out else (given, got)
    return found if said == units else None


def _signed(half: int) -> int:
    return half - (1 << 128) if half >> 127 else half


def anything(dice: random.Random, tokens: Sequence[Address], swaps: int) -> Asked:
    """A random pool: price, spacing, fees of providers and protocol, positions that overlap; swaps of all sizes."""
    low, high = sorted(tokens, key=lambda each: int(each, 16))
    spacing = dice.choice(SPACINGS)
    key = PoolKey(low, high, dice.choice((0, 1, 50, 100, 500, 3_000, 10_000, dice.randrange(100_000))), spacing)
    centre = dice.randrange(-200_000, 200_000)
    price = sqrt_ratio_at(centre) + dice.randrange(sqrt_ratio_at(centre + 1) - sqrt_ratio_at(centre))
    protocol = dice.choice((0, 0, dice.randrange(1_001), dice.randrange(1_001) << 12 | dice.randrange(1_001)))
    positions = tuple(_position(dice, centre, spacing) for _ in range(dice.randrange(1, 9)))
    words = words_around(centre, spacing)
    pool = Pool(key, words, sorted({tick for position in positions for tick in position[:2]}))
    depth = max(liquidity for _, _, liquidity in positions)
    sizes = (depth * Q96 // price, depth * price // Q96)  # of token 0, of token 1
    asked = []
    for _ in range(swaps):
        down, out = dice.random() < 0.5, dice.random() < 0.5
        size = max(sizes[0 if down != out else 1], 1)
        asked.append((down, max(size >> dice.randrange(size.bit_length() + 2), 1) * dice.randrange(1, 4), out))
    return Asked(pool, price, protocol, positions, tuple(asked))


def _position(dice: random.Random, centre: int, spacing: int) -> tuple[int, int, int]:
    """Around the price, or beside it, or everywhere."""
    edge = MAX_TICK // spacing * spacing
    if dice.random() < 0.15:
        return -edge, edge, dice.randrange(1, 10 ** dice.randrange(6, 25))
    start = centre // spacing + dice.randrange(-120, 60)
    low = max(min(start * spacing, edge - spacing), -edge)
    high = min(low + dice.randrange(1, 240) * spacing, edge)
    return low, high, dice.randrange(1, 10 ** dice.randrange(6, 25))
