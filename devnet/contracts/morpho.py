"""Morpho Blue with its AdaptiveCurveIrm: two USDC markets against WETH, a small hot one and a larger calm one.

The curve's rate at target starts at 4 % and is moved only by time and utilisation, so the hot market is heated the
real way: it stands above its 90 % target for some days, then its borrower repays.
"""

from __future__ import annotations

from dataclasses import dataclass

from web3.contract import Contract

from devnet.accounts import POOLS_BORROWER, POOLS_LENDER
from devnet.contracts.tokens import Tokens
from devnet.deployer import WAD, Deployer

USDC = 10**6
DAY = 86_400
ORACLE_PRICE = 3_000 * 10 ** (36 + 6 - 18)  # of one WETH base unit in USDC base units, scaled by 1e36


@dataclass(frozen=True)
class Plan:
    """`supplied`, `borrowed` in whole USDC, `collateral` in whole WETH."""

    name: str
    lltv_percent: int
    supplied: int
    borrowed: int
    collateral: int


HOT = Plan("WETH-86", 86, 400_000, 380_000, 300)
CALM = Plan("WETH-77", 77, 8_000_000, 7_200_000, 6_000)
HOT_DAYS = 10
HOT_UTILISATION_PERCENT = 90  # after the repayment

Params = tuple[str, str, str, str, int]  # loan token, collateral token, oracle, rate model, lltv


@dataclass(frozen=True)
class Morpho:
    blue: Contract
    markets: dict[str, bytes]
    params: dict[str, Params]


def deploy_morpho(chain: Deployer, tokens: Tokens) -> Morpho:
    found = chain.contracts.morpho
    blue = chain.deploy(found("Morpho"), chain.admin)
    curve = chain.deploy(found("AdaptiveCurveIrm"), blue.address)
    oracle = chain.deploy(found("OracleMock"))
    chain.send(oracle.functions.setPrice(ORACLE_PRICE))
    chain.send(blue.functions.enableIrm(curve.address))
    params = {plan.name: _create(chain, tokens, blue, plan, oracle.address, curve.address) for plan in (HOT, CALM)}
    ids = {name: chain.w3.keccak(_encoded(chain, values)) for name, values in params.items()}
    _heat(chain, blue, params[HOT.name], ids[HOT.name])
    return Morpho(blue, {name: bytes(value) for name, value in ids.items()}, params)


def _create(chain: Deployer, tokens: Tokens, blue: Contract, plan: Plan, oracle: str, curve: str) -> Params:
    usdc, weth, lltv = tokens.token["USDC"], tokens.token["WETH"], plan.lltv_percent * WAD // 100
    lender, borrower = chain.accounts[POOLS_LENDER], chain.accounts[POOLS_BORROWER]
    params = (usdc.address, weth.address, oracle, curve, lltv)
    do = blue.functions
    chain.send(do.enableLltv(lltv))
    chain.send(do.createMarket(params))
    tokens.mint(chain, "USDC", plan.supplied * USDC, POOLS_LENDER)
    tokens.mint(chain, "WETH", plan.collateral * WAD, POOLS_BORROWER)
    for token, owner in ((usdc, lender), (weth, borrower), (usdc, borrower)):
        chain.approve(token, blue.address, owner)
    chain.send(do.supply(params, plan.supplied * USDC, 0, lender, b""), lender)
    chain.send(do.supplyCollateral(params, plan.collateral * WAD, borrower, b""), borrower)
    chain.send(do.borrow(params, plan.borrowed * USDC, 0, borrower, borrower), borrower)
    return params


def _heat(chain: Deployer, blue: Contract, params: Params, market: bytes) -> None:
    borrower, do = chain.accounts[POOLS_BORROWER], blue.functions
    chain.rpc("anvil_removeBlockTimestampInterval")
    head = chain.w3.eth.get_block("latest")["timestamp"]
    chain.rpc("evm_setNextBlockTimestamp", head + HOT_DAYS * DAY)
    chain.send(do.accrueInterest(params))
    supplied, _, borrowed, *_ = do.market(market).call()
    excess = borrowed - supplied * HOT_UTILISATION_PERCENT // 100
    chain.send(do.repay(params, excess, 0, borrower, b""), borrower)


def _encoded(chain: Deployer, params: Params) -> bytes:
    return chain.w3.codec.encode(["address", "address", "address", "address", "uint256"], params)
