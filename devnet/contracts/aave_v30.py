"""Aave v3.0, the market "core": deep, so that its rate hardly moves under a large deposit."""

from __future__ import annotations

from web3.contract import Contract

from devnet.accounts import CORE_BORROWER, CORE_LENDER, TREASURY
from devnet.contracts.aave_market import BPS, Curve, Market, Reserve, Standing, configure, fill
from devnet.contracts.tokens import DECIMALS, USD, Tokens
from devnet.deployer import RAY, ZERO, Deployer

PACKAGE = "@aave/core-v3"
# in the order in which each may link to those before it
LIBRARIES = ("Supply", "Borrow", "Liquidation", "EMode", "Bridge", "Configurator", "Pool", "FlashLoan")
RESERVES = (
    Reserve("USDC", Curve(9_000, 0, 600, 6_000), 1_000, 7_700, 8_000, supply_cap=200_000_000),
    Reserve("DAI", Curve(9_000, 0, 550, 7_500), 1_000, 7_500, 8_000),
    Reserve("WETH", Curve(8_000, 100, 380, 8_000), 1_500, 8_000, 8_250),
)
POSITIONS = (
    Standing("USDC", 80_000_000, CORE_LENDER, 69_600_000, CORE_BORROWER),
    Standing("DAI", 30_000_000, CORE_LENDER, 22_500_000, CORE_BORROWER),
    Standing("WETH", 50_000, CORE_BORROWER, 24_000, CORE_LENDER),
)


def deploy_core(chain: Deployer, tokens: Tokens) -> Market:
    npm = chain.contracts.npm

    def new(name: str, *arguments: object, libraries: dict[str, str] | None = None) -> Contract:
        return chain.deploy(npm(PACKAGE, name), *arguments, libraries=libraries)

    provider = new("PoolAddressesProvider", "core", chain.admin)
    do = provider.functions
    chain.send(do.setACLAdmin(chain.admin))  # before ACLManager, whose constructor reads it
    acl = new("ACLManager", provider.address)
    chain.send(do.setACLManager(acl.address))
    chain.send(acl.functions.addPoolAdmin(chain.admin))  # enough for all that follows
    symbols = [reserve.symbol for reserve in RESERVES]
    assets, feeds = ([kind[s].address for s in symbols] for kind in (tokens.token, tokens.feed))
    oracle = new("AaveOracle", provider.address, assets, feeds, ZERO, ZERO, USD)
    chain.send(do.setPriceOracle(oracle.address))
    libraries: dict[str, str] = {}
    for name in LIBRARIES:
        libraries[f"{name}Logic"] = new(f"{name}Logic", libraries=libraries).address
    # in v3.0 an implementation can be initialised by anyone until somebody has
    pool_code = new("Pool", provider.address, libraries=libraries)
    chain.send(pool_code.functions.initialize(provider.address))
    chain.send(do.setPoolImpl(pool_code.address))
    configurator_code = new("PoolConfigurator", libraries=libraries)
    chain.send(configurator_code.functions.initialize(provider.address))
    chain.send(do.setPoolConfiguratorImpl(configurator_code.address))
    pool = chain.at(npm(PACKAGE, "Pool"), do.getPool().call())
    configurator = chain.at(npm(PACKAGE, "PoolConfigurator"), do.getPoolConfigurator().call())
    chain.send(do.setPoolDataProvider(new("AaveProtocolDataProvider", provider.address).address))
    codes = tuple(new(n, pool.address).address for n in ("AToken", "StableDebtToken", "VariableDebtToken"))
    inputs = []
    for reserve in RESERVES:
        strategy = new("DefaultReserveInterestRateStrategy", provider.address, *_in_ray(reserve.curve))
        inputs.append(_reserve_input(chain, tokens, reserve.symbol, codes, strategy.address))
    chain.send(configurator.functions.initReserves(inputs))
    configure(chain, tokens, configurator, RESERVES)
    fill(chain, tokens, pool, POSITIONS)
    return Market(provider, pool)


def _in_ray(curve: Curve) -> tuple[int, ...]:
    """The constructor's nine: the four of the variable rate, then the stable rate's, which nobody can take."""
    variable = (curve.optimal, curve.base, curve.slope1, curve.slope2)
    stable = (50, 6_000, 100, 800, 2_000)
    return tuple(bps * RAY // BPS for bps in (*variable, *stable))


def _reserve_input(
    chain: Deployer, tokens: Tokens, symbol: str, codes: tuple[str, ...], strategy: str
) -> tuple[object, ...]:
    names = (
        *(f"Aave {symbol}", f"a{symbol}"),
        *(f"Aave Variable Debt {symbol}", f"variableDebt{symbol}"),
        *(f"Aave Stable Debt {symbol}", f"stableDebt{symbol}"),
    )
    where = (strategy, tokens.token[symbol].address, chain.accounts[TREASURY], ZERO)
    return (*codes, DECIMALS[symbol], *where, *names, b"")
