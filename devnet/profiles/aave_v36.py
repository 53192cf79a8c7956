"""Aave v3.6 from its published source, with its rounding and a rewards controller: near what the chains run now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eth_abi.abi import encode
from web3.contract import Contract

from devnet.accounts import TREASURY
from devnet.contracts.aave_market import Market, Reserve, configure
from devnet.contracts.tokens import USD, Tokens
from devnet.deployer import ZERO, Deployer
from devnet.profiles.parts import LIBRARIES, Parts

RESERVES_AT_ONCE = 4  # a transaction of the build has 12,000,000 gas, and a reserve takes 1,500,000


@dataclass(frozen=True)
class Aave:
    """What all markets of a chain share: the libraries' addresses, and who hands out rewards (nobody does here)."""

    chain: Deployer
    parts: Parts
    libraries: dict[str, str]
    rewards: str

    @classmethod
    def on(cls, chain: Deployer, parts: Parts) -> Aave:
        libraries: dict[str, str] = {}
        for name in LIBRARIES:
            code = parts.compiled(f"{name}Logic")
            libraries[f"{name}Logic"] = chain.deploy(code, libraries=libraries).address
        manager = chain.deploy(parts.compiled("EmissionManager"), chain.admin)
        rewards = chain.deploy(parts.compiled("RewardsController"), manager.address)
        return cls(chain, parts, libraries, rewards.address)

    def new(self, name: str, *arguments: object, place: str | None = None) -> Contract:
        return self.chain.deploy(self.parts.compiled(name), *arguments, libraries=self.libraries, place=place)

    def market(self, tokens: Tokens, name: str, reserves: Sequence[Reserve], place: str, kind: str) -> Market:
        """A market with these reserves, empty; `place` is where its PoolAddressesProvider is to be.

        `kind` is the Pool's contract: PoolInstance, or on rollups L2PoolInstance, which takes shortened calls, too.
        """
        chain = self.chain
        provider = self.new("PoolAddressesProvider", name, chain.admin, place=place)
        do = provider.functions
        chain.send(do.setACLAdmin(chain.admin))  # before ACLManager, whose constructor reads it
        acl = self.new("ACLManager", provider.address)
        chain.send(do.setACLManager(acl.address))
        chain.send(acl.functions.addPoolAdmin(chain.admin))  # enough for all that follows
        assets, feeds = ([kind[each.symbol].address for each in reserves] for kind in (tokens.token, tokens.feed))
        oracle = self.new("AaveOracle", provider.address, assets, feeds, ZERO, ZERO, USD)
        chain.send(do.setPriceOracle(oracle.address))
        rates = self.new("DefaultReserveInterestRateStrategyV2", provider.address)
        chain.send(do.setPoolImpl(self.new(kind, provider.address, rates.address).address))
        chain.send(do.setPoolConfiguratorImpl(self.new("PoolConfiguratorInstance").address))
        pool = chain.at(self.parts.compiled(kind), do.getPool().call())
        configurator = chain.at(self.parts.compiled("PoolConfiguratorInstance"), do.getPoolConfigurator().call())
        chain.send(do.setPoolDataProvider(self.new("AaveProtocolDataProvider", provider.address).address))
        given = (pool.address, self.rewards)
        codes = (
            self.new("ATokenInstance", *given, chain.accounts[TREASURY]).address,
            self.new("VariableDebtTokenInstance", *given).address,
        )
        inputs = [_input(tokens, reserve, codes) for reserve in reserves]
        for start in range(0, len(inputs), RESERVES_AT_ONCE):
            chain.send(configurator.functions.initReserves(inputs[start : start + RESERVES_AT_ONCE]))
        configure(chain, tokens, configurator, tuple(reserves))
        return Market(provider, pool)

    def vault_code(self, pool: str) -> Contract:
        """StataTokenV2 over a market, to stand behind proxies."""
        return self.new("StataTokenV2", pool, self.rewards)


def _input(tokens: Tokens, reserve: Reserve, codes: tuple[str, str]) -> tuple[object, ...]:
    symbol, curve = reserve.symbol, reserve.curve
    numbers = (curve.optimal, curve.base, curve.slope1, curve.slope2)
    names = (f"Aave {symbol}", f"a{symbol}", f"Aave Variable Debt {symbol}", f"variableDebt{symbol}")
    rates = encode(["uint16", "uint32", "uint32", "uint32"], numbers)
    return (*codes, tokens.token[symbol].address, *names, b"", rates)
