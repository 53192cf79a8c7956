"""What a chain file names and a local profile can't put, with the reason."""

from __future__ import annotations

from typing import Final

from devnet.profiles.exchange import pools
from devnet.profiles.profile import Profile

BUILT: Final = {"aave-v3", "morpho-blue", "erc4626", "morpho-vaults", "uniswap-v3", "uniswap-v4"}


def left_out(profile: Profile) -> dict[str, str]:
    """By protocol, or by protocol and entry: `erc4626:sdai`."""
    found = {name: "devnet has no contracts of it" for name in profile.data.get("protocols", {}) if name not in BUILT}
    markets = profile.protocol("morpho-blue").get("markets", {})
    for name in markets.keys() - profile.morpho_markets().keys():
        found[f"morpho-blue:{name}"] = "facts.toml doesn't know its parameters"
    for name in profile.protocol("erc4626").keys() - {vault.name for vault in profile.vaults()}:
        found[f"erc4626:{name}"] = "its asset isn't known, or isn't a token of the chain file"
    known = pools(profile) if profile.protocol("uniswap-v3") else {}
    for place in profile.protocol("uniswap-v3").get("pools", []):
        if place not in known:
            found[f"uniswap-v3:{place}"] = "it is between no two tokens of the chain file"
    return found
