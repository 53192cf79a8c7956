"""Circle's USDC behind its proxy, DAI, WETH9, and one USD price feed for each."""

from __future__ import annotations

from dataclasses import dataclass

from web3.contract import Contract

from devnet.accounts import ADMIN, PROXY_ADMIN
from devnet.deployer import Deployer

AAVE = "@aave/core-v3"
USD = 10**8  # feeds have 8 decimals
PRICES = {"USDC": USD, "DAI": USD, "WETH": 3_000 * USD}
DECIMALS = {"USDC": 6, "DAI": 18, "WETH": 18}
MINTABLE = 2**255  # what USDC's minter may mint in all: never the limit on a devnet


@dataclass(frozen=True)
class Tokens:
    """Contracts and decimals by symbol. WETH is the wrapped coin; everything else is minted by the admin."""

    token: dict[str, Contract]
    feed: dict[str, Contract]
    decimals: dict[str, int]

    def mint(self, chain: Deployer, symbol: str, amount: int, holder: int) -> None:
        """`amount` in base units, to the account of that index."""
        address = chain.accounts[holder]
        if symbol == "WETH":
            chain.send(self.token["WETH"].functions.deposit(), address, amount)
        else:
            chain.send(self.token[symbol].get_function_by_signature("mint(address,uint256)")(address, amount))


def deploy_tokens(chain: Deployer) -> Tokens:
    contracts = chain.contracts
    weth = chain.deploy(contracts.npm(AAVE, "WETH9"))
    dai = chain.deploy(contracts.npm(AAVE, "MintableERC20"), "Dai Stablecoin", "DAI", DECIMALS["DAI"])
    feed = {symbol: chain.deploy(contracts.npm(AAVE, "MockAggregator"), price) for symbol, price in PRICES.items()}
    return Tokens({"USDC": deploy_usdc(chain), "DAI": dai, "WETH": weth}, feed, DECIMALS)


def deploy_usdc(chain: Deployer, place: str | None = None) -> Contract:
    """FiatTokenV2_1 with EIP-2612 and EIP-3009, set up as Circle does, its roles all the admin's."""
    implementation = chain.contracts.wheel("centre/FiatTokenV2_1")
    code = chain.deploy(implementation)
    proxy = chain.deploy(chain.contracts.wheel("centre/FiatTokenProxy"), code.address, place=place)
    # the proxy's admin can't call the token itself, so it must be somebody who never does
    chain.send(proxy.functions.changeAdmin(chain.accounts[PROXY_ADMIN]))
    usdc = chain.at(implementation, proxy.address)
    admin, do = chain.accounts[ADMIN], usdc.functions
    chain.send(do.initialize("USD Coin", "USDC", "USD", DECIMALS["USDC"], admin, admin, admin, admin))
    chain.send(do.initializeV2("USD Coin"))
    chain.send(do.initializeV2_1(chain.accounts[PROXY_ADMIN]))
    chain.send(do.configureMinter(admin, MINTABLE))
    return usdc
