"""What an exchange's pools are at one block, and a route through them with what it gives. All integers."""

from __future__ import annotations

from dataclasses import dataclass

from agent.money import Address, Token

FEE_SCALE = 1_000_000
"""Pool fees are in hundredths of a basis point, as Uniswap v3 counts them."""


@dataclass(frozen=True, slots=True)
class PoolState:
    """A pool of concentrated liquidity at one block, as Uniswap v3 stores it.

    `sqrt_price` is sqrt(token1 / token0) as a Q64.96, `liquidity` what is in range at `tick`. `ticks` are all the
    initialised ticks from `low` to `high`, ascending, each with its net liquidity; beyond those nothing is known.
    `mean_sqrt_price` is that of the mean tick over the last half hour, None where the pool doesn't remember so far.
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


@dataclass(frozen=True, slots=True)
class Route:
    """A way from `tokens[0]` to `tokens[-1]` by the exchange `trader`; `fees` and `pools` are those of its hops.

    `exact_out`: `units_out` is what was asked for, else `units_in`. `impact_bps` is how much worse the price is than
    the pools' present one, fees apart, in basis points rounded up. `why_not` is '' where it can be taken; else the
    side that wasn't asked for is 0.
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

    @property
    def name(self) -> str:
        """'uniswap-v3:DAI-100-USDC-500-WETH': each fee between the tokens of its pool, as the exchange counts it."""
        hops = (f"{fee}-{token.symbol}" for fee, token in zip(self.fees, self.tokens[1:], strict=True))
        return f"{self.trader}:{'-'.join((self.tokens[0].symbol, *hops))}"

    @property
    def fee(self) -> int:
        """The fees of all hops together, in hundredths of a basis point, rounded up."""
        kept, scale = 1, 1
        for fee in self.fees:
            kept, scale = kept * (FEE_SCALE - fee), scale * FEE_SCALE
        return -(-(scale - kept) * FEE_SCALE // scale)
