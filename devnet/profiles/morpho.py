"""Morpho Blue at its address with the profile's own markets, and MetaMorpho vaults where curated vaults are.

A market's id hashes its parameters, so collateral, oracle and rate model stand at their real addresses, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from web3.contract import Contract

from devnet.accounts import POOLS_BORROWER, POOLS_LENDER
from devnet.contracts.tokens import Tokens
from devnet.deployer import WAD, Deployer
from devnet.profiles.lending import enter, whole
from devnet.profiles.parts import Parts
from devnet.profiles.profile import WRAPPED, MarketParams, Profile, Vault
from devnet.profiles.tokens import plain_token, price

SUPPLIED_USD: Final = 5_000_000
BORROWED_PERCENT: Final = 90  # AdaptiveCurveIrm's target: the curve stands still there
LLTV: Final = 86 * WAD // 100
DAY: Final = 86_400  # MetaMorpho's shortest timelock
COLLATERAL: Final = "XCOL"  # of a token that the chain file doesn't have
ORACLE_SCALE: Final = 36


@dataclass
class Morpho:
    """What stands. `collaterals` are tokens by address, lower case, with their decimals and symbol."""

    chain: Deployer
    parts: Parts
    tokens: Tokens
    blue: Contract
    collaterals: dict[str, tuple[Contract, int, str]] = field(default_factory=dict)
    models: set[str] = field(default_factory=set)
    oracles: set[str] = field(default_factory=set)
    lltvs: set[int] = field(default_factory=set)


def place_morpho(
    chain: Deployer, parts: Parts, profile: Profile, tokens: Tokens
) -> tuple[Morpho, dict[str, MarketParams]]:
    """Morpho Blue and its markets by loan token's symbol: those of the chain file whose parameters are known."""
    section = profile.protocol("morpho-blue")
    blue = chain.deploy(chain.contracts.morpho("Morpho"), chain.admin, place=section.get("morpho"))
    morpho = Morpho(chain, parts, tokens, blue)
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


def place_vaults(morpho: Morpho, markets: dict[str, MarketParams], vaults: Sequence[Vault]) -> None:
    """MetaMorpho at each vault's address, all its money in one market of its asset.

    A market is submitted, waits its timelock of a day out, and is accepted: the build's clock goes on by that day.
    """
    chain, placed = morpho.chain, []
    code = morpho.parts.compiled("MetaMorpho")
    for vault in vaults:
        asset = morpho.tokens.token[vault.asset].address
        if vault.asset not in markets:
            markets[vault.asset] = _own_market(morpho, vault.asset)
        name = (chain.admin, morpho.blue.address, DAY, asset, vault.name, vault.symbol)
        contract = chain.deploy(code, *name, place=vault.place)
        chain.send(contract.functions.submitCap(markets[vault.asset], 2**127))
        placed.append(contract)
    if not placed:
        return
    head = chain.w3.eth.get_block("latest")["timestamp"]
    chain.rpc("anvil_removeBlockTimestampInterval")
    chain.rpc("evm_setNextBlockTimestamp", head + DAY)
    for vault, contract in zip(vaults, placed, strict=True):
        params = markets[vault.asset]
        chain.send(contract.functions.acceptCap(params))
        chain.send(contract.functions.setSupplyQueue([_id(morpho, params)]))
        enter(chain, morpho.tokens, vault, chain.accounts[POOLS_LENDER])


def _own_market(morpho: Morpho, loan: str) -> MarketParams:
    """A market that the chain file doesn't have, for a vault whose asset has none."""
    chain = morpho.chain
    backing = "USDC" if loan == WRAPPED else WRAPPED
    oracle = chain.deploy(chain.contracts.morpho("OracleMock"))
    collateral = morpho.tokens.token[backing].address
    morpho.oracles.add(oracle.address.lower())
    chain.send(oracle.functions.setPrice(_price(morpho, loan, backing, morpho.tokens.decimals[backing])))
    model = next(iter(morpho.models), None)
    if model is None:
        made = chain.deploy(chain.contracts.morpho("AdaptiveCurveIrm"), morpho.blue.address)
        chain.send(morpho.blue.functions.enableIrm(made.address))
        model = made.address.lower()
        morpho.models.add(model)
    model = str(chain.w3.to_checksum_address(model))
    params = (morpho.tokens.token[loan].address, collateral, oracle.address, model, LLTV)
    open_market(morpho, loan, params)
    return params


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
    morpho.chain.send(oracle.functions.setPrice(_price(morpho, loan, collateral, decimals)))


def _price(morpho: Morpho, loan: str, collateral: str, decimals: int) -> int:
    """Of one base unit of collateral in base units of the loan token, scaled by 1e36 (Morpho's IOracle)."""
    scale: int = 10 ** (ORACLE_SCALE + morpho.tokens.decimals[loan] - decimals)
    return price(collateral) * scale // price(loan)


def _id(morpho: Morpho, params: MarketParams) -> bytes:
    return bytes(morpho.chain.w3.keccak(morpho.chain.w3.codec.encode(["address"] * 4 + ["uint256"], params)))
