"""The profile's tokens at their own addresses, and a feed at each feed's: Circle's USDC, WETH9, plain ERC-20s."""

from __future__ import annotations

from typing import Final

from web3.contract import Contract

from devnet.contracts.tokens import AAVE, Tokens, deploy_usdc
from devnet.deployer import Deployer
from devnet.profiles.parts import Parts
from devnet.profiles.profile import WRAPPED, Profile

USD: Final = 10**8  # feeds have 8 decimals
ETHER: Final = 3_000 * USD
BITCOIN: Final = 90_000 * USD
# What a whole token is worth, in percent of an ether: staked ether grows against ether. Made up, as all prices here.
STAKED: Final = {"WSTETH": 122, "RETH": 115, "CBETH": 111, "WEETH": 108, "OSETH": 105, "EZETH": 107, "RSETH": 106}
OTHER: Final = {"EURC": 115 * USD // 100, "SUSDE": 120 * USD // 100, "SDAI": 117 * USD // 100}
ANY: Final = 10 * USD


def price(symbol: str, usd_stable: bool = False) -> int:
    """In USD with 8 decimals."""
    upper = symbol.upper()
    if usd_stable:
        return USD
    if upper in OTHER:
        return OTHER[upper]
    if upper in STAKED:
        return ETHER * STAKED[upper] // 100
    if upper.endswith("ETH"):
        return ETHER
    if "BTC" in upper:
        return BITCOIN
    return USD if "USD" in upper or upper in ("DAI", "GHO", "FRAX") else ANY


def place_tokens(chain: Deployer, parts: Parts, profile: Profile) -> Tokens:
    """Every token of the chain file. A feed that several share is one contract; a token without gets one anywhere."""
    token = {symbol: _place(chain, parts, profile, symbol) for symbol in profile.tokens}
    feeds: dict[str, Contract] = {}
    feed: dict[str, Contract] = {}
    native = profile.data["native"]
    if native.get("feed"):
        feeds[native["feed"].lower()] = place_feed(chain, parts, native["symbol"], ETHER, native["feed"])
    for symbol, entry in profile.tokens.items():
        wanted = entry.get("feed")
        known = feeds.get((wanted or "").lower())
        feed[symbol] = known or place_feed(
            chain, parts, symbol, price(symbol, entry.get("usd_stable", False)), wanted
        )
        if wanted:
            feeds[wanted.lower()] = feed[symbol]
    return Tokens(token, feed, {symbol: int(entry["decimals"]) for symbol, entry in profile.tokens.items()})


def place_feed(chain: Deployer, parts: Parts, symbol: str, answer: int, place: str | None) -> Contract:
    return chain.deploy(parts.compiled("Feed"), 8, f"{symbol} / USD", answer, place=place)


def plain_token(chain: Deployer, name: str, symbol: str, decimals: int, place: str | None) -> Contract:
    """An ERC-20 that anybody may mint."""
    return chain.deploy(chain.contracts.npm(AAVE, "MintableERC20"), name, symbol, decimals, place=place)


def _place(chain: Deployer, parts: Parts, profile: Profile, symbol: str) -> Contract:
    entry = profile.tokens[symbol]
    place = entry["address"]
    if symbol == WRAPPED:
        return chain.deploy(chain.contracts.npm(AAVE, "WETH9"), place=place)
    if symbol == "USDC":
        return deploy_usdc(chain, place)
    named = (entry["name"], entry.get("onchain_symbol", symbol), int(entry["decimals"]))
    if place.lower() in profile.facts["silent"]["tokens"]:
        return chain.deploy(parts.compiled("Tether"), *named, place=place)
    return plain_token(chain, *named, place)
