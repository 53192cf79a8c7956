"""Venus's core pool (the Compound v2 family): vUSDC, vDAI, vWETH behind the diamond comptroller.

Its price oracle and its access manager are the package's own test contracts; everything else is what it publishes
for production. Interest accrues per block, here at twelve seconds a block.
"""

from __future__ import annotations

from dataclasses import dataclass

from eth_utils.abi import function_abi_to_4byte_selector
from web3.contract import Contract

from devnet.accounts import POOLS_BORROWER, POOLS_LENDER
from devnet.bytecode import Compiled
from devnet.contracts.tokens import DECIMALS, PRICES, USD, Tokens
from devnet.deployer import UNLIMITED, WAD, ZERO, Deployer

PACKAGE = "@venusprotocol/venus-protocol"
BLOCK_SECONDS = 12
BLOCKS_PER_YEAR = 365 * 86_400 // BLOCK_SECONDS
FACETS = ("MarketFacet", "PolicyFacet", "SetterFacet")
CORE_POOL = 0
VTOKEN_DECIMALS = 8


@dataclass(frozen=True)
class Plan:
    """A market: yearly rates and fractions in percent, `supplied` and `borrowed` in whole tokens."""

    symbol: str
    multiplier: int
    jump: int
    kink: int
    supplied: int
    lender: int
    borrowed: int
    borrower: int


PLANS = (
    Plan("USDC", 11, 250, 80, 4_000_000, POOLS_LENDER, 3_200_000, POOLS_BORROWER),
    Plan("DAI", 9, 250, 80, 2_000_000, POOLS_LENDER, 1_200_000, POOLS_BORROWER),
    Plan("WETH", 8, 250, 80, 2_500, POOLS_BORROWER, 1_100, POOLS_LENDER),
)
RESERVE_PERCENT, COLLATERAL_PERCENT, THRESHOLD_PERCENT = 10, 75, 80


@dataclass(frozen=True)
class Venus:
    comptroller: Contract
    vtokens: dict[str, Contract]


def deploy_venus(chain: Deployer, tokens: Tokens) -> Venus:
    def new(name: str, *arguments: object) -> Contract:
        return chain.deploy(chain.contracts.npm(PACKAGE, name), *arguments)

    access = new("AccessControlManagerMock", chain.admin)
    oracle = new("SimplePriceOracle")
    bounded = new("DeviationBoundedOracle", oracle.address, chain.admin, ZERO)
    pool = _deploy_comptroller(chain)
    do = pool.functions
    chain.send(do._setAccessControl(access.address))
    chain.send(do._setComptrollerLens(new("ComptrollerLens").address))
    chain.send(do._setPriceOracle(oracle.address))
    chain.send(do.setDeviationBoundedOracle(bounded.address))
    vtokens = {}
    for plan in PLANS:
        vtokens[plan.symbol] = _list(chain, tokens, pool, oracle, access, plan)
    _fill(chain, tokens, pool, vtokens)
    return Venus(pool, vtokens)


def _deploy_comptroller(chain: Deployer) -> Contract:
    """Unitroller, then the diamond, then three facets (the consolidated one is too big to deploy)."""
    npm = chain.contracts.npm
    unitroller_code, diamond_code = npm(PACKAGE, "Unitroller"), npm(PACKAGE, "Diamond")
    unitroller, diamond = chain.deploy(unitroller_code), chain.deploy(diamond_code)
    chain.send(unitroller.functions._setPendingImplementation(diamond.address))
    chain.send(diamond.functions._become(unitroller.address))
    known, cuts = {**_functions(unitroller_code), **_functions(diamond_code)}, []
    for name in FACETS:
        code = npm(PACKAGE, name)
        own = _functions(code)
        fresh = [selector for selector in own if selector not in known]  # facets share getters
        cuts.append((chain.deploy(code).address, 0, fresh))
        known |= own
    pool = chain.w3.eth.contract(address=unitroller.address, abi=list(known.values()))
    chain.send(pool.functions.diamondCut(cuts))
    return pool


def _functions(code: Compiled) -> dict[bytes, dict[str, object]]:
    found = (entry for entry in code.abi if entry["type"] == "function")
    return {function_abi_to_4byte_selector(entry): entry for entry in found}  # type: ignore[arg-type]


def _list(
    chain: Deployer, tokens: Tokens, pool: Contract, oracle: Contract, access: Contract, plan: Plan
) -> Contract:
    npm, token, decimals = chain.contracts.npm, tokens.token[plan.symbol], DECIMALS[plan.symbol]
    # base rate, slope, slope above the kink, kink
    rates = (0, *(percent * WAD // 100 for percent in (plan.multiplier, plan.jump, plan.kink)), BLOCKS_PER_YEAR)
    model = chain.deploy(npm(PACKAGE, "JumpRateModel"), *rates)
    initial = 2 * 10 ** (decimals + 18 - VTOKEN_DECIMALS - 2)  # 0.02 of the token for one vToken
    name, symbol = f"Venus {plan.symbol}", f"v{plan.symbol}"
    own = (initial, name, symbol, VTOKEN_DECIMALS, chain.admin)
    vtoken = chain.deploy(npm(PACKAGE, "VBep20Immutable"), token.address, pool.address, model.address, *own)
    price = PRICES[plan.symbol] * 10 ** (36 - decimals) // USD
    factors = pool.get_function_by_signature("setCollateralFactor(address,uint256,uint256)")
    reserve, collateral, threshold = (
        percent * WAD // 100 for percent in (RESERVE_PERCENT, COLLATERAL_PERCENT, THRESHOLD_PERCENT)
    )
    for call in (
        oracle.functions.setDirectPrice(token.address, price),
        vtoken.functions.setAccessControlManager(access.address),
        # never: or the reserves go to a share reserve that isn't there
        vtoken.functions.setReduceReservesBlockDelta(UNLIMITED),
        vtoken.functions._setReserveFactor(reserve),
        pool.functions._supportMarket(vtoken.address),
        # a cap of 0 means none may enter, not that there is no cap
        pool.functions._setMarketSupplyCaps([vtoken.address], [UNLIMITED]),
        pool.functions._setMarketBorrowCaps([vtoken.address], [UNLIMITED]),
        factors(vtoken.address, collateral, threshold),
        pool.functions.setIsBorrowAllowed(CORE_POOL, vtoken.address, True),
    ):
        chain.send(call)
    return vtoken


def _fill(chain: Deployer, tokens: Tokens, pool: Contract, vtokens: dict[str, Contract]) -> None:
    for plan in PLANS:
        token, vtoken, lender = tokens.token[plan.symbol], vtokens[plan.symbol], chain.accounts[plan.lender]
        amount = plan.supplied * 10 ** DECIMALS[plan.symbol]
        tokens.mint(chain, plan.symbol, amount, plan.lender)
        chain.approve(token, vtoken.address, lender)
        chain.send(vtoken.functions.mint(amount), lender)
        chain.send(pool.functions.enterMarkets([vtoken.address]), lender)
    for plan in PLANS:
        borrower, vtoken = chain.accounts[plan.borrower], vtokens[plan.symbol]
        chain.send(vtoken.functions.borrow(plan.borrowed * 10 ** DECIMALS[plan.symbol]), borrower)
        chain.approve(tokens.token[plan.symbol], vtoken.address, borrower)  # for repaying, later
