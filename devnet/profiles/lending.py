"""The profile's Aave v3 markets, behind the real addresses of their providers: Aave v3.6's code, filled by a script.

What a provider makes of it comes out by itself: the Pool is at the real address where Aave's deployer made it first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from eth_utils.address import to_checksum_address
from web3.contract import Contract

from devnet.accounts import CORE_BORROWER, CORE_LENDER, PROXY_ADMIN
from devnet.contracts.aave_market import Curve, Market, Reserve, Standing, fill
from devnet.contracts.tokens import Tokens
from devnet.deployer import Deployer
from devnet.profiles.aave_v36 import Aave
from devnet.profiles.profile import WRAPPED, Profile, Vault
from devnet.profiles.tokens import USD, price

SUPPLIED_USD: Final = 20_000_000  # of each reserve; half as much in each further market
COLLATERAL_USD: Final = 900_000_000
STABLE: Final = Curve(9_000, 0, 550, 6_000)
ETHER: Final = Curve(8_000, 100, 380, 8_000)
OTHER: Final = Curve(4_500, 0, 700, 30_000)
STABLE_PERCENT, OTHER_PERCENT = 86, 40  # of what is supplied, borrowed
VAULT_USD: Final = 1_000_000
FACTOR, LTV, THRESHOLD = 1_000, 7_500, 8_000


def place_markets(aave: Aave, tokens: Tokens, profile: Profile) -> dict[str, Market]:
    """By name, each with all the assets that the chain file lists."""
    found: dict[str, Market] = {}
    for position, (name, section) in enumerate(profile.protocol("aave-v3").items()):
        assets = list(section["assets"])
        reserves = tuple(_reserve(profile, symbol, position) for symbol in assets)
        kind = "L2PoolInstance" if "fees" in profile.data else "PoolInstance"
        market = aave.market(tokens, name, reserves, section["provider"], kind)
        fill(aave.chain, tokens, market.pool, _standing(profile, assets, SUPPLIED_USD >> position))
        found[name] = market
    return found


def place_vaults(aave: Aave, tokens: Tokens, markets: dict[str, Market], vaults: Sequence[Vault]) -> None:
    """Aave's own vaults (StataTokenV2) at their addresses, each over the reserve that the chain file names."""
    codes: dict[str, Contract] = {}
    chain, proxy = aave.chain, aave.chain.contracts.wheel("aave_v3/TransparentUpgradeableProxy")
    for vault in vaults:
        _, name, asset = vault.source.split(":")
        market = markets[name]
        if name not in codes:
            codes[name] = aave.vault_code(market.pool.address)
        a_token = market.pool.functions.getReserveData(tokens.token[asset].address).call()[8]
        data = codes[name].encode_abi("initialize", [a_token, f"Static {asset}", vault.symbol])
        chain.deploy(proxy, codes[name].address, chain.accounts[PROXY_ADMIN], data, place=vault.place)
        enter(chain, tokens, vault, chain.accounts[CORE_LENDER])


def enter(chain: Deployer, tokens: Tokens, vault: Vault, lender: str) -> None:
    """A first deposit by somebody."""
    symbol = vault.asset
    amount = whole(symbol, VAULT_USD) * 10 ** tokens.decimals[symbol]
    who = chain.accounts.index(to_checksum_address(lender))
    tokens.mint(chain, symbol, amount, who)
    chain.approve(tokens.token[symbol], vault.place, chain.accounts[who])
    contract = chain.at(chain.contracts.wheel("aave_v3/StataTokenV2"), vault.place)
    chain.send(contract.functions.deposit(amount, lender), chain.accounts[who])


def whole(symbol: str, usd: int, usd_stable: bool = False) -> int:
    """Whole tokens worth that many dollars, at least one."""
    return max(usd * USD // price(symbol, usd_stable), 1)


def _reserve(profile: Profile, symbol: str, position: int) -> Reserve:
    curve = STABLE if _stable(profile, symbol) else ETHER if symbol == WRAPPED else OTHER
    steeper = Curve(curve.optimal, curve.base, curve.slope1 + 50 * position, curve.slope2)
    return Reserve(symbol, steeper, FACTOR, LTV, THRESHOLD)


def _standing(profile: Profile, assets: list[str], usd: int) -> tuple[Standing, ...]:
    """One lends everything; another brings much of one asset, and borrows of all the others against it."""
    collateral = WRAPPED if WRAPPED in assets else assets[-1]
    lent = [symbol for symbol in assets if symbol != collateral]
    found = [_lent(profile, symbol, usd) for symbol in lent]
    against = usd * len(lent) * LTV // 10_000 // 2
    supplied = whole(collateral, COLLATERAL_USD, _stable(profile, collateral))
    borrowed = whole(collateral, against, _stable(profile, collateral)) if lent else 0
    return (*found, Standing(collateral, supplied, CORE_BORROWER, borrowed, CORE_LENDER))


def _lent(profile: Profile, symbol: str, usd: int) -> Standing:
    stable = _stable(profile, symbol)
    supplied = whole(symbol, usd, stable)
    percent = STABLE_PERCENT if stable else OTHER_PERCENT
    return Standing(symbol, supplied, CORE_LENDER, supplied * percent // 100, CORE_BORROWER)


def _stable(profile: Profile, symbol: str) -> bool:
    return bool(profile.tokens[symbol].get("usd_stable", False))
