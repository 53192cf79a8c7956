"""The markets of a running devnet as the script sees them: what is lent, what is borrowed, how to borrow and repay.

One class a protocol; each knows one reserve of it. All amounts are base units of the asset.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from devnet import accounts
from devnet.calls import View, address, calldata, read, read_each
from devnet.rpc import Rpc

VARIABLE_RATE = 2  # Aave's interest rate mode
WAD, BPS, YEAR = 10**18, 10_000, 365 * 86_400
CURVE = 3  # word of Morpho's market parameters
Call = tuple[str, str]  # the contract and the calldata


@dataclass(frozen=True)
class State:
    """`supplied` includes what is lent out; `height` is how high the market's curve stands, in yearly basis points.

    It is None for a curve that stands still, which is every one but Morpho's.
    """

    supplied: int
    borrowed: int
    height: int | None = None


class Market(Protocol):
    """`borrower` is an index into anvil's accounts; `state` reads the words that `views` answer, in their order."""

    @property
    def venue(self) -> str: ...
    @property
    def borrower(self) -> int: ...
    @property
    def views(self) -> Sequence[View]: ...
    def state(self, answers: Sequence[Sequence[int]]) -> State: ...
    def borrow(self, amount: int, account: str) -> Call: ...
    def repay(self, amount: int, account: str) -> Call: ...


@dataclass(frozen=True)
class AaveReserve:
    venue: str
    borrower: int
    pool: str
    asset: str
    atoken: str
    debt: str

    @property
    def views(self) -> Sequence[View]:
        return [(token, calldata("totalSupply()")) for token in (self.atoken, self.debt)]

    def state(self, answers: Sequence[Sequence[int]]) -> State:
        return State(answers[0][0], answers[1][0])

    def borrow(self, amount: int, account: str) -> Call:
        signature = "borrow(address,uint256,uint256,uint16,address)"
        return self.pool, calldata(signature, self.asset, amount, VARIABLE_RATE, 0, account)

    def repay(self, amount: int, account: str) -> Call:
        signature = "repay(address,uint256,uint256,address)"
        return self.pool, calldata(signature, self.asset, amount, VARIABLE_RATE, account)


@dataclass(frozen=True)
class MorphoMarket:
    venue: str
    borrower: int
    blue: str
    market: str
    params: tuple[int, ...]

    @property
    def views(self) -> Sequence[View]:
        curve = address(self.params[CURVE])
        return [
            (self.blue, calldata("market(bytes32)", self.market)),
            (curve, calldata("rateAtTarget(bytes32)", self.market)),
        ]

    def state(self, answers: Sequence[Sequence[int]]) -> State:
        (supplied, _, borrowed, *_), (per_second, *_) = answers
        return State(supplied, borrowed, per_second * YEAR * BPS // WAD)

    def borrow(self, amount: int, account: str) -> Call:
        signature = "borrow((address,address,address,address,uint256),uint256,uint256,address,address)"
        return self.blue, calldata(signature, *self.params, amount, 0, account, account)

    def repay(self, amount: int, account: str) -> Call:
        signature = "repay((address,address,address,address,uint256),uint256,uint256,address,bytes)"
        tail = 9 * 32  # where the empty bytes begin, after nine words
        return self.blue, calldata(signature, *self.params, amount, 0, account, tail, 0)


@dataclass(frozen=True)
class VenusMarket:
    venue: str
    borrower: int
    vtoken: str

    @property
    def views(self) -> Sequence[View]:
        return [(self.vtoken, calldata(getter)) for getter in ("getCash()", "totalBorrows()", "totalReserves()")]

    def state(self, answers: Sequence[Sequence[int]]) -> State:
        cash, borrowed, reserves = (words[0] for words in answers)
        return State(cash + borrowed - reserves, borrowed)

    def borrow(self, amount: int, account: str) -> Call:
        return self.vtoken, calldata("borrow(uint256)", amount)

    def repay(self, amount: int, account: str) -> Call:
        return self.vtoken, calldata("repayBorrow(uint256)", amount)


AAVE = {
    "core": (accounts.CORE_LENDER, accounts.CORE_BORROWER),
    "prime": (accounts.PRIME_LENDER, accounts.PRIME_BORROWER),
}
POOLS = (accounts.POOLS_LENDER, accounts.POOLS_BORROWER)
ATOKEN, VARIABLE_DEBT = 8, 10  # words of Pool.getReserveData, in v3.0 and in v3.2


def markets(rpc: Rpc, chain_file: Path) -> list[Market]:
    """All lending markets that chain.toml names, in its order."""
    chain = tomllib.loads(chain_file.read_text())
    protocols, tokens = chain["protocols"], chain["tokens"]
    found: list[Market] = []
    for name, market in protocols["aave-v3"].items():
        pool = address(read(rpc, market["provider"], "getPool()")[0])
        found.extend(_reserve(rpc, name, pool, symbol, tokens[symbol]) for symbol in market["assets"])
    blue = protocols["morpho-blue"]["morpho"]
    for name, market in protocols["morpho-blue"]["markets"].items():
        params = tuple(read(rpc, blue, "idToMarketParams(bytes32)", market))
        found.append(MorphoMarket(f"morpho-blue:{name}:USDC", accounts.POOLS_BORROWER, blue, market, params))
    for symbol, vtoken in protocols["venus"]["core"]["vtokens"].items():
        found.append(VenusMarket(f"venus:core:{symbol}", _who(symbol, *POOLS), vtoken))
    return found


def states(rpc: Rpc, known: Sequence[Market]) -> list[State]:
    """Of each of the markets at the latest block, in one exchange."""
    answers = iter(read_each(rpc, [view for market in known for view in market.views]))
    return [market.state([next(answers) for _ in market.views]) for market in known]


def _who(symbol: str, lender: int, borrower: int) -> int:
    # the borrower's collateral is WETH, so WETH is borrowed by the one who lends the stablecoins
    return lender if symbol == "WETH" else borrower


def _reserve(rpc: Rpc, market: str, pool: str, symbol: str, token: dict[str, Any]) -> AaveReserve:
    words = read(rpc, pool, "getReserveData(address)", token["address"])
    atoken, debt = address(words[ATOKEN]), address(words[VARIABLE_DEBT])
    who = _who(symbol, *AAVE[market])
    return AaveReserve(f"aave-v3:{market}:{symbol}", who, pool, token["address"], atoken, debt)
