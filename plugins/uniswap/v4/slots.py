"""A pool's state as it lies in the pool manager's storage, and how it is read from there.

@uniswap/v4-core, libraries/StateLibrary.sol, types/Slot0.sol: the places are part of the contract, which can't be
changed. One `extsload` tells a pool's price, liquidity, bitmap words and ticks. (StateView reads the same places, a
call each; v4 has no lens that tells the ticks of a word.)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from eth_hash.auto import keccak

from moneta import FEE_SCALE, Address, Call, PoolState, view
from plugins.uniswap.events import signed
from plugins.uniswap.ticks import WORD
from plugins.uniswap.v4.keys import PoolKey

EXTSLOAD = view("extsload(bytes32[] slots)", "bytes32[]")
POOLS_SLOT, LIQUIDITY, TICKS, BITMAP = 6, 3, 4, 5
"""StateLibrary: POOLS_SLOT; the offsets LIQUIDITY_OFFSET, TICKS_OFFSET, TICK_BITMAP_OFFSET."""
MOST_TICKS = 1_000
"""Ticks of a pool that are read; beyond the nearest of them nothing is known."""
_WORD = 1 << 256


@dataclass
class Pool:
    """What never changes of a pool, the bitmap words that are read of it, and its ticks as far as they were met.

    `ticks` only grows, so that an answer's length tells which of them it speaks of.
    """

    key: PoolKey
    words: tuple[int, ...]
    ticks: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.id = self.key.id
        self._base = int.from_bytes(keccak(bytes.fromhex(self.id[2:]) + _bytes(POOLS_SLOT)))
        self._fixed = tuple(_bytes(self._base + offset) for offset in (0, LIQUIDITY)) + tuple(
            self._mapped(word, BITMAP) for word in self.words
        )
        self._places: dict[int, bytes] = {}

    @property
    def slots(self) -> tuple[bytes, ...]:
        """Where all of it lies: price, liquidity, the words, the ticks."""
        return (*self._fixed, *(self._tick(tick) for tick in self.ticks))

    def read(self, manager: Address) -> Call:
        """The call that tells all of it."""
        return EXTSLOAD.at(manager, self.slots)

    def state(self, answer: Sequence[bytes]) -> PoolState | None:
        """The pool in what its slots hold; None where it isn't open, or its fee isn't its key's.

        A tick that nobody told of before bounds what is known: it is remembered, and read the next time.
        """
        slot0, liquidity, *rest = (int.from_bytes(word) for word in answer)
        fixed = len(self.words)
        sqrt_price, tick, protocol, own = _slot0(slot0)
        fees = [swap_fee(part, own) for part in (protocol & 0xFFF, protocol >> 12)]
        if not sqrt_price or own != self.key.fee or max(fees) >= FEE_SCALE:
            return None
        there = set(_initialised(self.words, rest[:fixed], self.key.spacing))
        nets = {tick: signed(info >> 128, 128) for tick, info in zip(self.ticks, rest[fixed:], strict=False)}
        strange = sorted(there - nets.keys(), key=lambda each: abs(each - tick))
        self.ticks += [each for each in strange if each not in self.ticks][: MOST_TICKS - len(self.ticks)]
        low, high = self.known
        return PoolState(
            pool=self.id,
            token0=self.key.currency0,
            token1=self.key.currency1,
            fee=fees[0],
            spacing=self.key.spacing,
            sqrt_price=sqrt_price,
            tick=tick,
            liquidity=liquidity,
            ticks=tuple(sorted((each, nets[each]) for each in there & nets.keys())),
            low=max((each + 1 for each in strange if each <= tick), default=low),
            high=min((each - 1 for each in strange if each > tick), default=high),
            version=4,
            fee_up=None if fees[1] == fees[0] else fees[1],
        )

    @property
    def known(self) -> tuple[int, int]:
        """The lowest and the highest tick of the words that are read."""
        if not self.words:
            return 0, -1
        return self.words[0] * WORD * self.key.spacing, (self.words[-1] * WORD + WORD - 1) * self.key.spacing

    def _tick(self, tick: int) -> bytes:
        if tick not in self._places:
            self._places[tick] = self._mapped(tick, TICKS)
        return self._places[tick]

    def _mapped(self, key: int, offset: int) -> bytes:
        """Where a Solidity mapping from a signed number keeps the entry of `key`."""
        return bytes(keccak(_bytes(key % _WORD) + _bytes(self._base + offset)))


def swap_fee(protocol: int, own: int) -> int:
    """What a swap pays in all: ProtocolFeeLibrary.calculateSwapFee."""
    return protocol + own - protocol * own // FEE_SCALE


def _initialised(words: Iterable[int], bitmaps: Iterable[int], spacing: int) -> Iterable[int]:
    """The ticks whose bits are set."""
    for word, bits in zip(words, bitmaps, strict=True):
        while bits:
            lowest = bits & -bits
            yield (word * WORD + lowest.bit_length() - 1) * spacing
            bits ^= lowest


def _slot0(word: int) -> tuple[int, int, int, int]:
    """The square root of the price (Q64.96), the tick, the protocol's two fees, the providers' fee."""
    price, tick = word & (1 << 160) - 1, signed(word >> 160 & 0xFFFFFF, 24)
    return price, tick, word >> 184 & 0xFFFFFF, word >> 208 & 0xFFFFFF


def _bytes(number: int) -> bytes:
    return (number % _WORD).to_bytes(32, "big")
