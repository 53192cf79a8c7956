"""What both Aave generations share: the shape of a market, and its standing lenders and borrowers."""

from __future__ import annotations

from dataclasses import dataclass

from web3.contract import Contract

from devnet.contracts.tokens import Tokens
from devnet.deployer import Deployer

VARIABLE = 2  # interest rate mode
BPS = 10_000


@dataclass(frozen=True)
class Curve:
    """A reserve's rates in basis points: optimal utilisation, base, slope below it, slope above it."""

    optimal: int
    base: int
    slope1: int
    slope2: int


@dataclass(frozen=True)
class Reserve:
    """`supply_cap` in whole tokens, 0 for none; the rest in basis points."""

    symbol: str
    curve: Curve
    reserve_factor: int
    ltv: int
    liquidation_threshold: int
    supply_cap: int = 0


@dataclass(frozen=True)
class Standing:
    """What stands in a reserve, in whole tokens, and the accounts' indexes that lend and borrow it."""

    symbol: str
    supplied: int
    lender: int
    borrowed: int
    borrower: int


@dataclass(frozen=True)
class Market:
    provider: Contract
    pool: Contract


def configure(chain: Deployer, tokens: Tokens, configurator: Contract, reserves: tuple[Reserve, ...]) -> None:
    do = configurator.functions
    for reserve in reserves:
        token = tokens.token[reserve.symbol].address
        limits = (reserve.ltv, reserve.liquidation_threshold, 10_500)
        chain.send(do.configureReserveAsCollateral(token, *limits))
        chain.send(do.setReserveBorrowing(token, True))
        chain.send(do.setReserveFactor(token, reserve.reserve_factor))
        chain.send(do.setReserveFlashLoaning(token, True))
        if reserve.supply_cap:
            chain.send(do.setSupplyCap(token, reserve.supply_cap))


def fill(chain: Deployer, tokens: Tokens, pool: Contract, positions: tuple[Standing, ...]) -> None:
    """All supply first, since each borrower's collateral is another reserve's supply."""
    for position in positions:
        token, lender = tokens.token[position.symbol], chain.accounts[position.lender]
        amount = position.supplied * 10 ** tokens.decimals[position.symbol]
        tokens.mint(chain, position.symbol, amount, position.lender)
        chain.approve(token, pool.address, lender)
        chain.send(pool.functions.supply(token.address, amount, lender, 0), lender)
    for position in positions:
        token, borrower = tokens.token[position.symbol], chain.accounts[position.borrower]
        amount = position.borrowed * 10 ** tokens.decimals[position.symbol]
        chain.send(pool.functions.borrow(token.address, amount, VARIABLE, 0, borrower), borrower)
        chain.approve(token, pool.address, borrower)  # for repaying, later
