"""What an exchange's pools are at one block, and a route through them with what it gives. All integers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from agent.money import Address, Token

FEE_SCALE = 1_000_000
"""Pool fees are in hundredths of a basis point, as Uniswap v3 counts them."""


@dataclass(frozen=True, slots=True)
class PoolState:
    """A pool of concentrated liquidity at one block, as Uniswap v3 and v4 store it.

    `pool` is its address; of v4, whose pools all lie in one contract, its id (32 bytes, 0x-text), and whose token 0
    may be the native coin, the zero address. `sqrt_price` is
    sqrt(token1 / token0) as a Q64.96, `liquidity` what is in range at `tick`. `ticks` are all the initialised ticks
    from `low` to `high`, ascending, each with its net liquidity; beyond those nothing is known. `mean_sqrt_price` is
    that of the mean tick over the last half hour, None where the pool doesn't remember so far.
    `version` of the exchange. `fee` is what a swap pays in all; of v4, whose protocol may take another part of what
    comes in as token 1, `fee_up` is that of token 1, None where it is the same.
    """

    pool: Address
    token0: Address
    token1: Address
    fee: int
    spacing: int
    sqrt_price: int
    tick: int
    liquidity: int
    ticks: tuple[tuple[int, int], ...]
    low: int
    high: int
    mean_sqrt_price: int | None = None
    version: int = 3
    fee_up: int | None = None

    def fee_of(self, down: bool) -> int:
        """What a swap pays whose token 0 (`down`) or token 1 goes in."""
        return self.fee if down or self.fee_up is None else self.fee_up


@dataclass(frozen=True, slots=True)
class PairState:
    """A pair of constant product at one block, as Uniswap v2 stores it: reserves in base units.

    `fee` is 0.3 % in every pair of Uniswap's own (@uniswap/v2-periphery, UniswapV2Library.getAmountOut).
    """

    pool: Address
    token0: Address
    token1: Address
    reserve0: int
    reserve1: int
    fee: int = 3_000
    version: ClassVar[int] = 2

    def fee_of(self, down: bool) -> int:
        """The same in both directions."""
        return self.fee


AnyPool = PoolState | PairState


@dataclass(frozen=True, slots=True)
class Route:
    """A way from `tokens[0]` to `tokens[-1]` by the exchange `trader`; `fees` and `pools` are those of its hops.

    `exact_out`: `units_out` is what was asked for, else `units_in`. `impact_bps` is how much worse the price is than
    the pools' present one, fees apart, in basis points rounded up. `why_not` is '' where it can be taken; else the
    side that wasn't asked for is 0. `version` of the exchange whose pools they are: 2 for pairs, 3 or 4 for ticks.
    """

    trader: str
    tokens: tuple[Token, ...]
    fees: tuple[int, ...]
    pools: tuple[Address, ...]
    units_in: int
    units_out: int
    exact_out: bool
    impact_bps: int
    why_not: str = ""
    version: int = 3

    @property
    def name(self) -> str:
        """'uniswap-v3:DAI-100-USDC-500-WETH': each fee between the tokens of its pool, as the exchange counts it;
        of pairs, whose fee is always the same, 'v2' in its place.
        """
        fees = ("v2" if self.version == 2 else str(fee) for fee in self.fees)
        hops = (f"{fee}-{token.symbol}" for fee, token in zip(fees, self.tokens[1:], strict=True))
        return f"{self.trader}:{'-'.join((self.tokens[0].symbol, *hops))}"

    @property
    def fee(self) -> int:
        """The fees of all hops together, in hundredths of a basis point, rounded up."""
        kept, scale = 1, 1
        for fee in self.fees:
            kept, scale = kept * (FEE_SCALE - fee), scale * FEE_SCALE
        return -(-(scale - kept) * FEE_SCALE // scale)


@dataclass(frozen=True, slots=True)
class Attack:
    """A sandwich around a trade: `units` of `token` are swapped ahead of it through `pools`, and back behind it.

    `gain`: what the attacker has more of that token in the end, the pools' fees paid and gas not. `loss`: what the
    trade gives less than without it, or of an exact output takes more. All in base units.
    """

    pools: tuple[Address, ...]
    token: Token
    units: int
    gain: int
    loss: int


PoolEvent = tuple[Address, tuple[str, ...], bytes]
"""What a contract told: the contract, the event's topics (0x-text) and its data."""


@dataclass(frozen=True, slots=True)
class PoolSwap:
    """One pool's swap as its event tells it, in base units. `down`: its token 0 went in.

    `actors` called the pool or got what came out. `left`: the pool behind it, None where that can't be known.
    """

    pool: Address
    down: bool
    units_in: int
    units_out: int
    actors: frozenset[Address]
    left: AnyPool | None


@dataclass(frozen=True, slots=True)
class Trade:
    """Routes of one exchange between the same two tokens, taken one after the other in one transaction.

    `parts` in the order in which they run, each quoted on what those before it leave of the pools. `gas`: the units
    that the call is estimated to use.
    """

    parts: tuple[Route, ...]
    gas: int = 0

    @property
    def trader(self) -> str:
        return self.parts[0].trader

    @property
    def tokens(self) -> tuple[Token, Token]:
        """What is given and what comes back."""
        return self.parts[0].tokens[0], self.parts[0].tokens[-1]

    @property
    def exact_out(self) -> bool:
        return self.parts[0].exact_out

    @property
    def units_in(self) -> int:
        return sum(part.units_in for part in self.parts)

    @property
    def units_out(self) -> int:
        return sum(part.units_out for part in self.parts)

    @property
    def impact_bps(self) -> int:
        """That of the parts by how much each is given, rounded up."""
        return -(-sum(part.units_in * part.impact_bps for part in self.parts) // max(self.units_in, 1))

    @property
    def fee(self) -> int:
        """That of the parts by how much each is given, in hundredths of a basis point, rounded up."""
        return -(-sum(part.units_in * part.fee for part in self.parts) // max(self.units_in, 1))

    @property
    def name(self) -> str:
        """'uniswap-v3:DAI-100-USDC + uniswap-v3:DAI-3000-WETH-500-USDC': its parts."""
        return " + ".join(part.name for part in self.parts)

    @property
    def through(self) -> tuple[Token, ...]:
        """The tokens between the two, each once, in the order in which they are met."""
        return tuple(dict.fromkeys(token for part in self.parts for token in part.tokens[1:-1]))
