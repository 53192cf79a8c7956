"""Aave v3.2, the market "prime", and StataTokenV2 over it: ERC-4626 vaults that earn the market's rate.

Shallower than core, on a steeper curve, with a supply cap that a deposit of 5,000,000 USDC would break.
"""

from __future__ import annotations

from eth_abi.abi import encode
from web3.contract import Contract

from devnet.accounts import PRIME_BORROWER, PRIME_LENDER, PROXY_ADMIN, TREASURY
from devnet.contracts.aave_market import Curve, Market, Reserve, Standing, configure, fill
from devnet.contracts.tokens import DECIMALS, USD, Tokens
from devnet.deployer import ZERO, Deployer

LIBRARIES = ("Supply", "Borrow", "Liquidation", "EMode", "Bridge", "Pool", "FlashLoan", "Configurator")
RESERVES = (
    Reserve("USDC", Curve(9_200, 0, 650, 6_000), 1_000, 7_700, 8_000, supply_cap=23_000_000),
    Reserve("DAI", Curve(9_000, 0, 650, 7_500), 1_000, 7_500, 8_000),
    Reserve("WETH", Curve(8_000, 100, 1_000, 8_000), 1_500, 8_000, 8_250),
)
VAULT_DEPOSITS = {"USDC": 2_000_000, "DAI": 500_000}  # whole tokens, on top of what is supplied below
POSITIONS = (
    Standing("USDC", 18_000_000, PRIME_LENDER, 18_000_000, PRIME_BORROWER),
    Standing("DAI", 8_000_000, PRIME_LENDER, 6_800_000, PRIME_BORROWER),
    Standing("WETH", 14_000, PRIME_BORROWER, 5_500, PRIME_LENDER),
)


def deploy_prime(chain: Deployer, tokens: Tokens) -> tuple[Market, dict[str, str]]:
    """The market, and the vaults' addresses by symbol."""

    def new(name: str, *arguments: object, libraries: dict[str, str] | None = None) -> Contract:
        return chain.deploy(chain.contracts.wheel(f"aave_v3/{name}"), *arguments, libraries=libraries)

    provider = new("PoolAddressesProvider", "prime", chain.admin)
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
    chain.send(do.setPoolImpl(new("PoolInstance", provider.address, libraries=libraries).address))
    chain.send(do.setPoolConfiguratorImpl(new("PoolConfiguratorInstance", libraries=libraries).address))
    wheel = chain.contracts.wheel
    pool = chain.at(wheel("aave_v3/PoolInstance"), do.getPool().call())
    configurator = chain.at(wheel("aave_v3/PoolConfiguratorInstance"), do.getPoolConfigurator().call())
    chain.send(do.setPoolDataProvider(new("AaveProtocolDataProvider", provider.address).address))
    codes = tuple(new(name, pool.address).address for name in ("ATokenInstance", "VariableDebtTokenInstance"))
    rates = new("DefaultReserveInterestRateStrategyV2", provider.address)  # from 3.2 on one for all reserves
    inputs = [_reserve_input(chain, tokens, reserve, codes, rates.address) for reserve in RESERVES]
    chain.send(configurator.functions.initReserves(inputs))
    configure(chain, tokens, configurator, RESERVES)
    vaults = _deploy_vaults(chain, tokens, pool)
    fill(chain, tokens, pool, POSITIONS)
    return Market(provider, pool), vaults


def _reserve_input(
    chain: Deployer, tokens: Tokens, reserve: Reserve, codes: tuple[str, ...], rates: str
) -> tuple[object, ...]:
    symbol, curve = reserve.symbol, reserve.curve
    numbers = (curve.optimal, curve.base, curve.slope1, curve.slope2)
    names = (f"Aave {symbol}", f"a{symbol}", f"Aave Variable Debt {symbol}", f"variableDebt{symbol}")
    where = (rates, tokens.token[symbol].address, chain.accounts[TREASURY], ZERO)
    # True: the pool counts its liquidity itself ("virtual balance"), so that a donation changes no rate
    return (*codes, True, *where, *names, b"", encode(["uint16", "uint32", "uint32", "uint32"], numbers))


def _deploy_vaults(chain: Deployer, tokens: Tokens, pool: Contract) -> dict[str, str]:
    """StataTokenV2 from its factory, without a rewards controller: there are no incentives here."""
    wheel, lender = chain.contracts.wheel, chain.accounts[PRIME_LENDER]
    vault_code = wheel("aave_v3/StataTokenV2")
    code = chain.deploy(vault_code, pool.address, ZERO)
    proxies = chain.deploy(wheel("aave_v3/TransparentProxyFactory"))
    factory = chain.deploy(
        wheel("aave_v3/StataTokenFactory"),
        pool.address,
        chain.accounts[PROXY_ADMIN],
        proxies.address,
        code.address,
    )
    found: dict[str, str] = {}
    for symbol, whole in VAULT_DEPOSITS.items():
        token, amount = tokens.token[symbol], whole * 10 ** DECIMALS[symbol]
        chain.send(factory.functions.createStataTokens([token.address]))
        vault = chain.at(vault_code, factory.functions.getStataToken(token.address).call())
        tokens.mint(chain, symbol, amount, PRIME_LENDER)
        chain.approve(token, vault.address, lender)
        chain.send(vault.functions.deposit(amount, lender), lender)
        found[symbol] = vault.address
    return found
