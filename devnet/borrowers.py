"""The borrowers of a devnet: a script, not people. It says so in each action that it returns.

Once a round they look at every market and go part of the way towards a utilisation drawn around the market's usual
one: borrowing where there is room, repaying where it got tight. So rates differ between venues, move with time, and
come back some days after a large deposit. Given the seed and the chain's state, they do the same again.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final

from devnet.lending import Market, State, states
from devnet.rpc import Rpc

BPS = 10_000
SPREAD = 250  # basis points of utilisation to each side of the usual one
GAS = hex(2_000_000)  # fixed: an estimate is made for the head, and the next block has interest to add
TIGHTEST = 9_500  # basis points of utilisation: some liquidity is always left for whoever wants to leave
PACE = 4  # a round goes a quarter of the way
USUAL: Final = {  # basis points of utilisation, as the build leaves them
    "aave-v3:core:USDC": 8_700,
    "aave-v3:core:DAI": 7_500,
    "aave-v3:core:WETH": 4_800,
    "aave-v3:prime:USDC": 9_000,
    "aave-v3:prime:DAI": 8_000,
    "aave-v3:prime:WETH": 3_930,
    "morpho-blue:WETH-86:USDC": 9_000,
    "morpho-blue:WETH-77:USDC": 9_000,
    "venus:core:USDC": 8_000,
    "venus:core:DAI": 6_000,
    "venus:core:WETH": 4_400,
}

# Yearly basis points at which Morpho's borrowers find its curves neither dear nor cheap. A curve climbs much faster
# above its target than it sinks below it: borrowers who did not mind the rate would let it run away.
FAIR: Final = {"morpho-blue:WETH-86:USDC": 800, "morpho-blue:WETH-77:USDC": 400}
SENSITIVITY = 1_000  # basis points of utilisation that borrowers give up when the curve stands at twice the fair


@dataclass(frozen=True)
class Wish:
    """What the script wants to do in one market; `amount` in base units of its asset, positive."""

    borrow: bool
    amount: int


@dataclass(frozen=True)
class Action:
    """What the script did, and in which block; `amount` in base units of the venue's asset."""

    venue: str
    what: str
    amount: int
    block: int
    by: str = "scripted borrower"


def taste(venue: str, state: State) -> int:
    """The utilisation, in basis points, that the venue's borrowers lean to at what it asks of them now."""
    if state.height is None:
        return USUAL[venue]
    dearer = (state.height - FAIR[venue]) * SENSITIVITY // FAIR[venue]
    return USUAL[venue] - min(dearer, SENSITIVITY)


def wish(state: State, usual: int, dice: random.Random) -> Wish | None:
    """A step towards a utilisation within SPREAD of `usual` (basis points); None where there is nothing to do."""
    return towards(state, usual + dice.randint(-SPREAD, SPREAD))


def towards(state: State, leaning: int) -> Wish | None:
    """A step towards that utilisation (basis points), TIGHTEST at the most; None where there is nothing to do."""
    target = min(leaning, TIGHTEST)
    step = (state.supplied * target // BPS - state.borrowed) // PACE
    if step > 0:
        return Wish(True, min(step, max(state.supplied - state.borrowed, 0) // 2))
    # the script borrowed nearly all there is, but somebody else's debt is not its to repay: half is always its own
    return Wish(False, min(-step, state.borrowed // 2)) if step < 0 else None


def transaction(market: Market, wanted: Wish, account: str) -> dict[str, str]:
    """For eth_sendTransaction."""
    to, data = (market.borrow if wanted.borrow else market.repay)(wanted.amount, account)
    return {"from": account, "to": to, "data": data, "gas": GAS}


def plan(rpc: Rpc, markets: list[Market], dice: random.Random) -> list[tuple[Market, Wish]]:
    """One round's wishes, from the state at the latest block."""
    seen = zip(markets, states(rpc, markets), strict=True)
    wishes = ((market, wish(state, taste(market.venue, state), dice)) for market, state in seen)
    return [(market, wanted) for market, wanted in wishes if wanted is not None and wanted.amount > 0]
