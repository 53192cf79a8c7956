"""Morpho Blue at its address with the profile's own markets.

A market's id hashes its parameters, so collateral, oracle and rate model stand at their real addresses, too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from web3.contract import Contract

from devnet.accounts import POOLS_BORROWER, POOLS_LENDER
from devnet.contracts.tokens import Tokens
from devnet.deployer import Deployer
from devnet.profiles.lending import whole
from devnet.profiles.profile import MarketParams, Profile
from devnet.profiles.tokens import plain_token, price

SUPPLIED_USD: Final = 5_000_000
BORROWED_PERCENT: Final = 90  # AdaptiveCurveIrm's target: the curve stands still there
COLLATERAL: Final = "XCOL"  # of a token that the chain file doesn't have
ORACLE_SCALE: Final = 36


@dataclass
class Morpho:
    """What stands. `collaterals` are tokens by address, lower case, with their decimals and symbol."""

    chain: Deployer
    tokens: Tokens
    blue: Contract
    collaterals: dict[str, tuple[Contract, int, str]] = field(default_factory=dict)
    models: set[str] = field(default_factory=set)
    oracles: set[str] = field(default_factory=set)
    lltvs: set[int] = field(default_factory=set)


def place_morpho(chain: Deployer, profile: Profile, tokens: Tokens) -> tuple[Morpho, dict[str, MarketParams]] | None:
    """Morpho Blue, and the markets of the chain file whose parameters are known, the first by each loan token.

    None where the file has no Morpho.
    """
    section = profile.protocol("morpho-blue")
    if not section:
        return None
    blue = chain.deploy(chain.contracts.morpho("Morpho"), chain.admin, place=section["morpho"])
    morpho = Morpho(chain, tokens, blue)
    for symbol, token in tokens.token.items():
        morpho.collaterals[token.address.lower()] = (token, tokens.decimals[symbol], symbol)
    made: dict[str, MarketParams] = {}
    for params in profile.morpho_markets().values():
        loan = profile.symbol_at(params[0])
        if loan is not None:
            open_market(morpho, loan, params)
            made.setdefault(loan, params)
    return morpho, made


def open_market(morpho: Morpho, loan: str, params: MarketParams) -> None:
    """Creates the market with whatever it refers to, lends to it and borrows of it up to the curve's target."""
    chain, tokens, do = morpho.chain, morpho.tokens, morpho.blue.functions
    collateral, decimals, symbol = _collateral(morpho, params[1])
    _oracle(morpho, params[2], loan, symbol, decimals)
    if params[3].lower() not in morpho.models:
        chain.deploy(chain.contracts.morpho("AdaptiveCurveIrm"), morpho.blue.address, place=params[3])
        chain.send(do.enableIrm(params[3]))
        morpho.models.add(params[3].lower())
    if params[4] not in morpho.lltvs:
        chain.send(do.enableLltv(params[4]))
        morpho.lltvs.add(params[4])
    chain.send(do.createMarket(params))
    lender, borrower = (chain.accounts[index] for index in (POOLS_LENDER, POOLS_BORROWER))
    supplied = whole(loan, SUPPLIED_USD) * 10 ** tokens.decimals[loan]
    tokens.mint(chain, loan, supplied, POOLS_LENDER)
    chain.approve(tokens.token[loan], morpho.blue.address, lender)
    chain.send(do.supply(params, supplied, 0, lender, b""), lender)
    backing = whole(symbol, 2 * SUPPLIED_USD) * 10**decimals
    if symbol in tokens.token:
        tokens.mint(chain, symbol, backing, POOLS_BORROWER)
    else:
        chain.send(collateral.get_function_by_signature("mint(address,uint256)")(borrower, backing))
    chain.approve(collateral, morpho.blue.address, borrower)
    chain.send(do.supplyCollateral(params, backing, borrower, b""), borrower)
    chain.send(do.borrow(params, supplied * BORROWED_PERCENT // 100, 0, borrower, borrower), borrower)


def _collateral(morpho: Morpho, place: str) -> tuple[Contract, int, str]:
    known = morpho.collaterals.get(place.lower())
    if known is None:
        decimals = 18
        token = plain_token(morpho.chain, "Collateral", COLLATERAL, decimals, place)
        known = morpho.collaterals[place.lower()] = (token, decimals, COLLATERAL)
    return known


def _oracle(morpho: Morpho, place: str, loan: str, collateral: str, decimals: int) -> None:
    if place.lower() in morpho.oracles:
        return
    morpho.oracles.add(place.lower())
    oracle = morpho.chain.deploy(morpho.chain.contracts.morpho("OracleMock"), place=place)
    morpho.chain.send(oracle.functions.setPrice(scaled_price(morpho, loan, collateral, decimals)))


def scaled_price(morpho: Morpho, loan: str, collateral: str, decimals: int) -> int:
    """Of one base unit of collateral in base units of the loan token, scaled by 1e36 (Morpho's IOracle)."""
    scale: int = 10 ** (ORACLE_SCALE + morpho.tokens.decimals[loan] - decimals)
    return price(collateral) * scale // price(loan)
